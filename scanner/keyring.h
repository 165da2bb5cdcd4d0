/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_KEYRING_H
#define SCANNER_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"
#include "scanner/hashalgo.h"
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
	struct evp_pkey_st *pkey; /* NULL when libcrypto does not know this kind */
	struct x509_st *x509;	  /* NULL for a bare public key, which only v1 signatures can use */
	enum keyring_algo algo;
	unsigned bits;
	/* Last four bytes of the SubjectKeyIdentifier. A shorter one matches no id. */
	bool has_skid;
	uint32_t skid;
	/* Last four bytes of serial number and DER issuer name. Only an empty issuer lacks them. */
	bool has_issuer_id;
	uint32_t issuer_id;
	uint64_t keyid_v1; /* of v1 signatures; RSA only */
	/* RFC 4514 text of any bytes, and hexadecimal digits; to be escaped when printed. */
	char *subject, *issuer, *serial;
	time_t not_before, not_after; /* UTC; the kernel does not look at them */
	bool self_signed, ca;
	bool revoked; /* in the blacklist keyring: asking for it is refused */
	/* NULL: the profile's kernel loads it. Else why not: "self-signed with a bad signature". */
	const char *refused;
	char *file;	    /* where it was read */
	uint8_t sha256[32]; /* of the DER certificate, or of a bare key's SubjectPublicKeyInfo */
	struct digest tbs;  /* of the signed part, by the hash it was signed with; maybe none */
};

struct keyring;

struct keyring *keyring_new(const char *name); /* ".ima", ".evm", ".platform"; NULL: no memory */
void keyring_free(struct keyring *ring);

/*
 * Adds every certificate of a PEM or DER file, or of each regular file in a directory (sorted by
 * name, not recursive; files in it that hold no certificate are skipped and counted). A file named
 * directly that holds no certificate is a fault. Private keys are refused by name: they do not
 * belong here. The same certificate twice is one key. Runs digest_init().
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
/*
 * The same for version 1, whose keys are the bare RSA keys of the certificates: the kernel never
 * sees the certificate, so refused ones are found too.
 */
/* A key of that id whose certificate the profile's kernel does not load; NULL: none. */
const struct keyring_key *keyring_find_refused(const struct keyring *ring, uint32_t keyid);
size_t keyring_find_v1(const struct keyring *ring, uint64_t keyid, const struct keyring_key **out,
		       size_t max);

/* 8 lower-case digits: the SKID's id, or the issuer's where there is none. */
void keyring_key_id_text(const struct keyring_key *key, struct buf *out);

/* Files of directories that held no certificate and were passed over. */
size_t keyring_skipped(const struct keyring *ring);

/*
 * Marks the keys of revoked certificates: those with the same public key, or with the same issuer
 * and serial number. Borrows `revoked`, which must outlive the ring: the kernel refuses by the id
 * that a signature names, so the ids are asked for again then.
 */
void keyring_revoke(struct keyring *ring, const struct keyring *revoked);
/* Does a revoked certificate have this id? Its key need not be in the ring. */
bool keyring_id_revoked(const struct keyring *ring, uint32_t keyid);
/* Refuses certificates whose signed part has this hash: the kernel would not have loaded them. */
void keyring_refuse_tbs(struct keyring *ring, const uint8_t *hash, size_t size);

#endif
