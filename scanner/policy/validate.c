/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a rule may hold as a whole: which options go with which action and hook
 * (ima_validate_rule() of security/integrity/ima/ima_policy.c).
 */
#include "scanner/policy/internal.h"

#define BIT(action) (1u << (action))

enum {
	MEASURES = BIT(POLICY_MEASURE) | BIT(POLICY_DONT_MEASURE),
	ANY_ACTION = 0x7f,
	FILE_FLAGS = POLICY_HAS_FUNC | POLICY_HAS_FSMAGIC | POLICY_HAS_FSUUID | POLICY_HAS_FSNAME |
		     POLICY_HAS_UID | POLICY_HAS_EUID | POLICY_HAS_GID | POLICY_HAS_EGID |
		     POLICY_HAS_FOWNER | POLICY_HAS_FGROUP | POLICY_HAS_PCR | POLICY_HAS_TEMPLATE,
	ACCESS_FLAGS = FILE_FLAGS | POLICY_HAS_MASK | POLICY_HAS_INMASK | POLICY_DIGSIG_REQUIRED |
		       POLICY_SIGV3_REQUIRED | POLICY_PERMIT_DIRECTIO | POLICY_VALIDATE_ALGOS,
	GENERAL_FLAGS = ACCESS_FLAGS | POLICY_CHECK_BLACKLIST | POLICY_VERITY_REQUIRED,
	MODSIG_FLAGS = ACCESS_FLAGS | POLICY_CHECK_BLACKLIST | POLICY_MODSIG_ALLOWED,
	DATA_FLAGS = POLICY_HAS_FUNC | POLICY_HAS_UID | POLICY_HAS_GID | POLICY_HAS_PCR |
		     POLICY_HAS_TEMPLATE,
};

/* By hook; of POLICY_FUNC_NONE, a rule without func=. */
static const struct {
	unsigned flags, actions;
	bool lsm;
} allowed[POLICY_FUNC_COUNT] = {
	[POLICY_FUNC_NONE] = {GENERAL_FLAGS, ANY_ACTION, true},
	[POLICY_FUNC_FILE_CHECK] = {GENERAL_FLAGS, ANY_ACTION, true},
	[POLICY_FUNC_MMAP_CHECK] = {GENERAL_FLAGS, ANY_ACTION, true},
	[POLICY_FUNC_MMAP_CHECK_REQPROT] = {GENERAL_FLAGS, ANY_ACTION, true},
	[POLICY_FUNC_BPRM_CHECK] = {GENERAL_FLAGS, ANY_ACTION, true},
	[POLICY_FUNC_CREDS_CHECK] = {GENERAL_FLAGS, ANY_ACTION, true},
	[POLICY_FUNC_POST_SETATTR] = {GENERAL_FLAGS, ANY_ACTION, true},
	[POLICY_FUNC_FIRMWARE_CHECK] = {GENERAL_FLAGS, ANY_ACTION, true},
	[POLICY_FUNC_POLICY_CHECK] = {GENERAL_FLAGS, ANY_ACTION, true},
	[POLICY_FUNC_MODULE_CHECK] = {MODSIG_FLAGS, ANY_ACTION, true},
	[POLICY_FUNC_KEXEC_KERNEL_CHECK] = {MODSIG_FLAGS, ANY_ACTION, true},
	[POLICY_FUNC_KEXEC_INITRAMFS_CHECK] = {MODSIG_FLAGS, ANY_ACTION, true},
	[POLICY_FUNC_KEXEC_CMDLINE] = {FILE_FLAGS, MEASURES, true},
	[POLICY_FUNC_KEY_CHECK] = {DATA_FLAGS | POLICY_HAS_KEYRINGS, MEASURES, false},
	[POLICY_FUNC_CRITICAL_DATA] = {DATA_FLAGS | POLICY_HAS_LABEL, MEASURES, false},
	[POLICY_FUNC_SETXATTR_CHECK] = {POLICY_HAS_FUNC | POLICY_VALIDATE_ALGOS,
					BIT(POLICY_APPRAISE), true},
};

/* How each flag is written, for messages. */
static const struct {
	unsigned flag;
	const char *word;
} words[] = {
	{POLICY_HAS_MASK | POLICY_HAS_INMASK, "mask="},
	{POLICY_HAS_FSMAGIC, "fsmagic="},
	{POLICY_HAS_FSUUID, "fsuuid="},
	{POLICY_HAS_FSNAME, "fsname="},
	{POLICY_HAS_UID, "uid="},
	{POLICY_HAS_EUID, "euid="},
	{POLICY_HAS_GID, "gid="},
	{POLICY_HAS_EGID, "egid="},
	{POLICY_HAS_FOWNER, "fowner="},
	{POLICY_HAS_FGROUP, "fgroup="},
	{POLICY_HAS_PCR, "pcr="},
	{POLICY_HAS_KEYRINGS, "keyrings="},
	{POLICY_HAS_LABEL, "label="},
	{POLICY_MODSIG_ALLOWED, "appraise_type=imasig|modsig"},
	{POLICY_SIGV3_REQUIRED, "appraise_type=sigv3"},
	{POLICY_DIGSIG_REQUIRED, "appraise_type="},
	{POLICY_VERITY_REQUIRED, "digest_type=verity"},
	{POLICY_CHECK_BLACKLIST, "appraise_flag=check_blacklist"},
	{POLICY_VALIDATE_ALGOS, "appraise_algos="},
	{POLICY_PERMIT_DIRECTIO, "permit_directio"},
};

static const char *word_of(unsigned flags)
{
	for (size_t i = 0; i < POLICY_COUNT(words); i++)
		if (words[i].flag & flags)
			return words[i].word;
	return "an option";
}

static bool has_lsm(const struct policy_rule *rule)
{
	for (unsigned i = 0; i < POLICY_LSM_COUNT; i++)
		if (rule->lsm[i])
			return true;
	return false;
}

/* Options that only one action takes. */
static int validate_action(struct policy_reader *reader)
{
	static const struct {
		unsigned flags;
		enum policy_action action;
		const char *name;
	} only[] = {
		{POLICY_HAS_PCR, POLICY_MEASURE, "measure"},
		{POLICY_DIGSIG_REQUIRED | POLICY_MODSIG_ALLOWED | POLICY_CHECK_BLACKLIST |
			 POLICY_VALIDATE_ALGOS,
		 POLICY_APPRAISE, "appraise"},
	};

	for (size_t i = 0; i < POLICY_COUNT(only); i++) {
		unsigned flags = reader->rule->flags & only[i].flags;

		if (flags && reader->rule->action != only[i].action)
			return policy_refuse(reader, "%s goes with the action '%s' only",
					     word_of(flags), only[i].name);
	}
	return 0;
}

static int validate_func(struct policy_reader *reader)
{
	const struct policy_rule *rule = reader->rule;
	const char *where = rule->func ? policy_func_name(rule->func) : "a rule without func=";
	unsigned flags = allowed[rule->func].flags;

	if (!(allowed[rule->func].actions & BIT(rule->action)))
		return policy_refuse(reader, "func=%s does not go with this action", where);
	if (rule->flags & ~flags)
		return policy_refuse(reader, "%s does not go with %s%s",
				     word_of(rule->flags & ~flags), rule->func ? "func=" : "",
				     where);
	if (has_lsm(rule) && !allowed[rule->func].lsm)
		return policy_refuse(reader, "subj_ and obj_ conditions do not go with func=%s",
				     where);
	if (rule->func == POLICY_FUNC_SETXATTR_CHECK && !(rule->flags & POLICY_VALIDATE_ALGOS))
		return policy_refuse(reader, "func=SETXATTR_CHECK needs appraise_algos=");
	return 0;
}

/* Options that need another beside them. */
static int validate_pairs(struct policy_reader *reader)
{
	unsigned flags = reader->rule->flags;

	if (flags & POLICY_CHECK_BLACKLIST && !reader->profile->blacklist_with_imasig &&
	    !(flags & POLICY_MODSIG_ALLOWED))
		return policy_refuse(reader, "appraise_flag=check_blacklist needs "
					     "appraise_type=imasig|modsig on this kernel");
	if (reader->rule->action == POLICY_APPRAISE && flags & POLICY_VERITY_REQUIRED &&
	    !(flags & POLICY_DIGSIG_REQUIRED))
		return policy_refuse(reader, "digest_type=verity needs appraise_type=sigv3");
	return 0;
}

int policy_validate(struct policy_reader *reader)
{
	if (!reader->has_action)
		return policy_refuse(reader, "the rule has no action");
	if (validate_action(reader) < 0 || validate_func(reader) < 0)
		return -1;
	return validate_pairs(reader);
}
