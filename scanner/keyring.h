/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_KEYRING_H
#define SCANNER_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"
#include "scanner/profile.h"

/*
 * The certificates the operator gives: one keyring for .ima, one for .evm, one for .platform.
 * Loaded before the first worker starts and frozen then: reading it from many threads is safe. How
 * key ids are formed: docs/formats/ima-labels.md (crypto/asymmetric_keys/x509_public_key.c).
 */
enum keyring_algo { KEYRING_RSA, KEYRING_ECDSA, KEYRING_ECRDSA, KEYRING_SM2, KEYRING_OTHER };

struct evp_pkey_st;
struct x509_st;

struct keyring_key {
	struct evp_pkey_st *pkey;
	struct x509_st *x509; /* NULL for a bare public key, which only v1 signatures can use */
	enum keyring_algo algo;
	unsigned bits;
	bool has_skid;
	uint32_t skid;	    /* last four bytes of the SubjectKeyIdentifier */
	uint32_t issuer_id; /* last four bytes of the DER issuer name */
	uint64_t keyid_v1;  /* of v1 signatures; RSA only */
	char *subject, *issuer,
		*serial;	      /* RFC 4514 text of any bytes; to be escaped when printed */
	time_t not_before, not_after; /* UTC; the kernel does not look at them */
	bool self_signed, ca;
	bool revoked; /* in the blacklist keyring: asking for it is refused */
	/* NULL: the kernel of the profile loads it. Else why not, in words ("self-signed with a bad
	 * signature"). */
	const char *refused;
	char *file;	    /* where it was read */
	uint8_t sha256[32]; /* of the DER certificate (of the SubjectPublicKeyInfo for a bare key)
			     */
};

struct keyring;

struct keyring *keyring_new(const char *name); /* ".ima", ".evm", ".platform"; NULL: no memory */
void keyring_free(struct keyring *ring);

/*
 * Adds every certificate of a PEM or DER file, or of each regular file in a directory (sorted by
 * name, not recursive; files in it that hold no certificate are skipped and counted). A file named
 * directly that holds no certificate is a fault. Private keys are refused by name: they do not
 * belong here.
 */
int keyring_load(struct keyring *ring, const char *path, const struct kernel_profile *profile,
		 struct fault *f) FAULT_MUST_USE;

size_t keyring_count(const struct keyring *ring);
const struct keyring_key *keyring_at(const struct keyring *ring, size_t i);
const char *keyring_name(const struct keyring *ring);

/*
 * The usable keys that the kernel may find for a v2/v3 key id: by SubjectKeyIdentifier or by the
 * end of the issuer's name. Writes up to `max`; returns how many there are (more than one: the
 * kernel picks any). Refused keys are left out; revoked ones are not.
 */
size_t keyring_find(const struct keyring *ring, uint32_t keyid, const struct keyring_key **out,
		    size_t max);
size_t keyring_find_v1(const struct keyring *ring, uint64_t keyid, const struct keyring_key **out,
		       size_t max);

/* 8 lower-case digits: the SKID's id, or the issuer's where there is none. */
void keyring_key_id_text(const struct keyring_key *key, struct buf *out);

/*
 * Revocation: certificates (PEM or DER, marks keys with the same public key or the same issuer and
 * serial as revoked) and hashes (text lines of hexadecimal digits, optionally "bin:" or "tbs:"
 * before, as in /proc/keys of .blacklist), from a file or directory. Applies to every ring given
 * later with blacklist_apply().
 */
struct blacklist;

struct blacklist *blacklist_new(void);
void blacklist_free(struct blacklist *list);
int blacklist_load(struct blacklist *list, const char *path, struct fault *f) FAULT_MUST_USE;
void blacklist_apply(const struct blacklist *list, struct keyring *ring);
/* Is this digest of a file's content a blacklisted binary? list may be NULL. */
bool blacklist_has_binary(const struct blacklist *list, const uint8_t *digest, size_t size);
size_t blacklist_count(const struct blacklist *list);

#endif
