/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef E2E_BLOB_H
#define E2E_BLOB_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of bounded number: labels, digests, signatures. Overflow ends the program. */
#define BLOB_MAX 3500

struct blob {
	size_t size;
	uint8_t bytes[BLOB_MAX];
};

void blob_add(struct blob *b, const void *bytes, size_t size);
void blob_add_u8(struct blob *b, unsigned value);
void blob_add_u16be(struct blob *b, unsigned value);
void blob_add_fill(struct blob *b, unsigned value, size_t count);
void blob_add_blob(struct blob *b, const struct blob *other);
struct blob blob_of(const void *bytes, size_t size);
struct blob blob_from_hex(const char *hex);

/* Ends the program, with OpenSSL's reasons if it has some. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
