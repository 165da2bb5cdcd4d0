/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BASE_BYTES_H
#define SCANNER_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A reading cursor over bytes of unknown origin. Reading past the end yields zero (or NULL), and
 * the cursor turns bad and stays bad; a decoder checks once at the end. Borrows the bytes.
 */
struct bytes {
	const uint8_t *at;
	size_t left;
	bool bad;
};

static inline struct bytes bytes_of(const void *data, size_t size_bytes)
{
	return (struct bytes){.at = data, .left = size_bytes};
}

/* The next n bytes, or NULL (and a bad cursor) when there are fewer. */
const uint8_t *bytes_take(struct bytes *b, size_t n);

uint8_t bytes_u8(struct bytes *b);
uint16_t bytes_u16be(struct bytes *b);
uint16_t bytes_u16le(struct bytes *b);
uint32_t bytes_u32be(struct bytes *b);
uint32_t bytes_u32le(struct bytes *b);
uint64_t bytes_u64le(struct bytes *b);

/* True when everything asked for was there and nothing is left over. */
static inline bool bytes_done(const struct bytes *b)
{
	return !b->bad && b->left == 0;
}

/*
 * The bytes up to the first NUL, at most n, as a text of its own. NULL: no memory. Unlike strndup(3) it may
 * be given bytes that no NUL follows.
 */
char *bytes_text(const void *data, size_t n);

/* Are all n bytes zero? */
bool bytes_all_zero(const uint8_t *data, size_t n);

#endif
