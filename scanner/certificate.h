/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_CERTIFICATE_H
#define SCANNER_CERTIFICATE_H

#include <openssl/types.h>

#include "scanner/base/fault.h"
#include "scanner/keyring.h"
#include "scanner/profile.h"

/*
 * Fills a key from a certificate: ids, names, dates, and whether the profile's kernel would load it
 * (profile NULL: not asked). Takes the certificate. After digest_init(). End with
 * certificate_done().
 */
int certificate_read(X509 *x509, const char *file, const struct kernel_profile *profile,
		     struct keyring_key *out, struct fault *f) FAULT_MUST_USE;
/* The same from an RSA public key without a certificate. Takes the key. */
int certificate_read_bare(EVP_PKEY *pkey, const char *file, struct keyring_key *out,
			  struct fault *f) FAULT_MUST_USE;
void certificate_done(struct keyring_key *key);

#endif
