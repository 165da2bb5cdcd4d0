/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which accesses are worth judging under a policy: hooks, subjects, masks. */
#include "scanner/policy/internal.h"

#include <string.h>

static bool is_appraisal(const struct policy_rule *rule)
{
	return rule->action == POLICY_APPRAISE || rule->action == POLICY_DONT_APPRAISE;
}

bool policy_appraises(const struct policy *policy, enum policy_func func)
{
	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (rule->action == POLICY_APPRAISE &&
		    (!(rule->flags & POLICY_HAS_FUNC) || rule->func == func))
			return true;
	}
	return false;
}

/* An id for which the condition holds: the nearest one. */
static uint32_t representative(enum policy_op op, uint32_t id)
{
	if (op == POLICY_GREATER)
		return id < POLICY_NO_ID - 1 ? id + 1 : id;
	if (op == POLICY_LESS)
		return id > 0 ? id - 1 : id;
	return id;
}

/* Somebody for whom the rule's conditions hold; a user's own group has his number. */
static struct policy_subject subject_of(const struct policy_rule *rule)
{
	uint32_t uid = 0, gid;

	if (rule->flags & (POLICY_HAS_UID | POLICY_HAS_EUID))
		uid = representative(rule->uid_op, rule->uid);
	gid = uid;
	if (rule->flags & (POLICY_HAS_GID | POLICY_HAS_EGID))
		gid = representative(rule->gid_op, rule->gid);
	return (struct policy_subject){.uid = uid,
				       .euid = uid,
				       .suid = uid,
				       .gid = gid,
				       .egid = gid,
				       .sgid = gid,
				       .cap_setuid = uid == 0,
				       .cap_setgid = uid == 0};
}

/* The subject of the n-th rule, or root of number 0. False: the rule names nobody. */
static bool nth_subject(const struct policy *policy, size_t n, struct policy_subject *out)
{
	static const struct policy_rule anybody;
	const struct policy_rule *rule = n == 0 ? &anybody : &policy->rules[n - 1];

	if (n > 0 && !(is_appraisal(rule) && rule->flags & (POLICY_HAS_UID | POLICY_HAS_EUID |
							    POLICY_HAS_GID | POLICY_HAS_EGID)))
		return false;
	*out = subject_of(rule);
	return true;
}

size_t policy_subjects(const struct policy *policy, struct policy_subject *out, size_t max)
{
	size_t count = 0;

	for (size_t n = 0; n <= policy->count; n++) {
		struct policy_subject one, before;
		bool seen = false;

		if (!nth_subject(policy, n, &one))
			continue;
		for (size_t m = 0; m < n && !seen; m++)
			seen = nth_subject(policy, m, &before) && before.uid == one.uid &&
			       before.gid == one.gid;
		if (seen)
			continue;
		if (count < max)
			out[count] = one;
		count++;
	}
	return count;
}

void policy_subject_text(const struct policy_subject *subject, struct buf *out)
{
	bool own_group = subject->gid == subject->uid;

	if (subject->uid == 0 && subject->euid == 0 && own_group && subject->egid == 0) {
		buf_puts(out, "root");
		return;
	}
	buf_printf(out, "uid=%u", subject->uid);
	if (subject->euid != subject->uid)
		buf_printf(out, ",euid=%u", subject->euid);
	if (!own_group)
		buf_printf(out, ",gid=%u", subject->gid);
	if (subject->egid != subject->gid)
		buf_printf(out, ",egid=%u", subject->egid);
}

/* O_APPEND never comes alone: the kernel adds it to the mask of reading or writing. */
static const struct {
	unsigned named, judged;
	bool exact; /* can mask= without ^ name it? */
} file_masks[] = {
	{POLICY_MAY_READ, POLICY_MAY_READ, true},
	{POLICY_MAY_WRITE, POLICY_MAY_WRITE, true},
	{POLICY_MAY_EXEC, POLICY_MAY_EXEC, true},
	{POLICY_MAY_APPEND, POLICY_MAY_WRITE | POLICY_MAY_APPEND, false},
};

static bool names_mask(const struct policy *policy, unsigned mask, bool exact)
{
	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		unsigned kinds = POLICY_HAS_INMASK | (exact ? POLICY_HAS_MASK : 0);

		if (is_appraisal(rule) && rule->mask == mask && rule->flags & kinds &&
		    (!(rule->flags & POLICY_HAS_FUNC) || rule->func == POLICY_FUNC_FILE_CHECK))
			return true;
	}
	return false;
}

size_t policy_file_masks(const struct policy *policy, unsigned *out, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < POLICY_COUNT(file_masks); i++) {
		if (i > 0 && !names_mask(policy, file_masks[i].named, file_masks[i].exact))
			continue;
		if (count < max)
			out[count] = file_masks[i].judged;
		count++;
	}
	return count;
}
