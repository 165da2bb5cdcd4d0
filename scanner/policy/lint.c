/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Weaknesses of a policy: the run over it, and when one rule covers another. */
#include "scanner/policy/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scanner/policy/internal.h"

void policy_lint_report(struct policy_linter *linter, const struct policy_weakness *weakness,
			const struct policy_rule *rule, const char *what, ...)
{
	struct policy_lint finding = {.line = rule ? rule->line : 0,
				      .id = weakness->id,
				      .severity = weakness->severity,
				      .why = weakness->why,
				      .remedy = weakness->remedy};
	va_list args;

	va_start(args, what);
	vsnprintf(finding.what, sizeof(finding.what), what, args);
	va_end(args);
	linter->found++;
	if (linter->report)
		linter->report(linter->context, &finding);
}

size_t policy_lint(const struct policy *policy, const struct kernel_profile *profile,
		   policy_lint_fn *report, void *context)
{
	struct policy_linter linter = {policy, profile, report, context, 0};

	policy_lint_whole(&linter);
	for (size_t i = 0; i < policy->count; i++)
		policy_lint_rule(&linter, &policy->rules[i]);
	return linter.found;
}

bool policy_may_match_func(const struct policy_rule *rule, enum policy_func func)
{
	return !(rule->flags & POLICY_HAS_FUNC) || rule->func == func;
}

/* The ids that a comparison lets through, from low to high; low above high: none. */
struct range {
	uint64_t low, high;
};

static struct range range_of(enum policy_op op, uint32_t id)
{
	if (op == POLICY_GREATER)
		return (struct range){(uint64_t)id + 1, POLICY_NO_ID};
	if (op == POLICY_LESS)
		return (struct range){0,
				      (uint64_t)id - 1}; /* of "<0" everything: it covers nothing */
	return (struct range){id, id};
}

static bool covers_id(enum policy_op wide_op, uint32_t wide, enum policy_op op, uint32_t id)
{
	struct range outer, inner;

	if (wide_op == POLICY_LESS && wide == 0)
		return op == POLICY_LESS && id == 0;
	if (op == POLICY_LESS && id == 0)
		return true;
	outer = range_of(wide_op, wide);
	inner = range_of(op, id);
	return outer.low <= inner.low && inner.high <= outer.high;
}

/* A condition of the earlier rule must be there in the later one, at least as narrow. */
static bool covers_ids(const struct policy_rule *earlier, const struct policy_rule *rule)
{
	const struct {
		unsigned flag;
		uint32_t wide, id;
		enum policy_op wide_op, op;
	} ids[] = {
		{POLICY_HAS_UID, earlier->uid, rule->uid, earlier->uid_op, rule->uid_op},
		{POLICY_HAS_EUID, earlier->uid, rule->uid, earlier->uid_op, rule->uid_op},
		{POLICY_HAS_GID, earlier->gid, rule->gid, earlier->gid_op, rule->gid_op},
		{POLICY_HAS_EGID, earlier->gid, rule->gid, earlier->gid_op, rule->gid_op},
		{POLICY_HAS_FOWNER, earlier->fowner, rule->fowner, earlier->fowner_op,
		 rule->fowner_op},
		{POLICY_HAS_FGROUP, earlier->fgroup, rule->fgroup, earlier->fgroup_op,
		 rule->fgroup_op},
	};

	for (size_t i = 0; i < POLICY_COUNT(ids); i++) {
		if (!(earlier->flags & ids[i].flag))
			continue;
		if (!(rule->flags & ids[i].flag) ||
		    !covers_id(ids[i].wide_op, ids[i].wide, ids[i].op, ids[i].id))
			return false;
	}
	return true;
}

static bool same_text(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static bool covers_file_system(const struct policy_rule *earlier, const struct policy_rule *rule)
{
	const struct {
		unsigned flag;
		bool same;
	} places[] = {
		{POLICY_HAS_FSMAGIC, earlier->fsmagic == rule->fsmagic},
		{POLICY_HAS_FSNAME, same_text(earlier->fsname, rule->fsname)},
		{POLICY_HAS_FSUUID, memcmp(earlier->fsuuid, rule->fsuuid, 16) == 0},
		{POLICY_HAS_KEYRINGS, same_text(earlier->keyrings, rule->keyrings)},
		{POLICY_HAS_LABEL, same_text(earlier->label, rule->label)},
	};

	for (size_t i = 0; i < POLICY_COUNT(places); i++)
		if (earlier->flags & places[i].flag &&
		    !(rule->flags & places[i].flag && places[i].same))
			return false;
	return true;
}

static bool covers_mask(const struct policy_rule *earlier, const struct policy_rule *rule)
{
	if (earlier->flags & POLICY_HAS_MASK)
		return rule->flags & POLICY_HAS_MASK && rule->mask == earlier->mask;
	if (earlier->flags & POLICY_HAS_INMASK)
		return rule->flags & (POLICY_HAS_MASK | POLICY_HAS_INMASK) &&
		       rule->mask == earlier->mask;
	return true;
}

bool policy_covers(const struct policy_rule *earlier, const struct policy_rule *rule)
{
	/* Keys and critical data are no files: rules that do not name the hook leave them alone. */
	bool data = rule->func == POLICY_FUNC_KEY_CHECK || rule->func == POLICY_FUNC_CRITICAL_DATA;

	if ((data || earlier->flags & POLICY_HAS_FUNC) && rule->func != earlier->func)
		return false;
	for (unsigned i = 0; i < POLICY_LSM_COUNT; i++)
		if (earlier->lsm[i] && !same_text(earlier->lsm[i], rule->lsm[i]))
			return false;
	return covers_mask(earlier, rule) && covers_file_system(earlier, rule) &&
	       covers_ids(earlier, rule);
}
