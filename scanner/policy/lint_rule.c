/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Weaknesses of single rules: those that do nothing, and those that let too much through. */
#include <string.h>

#include "scanner/policy/internal.h"
#include "scanner/policy/lint.h"

static void lint_unreachable(struct policy_linter *linter, const struct policy_rule *rule)
{
	static const struct policy_weakness weakness = {
		"policy.unreachable", "medium",
		"the first rule that matches decides: this one never does",
		"remove the rule, or put it before the one that hides it"};

	if (rule->func == POLICY_FUNC_SETXATTR_CHECK)
		return;
	for (const struct policy_rule *at = linter->policy->rules; at < rule; at++) {
		if (policy_pair(at) != policy_pair(rule) || !policy_covers(at, rule))
			continue;
		if (at->line)
			policy_lint_report(linter, &weakness, rule, "hidden by the rule of line %u",
					   at->line);
		else
			policy_lint_report(linter, &weakness, rule,
					   "hidden by a rule that is built into the kernel");
		return;
	}
}

/* The only masks with which the kernel calls these hooks. */
static unsigned masks_of(enum policy_func func)
{
	switch (func) {
	case POLICY_FUNC_MMAP_CHECK:
	case POLICY_FUNC_MMAP_CHECK_REQPROT:
	case POLICY_FUNC_BPRM_CHECK:
	case POLICY_FUNC_CREDS_CHECK: return POLICY_MAY_EXEC;
	case POLICY_FUNC_MODULE_CHECK:
	case POLICY_FUNC_FIRMWARE_CHECK:
	case POLICY_FUNC_KEXEC_KERNEL_CHECK:
	case POLICY_FUNC_KEXEC_INITRAMFS_CHECK:
	case POLICY_FUNC_POLICY_CHECK: return POLICY_MAY_READ;
	default: return 0;
	}
}

static void lint_never_matches(struct policy_linter *linter, const struct policy_rule *rule)
{
	static const struct policy_weakness weakness = {
		"policy.never-matches", "medium",
		"the kernel never calls this hook with this mask: the rule does nothing",
		"leave mask= out, or name the mask that the hook has"};
	unsigned masks = masks_of(rule->func);

	if (rule->flags & (POLICY_HAS_MASK | POLICY_HAS_INMASK) && masks && rule->mask != masks)
		policy_lint_report(linter, &weakness, rule, "%s comes with %s only",
				   policy_func_name(rule->func),
				   masks == POLICY_MAY_EXEC ? "MAY_EXEC" : "MAY_READ");
	else if (rule->flags & POLICY_HAS_MASK && rule->mask == POLICY_MAY_APPEND)
		policy_lint_report(linter, &weakness, rule,
				   "MAY_APPEND comes beside MAY_READ or MAY_WRITE, never alone");
}

static void lint_hash_accepted(struct policy_linter *linter, const struct policy_rule *rule)
{
	static const struct policy_weakness weakness[] = {
		{"policy.hash-accepted", "high",
		 "root can give any file a matching hash: it proves nothing about who made the file",
		 "add appraise_type=imasig"},
		{"policy.hash-accepted", "medium",
		 "root can give any file a matching hash: it proves nothing about who made the file",
		 "add appraise_type=imasig, or protect the hashes with portable EVM signatures"},
	};
	unsigned masks = masks_of(rule->func);

	if (rule->action != POLICY_APPRAISE || rule->flags & POLICY_DIGSIG_REQUIRED || !masks)
		return;
	policy_lint_report(linter, &weakness[masks == POLICY_MAY_EXEC], rule,
			   "func=%s is content with a hash", policy_func_name(rule->func));
}

/* File systems on which an attacker can put what he likes. */
static const struct {
	uint64_t magic;
	const char *name, *severity;
} open_file_systems[] = {
	{0x01021994, "tmpfs", "high"},	   {0x858458f6, "ramfs", "medium"},
	{0x794c7630, "overlay", "high"},   {0x4d44, "vfat", "high"},
	{0x4d44, "msdos", "high"},	   {0x2011bab0, "exfat", "high"},
	{0x9660, "iso9660", "high"},	   {0x15013346, "udf", "high"},
	{0x65735546, "fuse", "high"},	   {0x65735546, "fuseblk", "high"},
	{0x6969, "nfs", "high"},	   {0x6969, "nfs4", "high"},
	{0xff534d42, "cifs", "high"},	   {0xfe534d42, "smb3", "high"},
	{0x5346544e, "ntfs", "high"},	   {0x7366746e, "ntfs3", "high"},
	{0x01021997, "9p", "high"},	   {0x73717368, "squashfs", "medium"},
	{0x28cd3d45, "cramfs", "medium"},  {0xe0f5e1e2, "erofs", "medium"},
	{0x958458f6, "hugetlbfs", "high"},
};

/* Can the rule decide about a file that is executed or loaded into the kernel? */
static bool touches_code(const struct policy_rule *rule)
{
	return !(rule->flags & POLICY_HAS_FUNC) || masks_of(rule->func);
}

static void lint_exempt_file_system(struct policy_linter *linter, const struct policy_rule *rule)
{
	static const char why[] = "an attacker who can write there, or mount such a file system, "
				  "runs what he likes unchecked";
	static const char remedy[] = "leave the exemption out, or limit it to func=FILE_CHECK";

	if (rule->action != POLICY_DONT_APPRAISE || !touches_code(rule))
		return;
	for (size_t i = 0; i < POLICY_COUNT(open_file_systems); i++) {
		const struct policy_weakness weakness = {
			"policy.exempt-filesystem", open_file_systems[i].severity, why, remedy};
		bool magic = rule->flags & POLICY_HAS_FSMAGIC &&
			     rule->fsmagic == open_file_systems[i].magic;
		bool name = rule->flags & POLICY_HAS_FSNAME &&
			    strcmp(rule->fsname, open_file_systems[i].name) == 0;

		if (!magic && !name)
			continue;
		policy_lint_report(linter, &weakness, rule, "nothing on %s is appraised",
				   open_file_systems[i].name);
		return;
	}
}

enum {
	BY_SUBJECT = POLICY_HAS_UID | POLICY_HAS_EUID | POLICY_HAS_GID | POLICY_HAS_EGID,
	BY_OWNER = POLICY_HAS_FOWNER | POLICY_HAS_FGROUP,
	BY_PLACE = POLICY_HAS_FSMAGIC | POLICY_HAS_FSNAME | POLICY_HAS_FSUUID,
};

static bool has_lsm(const struct policy_rule *rule, unsigned from, unsigned to)
{
	for (unsigned i = from; i <= to; i++)
		if (rule->lsm[i])
			return true;
	return false;
}

/* Other exemptions by what they hang on; a file system's type was looked at above. */
static void lint_exempt(struct policy_linter *linter, const struct policy_rule *rule)
{
	static const struct policy_weakness
		owner = {"policy.exempt-owner", "medium",
			 "the files of that owner run unchecked, also when root runs them",
			 "appraise by default; limit the exemption to func=FILE_CHECK"},
		subject = {"policy.exempt-subject", "medium",
			   "whoever is, or becomes, that user or domain runs unchecked files",
			   "appraise for everybody"},
		label = {"policy.exempt-label", "low",
			 "who may relabel a file takes it out of appraisal; offline anybody can, "
			 "unless EVM protects security.selinux",
			 "limit the exemption to func=FILE_CHECK and protect the label by EVM"},
		uuid = {"policy.exempt-uuid", "medium",
			"a UUID can be given to any file system, a stick's for instance",
			"leave the exemption out, or limit it to func=FILE_CHECK"},
		all = {"policy.exempt-all", "high", "no later rule is ever asked",
		       "give the rule a condition, or remove it"};

	if (rule->action != POLICY_DONT_APPRAISE || !touches_code(rule))
		return;
	if (rule->flags & BY_OWNER)
		policy_lint_report(linter, &owner, rule, "exempt by owner or group of the file");
	if (rule->flags & BY_SUBJECT || has_lsm(rule, POLICY_SUBJ_USER, POLICY_SUBJ_TYPE))
		policy_lint_report(linter, &subject, rule, "exempt by who accesses");
	if (has_lsm(rule, POLICY_OBJ_USER, POLICY_OBJ_TYPE))
		policy_lint_report(linter, &label, rule, "exempt by the file's label");
	if (rule->flags & POLICY_HAS_FSUUID)
		policy_lint_report(linter, &uuid, rule, "exempt by a file system's UUID");
	if (!(rule->flags & (BY_OWNER | BY_SUBJECT | BY_PLACE)) &&
	    !has_lsm(rule, 0, POLICY_LSM_COUNT - 1))
		policy_lint_report(linter, &all, rule, "everything%s is exempt",
				   rule->flags & POLICY_HAS_FUNC ? " of this hook" : "");
}

static void lint_narrow(struct policy_linter *linter, const struct policy_rule *rule)
{
	static const struct policy_weakness
		subject = {"policy.by-subject", "medium",
			   "a file that others prepare is checked for some users only; a "
			   "process that changes its user escapes",
			   "appraise for everybody, by fowner= if need be"},
		place = {"policy.by-filesystem", "low",
			 "what an attacker brings on another file system is not checked",
			 "appraise everywhere and exempt what must be"};

	if (rule->action != POLICY_APPRAISE || !touches_code(rule))
		return;
	if (rule->flags & BY_SUBJECT || has_lsm(rule, POLICY_SUBJ_USER, POLICY_SUBJ_TYPE))
		policy_lint_report(linter, &subject, rule, "appraises some users' accesses only");
	if (rule->flags & BY_PLACE)
		policy_lint_report(linter, &place, rule, "appraises some file systems only");
}

static void lint_mutable(struct policy_linter *linter, const struct policy_rule *rule)
{
	static const struct policy_weakness weakness = {
		"policy.mutable-files", "info",
		"with ima_appraise=enforce a file that a daemon rewrites (resolv.conf, say) is "
		"closed to everybody once its label no longer fits",
		"appraise programs only (\"exec,owner=root\"), or run with ima_appraise=log"};

	if (rule->action == POLICY_APPRAISE &&
	    policy_may_match_func(rule, POLICY_FUNC_FILE_CHECK) &&
	    (!rule->mask || rule->mask == POLICY_MAY_READ) && !(rule->flags & BY_PLACE) &&
	    !has_lsm(rule, 0, POLICY_LSM_COUNT - 1) &&
	    linter->profile->appraise == PROFILE_APPRAISE_ENFORCE)
		policy_lint_report(linter, &weakness, rule,
				   "every file read is appraised, changing ones too");
}

static void lint_directio(struct policy_linter *linter, const struct policy_rule *rule)
{
	static const struct policy_weakness weakness = {
		"policy.permit-directio", "low",
		"what is read past the page cache need not be what was hashed",
		"leave permit_directio out unless a program needs it"};

	if (rule->action == POLICY_APPRAISE && rule->flags & POLICY_PERMIT_DIRECTIO)
		policy_lint_report(linter, &weakness, rule, "permit_directio");
}

static void lint_weak_algos(struct policy_linter *linter, const struct policy_rule *rule)
{
	static const enum hashalgo_id weak[] = {HASHALGO_MD4, HASHALGO_MD5, HASHALGO_SHA1,
						HASHALGO_RMD128};
	static const struct policy_weakness weakness = {
		"policy.weak-algorithm", "medium",
		"two files with one digest can be made: a signature over one serves the other",
		"allow sha256 and stronger only"};

	for (size_t i = 0; i < POLICY_COUNT(weak); i++)
		if (rule->allowed_algos & 1u << weak[i])
			policy_lint_report(linter, &weakness, rule, "appraise_algos= allows %s",
					   hashalgo_by_id(weak[i])->name);
}

void policy_lint_rule(struct policy_linter *linter, const struct policy_rule *rule)
{
	static void (*const checks[])(struct policy_linter * linter,
				      const struct policy_rule *rule) = {
		lint_unreachable, lint_never_matches, lint_hash_accepted, lint_exempt_file_system,
		lint_exempt,	  lint_narrow,	      lint_mutable,	  lint_directio,
		lint_weak_algos,
	};

	for (size_t i = 0; i < POLICY_COUNT(checks); i++)
		checks[i](linter, rule);
}
