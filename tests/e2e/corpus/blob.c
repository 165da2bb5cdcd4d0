// SPDX-License-Identifier: GPL-2.0-or-later
/* Byte strings for building labels, and the one way out when something goes wrong. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "blob.h"

void die(const char *format, ...)
{
	int err = errno;
	va_list args;

	va_start(args, format);
	fprintf(stderr, "corpus: ");
	vfprintf(stderr, format, args);
	fprintf(stderr, " (errno: %s)\n", strerror(err));
	va_end(args);
	ERR_print_errors_fp(stderr);
	exit(70);
}

void blob_add(struct blob *b, const void *bytes, size_t size)
{
	if (size > BLOB_MAX - b->size)
		die("a label of more than %d bytes", BLOB_MAX);
	if (size)
		memcpy(b->bytes + b->size, bytes, size);
	b->size += size;
}

void blob_add_u8(struct blob *b, unsigned value)
{
	blob_add(b, &(uint8_t){(uint8_t)value}, 1);
}

void blob_add_u16be(struct blob *b, unsigned value)
{
	blob_add_u8(b, value >> 8 & 0xff);
	blob_add_u8(b, value & 0xff);
}

void blob_add_fill(struct blob *b, unsigned value, size_t count)
{
	while (count--)
		blob_add_u8(b, value);
}

void blob_add_blob(struct blob *b, const struct blob *other)
{
	blob_add(b, other->bytes, other->size);
}

struct blob blob_of(const void *bytes, size_t size)
{
	struct blob b = {0};

	blob_add(&b, bytes, size);
	return b;
}

struct blob blob_from_hex(const char *hex)
{
	struct blob b = {0};

	for (; hex[0] && hex[1]; hex += 2) {
		char pair[3] = {hex[0], hex[1], 0};

		blob_add_u8(&b, (unsigned)strtoul(pair, NULL, 16));
	}
	return b;
}
