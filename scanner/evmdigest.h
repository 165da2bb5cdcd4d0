/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_EVMDIGEST_H
#define SCANNER_EVMDIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/attrs.h"
#include "scanner/base/buf.h"
#include "scanner/imaxattr.h"
#include "scanner/keyring.h"
#include "scanner/profile.h"
#include "scanner/verify.h"

/* The kernel's enum integrity_status (include/linux/integrity.h), and ours. */
enum evm_status {
	EVM_STATUS_UNKNOWN, /* EVM not in force, or not for this file system */
	EVM_STATUS_PASS,
	EVM_STATUS_PASS_IMMUTABLE,
	EVM_STATUS_FAIL,
	EVM_STATUS_FAIL_IMMUTABLE,
	EVM_STATUS_NO_LABEL,  /* no security.evm, but protected attributes */
	EVM_STATUS_NO_XATTRS, /* no protected attribute at all */
	EVM_STATUS_UNDECIDED, /* ours; `why` says which */
};

/* The `why` that is a fault of our own. */
#define EVMDIGEST_NO_MEMORY "no-memory"

struct evm_outcome {
	enum evm_status status;
	const char *why; /* of undecided: "no-hmac-key", "no-generation", "no-fsuuid",
			    "ambiguous-key", … */
	const struct keyring_key *key;
	bool key_unknown; /* it failed for want of the key that signed it */
};

/* What EVM needs to know about the file system. */
struct evm_fs {
	bool has_uuid;
	uint8_t uuid[16];      /* in the order in which it is written */
	bool hmac_unsupported; /* overlayfs, on kernels that say so */
};

/*
 * Writes the exact bytes the kernel hashes for a label of type `type` (security/integrity/evm/
 * evm_crypto.c evm_calc_hmac_or_hash(), hmac_add_misc()): values of the protected attributes in the
 * kernel's order, the 24 bytes of inode facts, the UUID. `capability` replaces
 * security.capability's value when not NULL. False: something the kernel would know is not known
 * (*out_why says what), or the kernel refuses (portable without security.ima: *out_why NULL).
 */
bool evmdigest_input(const struct kernel_profile *profile, enum imaxattr_type type,
		     const struct inode_facts *inode, const struct attrs *attrs,
		     const struct evm_fs *fs, const struct attrs_value *capability, struct buf *out,
		     const char **out_why);

/* An EVM HMAC key: 64 bytes zero-padded to 128 as the kernel does. NULL: none given. */
struct evm_hmac_key;
int evm_hmac_key_load(const char *path, struct evm_hmac_key **out, struct fault *f) FAULT_MUST_USE;
void evm_hmac_key_free(struct evm_hmac_key *key); /* wipes */

/*
 * The status evm_verifyxattr() would return (evm_main.c evm_verify_hmac()) in the profile's kernel.
 * security.capability is tried as read and as the v3 form with root id 0, which user space cannot
 * tell apart. `verifier` is one over the .evm keyring.
 */
struct evm_outcome evm_judge(struct verifier *verifier, const struct kernel_profile *profile,
			     const struct evm_hmac_key *hmac_key, const struct inode_facts *inode,
			     const struct attrs *attrs, const struct imaxattr *evm_label,
			     const struct evm_fs *fs);

/* "pass", "pass_immutable", … */
const char *evm_status_name(enum evm_status status);

#endif
