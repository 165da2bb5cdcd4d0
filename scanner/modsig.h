/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_MODSIG_H
#define SCANNER_MODSIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"
#include "scanner/hashalgo.h"
#include "scanner/keyring.h"
#include "scanner/verify.h"

/*
 * The signature appended to a kernel module or image: PKCS#7, then struct module_signature, then a
 * marker (include/linux/module_signature.h; kernel/module_signature.c mod_check_sig();
 * security/integrity/ima/ima_modsig.c).
 */
enum {
	MODSIG_TAIL_BYTES = 40, /* struct module_signature and marker, at the end of the file */
	MODSIG_PKCS7_MAX = 64 * 1024, /* larger ones are refused: real ones are below 4 KiB */
};

/*
 * Looks at the last MODSIG_TAIL_BYTES of a file of file_size bytes. True: there is a well-formed
 * trailer; *out_pkcs7_size is the size of the PKCS#7 message that ends where the tail begins. False
 * with *out_malformed true: the marker is there but what precedes it is not as the kernel demands.
 */
bool modsig_find(const uint8_t tail[MODSIG_TAIL_BYTES], uint64_t file_size,
		 uint32_t *out_pkcs7_size, bool *out_malformed);

struct modsig; /* a parsed PKCS#7 message */

/*
 * *out is NULL for what is not a message the kernel would take. Copies what it needs. -1: no memory,
 * so that it is not known.
 */
int modsig_parse(const uint8_t *pkcs7, size_t size, struct modsig **out,
		 struct fault *f) FAULT_MUST_USE;
void modsig_free(struct modsig *m);

/* The algorithm by which the content (the file without the trailer) is to be hashed. NULL: unknown.
 */
const struct hashalgo *modsig_algo(const struct modsig *m);

/*
 * Who signed, for somebody who looks for the certificate: of the first signer the issuer and serial
 * number, or the SubjectKeyIdentifier, whichever the message names. Bytes of the file: to be escaped.
 */
void modsig_signer(const struct modsig *m, struct buf *out);

/*
 * Would the kernel accept the message over content of this digest, with this keyring as the trusted
 * one (crypto/asymmetric_keys/pkcs7_verify.c, pkcs7_trust.c)? Validity dates are not looked at.
 */
struct verify_outcome modsig_check(const struct modsig *m, struct verifier *v,
				   const struct keyring *ring, const struct digest *content);

#endif
