/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_PKVERIFY_H
#define SCANNER_PKVERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "scanner/hashalgo.h"
#include "scanner/keyring.h"
#include "scanner/profile.h"
#include "scanner/verify.h"

/*
 * One public key made ready for verifying many signatures on one thread, by the kernel's rules
 * (crypto/asymmetric_keys/public_key.c, crypto/rsa-pkcs1pad.c, crypto/ecdsa.c). Knows nothing of
 * labels.
 */
struct pkverify;

/* Borrows the key, which must outlive it. NULL: no memory. */
struct pkverify *pkverify_new(const struct keyring_key *key);
void pkverify_free(struct pkverify *p);
const struct keyring_key *pkverify_key(const struct pkverify *p);

/*
 * Is `sig` this key's signature over the digest, when the signature is said to be by `algo`? (Which
 * is not always the algorithm that made the digest.) VERIFY_OK, _BAD, _UNSUPPORTED_ALGO, _CANNOT or
 * _NO_MEMORY.
 */
enum verify_result pkverify_check(struct pkverify *p, const struct kernel_profile *profile,
				  const struct hashalgo *algo, const uint8_t *digest,
				  size_t digest_size, const uint8_t *sig, size_t sig_size);

/*
 * The same for signatures of version 1: a number in the form of lib/digsig.c, over 20 bytes without
 * DigestInfo. What follows the number is ignored.
 */
enum verify_result pkverify_check_v1(struct pkverify *p, const uint8_t hash[20], const uint8_t *sig,
				     size_t sig_size);

#endif
