/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_UNPACK_H
#define EFI_UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"

/*
 * One compressed stream as kernels have them inside (docs/formats/kernel-image.md): known by its first
 * bytes, unpacked in memory up to a limit. Never runs a program.
 */
enum unpack_kind {
	UNPACK_NONE, /* no beginning of a stream we know */
	UNPACK_GZIP,
	UNPACK_XZ,
	UNPACK_ZSTD,
	UNPACK_LZ4, /* the legacy frame */
	UNPACK_BZIP2,
	UNPACK_LZMA,
	UNPACK_LZO, /* as lzop writes it */
	UNPACK_KINDS
};

enum unpack_end {
	UNPACK_WHOLE,
	UNPACK_DAMAGED,	    /* ends early, or makes no sense: `data` is what came before */
	UNPACK_TOO_LARGE,   /* more than the limit: `data` is that much of it */
	UNPACK_UNSUPPORTED, /* this build of libarchive would run a program for it */
};

struct unpack {
	enum unpack_kind kind;
	enum unpack_end end;
	struct fault why; /* of every end but UNPACK_WHOLE: what was tried and what came back */
	uint8_t *
		data; /* followed by a NUL that `size` does not count; NULL when there is nothing */
	size_t size;
	size_t used; /* of a whole stream: its own bytes, without what follows it */
};

/* What a stream at `data` is, by its first bytes. */
enum unpack_kind unpack_kind(const uint8_t *data, size_t size);
/* "gzip", "xz", …; "none" */
const char *unpack_name(enum unpack_kind kind);
/* Offset of the next beginning of a stream at or after `from`; `size`: there is none. */
size_t unpack_find(const uint8_t *data, size_t size, size_t from);

/* Bytes after the stream do not matter. Fails for lack of memory only. End with unpack_done(). */
int unpack_stream(const uint8_t *data, size_t size, size_t limit, struct unpack *out,
		  struct fault *f) FAULT_MUST_USE;
void unpack_done(struct unpack *unpack);

#endif
