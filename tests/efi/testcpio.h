/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_EFI_TESTCPIO_H
#define TESTS_EFI_TESTCPIO_H

#include <stddef.h>
#include <stdint.h>

#include "scanner/base/buf.h"

/* Archives for tests, byte for byte as newc says; unset fields are what cpio(1) would write for one file. */
struct testcpio_member {
	const char *name;
	const char *content; /* NULL: `size` zeros, or none */
	size_t size;	     /* 0: the length of `content` */
	uint32_t mode;	     /* 0: a plain file, 0644 */
	uint32_t ino, links;
	const char *magic; /* NULL: "070701" */
};

void testcpio_add(struct buf *out, const struct testcpio_member *member);
/* The commonest: a file by name, mode and text. */
void testcpio_file(struct buf *out, const char *name, unsigned mode, const char *text);
void testcpio_trailer(struct buf *out);
void testcpio_zeros(struct buf *out, size_t count);
/* Appends `in` compressed: "none", "gzip", "bzip2", "lzma", "xz", "zstd", "lz4" (the legacy frame). */
void testcpio_compress(struct buf *out, const struct buf *in, const char *compression);

#endif
