/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_INITSTREAM_H
#define EFI_INITSTREAM_H

#include <stddef.h>
#include <stdint.h>

#include "efi/cpio.h"
#include "scanner/base/fault.h"

/*
 * The archives of an initramfs one after another, each plain or compressed, as the kernel finds them:
 * docs/formats/initramfs.md. Decompression is libarchive's, in this process.
 */
enum {
	INITSTREAM_WINDOW_MAX = 128u << 20, /* memory a compressed stream may ask for */
	INITSTREAM_LZO_MAX = 256u << 20, /* an lzo stream unpacks to, since it is held in memory */
};

struct initstream_reader {
	struct cpio_reader cpio;
	/* A segment begins: a compressed stream, or a plain archive up to its trailer. "none", "gzip", … */
	int (*segment)(void *context, uint64_t offset, const char *compression, struct fault *f);
	uint64_t unpacked_max; /* bytes, of all segments together */
};

/* A fault with os ENOMEM is ours, any other is damage, a limit, or the reader's; members that were told
 * before it stand. cpio.context is given to segment() too. */
int initstream_read(const uint8_t *data, size_t size, const struct initstream_reader *reader,
		    struct fault *f) FAULT_MUST_USE;

#endif
