/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_CERTRULES_H
#define SCANNER_CERTRULES_H

#include <openssl/types.h>

#include "scanner/base/buf.h"
#include "scanner/keyring.h"
#include "scanner/profile.h"

/* What the kernel sees in a certificate, where libcrypto's view of it is not fine enough. */

/* The content of the DER of the issuer or subject, without the outer header. */
void certrules_name(const X509_NAME *name, struct buf *out);
/* The content bytes of the DER of a serial number. */
void certrules_serial(const ASN1_INTEGER *serial, struct buf *out);
/* The content of the SubjectKeyIdentifier, whatever it is. False: none, or one the kernel refuses.
 */
bool certrules_skid(const X509 *x509, struct buf *out);
/* The kind of key, by its object identifiers as the kernel reads them. */
enum keyring_algo certrules_key_algo(const X509 *x509);
/*
 * Hashes the signed part by the hash it was signed with. One that the kernel or libcrypto does not
 * know leaves *out alone, which is no failure; no memory is.
 */
int certrules_tbs(X509 *x509, struct digest *out, struct fault *f) FAULT_MUST_USE;

/*
 * Sets key->refused to why the profile's kernel would not load the certificate, in words, or NULL:
 * it would; and key->self_signed. The key's other fields are filled already. Fails without memory:
 * that must not pass for a refusal, nor for a certificate that nothing speaks against.
 */
int certrules_judge(X509 *x509, struct keyring_key *key, const struct kernel_profile *profile,
		    struct fault *f) FAULT_MUST_USE;

#endif
