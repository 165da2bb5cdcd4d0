/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_PROFILE_H
#define SCANNER_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"
#include "scanner/hashalgo.h"

/* How a kernel has an algorithm: compiled in, as a module that IMA loads on demand, or not at all. */
enum profile_have { PROFILE_ABSENT, PROFILE_MODULE, PROFILE_BUILTIN };

/* What /sys/kernel/security/evm would say: which EVM keys are in force. Bits. */
enum profile_evm { PROFILE_EVM_NONE = 0, PROFILE_EVM_HMAC = 1, PROFILE_EVM_X509 = 2 };

enum profile_appraise {
	PROFILE_APPRAISE_ENFORCE,
	PROFILE_APPRAISE_LOG,
	PROFILE_APPRAISE_FIX,
	PROFILE_APPRAISE_OFF,
};

/*
 * The extended attributes EVM protects, in the order in which the kernel feeds them to the hash
 * (security/integrity/evm/evm_main.c, evm_config_default_xattrnames). Indexes and bit numbers.
 */
enum profile_xattr {
	PROFILE_XATTR_SELINUX,
	PROFILE_XATTR_SMACK64,
	PROFILE_XATTR_SMACK64EXEC,
	PROFILE_XATTR_SMACK64TRANSMUTE,
	PROFILE_XATTR_SMACK64MMAP,
	PROFILE_XATTR_APPARMOR,
	PROFILE_XATTR_IMA,
	PROFILE_XATTR_CAPABILITY,
	PROFILE_XATTR_COUNT
};

/* "security.selinux" and so on. */
const char *profile_xattr_name(enum profile_xattr xattr);

/*
 * What the target's kernel can do, in one value. Verdict code asks nothing else about the kernel.
 * Filled by profile_init() and then narrowed by the command line; const afterwards.
 */
struct kernel_profile {
	unsigned major, minor;
	const struct hashalgo *default_hash; /* what files without a usable label are hashed with */
	uint8_t hash[HASHALGO_COUNT];	     /* enum profile_have */
	unsigned evm;			     /* bits of enum profile_evm */
	unsigned evm_xattrs;		     /* bit per enum profile_xattr: enabled at build time */
	bool evm_fsuuid;		     /* CONFIG_EVM_ATTR_FSUUID */
	bool sig_v1;			     /* CONFIG_SIGNATURE: the deprecated RSA signatures */
	bool ecdsa, ecrdsa, sm2;	     /* public key algorithms */
	bool modsig;			     /* CONFIG_IMA_APPRAISE_MODSIG */
	bool fs_verity;			     /* CONFIG_FS_VERITY */
	bool platform_keyring; /* CONFIG_INTEGRITY_PLATFORM_KEYRING: kexec falls back to it */
	bool trusted_keyring;  /* CONFIG_INTEGRITY_TRUSTED_KEYRING: only certificates signed
						by a built-in one can be in .ima and .evm */
	bool write_policy;     /* CONFIG_IMA_WRITE_POLICY */
	bool measure_keys;     /* CONFIG_IMA_MEASURE_ASYMMETRIC_KEYS: func=KEY_CHECK */
	bool lsm_rules;	       /* CONFIG_IMA_LSM_RULES: subj_ and obj_ conditions */
	bool signed_init;      /* CONFIG_IMA_APPRAISE_SIGNED_INIT */
	bool require_module_sigs, require_firmware_sigs, require_kexec_sigs, require_policy_sigs;
	bool arch_policy;	 /* CONFIG_IMA_ARCH_POLICY */
	bool appraise_bootparam; /* CONFIG_IMA_APPRAISE_BOOTPARAM */
	/* Differences between kernel versions, as facts rather than version comparisons. */
	bool sigv3_files;  /* 7.1: v3 signatures over a file digest; v3 in EVM hashes file ids */
	bool mmap_reqprot; /* 6.4: func=MMAP_CHECK_REQPROT */
	bool blacklist_with_imasig; /* 6.6: check_blacklist is implied by every signature rule */
	bool evm_hmac_unsupported;  /* 6.10: EVM HMACs are not judged on overlayfs */
	bool verity_sigs;	    /* 5.19: digest_type=verity, security.ima of type 06 */
	/* From the kernel command line. */
	enum profile_appraise appraise;
	bool evm_fix;		/* evm=fix */
	bool fail_securely;	/* ima_policy=fail_securely */
	char policy_words[128]; /* the words of ima_policy=, "" without */
	/* Where each part came from, for the report: "default" or the option's name. */
	const char *source_version, *source_config, *source_cmdline;
	/* What was asked for; every setter derives the fields above from it anew, so that their order does
	   not matter. Of no interest to readers. */
	struct profile_asked {
		uint8_t hash[HASHALGO_COUNT]; /* by the configuration alone */
		const struct hashalgo *config_hash, *cmdline_hash, *option_hash;
		bool ecdsa, ecrdsa, sm2;
		bool version;		      /* profile_set_version() was called */
		bool ima_appraise, evm_built; /* CONFIG_IMA_APPRAISE, CONFIG_EVM */
		unsigned evm;
		enum profile_appraise appraise;
		bool cmdline_hash_unknown; /* an ima_hash= that no kernel knows, and so ignores */
	} asked;
};

/* The documented default: Linux 6.12 as Debian builds it, EVM off, nothing on its command line. */
void profile_init(struct kernel_profile *profile);

/* --kernel-version: "6.1", "6.12.3-foo". Sets what follows from the version. EINVAL: not a version. */
int profile_set_version(struct kernel_profile *profile, const char *text,
			struct fault *f) FAULT_MUST_USE;

/*
 * --kernel-config: the text of a kernel .config. Options that are absent count as "not set" once the
 * text is recognised as a kernel configuration (it names CONFIG_IMA in either way). The version is
 * taken from its heading unless profile_set_version() was called before.
 */
int profile_set_config(struct kernel_profile *profile, const char *text, size_t size,
		       struct fault *f) FAULT_MUST_USE;

/* --cmdline: takes ima_hash=, ima_appraise=, ima_policy=, ima_appraise_tcb, ima_tcb, evm=; ignores the rest. */
int profile_set_cmdline(struct kernel_profile *profile, const char *text,
			struct fault *f) FAULT_MUST_USE;

/* --ima-hash: as ima_hash= would; a name the kernel does not know is a fault. */
int profile_set_hash(struct kernel_profile *profile, const char *name,
		     struct fault *f) FAULT_MUST_USE;

/* --evm: none, x509, hmac or both. */
int profile_set_evm(struct kernel_profile *profile, const char *word,
		    struct fault *f) FAULT_MUST_USE;

/* One line of words for the report: "Linux 6.12 (default), ima_hash=sha256, EVM none, …". */
void profile_describe(const struct kernel_profile *profile, struct buf *out);

#endif
