/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of appraise rules: which kind of label a file must have (ima_parse_rule() and
 * ima_parse_appraise_algos() of security/integrity/ima/ima_policy.c).
 */
#include "scanner/policy/internal.h"

#include <string.h>

#include "scanner/base/own.h"

int policy_read_digest_type(struct policy_reader *reader, const struct policy_option *option,
			    const char *value)
{
	if (strcmp(value, "verity") != 0)
		return policy_refuse_value(reader, option, value, "the only digest type is verity");
	if (!reader->profile->sigv3_files && reader->rule->flags & POLICY_DIGSIG_REQUIRED)
		return policy_refuse(reader, "digest_type=verity must stand before "
					     "appraise_type= on this kernel");
	reader->rule->flags |= option->flag;
	return 0;
}

/* imasig: not together with digest_type=verity read before. */
static int read_imasig(struct policy_reader *reader)
{
	if (reader->rule->flags & POLICY_VERITY_REQUIRED)
		return policy_refuse(reader, "appraise_type=imasig does not go with "
					     "digest_type=verity; sigv3 does");
	reader->rule->flags |= POLICY_DIGSIG_REQUIRED;
	return 0;
}

static int read_modsig(struct policy_reader *reader)
{
	if (!reader->profile->modsig)
		return policy_refuse(reader, "appraise_type=imasig|modsig needs "
					     "CONFIG_IMA_APPRAISE_MODSIG");
	if (reader->rule->flags & (POLICY_VERITY_REQUIRED | POLICY_SIGV3_REQUIRED))
		return policy_refuse(reader, "appraise_type=imasig|modsig goes neither with "
					     "digest_type=verity nor with sigv3");
	reader->rule->flags |= POLICY_DIGSIG_REQUIRED | POLICY_MODSIG_ALLOWED;
	return 0;
}

static int read_sigv3(struct policy_reader *reader)
{
	if (reader->profile->sigv3_files)
		reader->rule->flags |= POLICY_SIGV3_REQUIRED;
	else if (!reader->profile->verity_sigs)
		return policy_refuse(reader, "appraise_type=sigv3 is not known before Linux 5.19");
	else if (!(reader->rule->flags & POLICY_VERITY_REQUIRED))
		return policy_refuse(reader, "digest_type=verity must stand before "
					     "appraise_type=sigv3 on this kernel");
	reader->rule->flags |= POLICY_DIGSIG_REQUIRED;
	return 0;
}

int policy_read_appraise_type(struct policy_reader *reader, const struct policy_option *option,
			      const char *value)
{
	static const struct {
		const char *name;
		int (*read)(struct policy_reader *reader);
	} types[] = {
		{"imasig", read_imasig},
		{"sigv3", read_sigv3},
		{"imasig|modsig", read_modsig},
	};

	for (size_t i = 0; i < POLICY_COUNT(types); i++) {
		if (strcmp(types[i].name, value) != 0)
			continue;
		if (types[i].read(reader) < 0)
			return -1;
		if (reader->profile->blacklist_with_imasig)
			reader->rule->flags |= POLICY_CHECK_BLACKLIST;
		return 0;
	}
	return policy_refuse_value(reader, option, value, "one of imasig, imasig|modsig, sigv3");
}

int policy_read_appraise_flag(struct policy_reader *reader, const struct policy_option *option,
			      const char *value)
{
	/* Once implied by each signature type, the word is read and forgotten, whatever it says. */
	if (reader->profile->blacklist_with_imasig)
		return 0;
	if (!reader->profile->modsig)
		return policy_refuse(reader,
				     "appraise_flag= needs CONFIG_IMA_APPRAISE_MODSIG on this "
				     "kernel");
	if (!strstr(value, "blacklist"))
		return policy_refuse_value(reader, option, value,
					   "the only flag is check_blacklist");
	reader->rule->flags |= POLICY_CHECK_BLACKLIST;
	return 0;
}

static int read_algo(struct policy_reader *reader, const char *name)
{
	const struct hashalgo *algo = hashalgo_by_name(name);
	const struct kernel_profile *profile = reader->profile;
	char shown[POLICY_SHOWN_MAX];

	if (!algo || !policy_version_at_least(profile, algo->since_major, algo->since_minor))
		return policy_refuse(reader, "appraise_algos=: unknown hash algorithm '%s'",
				     policy_shown(name, shown));
	if (profile->hash[algo->id] == PROFILE_ABSENT)
		return policy_refuse(reader, "appraise_algos=: this kernel has no '%s'",
				     algo->name);
	reader->rule->allowed_algos |= 1u << algo->id;
	return 0;
}

int policy_read_algos(struct policy_reader *reader, const struct policy_option *option,
		      const char *value)
{
	own_mem char *copy = NULL;
	char *rest, *name;

	if (reader->rule->allowed_algos)
		return policy_refuse_repeated(reader, option);
	rest = copy = strdup(value);
	if (!copy)
		return policy_out_of_memory(reader);
	while ((name = strsep(&rest, ",")))
		if (read_algo(reader, name) < 0)
			return -1;
	reader->rule->flags |= option->flag;
	return 0;
}
