/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_PKCS7_H
#define SCANNER_PKCS7_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/cms.h>
#include <openssl/x509.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"
#include "scanner/hashalgo.h"
#include "scanner/keyring.h"

/*
 * A PKCS#7 signed message as the kernel's parser takes it (crypto/asymmetric_keys/pkcs7_parser.c),
 * and certificates looked for by the identifiers the kernel uses.
 */

/*
 * A search for a certificate: by issuer and serial number, by SubjectKeyIdentifier, or by both,
 * when the second must agree. The kernel compares encoded bytes, so names are not made canonical.
 * Borrows.
 */
struct pkcs7_id {
	const X509_NAME *issuer;
	const ASN1_INTEGER *serial;
	const ASN1_OCTET_STRING *skid;
};

struct pkcs7_signer {
	const struct hashalgo *hash;
	enum keyring_algo key;
	struct pkcs7_id id; /* issuer and serial number, or a SubjectKeyIdentifier; never both */
	const ASN1_OCTET_STRING *signature;
};

struct pkcs7 {
	CMS_ContentInfo *message; /* what signers borrow from */
	STACK_OF(X509) * certs;
	struct pkcs7_signer *signers; /* at least one */
	size_t count;
	bool has_attributes; /* each signer has signed attributes (or none has) */
	bool is_data;	     /* content type "data"; else Microsoft's indirect data */
	bool attached;	     /* the message brings content of its own, which is what counts then */
	struct digest attached_digest; /* by the first signer's hash */
	bool no_memory;		       /* while parsing: never in a message that was given out */
};

/* *out is NULL for what is not a message the kernel would take. -1: no memory. */
int pkcs7_parse(const uint8_t *data, size_t size, struct pkcs7 **out,
		struct fault *f) FAULT_MUST_USE;
void pkcs7_free(struct pkcs7 *p);

struct pkcs7_id pkcs7_id_of(X509 *cert);
/* Of who signed it, by its AuthorityKeyIdentifier; of nobody when it has none. */
struct pkcs7_id pkcs7_id_of_issuer(X509 *cert);
/* Is this the certificate by its first identifier? *out_denied: it is, but the second disagrees. */
bool pkcs7_id_matches(const struct pkcs7_id *id, X509 *cert, bool *out_denied);
bool pkcs7_self_signed(X509 *cert);
/* "issuer CN=…, serial 1f3a" or "key id 5e0b…", as an operator would look for it. Not escaped. */
void pkcs7_id_text(const struct pkcs7_id *id, struct buf *out);
/* Among the message's certificates; NULL: none. */
X509 *pkcs7_find(const struct pkcs7 *p, const struct pkcs7_id *id, bool *out_denied);

#endif
