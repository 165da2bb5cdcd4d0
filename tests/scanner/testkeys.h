/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SCANNER_TESTKEYS_H
#define TESTS_SCANNER_TESTKEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "scanner/base/buf.h"
#include "scanner/keyring.h"
#include "scanner/profile.h"

/* Keys, certificates and signatures for tests, made at run time. Every failure ends the test. */

/* "rsa1024", "rsa2048", …, "P-256", …, "SM2", "ed25519". */
EVP_PKEY *testkeys_new(const char *kind);

struct testkeys_cert {
	EVP_PKEY *key;
	EVP_PKEY *signer;	      /* NULL: self-signed */
	const char *subject, *issuer; /* common names; issuer NULL: as the subject */
	const char *md;		      /* of the signature; NULL: sha256 */
	long serial;		      /* 0: 1 */
	/* Raw values of extensions; NULL: none. */
	const char *skid, *akid, *usage;
	size_t skid_size, akid_size, usage_size;
	const char *not_before, *not_after; /* ASN1_TIME_set_string(); NULL: 2020 and 2040 */
	bool generalized_time;		    /* GeneralizedTime even before 2050 */
	bool break_signature;
	bool two_algorithms; /* the one beside the signature differs from the signed one */
};

X509 *testkeys_certify(const struct testkeys_cert *recipe);

/* A SubjectKeyIdentifier extension of these four bytes. */
#define TESTKEYS_SKID(text) .skid = "\x04\x04" text, .skid_size = 6

/* A fresh directory; remove with testkeys_rmdir(). */
char *testkeys_mkdir(void);
void testkeys_rmdir(char *directory);
/* DIRECTORY/NAME, for the duration of the test. */
const char *testkeys_path(const char *directory, const char *name);

void testkeys_write(const char *path, const void *data, size_t size);
/* Each replaces the file, or adds to it. */
void testkeys_write_der(const char *path, X509 *x509);
void testkeys_add_pem(const char *path, X509 *x509);
void testkeys_add_public(const char *path, EVP_PKEY *key);
void testkeys_add_private(const char *path, EVP_PKEY *key);

/* Linux 6.12 with everything this project knows, ima_hash=sha256. */
struct kernel_profile testkeys_profile(void);

/* A ring of these certificates (frees them), each as a file of its own. */
struct keyring *testkeys_ring(const struct kernel_profile *profile, X509 **x509, size_t count);

/* The signature of a digest: PKCS#1 v1.5 with the DigestInfo of `md` (NULL: without), or ECDSA's
 * DER. */
void testkeys_sign(EVP_PKEY *key, const char *md, const void *digest, size_t size, struct buf *out);

/* TYPE VERSION ALGO KEYID SIZE SIG, with the true size. */
void testkeys_label(uint8_t type, uint8_t version, uint8_t algo, uint32_t keyid,
		    const struct buf *sig, struct buf *out);

#endif
