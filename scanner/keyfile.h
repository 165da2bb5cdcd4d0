/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_KEYFILE_H
#define SCANNER_KEYFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "scanner/base/fault.h"

/*
 * Certificates and public keys out of the operator's files: PEM (any number, other text around
 * them) or DER (one after another).
 */

/* One of the two is NULL. Takes it. */
typedef int keyfile_item_fn(void *context, const char *file, X509 *x509, EVP_PKEY *pkey,
			    struct fault *f);

/*
 * Calls `item` for each certificate and each bare RSA public key of a file's bytes. A private
 * key among them is a fault. *out_count: how many items there were.
 */
int keyfile_decode(const char *file, const uint8_t *data, size_t size, keyfile_item_fn *item,
		   void *context, size_t *out_count, struct fault *f) FAULT_MUST_USE;

/* The bytes of one file. `named`: the operator named it, rather than a directory it lies in. */
typedef int keyfile_fn(void *context, const char *file, bool named, const uint8_t *data,
		       size_t size, struct fault *f);

/*
 * Calls `each` with the content of a file, or of each regular file of a directory in the order of
 * their names. Wipes what it read, since it may turn out to be a private key.
 */
int keyfile_each(const char *path, keyfile_fn *each, void *context, struct fault *f) FAULT_MUST_USE;

#endif
