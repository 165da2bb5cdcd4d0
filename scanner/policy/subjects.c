/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which accesses are worth judging under a policy: hooks, subjects, masks. */
#include "scanner/policy/internal.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/base/own.h"

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

/* A process whose ids are all the same, and who is almighty when it is root's. */
static struct policy_subject subject_with(uint32_t uid, uint32_t gid)
{
	return (struct policy_subject){.uid = uid,
				       .euid = uid,
				       .suid = uid,
				       .gid = gid,
				       .egid = gid,
				       .sgid = gid,
				       .cap_setuid = uid == 0,
				       .cap_setgid = uid == 0};
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
	return subject_with(uid, gid);
}

enum {
	SUBJECT_FLAGS = POLICY_HAS_UID | POLICY_HAS_EUID | POLICY_HAS_GID | POLICY_HAS_EGID,
	COMBINED_MAX = 64, /* subjects beyond those that rules name, and their neighbours */
};

bool policy_names_subject(const struct policy *policy, const struct policy_rule *rule)
{
	return policy_is_weighty(policy, rule) && rule->flags & SUBJECT_FLAGS;
}

/* A list being made: of those for whom there was room, and how many there are. */
struct subject_list {
	const struct policy *policy;
	struct policy_subject *subjects;
	uint64_t *fits; /* of each, which rules it fits: a hash */
	size_t count, max;
	size_t combined;
};

static bool has_ids(const struct subject_list *list, const struct policy_subject *one)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->subjects[i].uid == one->uid && list->subjects[i].gid == one->gid)
			return true;
	return false;
}

/* Two subjects whom the same rules fit are one to the policy. FNV-1a over the rules' numbers. */
static uint64_t hash_of_fits(const struct policy *policy, const struct policy_subject *one)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < policy->count; i++)
		if (policy_names_subject(policy, &policy->rules[i]) &&
		    policy_fits_subject(&policy->rules[i], one))
			hash = (hash ^ (i + 1)) * 0x100000001b3;
	return hash;
}

static bool has_fits(const struct subject_list *list, uint64_t fits)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->fits[i] == fits)
			return true;
	return false;
}

static void append(struct subject_list *list, const struct policy_subject *one)
{
	if (list->count == list->max)
		return;
	list->subjects[list->count] = *one;
	list->fits[list->count++] = hash_of_fits(list->policy, one);
}

/* Whom no rule names, if the policy makes a difference between him and all that are in the list. */
static void append_other(struct subject_list *list, uint64_t id)
{
	struct policy_subject one = subject_with((uint32_t)id, (uint32_t)id);

	if (id < POLICY_NO_ID && !has_fits(list, hash_of_fits(list->policy, &one)))
		append(list, &one);
}

static void append_named(struct subject_list *list)
{
	for (size_t i = 0; i < list->policy->count; i++) {
		const struct policy_rule *rule = &list->policy->rules[i];
		struct policy_subject one = subject_of(rule);

		if (policy_names_subject(list->policy, rule) && !has_ids(list, &one))
			append(list, &one);
	}
}

/* Between the ids that rules name it is all the same to the policy who comes: their neighbours suffice. */
static void append_others(struct subject_list *list)
{
	append_other(list, POLICY_ORDINARY_USER);
	for (size_t i = 0; i < list->policy->count; i++) {
		const struct policy_rule *rule = &list->policy->rules[i];
		const uint32_t ids[] = {rule->uid, rule->gid};

		if (!policy_names_subject(list->policy, rule))
			continue;
		for (size_t k = 0; k < POLICY_COUNT(ids); k++) {
			if (ids[k] == POLICY_NO_ID)
				continue;
			append_other(list, (uint64_t)ids[k] + 1);
			append_other(list, ids[k] > 0 ? (uint64_t)ids[k] - 1 : POLICY_NO_ID);
		}
	}
}

/* policy_subject_fn: whoever is another to the policy than all that are in the list, while there is room. */
static bool append_combined(void *context, const struct policy_subject *one)
{
	struct subject_list *list = context;

	if (has_fits(list, hash_of_fits(list->policy, one)))
		return true;
	if (list->combined == COMBINED_MAX)
		return false;
	list->combined++;
	append(list, one);
	return true;
}

/* No rule makes more than these five: its own, and an id's two neighbours for uid and gid. Beside them there
 * are root, an ordinary user, anybody and what is combined. */
static size_t most_subjects(const struct policy *policy)
{
	size_t most = 3 + COMBINED_MAX;

	for (size_t i = 0; i < policy->count; i++)
		if (policy_names_subject(policy, &policy->rules[i]))
			most += 5;
	return most;
}

int policy_subjects(const struct policy *policy, struct policy_subject **out, size_t *out_count)
{
	size_t most = most_subjects(policy);
	own_mem uint64_t *fits = calloc(most, sizeof(*fits));
	struct subject_list list = {
		.policy = policy,
		.subjects = calloc(most, sizeof(*list.subjects)),
		.fits = fits,
		.max = most,
	};
	const struct policy_subject root = subject_with(0, 0), anybody = {.anybody = true};

	if (!list.subjects || !fits) {
		free(list.subjects);
		return -1;
	}
	append(&list, &root);
	append_named(&list);
	append_others(&list);
	if (!policy_try_subjects(policy, append_combined, &list))
		append(&list, &anybody);
	*out = list.subjects;
	*out_count = list.count;
	return 0;
}

void policy_subject_text(const struct policy_subject *subject, struct buf *out)
{
	bool own_group = subject->gid == subject->uid;

	if (subject->anybody) {
		buf_puts(out, "anybody");
		return;
	}
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

/*
 * What an open may ask for. O_APPEND never comes alone: the kernel adds it to the mask of reading or
 * writing.
 */
static const struct {
	unsigned mask;
	unsigned named; /* which mask= makes it worth judging; 0: none does alone */
	bool exact;	/* can mask= without ^ name it? */
} file_masks[] = {
	{POLICY_MAY_READ, POLICY_MAY_READ, true},
	{POLICY_MAY_WRITE, POLICY_MAY_WRITE, true},
	{POLICY_MAY_EXEC, POLICY_MAY_EXEC, true},
	{POLICY_MAY_WRITE | POLICY_MAY_APPEND, POLICY_MAY_APPEND, false},
	{POLICY_MAY_READ | POLICY_MAY_WRITE, 0, false},
	{POLICY_MAY_READ | POLICY_MAY_WRITE | POLICY_MAY_APPEND, 0, false},
};

_Static_assert(sizeof(file_masks) / sizeof(file_masks[0]) == POLICY_FILE_MASKS_MAX, "as promised");

static bool may_match_file_check(const struct policy *policy, const struct policy_rule *rule)
{
	return policy_is_weighty(policy, rule) &&
	       (!(rule->flags & POLICY_HAS_FUNC) || rule->func == POLICY_FUNC_FILE_CHECK);
}

static bool names_mask(const struct policy *policy, unsigned mask, bool exact)
{
	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		unsigned kinds = POLICY_HAS_INMASK | (exact ? POLICY_HAS_MASK : 0);

		if (may_match_file_check(policy, rule) && rule->mask == mask && rule->flags & kinds)
			return true;
	}
	return false;
}

bool policy_names_file_mask(const struct policy *policy)
{
	for (size_t i = 0; i < policy->count; i++)
		if (may_match_file_check(policy, &policy->rules[i]) &&
		    policy->rules[i].flags & (POLICY_HAS_MASK | POLICY_HAS_INMASK))
			return true;
	return false;
}

size_t policy_file_masks(const struct policy *policy, bool all, unsigned out[POLICY_FILE_MASKS_MAX])
{
	bool every = all && policy_names_file_mask(policy);
	size_t count = 0;

	for (size_t i = 0; i < POLICY_COUNT(file_masks); i++)
		if (i == 0 || every ||
		    (file_masks[i].named &&
		     names_mask(policy, file_masks[i].named, file_masks[i].exact)))
			out[count++] = file_masks[i].mask;
	return count;
}
