/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_RING_H
#define TESTS_FUZZ_RING_H

/*
 * Keyrings for fuzz targets. Without a key the code behind a look-up is never reached; and no input can hold a good
 * signature by a key that was made a moment ago, so that one which passes is a find.
 */

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "scanner/imaxattr.h"
#include "scanner/keyring.h"

/* Keys come from files: this one has no name. A certificate that cannot be taken is left out. */
static inline void ring_add(struct keyring *ring, X509 *cert, const struct kernel_profile *profile)
{
	unsigned char *der = NULL;
	int size = i2d_X509(cert, &der), fd = memfd_create("certificate", MFD_CLOEXEC);
	struct fault fault;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || (size > 0 && (write(fd, der, (size_t)size) != size ||
				    keyring_load(ring, path, profile, &fault) < 0)))
		size = 0;
	OPENSSL_free(der);
	close(fd);
}

static inline void ring_add_key(struct keyring *ring, EVP_PKEY *key, const char *name,
				const struct kernel_profile *profile)
{
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);

	if (!key || !X509_set_version(cert, X509_VERSION_3) ||
	    !ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) ||
	    !X509_gmtime_adj(X509_getm_notBefore(cert), 0) ||
	    !X509_gmtime_adj(X509_getm_notAfter(cert), 86400) ||
	    !X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name,
					-1, -1, 0) ||
	    !X509_set_issuer_name(cert, subject) || !X509_set_pubkey(cert, key) ||
	    !X509_sign(cert, key, EVP_sha256()))
		abort();
	ring_add(ring, cert, profile);
	X509_free(cert);
	EVP_PKEY_free(key);
}

/* A keyring with an RSA and two ECDSA keys, made anew for each process. */
static inline struct keyring *ring_new(const char *name, const struct kernel_profile *profile)
{
	struct keyring *ring = keyring_new(name);

	ring_add_key(ring, EVP_RSA_gen(2048), "rsa", profile);
	ring_add_key(ring, EVP_EC_gen("P-256"), "p256", profile);
	ring_add_key(ring, EVP_EC_gen("P-384"), "p384", profile);
	if (keyring_count(ring) != 3)
		abort();
	return ring;
}

/* The same label, as if the i-th key were meant. Random ids would never be those of a key. */
static inline struct imaxattr ring_meant(const struct keyring *ring, size_t i,
					 const struct imaxattr *label)
{
	struct imaxattr meant = *label;

	meant.keyid = keyring_at(ring, i)->issuer_id;
	meant.keyid_v1 = keyring_at(ring, i)->keyid_v1;
	return meant;
}

#endif
