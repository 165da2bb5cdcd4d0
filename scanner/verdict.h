/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_VERDICT_H
#define SCANNER_VERDICT_H

#include <stdbool.h>

#include "scanner/digest.h"
#include "scanner/evmdigest.h"
#include "scanner/imaxattr.h"
#include "scanner/policy/policy.h"
#include "scanner/verify.h"

/* The kernel's enum integrity_status, and ours. */
enum verdict_kind {
	VERDICT_PASS,
	VERDICT_PASS_IMMUTABLE,
	VERDICT_FAIL,
	VERDICT_FAIL_IMMUTABLE,
	VERDICT_NO_LABEL,
	VERDICT_NO_XATTRS,
	VERDICT_UNKNOWN,
	VERDICT_UNDECIDED,
	VERDICT_KIND_COUNT
};

struct verdict {
	enum verdict_kind kind;
	const char
		*cause; /* the kernel's cause word, or ours when undecided; NULL when it passed */
};

/* Why there is no digest although one was asked for. */
enum digest_state {
	DIGEST_NOT_ASKED,
	DIGEST_DONE,
	DIGEST_KERNEL_LACKS, /* the profile's kernel has no such algorithm: collecting fails there */
	DIGEST_LIBRARY_LACKS, /* the kernel has it and libcrypto does not */
	DIGEST_UNREADABLE,    /* reading the content failed */
	DIGEST_NO_VERITY,     /* of the verity digest: the file is not a verity file */
	DIGEST_UNKNOWN,	      /* of the verity digest: its parameters cannot be read here */
};

struct collected {
	enum digest_state state;
	struct digest digest;
};

/* All that is known of a file when it is judged; nothing here is computed by the judgement. */
struct verdict_input {
	const struct kernel_profile *profile;
	enum attrs_state ima_state; /* how reading security.ima went */
	const struct imaxattr *ima;
	struct collected data;		  /* digest of the content, in the label's algorithm */
	struct collected verity;	  /* fs-verity digest */
	struct verify_outcome sig_data;	  /* the label's signature over `data`, by .ima */
	struct verify_outcome sig_verity; /* the same over `verity` */
	/* Over `data` and over `verity`, by .platform (kexec). */
	struct verify_outcome sig_platform, sig_platform_verity;
	bool has_modsig; /* a well-formed appended signature that the kernel would parse */
	struct verify_outcome modsig, modsig_platform;
	bool modsig_blacklisted;
	bool blacklisted;	 /* `data` is a blacklisted binary hash */
	bool verity_blacklisted; /* `verity` is */
	bool evm_judged;
	struct evm_outcome evm;
	bool unverifiable_fs; /* fuse and the like, with fail_securely */
};

/* An access to be appraised. All zero but func and mask: as a plain appraise rule would have it. */
struct verdict_access {
	enum policy_func func; /* FILE_CHECK also where the rule names no hook, as in the kernel */
	unsigned mask;
	unsigned options;	/* POLICY_OPTIONS in force, of whatever rules */
	uint32_t allowed_algos; /* of the rule that appraises; 0: any */
	bool verity;		/* the fs-verity digest was collected, not the content's */
};

/*
 * What ima_appraise_measurement() and its callers decide for a first access (ima_main.c
 * process_measurement(), ima_appraise.c). Pure.
 */
struct verdict verdict_judge(const struct verdict_input *in, const struct verdict_access *access);

/* What the label alone says, as a plain appraise rule would have it (files no rule governs). */
struct verdict verdict_of_label(const struct verdict_input *in);

const char *verdict_name(enum verdict_kind kind);
/* One line of meaning for people. */
const char *verdict_meaning(enum verdict_kind kind);
/* Higher is worse: for picking the worst of several and for sorting. */
int verdict_weight(enum verdict_kind kind);
/* Would the kernel let the access through? (undecided: no.) */
bool verdict_is_good(enum verdict_kind kind);
/* What a cause word means, in one sentence for people; NULL when the word is unknown. */
const char *verdict_cause_meaning(const char *cause);

#endif
