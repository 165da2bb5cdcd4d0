/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_CPIO_H
#define EFI_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"

/*
 * Members of cpio archives ("newc"), read as the kernel unpacks an initramfs, from a stream of bytes in
 * pieces of any size: docs/formats/initramfs.md. Knows nothing of compression.
 */
struct cpio;

enum { CPIO_PATH_MAX = 4096 }; /* PATH_MAX of the kernel: longer names are skipped there too */

struct cpio_member {
	const char *name; /* bytes, NUL-terminated, as written; borrowed until the member ends */
	const char *link; /* where a symbolic link points, else NULL; borrowed likewise */
	uint32_t ino, mode, links, size, major, minor;
};

/*
 * What to do with them. A member is begun, its content (of regular files) comes in pieces, it is
 * ended. A trailer ends the life of inode numbers. Return -1 with *f filled to stop the reading.
 */
struct cpio_reader {
	void *context;
	int (*begin)(void *context, const struct cpio_member *member, struct fault *f);
	int (*content)(void *context, const uint8_t *data, size_t size, struct fault *f);
	int (*end)(void *context, struct fault *f);
	int (*trailer)(void *context, struct fault *f);
};

/* `reader` is borrowed. NULL: no memory. */
struct cpio *cpio_new(const struct cpio_reader *reader);
void cpio_free(struct cpio *c);

/*
 * Reads until the bytes are used up, or until a byte that is not zero follows a whole member. A fault is
 * damage at which the kernel stops too (os 0), or what the reader said.
 */
int cpio_feed(struct cpio *c, const uint8_t *data, size_t size, size_t *out_used,
	      struct fault *f) FAULT_MUST_USE;
/* The next byte is the first of a member. */
void cpio_start(struct cpio *c);
/* The next bytes are zeros before a member, or none. */
void cpio_skip_zeros(struct cpio *c);
/* Nothing was read yet. */
bool cpio_is_unused(const struct cpio *c);
/* A member is whole, and nothing behind it was begun. */
bool cpio_at_boundary(const struct cpio *c);
/* Just after a trailer (and zeros), or before the first member. */
bool cpio_after_trailer(const struct cpio *c);
/* The offset that decides what is aligned. */
uint64_t cpio_offset(const struct cpio *c);
void cpio_set_offset(struct cpio *c, uint64_t offset);

#endif
