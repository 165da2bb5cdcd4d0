/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Actions come in pairs, one that does something and one that forbids it, and of each pair the first rule
 * that matches an access counts (actmask in ima_match_policy() of security/integrity/ima/ima_policy.c). The
 * options of all that count are one word, whose ever they are: so a rule about measuring may have a say in
 * appraisal.
 */
#include "scanner/policy/internal.h"

static const struct {
	enum policy_pair pair;
	bool forbids;
} actions[] = {
	[POLICY_MEASURE] = {POLICY_PAIR_MEASURE, false},
	[POLICY_DONT_MEASURE] = {POLICY_PAIR_MEASURE, true},
	[POLICY_APPRAISE] = {POLICY_PAIR_APPRAISE, false},
	[POLICY_DONT_APPRAISE] = {POLICY_PAIR_APPRAISE, true},
	[POLICY_AUDIT] = {POLICY_PAIR_AUDIT, false},
	[POLICY_HASH] = {POLICY_PAIR_HASH, false},
	[POLICY_DONT_HASH] = {POLICY_PAIR_HASH, true},
};

enum policy_pair policy_pair(const struct policy_rule *rule)
{
	return actions[rule->action].pair;
}

bool policy_forbids(const struct policy_rule *rule)
{
	return actions[rule->action].forbids;
}

/*
 * A rule whose verdict may have been found at a hook before: then its list of algorithms is looked at only
 * if measuring or auditing is still to be done.
 */
static bool has_late_algos(const struct policy_rule *rule)
{
	return rule->flags & POLICY_VALIDATE_ALGOS &&
	       (!(rule->flags & POLICY_HAS_FUNC) || rule->func == POLICY_FUNC_MMAP_CHECK);
}

/*
 * A pair is looked at only when some rule of the policy does what it is about (ima_policy_flag). What it
 * may change of an appraisal is which digest is collected, by its own options or because collecting for
 * it comes first, where there are two kinds of digests; and the above.
 */
void policy_settle(struct policy *policy)
{
	bool wanted[POLICY_PAIR_COUNT] = {false}, verity[POLICY_PAIR_COUNT] = {false};
	bool collecting_counts = false;

	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		enum policy_pair pair = policy_pair(rule);

		wanted[pair] = wanted[pair] || !policy_forbids(rule);
		verity[pair] = verity[pair] || rule->flags & POLICY_VERITY_REQUIRED;
		collecting_counts = collecting_counts || rule->flags & POLICY_VERITY_REQUIRED ||
				    has_late_algos(rule);
	}
	policy->weighty = 1u << POLICY_PAIR_APPRAISE;
	for (unsigned pair = 0; pair < POLICY_PAIR_COUNT; pair++)
		if (wanted[pair] && collecting_counts && (verity[pair] || pair != POLICY_PAIR_HASH))
			policy->weighty |= 1u << pair;
}

bool policy_is_weighty(const struct policy *policy, const struct policy_rule *rule)
{
	return policy->weighty >> policy_pair(rule) & 1;
}
