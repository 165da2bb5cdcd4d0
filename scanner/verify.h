/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_VERIFY_H
#define SCANNER_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"
#include "scanner/hashalgo.h"
#include "scanner/imaxattr.h"
#include "scanner/keyring.h"
#include "scanner/profile.h"

/* What the kernel's integrity_digsig_verify() would return, in words. */
enum verify_result {
	VERIFY_NOT_TRIED,
	VERIFY_OK,		 /* 0 */
	VERIFY_BAD,		 /* -EKEYREJECTED, -EBADMSG, -EINVAL: does not match, malformed */
	VERIFY_NO_KEY,		 /* -ENOKEY: no key of that id in a keyring that has keys */
	VERIFY_REVOKED,		 /* -EKEYREJECTED: the key is in the blacklist keyring */
	VERIFY_UNSUPPORTED_ALGO, /* -ENOPKG: this kernel cannot do it, so it refuses */
	VERIFY_UNSUPPORTED_VERSION, /* -EOPNOTSUPP: no such signature version */
	/* Ours: we cannot tell what the kernel would find. */
	VERIFY_NO_KEYRING, /* the operator gave no key at all for this keyring */
	VERIFY_AMBIGUOUS,  /* several keys for the id, and they do not agree */
	VERIFY_CANNOT,	   /* libcrypto lacks what the kernel has */
	VERIFY_NO_MEMORY,  /* a fault of our own: whoever asked has to tell */
};

struct verify_outcome {
	enum verify_result result;
	/* The key tried, NULL if none. With VERIFY_NO_KEY: one that was given and is not loaded. */
	const struct keyring_key *key;
};

/*
 * Verifies signatures for one thread: keeps libcrypto contexts between calls. Borrows profile and
 * keyring, which must outlive it.
 */
struct verifier;

struct verifier *verifier_new(const struct keyring *ring, const struct kernel_profile *profile);
void verifier_free(struct verifier *v);

/*
 * Verifies a signature label (type 03, 05 or 06; any version) over `digest`, as
 * integrity_digsig_verify() of the profile's kernel would: for v1 and v2 over the digest itself;
 * for v3 over the file id of the label's type and the digest (security/integrity/digsig.c,
 * digsig_asymmetric.c; include/uapi/linux/ima.h struct ima_file_id), except that kernels without
 * sigv3_files took 03 03 and 05 03 as v2. `digest` is what the kernel would have collected
 * (imaxattr_collect_algo()), whatever the label says.
 */
struct verify_outcome verifier_check(struct verifier *v, const struct imaxattr *label,
				     const struct digest *digest);

/*
 * Verifies a raw signature (no label header) by one key over a digest, with the kernel's rules for
 * RSA PKCS#1 v1.5 and for its lax ECDSA encoding. Used for PKCS#7 too.
 */
enum verify_result verifier_raw(struct verifier *v, const struct keyring_key *key,
				const struct digest *digest, const uint8_t *sig, size_t sig_size);

/*
 * The same by a key that does not outlive the call, such as one a message brings along: nothing of
 * it is kept (verifier_raw() knows keys again by their address).
 */
enum verify_result verifier_once(struct verifier *v, const struct keyring_key *key,
				 const struct digest *digest, const uint8_t *sig, size_t sig_size);

#endif
