/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of measure rules, which we only check (ima_parse_rule() of ima_policy.c, ima_template.c).
 */
#include "scanner/policy/internal.h"

#include <string.h>

int policy_read_pcr(struct policy_reader *reader, const struct policy_option *option,
		    const char *value)
{
	/* The kernel keeps the PCRs measured in a word of 64 bits (we speak of 64 bit kernels). */
	if (!policy_read_int(value, &reader->rule->pcr) || reader->rule->pcr < 0 ||
	    reader->rule->pcr >= 64)
		return policy_refuse_value(reader, option, value,
					   "not a decimal number from 0 to 63");
	reader->rule->flags |= option->flag;
	return 0;
}

/* A template may be named or spelled out (security/integrity/ima/ima_template.c). */
static const char *const templates[][2] = {
	{"ima", "d|n"},
	{"ima-ng", "d-ng|n-ng"},
	{"ima-sig", "d-ng|n-ng|sig"},
	{"ima-ngv2", "d-ngv2|n-ng"},
	{"ima-sigv2", "d-ngv2|n-ng|sig"},
	{"ima-buf", "d-ng|n-ng|buf"},
	{"ima-modsig", "d-ng|n-ng|sig|d-modsig|modsig"},
	{"evm-sig", "d-ng|n-ng|evmsig|xattrnames|xattrlengths|xattrvalues|iuid|igid|imode"},
};

int policy_read_template(struct policy_reader *reader, const struct policy_option *option,
			 const char *value)
{
	bool known = false;

	if (!reader->has_action || reader->rule->action != POLICY_MEASURE)
		return policy_refuse(reader, "template= must stand after the action 'measure'");
	if (reader->rule->template)
		return policy_refuse_repeated(reader, option);
	for (size_t i = 0; i < POLICY_COUNT(templates); i++)
		known = known || !strcmp(templates[i][0], value) || !strcmp(templates[i][1], value);
	if (!known)
		return policy_refuse_value(reader, option, value, "no such template");
	reader->rule->template = strdup(value);
	if (!reader->rule->template)
		return policy_out_of_memory(reader);
	reader->rule->flags |= option->flag;
	return 0;
}

/* keyrings= and label=: names separated by "|", none of them empty. */
int policy_read_list(struct policy_reader *reader, const struct policy_option *option,
		     const char *value)
{
	bool keyrings = option->flag == POLICY_HAS_KEYRINGS;
	char **place = keyrings ? &reader->rule->keyrings : &reader->rule->label;
	size_t last = strlen(value) - 1;

	if (keyrings && !reader->profile->measure_keys)
		return policy_refuse_value(reader, option, value,
					   "needs CONFIG_IMA_MEASURE_ASYMMETRIC_KEYS");
	if (*place)
		return policy_refuse_repeated(reader, option);
	if (value[0] == '|' || value[last] == '|' || strstr(value, "||"))
		return policy_refuse_value(reader, option, value, "an empty name in the list");
	*place = strdup(value);
	if (!*place)
		return policy_out_of_memory(reader);
	reader->rule->flags |= option->flag;
	return 0;
}
