/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_POLICY_POLICY_H
#define SCANNER_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"
#include "scanner/profile.h"

/*
 * An IMA policy as the kernel holds it: a list of rules, first match decides
 * (security/integrity/ima/ima_policy.c, Documentation/ABI/testing/ima_policy).
 */

/* The kernel's hooks (security/integrity/ima/ima.h, __ima_hooks). */
enum policy_func {
	POLICY_FUNC_NONE,
	POLICY_FUNC_FILE_CHECK,
	POLICY_FUNC_MMAP_CHECK,
	POLICY_FUNC_MMAP_CHECK_REQPROT,
	POLICY_FUNC_BPRM_CHECK,
	POLICY_FUNC_CREDS_CHECK,
	POLICY_FUNC_POST_SETATTR,
	POLICY_FUNC_MODULE_CHECK,
	POLICY_FUNC_FIRMWARE_CHECK,
	POLICY_FUNC_KEXEC_KERNEL_CHECK,
	POLICY_FUNC_KEXEC_INITRAMFS_CHECK,
	POLICY_FUNC_POLICY_CHECK,
	POLICY_FUNC_KEXEC_CMDLINE,
	POLICY_FUNC_KEY_CHECK,
	POLICY_FUNC_CRITICAL_DATA,
	POLICY_FUNC_SETXATTR_CHECK,
	POLICY_FUNC_COUNT
};

/* "FILE_CHECK" and so on. */
const char *policy_func_name(enum policy_func func);

enum policy_action {
	POLICY_MEASURE,
	POLICY_DONT_MEASURE,
	POLICY_APPRAISE,
	POLICY_DONT_APPRAISE,
	POLICY_AUDIT,
	POLICY_HASH,
	POLICY_DONT_HASH,
};

/* What an action and its opposite are about; of each pair the first rule that matches counts. */
enum policy_pair {
	POLICY_PAIR_MEASURE,
	POLICY_PAIR_APPRAISE,
	POLICY_PAIR_AUDIT,
	POLICY_PAIR_HASH,
	POLICY_PAIR_COUNT
};

/* Permission bits of a hook (include/linux/fs.h). */
enum policy_mask {
	POLICY_MAY_EXEC = 1,
	POLICY_MAY_WRITE = 2,
	POLICY_MAY_READ = 4,
	POLICY_MAY_APPEND = 8,
};

/* Which conditions and options a rule carries. Bits. */
enum policy_flag {
	POLICY_HAS_FUNC = 1 << 0,
	POLICY_HAS_MASK = 1 << 1,   /* mask= : exactly these bits */
	POLICY_HAS_INMASK = 1 << 2, /* mask=^ : any of these bits */
	POLICY_HAS_FSMAGIC = 1 << 3,
	POLICY_HAS_FSUUID = 1 << 4,
	POLICY_HAS_FSNAME = 1 << 5,
	POLICY_HAS_UID = 1 << 6,
	POLICY_HAS_EUID = 1 << 7,
	POLICY_HAS_GID = 1 << 8,
	POLICY_HAS_EGID = 1 << 9,
	POLICY_HAS_FOWNER = 1 << 10,
	POLICY_HAS_FGROUP = 1 << 11,
	POLICY_HAS_PCR = 1 << 12,
	POLICY_HAS_KEYRINGS = 1 << 13,
	POLICY_HAS_LABEL = 1 << 14,
	POLICY_HAS_TEMPLATE = 1 << 15,
	/* Options: how a file is appraised. Rules of other actions may carry digest_type= and permit_directio. */
	POLICY_DIGSIG_REQUIRED = 1 << 16,
	POLICY_MODSIG_ALLOWED = 1 << 17,
	POLICY_SIGV3_REQUIRED = 1 << 18,
	POLICY_VERITY_REQUIRED = 1 << 19,
	POLICY_CHECK_BLACKLIST = 1 << 20,
	POLICY_VALIDATE_ALGOS = 1 << 21,
	POLICY_PERMIT_DIRECTIO = 1 << 22,
};

enum policy_op { POLICY_EQUAL, POLICY_GREATER, POLICY_LESS };

enum policy_lsm {
	POLICY_OBJ_USER,
	POLICY_OBJ_ROLE,
	POLICY_OBJ_TYPE,
	POLICY_SUBJ_USER,
	POLICY_SUBJ_ROLE,
	POLICY_SUBJ_TYPE,
	POLICY_LSM_COUNT
};

enum { POLICY_FSNAME_MAX = 32, POLICY_LSM_MAX = 64 };

struct policy_rule {
	enum policy_action action;
	unsigned flags;
	enum policy_func func;
	unsigned mask;
	uint64_t fsmagic;
	uint8_t fsuuid[16];
	char *fsname;
	uint32_t uid, gid, fowner, fgroup; /* uid also of euid=, gid of egid= */
	enum policy_op uid_op, gid_op, fowner_op, fgroup_op;
	char *lsm[POLICY_LSM_COUNT];
	uint32_t allowed_algos; /* bit per hashalgo_id; 0: any */
	int pcr;
	char *keyrings, *label, *template;
	unsigned
		line; /* of the policy's text, from 1; rules of built-in policies are numbered from 1 too */
	char *text; /* the rule as it was written (built-in ones as they would be written) */
};

struct policy {
	struct policy_rule *rules;
	size_t count, cap;
	char *name;	       /* the file's name or the policy's own name, for the report */
	bool fail_securely;    /* the name had this word; it adds no rule */
	bool no_final_newline; /* the text did not end with a newline */
	unsigned weighty; /* bit per policy_pair: its rules may change what an appraisal comes to */
};

/* Where and why a text was refused. line and column count from 1, in bytes. */
struct policy_error {
	unsigned line, column;
	char reason[160];
};

void policy_free(struct policy *policy);

/*
 * Parses a policy text as the profile's kernel would when it is written to
 * /sys/kernel/security/ima/policy. One refused line refuses the whole. The build-time rules that the
 * kernel puts before a custom policy (CONFIG_IMA_APPRAISE_REQUIRE_*) are put first, with line 0.
 * Returns NULL with *out_error filled, or with *out_error.line 0 and "out of memory".
 */
struct policy *policy_parse(const char *name, const char *text, size_t size,
			    const struct kernel_profile *profile, struct policy_error *out_error);

/*
 * A policy by its name: the words of ima_policy= in any combination, separated by blanks, "|" or
 * "+" ("appraise_tcb", "tcb|secure_boot|fail_securely"), composed as ima_init_policy() does; or one of
 * the seed's plain choices "all" (1a), "owner=UID" (1b), "exec" (1c), "exec,owner=root" (1d; "owner=root"
 * too). NULL with *out_error filled when the name is none of these.
 */
struct policy *policy_builtin(const char *name, const struct kernel_profile *profile,
			      struct policy_error *out_error);

/* "appraise_tcb, secure_boot, …, all, owner=UID, exec, exec,owner=UID": for messages. */
const char *policy_builtin_names(void);

/* Who accesses. */
struct policy_subject {
	uint32_t uid, euid, suid, gid, egid, sgid;
	bool cap_setuid, cap_setgid; /* has CAP_SETUID, CAP_SETGID in effect */
	bool anybody; /* whose ids are not known: what hangs on them cannot be told */
};

/* What is accessed. Borrows everything. */
struct policy_object {
	uint32_t uid, gid;
	uint64_t fsmagic;
	const char *fsname; /* the kernel's file_system_type name; NULL: not known */
	bool has_fsuuid;
	uint8_t fsuuid[16];
	const char *selinux; /* "user:role:type[:level]", NULL: no such label */
	size_t selinux_size;
};

enum policy_match {
	POLICY_NOT_GOVERNED, /* no appraise rule, or dont_appraise first */
	POLICY_GOVERNED,
	POLICY_CANNOT_TELL, /* a rule before any certain match hangs on what we do not know */
};

struct policy_result {
	enum policy_match match;
	const struct policy_rule
		*rule;	 /* the deciding rule (appraise or dont_appraise); NULL: none */
	const char *why; /* of CANNOT_TELL: "obj_type", "subj_user", "fsuuid", "fsname", "uid" */
	/* Options (POLICY_OPTIONS) of every rule that counts: appraisal goes by all of them. */
	unsigned options;
	/* Bit per policy_pair: an action of it is ordered. Of pairs that are weighty only. */
	unsigned ordered;
	/* Not NULL: options and ordered hang on this condition, which we do not know. Each of the doubtful
	   options may be in force or not, be it among `options` or not. An access that is governed has
	   the match CANNOT_TELL then. */
	const char *doubt;
	unsigned doubtful_options;
};

enum {
	/* What the kernel keeps of a rule with the file (IMA_NONACTION_FLAGS). */
	POLICY_OPTIONS = POLICY_DIGSIG_REQUIRED | POLICY_MODSIG_ALLOWED | POLICY_SIGV3_REQUIRED |
			 POLICY_VERITY_REQUIRED | POLICY_CHECK_BLACKLIST | POLICY_PERMIT_DIRECTIO,
};

enum policy_trace { POLICY_APPLIES, POLICY_DOES_NOT_APPLY, POLICY_MAY_APPLY };

/* Why one rule did or did not apply, for --explain. `why` is static text, NULL when it applied. */
typedef void policy_trace_fn(void *context, const struct policy_rule *rule,
			     enum policy_trace applied, const char *why);

/*
 * What a policy makes of one access (ima_match_policy()): the first appraise or dont_appraise rule, and
 * what rules of other actions add to it. `trace` may be NULL.
 */
struct policy_result policy_match(const struct policy *policy, const struct policy_subject *subject,
				  const struct policy_object *object, enum policy_func func,
				  unsigned mask, policy_trace_fn *trace, void *context);

/* May this rule have a say in appraisal: does it appraise, or may its pair change what comes of it? */
bool policy_is_weighty(const struct policy *policy, const struct policy_rule *rule);

/* Does any rule of the policy name this hook (or no hook at all) with an appraise action? */
bool policy_appraises(const struct policy *policy, enum policy_func func);

/*
 * The subjects worth judging: root; one representative for each uid, euid, gid, egid condition of a weighty
 * rule (the id itself; one above for >; one below for <); and one for each other way in which rules fit
 * somebody: whom no rule names, who has another group, or another effective id than real one. No duplicates, root
 * first. Combined ids may fit in more ways than can be judged: if there are more than 64 of them, or too many to
 * try, the last of the list is `anybody`. Whose effective id is root's is taken to have the capabilities, and
 * nobody else to have them. The list is the caller's to free(3). -1: no memory.
 */
int policy_subjects(const struct policy *policy, struct policy_subject **out,
		    size_t *out_count) FAULT_MUST_USE;
/* Has the rule a say in appraisal, and a condition on who accesses? */
bool policy_names_subject(const struct policy *policy, const struct policy_rule *rule);
/* Do the conditions of the rule on who accesses hold? */
bool policy_fits_subject(const struct policy_rule *rule, const struct policy_subject *subject);
/* "root", "uid=1000", "uid=0,gid=5", "uid=1000,euid=0", "anybody". */
void policy_subject_text(const struct policy_subject *subject, struct buf *out);

enum { POLICY_FILE_MASKS_MAX = 6 };
/*
 * The masks with which FILE_CHECK is worth judging: MAY_READ always, and each other mask that a weighty
 * rule which can match FILE_CHECK names. `all`: every mask that an open can have, if rules name any.
 * Returns how many.
 */
size_t policy_file_masks(const struct policy *policy, bool all,
			 unsigned out[POLICY_FILE_MASKS_MAX]);
/* Does a weighty rule that can match FILE_CHECK name a mask? */
bool policy_names_file_mask(const struct policy *policy);
/* "digest_type=verity", "appraise_type=imasig digest_type=verity"; nothing of what no verdict hangs on. */
void policy_options_text(unsigned options, struct buf *out);
/* "MAY_READ", "MAY_READ|MAY_WRITE". */
void policy_mask_text(unsigned mask, struct buf *out);

/* A weakness of a policy. */
struct policy_lint {
	unsigned line;	      /* of the rule, 0 for the policy as a whole */
	const char *id;	      /* stable: "policy.unreachable", "policy.hash-accepted", … */
	const char *severity; /* "high", "medium", "low", "info" */
	char what[200];	      /* what was seen */
	const char *why;      /* why it matters */
	const char *remedy;   /* what to do */
};

typedef void policy_lint_fn(void *context, const struct policy_lint *finding);

/* Reports every weakness found, in order of lines. Returns how many. */
size_t policy_lint(const struct policy *policy, const struct kernel_profile *profile,
		   policy_lint_fn *report, void *context);

#endif
