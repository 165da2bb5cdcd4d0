/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of a rule: actions, conditions, options (ima_parse_rule() of
 * security/integrity/ima/ima_policy.c). Each reader mirrors one case there, surprises included.
 */
#include "scanner/policy/internal.h"

#include <string.h>

#include "scanner/base/own.h"

int policy_refuse_value(struct policy_reader *reader, const struct policy_option *option,
			const char *value, const char *why)
{
	char shown[POLICY_SHOWN_MAX];

	return policy_refuse(reader, "'%s%s': %s", option->start, policy_shown(value, shown), why);
}

int policy_refuse_repeated(struct policy_reader *reader, const struct policy_option *option)
{
	return policy_refuse(reader, "'%s' for a second time", option->start);
}

bool policy_version_at_least(const struct kernel_profile *profile, unsigned major, unsigned minor)
{
	return profile->major > major || (profile->major == major && profile->minor >= minor);
}

static const struct {
	const char *name;
	enum policy_func func;
} funcs[] = {
	{"FILE_CHECK", POLICY_FUNC_FILE_CHECK},
	{"PATH_CHECK", POLICY_FUNC_FILE_CHECK}, /* the name before 2.6.36 */
	{"MODULE_CHECK", POLICY_FUNC_MODULE_CHECK},
	{"FIRMWARE_CHECK", POLICY_FUNC_FIRMWARE_CHECK},
	{"FILE_MMAP", POLICY_FUNC_MMAP_CHECK}, /* the name before 3.2 */
	{"MMAP_CHECK", POLICY_FUNC_MMAP_CHECK},
	{"MMAP_CHECK_REQPROT", POLICY_FUNC_MMAP_CHECK_REQPROT},
	{"BPRM_CHECK", POLICY_FUNC_BPRM_CHECK},
	{"CREDS_CHECK", POLICY_FUNC_CREDS_CHECK},
	{"KEXEC_KERNEL_CHECK", POLICY_FUNC_KEXEC_KERNEL_CHECK},
	{"KEXEC_INITRAMFS_CHECK", POLICY_FUNC_KEXEC_INITRAMFS_CHECK},
	{"POLICY_CHECK", POLICY_FUNC_POLICY_CHECK},
	{"KEXEC_CMDLINE", POLICY_FUNC_KEXEC_CMDLINE},
	{"KEY_CHECK", POLICY_FUNC_KEY_CHECK},
	{"CRITICAL_DATA", POLICY_FUNC_CRITICAL_DATA},
	{"SETXATTR_CHECK", POLICY_FUNC_SETXATTR_CHECK},
};

/* NULL when the profile's kernel has the hook, else why it has not. */
static const char *func_missing(const struct kernel_profile *profile, enum policy_func func)
{
	switch (func) {
	case POLICY_FUNC_MMAP_CHECK_REQPROT:
		return profile->mmap_reqprot ? NULL : "not known before Linux 6.4";
	case POLICY_FUNC_KEY_CHECK:
		return profile->measure_keys ? NULL : "needs CONFIG_IMA_MEASURE_ASYMMETRIC_KEYS";
	case POLICY_FUNC_CRITICAL_DATA:
		return policy_version_at_least(profile, 5, 12) ? NULL
							       : "not known before Linux 5.12";
	case POLICY_FUNC_SETXATTR_CHECK:
		return policy_version_at_least(profile, 5, 15) ? NULL
							       : "not known before Linux 5.15";
	default: return NULL;
	}
}

static int read_func(struct policy_reader *reader, const struct policy_option *option,
		     const char *value)
{
	const char *missing;

	if (reader->rule->func)
		return policy_refuse_repeated(reader, option);
	for (size_t i = 0; i < POLICY_COUNT(funcs); i++) {
		if (strcmp(funcs[i].name, value) != 0)
			continue;
		missing = func_missing(reader->profile, funcs[i].func);
		if (missing)
			return policy_refuse_value(reader, option, value, missing);
		reader->rule->func = funcs[i].func;
		reader->rule->flags |= option->flag;
		return 0;
	}
	return policy_refuse_value(reader, option, value, "no such hook");
}

static int read_mask(struct policy_reader *reader, const struct policy_option *option,
		     const char *value)
{
	static const struct {
		const char *name;
		unsigned bit;
	} masks[] = {
		{"MAY_EXEC", POLICY_MAY_EXEC},
		{"MAY_WRITE", POLICY_MAY_WRITE},
		{"MAY_READ", POLICY_MAY_READ},
		{"MAY_APPEND", POLICY_MAY_APPEND},
	};
	bool any = *value == '^';

	if (reader->rule->mask)
		return policy_refuse_repeated(reader, option);
	for (size_t i = 0; i < POLICY_COUNT(masks); i++) {
		if (strcmp(masks[i].name, value + any) != 0)
			continue;
		reader->rule->mask = masks[i].bit;
		reader->rule->flags |= any ? POLICY_HAS_INMASK : POLICY_HAS_MASK;
		return 0;
	}
	return policy_refuse_value(
		reader, option, value,
		"one of MAY_READ, MAY_WRITE, MAY_EXEC, MAY_APPEND, perhaps after ^");
}

static int read_fsmagic(struct policy_reader *reader, const struct policy_option *option,
			const char *value)
{
	/* The kernel tells a repetition by the value: a second fsmagic= may follow fsmagic=0. */
	if (reader->rule->fsmagic)
		return policy_refuse_repeated(reader, option);
	if (!policy_read_unsigned(value, 16, &reader->rule->fsmagic))
		return policy_refuse_value(reader, option, value,
					   "not a hexadecimal number of 64 bits");
	reader->rule->flags |= option->flag;
	return 0;
}

static int read_fsuuid(struct policy_reader *reader, const struct policy_option *option,
		       const char *value)
{
	static const uint8_t null[16];

	if (memcmp(reader->rule->fsuuid, null, sizeof(null)) != 0)
		return policy_refuse_repeated(reader, option);
	if (!policy_read_uuid(value, reader->rule->fsuuid))
		return policy_refuse_value(reader, option, value, "not a UUID");
	reader->rule->flags |= option->flag;
	return 0;
}

static int read_fsname(struct policy_reader *reader, const struct policy_option *option,
		       const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return policy_out_of_memory(reader);
	free(reader->rule->fsname); /* repeated, the last one counts */
	reader->rule->fsname = copy;
	reader->rule->flags |= option->flag;
	return 0;
}

/* Where an id goes. uid= and euid= share a place, so do gid= and egid=. */
static void id_place(struct policy_rule *rule, unsigned flag, uint32_t **out_id,
		     enum policy_op **out_op)
{
	const struct {
		unsigned flags;
		uint32_t *id;
		enum policy_op *op;
	} places[] = {
		{POLICY_HAS_UID | POLICY_HAS_EUID, &rule->uid, &rule->uid_op},
		{POLICY_HAS_GID | POLICY_HAS_EGID, &rule->gid, &rule->gid_op},
		{POLICY_HAS_FOWNER, &rule->fowner, &rule->fowner_op},
		{POLICY_HAS_FGROUP, &rule->fgroup, &rule->fgroup_op},
	};

	for (size_t i = 0; i < POLICY_COUNT(places); i++) {
		if (!(places[i].flags & flag))
			continue;
		*out_id = places[i].id;
		*out_op = places[i].op;
	}
}

static int read_id(struct policy_reader *reader, const struct policy_option *option,
		   const char *value)
{
	uint32_t *id = NULL;
	enum policy_op *op = NULL;
	uint64_t number;

	id_place(reader->rule, option->flag, &id, &op);
	if (*id != POLICY_NO_ID)
		return policy_refuse(reader,
				     "'%s' for a second time (uid and euid are one, so are "
				     "gid and egid)",
				     option->start);
	if (!policy_read_unsigned(value, 10, &number))
		return policy_refuse_value(reader, option, value, "not a decimal number");
	if (number >= POLICY_NO_ID)
		return policy_refuse_value(reader, option, value, "no valid id");
	*id = (uint32_t)number;
	*op = (enum policy_op)option->arg;
	reader->rule->flags |= option->flag;
	return 0;
}

static int read_lsm(struct policy_reader *reader, const struct policy_option *option,
		    const char *value)
{
	char **place = &reader->rule->lsm[option->arg];

	if (!reader->profile->lsm_rules)
		return policy_refuse_value(reader, option, value, "needs CONFIG_IMA_LSM_RULES");
	if (*place)
		return policy_refuse_repeated(reader, option);
	*place = strdup(value);
	return *place ? 0 : policy_out_of_memory(reader);
}

static int read_flag(struct policy_reader *reader, const struct policy_option *option,
		     const char *value)
{
	(void)value;
	reader->rule->flags |= option->flag;
	return 0;
}

#define ID_OPTIONS(name, flag, major, minor)                                                       \
	{name "=", read_id, flag, POLICY_EQUAL, major, minor},                                     \
		{name ">", read_id, flag, POLICY_GREATER, major, minor},                           \
	{                                                                                          \
		name "<", read_id, flag, POLICY_LESS, major, minor                                 \
	}

static const struct policy_option options[] = {
	{"func=", read_func, POLICY_HAS_FUNC, 0, 0, 0},
	{"mask=", read_mask, 0, 0, 0, 0},
	{"fsmagic=", read_fsmagic, POLICY_HAS_FSMAGIC, 0, 0, 0},
	{"fsname=", read_fsname, POLICY_HAS_FSNAME, 0, 0, 0},
	{"fsuuid=", read_fsuuid, POLICY_HAS_FSUUID, 0, 0, 0},
	ID_OPTIONS("uid", POLICY_HAS_UID, 0, 0),
	ID_OPTIONS("euid", POLICY_HAS_EUID, 0, 0),
	ID_OPTIONS("gid", POLICY_HAS_GID, 5, 16),
	ID_OPTIONS("egid", POLICY_HAS_EGID, 5, 16),
	ID_OPTIONS("fowner", POLICY_HAS_FOWNER, 0, 0),
	ID_OPTIONS("fgroup", POLICY_HAS_FGROUP, 5, 16),
	{"obj_user=", read_lsm, 0, POLICY_OBJ_USER, 0, 0},
	{"obj_role=", read_lsm, 0, POLICY_OBJ_ROLE, 0, 0},
	{"obj_type=", read_lsm, 0, POLICY_OBJ_TYPE, 0, 0},
	{"subj_user=", read_lsm, 0, POLICY_SUBJ_USER, 0, 0},
	{"subj_role=", read_lsm, 0, POLICY_SUBJ_ROLE, 0, 0},
	{"subj_type=", read_lsm, 0, POLICY_SUBJ_TYPE, 0, 0},
	{"digest_type=", policy_read_digest_type, POLICY_VERITY_REQUIRED, 0, 5, 19},
	{"appraise_type=", policy_read_appraise_type, 0, 0, 0, 0},
	{"appraise_flag=", policy_read_appraise_flag, 0, 0, 5, 5},
	{"appraise_algos=", policy_read_algos, POLICY_VALIDATE_ALGOS, 0, 5, 15},
	{"permit_directio", read_flag, POLICY_PERMIT_DIRECTIO, 0, 0, 0},
	{"pcr=", policy_read_pcr, POLICY_HAS_PCR, 0, 0, 0},
	{"template=", policy_read_template, POLICY_HAS_TEMPLATE, 0, 5, 3},
	{"keyrings=", policy_read_list, POLICY_HAS_KEYRINGS, 0, 5, 6},
	{"label=", policy_read_list, POLICY_HAS_LABEL, 0, 5, 12},
};

static const struct {
	const char *name;
	enum policy_action action;
} actions[] = {
	{"measure", POLICY_MEASURE},	 {"dont_measure", POLICY_DONT_MEASURE},
	{"appraise", POLICY_APPRAISE},	 {"dont_appraise", POLICY_DONT_APPRAISE},
	{"audit", POLICY_AUDIT},	 {"hash", POLICY_HASH},
	{"dont_hash", POLICY_DONT_HASH},
};

static int read_option(struct policy_reader *reader, const struct policy_option *option,
		       const char *value)
{
	if (!policy_version_at_least(reader->profile, option->since_major, option->since_minor))
		return policy_refuse(reader, "'%s' is not known before Linux %u.%u", option->start,
				     option->since_major, option->since_minor);
	if (option->read != read_flag && !*value)
		return policy_refuse(reader, "'%s' has no value", option->start);
	return option->read(reader, option, value);
}

int policy_read_word(struct policy_reader *reader, const char *word)
{
	char shown[POLICY_SHOWN_MAX];

	for (size_t i = 0; i < POLICY_COUNT(actions); i++) {
		if (strcmp(actions[i].name, word) != 0)
			continue;
		if (reader->has_action)
			return policy_refuse(reader, "a second action, '%s'", word);
		reader->rule->action = actions[i].action;
		reader->has_action = true;
		return 0;
	}
	for (size_t i = 0; i < POLICY_COUNT(options); i++) {
		size_t n = strlen(options[i].start);

		if (strncmp(options[i].start, word, n) != 0)
			continue;
		if (options[i].read == read_flag && word[n])
			continue;
		return read_option(reader, &options[i], word + n);
	}
	return policy_refuse(reader, "unknown option '%s'", policy_shown(word, shown));
}
