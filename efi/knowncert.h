/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_KNOWNCERT_H
#define EFI_KNOWNCERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Certificates that half the world has, known by the SHA-256 of their DER bytes. */
enum knowncert_kind {
	KNOWNCERT_MICROSOFT,
	KNOWNCERT_DISTRIBUTION,
	KNOWNCERT_TEST, /* its private key is public, or was leaked: whoever has it owns the machine */
};

struct knowncert {
	const char *sha256; /* 64 hexadecimal digits */
	enum knowncert_kind kind;
	const char *name;
	const char *note; /* what an administrator should know; NULL: nothing */
};

/* NULL: not among them. */
const struct knowncert *knowncert_by_sha256(const uint8_t sha256[32]);
size_t knowncert_count(void);
const struct knowncert *knowncert_at(size_t i);

/* Does the subject itself say that the key is for tests ("DO NOT TRUST", "DO NOT SHIP")? */
bool knowncert_is_test_subject(const char *subject);

#endif
