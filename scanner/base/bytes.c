/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bounded reading cursor: the one place where lengths of foreign data are checked. */
#include "scanner/base/bytes.h"

#include <stdlib.h>
#include <string.h>

const uint8_t *bytes_take(struct bytes *b, size_t n)
{
	const uint8_t *taken = b->at;

	if (b->bad || n > b->left) {
		b->bad = true;
		return NULL;
	}
	b->at += n;
	b->left -= n;
	return taken;
}

uint8_t bytes_u8(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 1);

	return p ? p[0] : 0;
}

uint16_t bytes_u16be(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

uint16_t bytes_u16le(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 2);

	return p ? (uint16_t)(p[1] << 8 | p[0]) : 0;
}

uint32_t bytes_u32be(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

uint32_t bytes_u32le(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 4);

	return p ? (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0] : 0;
}

uint64_t bytes_u64le(struct bytes *b)
{
	uint64_t low = bytes_u32le(b);
	uint64_t high = bytes_u32le(b);

	return b->bad ? 0 : high << 32 | low;
}

bool bytes_all_zero(const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (data[i])
			return false;
	return true;
}

char *bytes_text(const void *data, size_t n)
{
	const char *end = n ? memchr(data, '\0', n) : NULL;
	size_t size = end ? (size_t)(end - (const char *)data) : n;
	char *copy = malloc(size + 1);

	if (!copy)
		return NULL;
	if (size)
		memcpy(copy, data, size);
	copy[size] = '\0';
	return copy;
}
