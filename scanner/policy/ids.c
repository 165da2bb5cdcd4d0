/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that a policy may tell apart: the ids that its rules answer alike are one class, of which one id
 * is tried, with those of all other classes, as the real, the effective and the group's.
 */
#include "scanner/policy/internal.h"

enum {
	NAMED_MAX = 64, /* ids that rules name, users' and groups' each */
	CLASSES_MAX = 3 * NAMED_MAX + 2,
	WORK_MAX = 1 << 24, /* rules looked at, for all tries together: less than a second */
	USER_FLAGS = POLICY_HAS_UID | POLICY_HAS_EUID,
	GROUP_FLAGS = POLICY_HAS_GID | POLICY_HAS_EGID,
};

struct classes {
	const struct policy *policy;
	unsigned flags; /* USER_FLAGS or GROUP_FLAGS */
	uint32_t ids[CLASSES_MAX];
	uint64_t answers[CLASSES_MAX]; /* what the rules say of each: a hash */
	size_t count;
	bool whole; /* there was room for all */
};

struct named {
	uint32_t ids[NAMED_MAX];
	size_t count;
	bool whole;
};

static unsigned flags_named(const struct policy *policy)
{
	unsigned flags = 0;

	for (size_t i = 0; i < policy->count; i++)
		if (policy_names_subject(policy, &policy->rules[i]))
			flags |= policy->rules[i].flags;
	return flags & (USER_FLAGS | GROUP_FLAGS);
}

static void add_name(struct named *named, uint32_t id)
{
	for (size_t i = 0; i < named->count; i++)
		if (named->ids[i] == id)
			return;
	if (named->count == NAMED_MAX)
		named->whole = false;
	else
		named->ids[named->count++] = id;
}

static struct named names_in(const struct policy *policy, unsigned flags)
{
	struct named named = {.whole = true};

	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (policy_is_weighty(policy, rule) && rule->flags & flags)
			add_name(&named, flags & USER_FLAGS ? rule->uid : rule->gid);
	}
	return named;
}

/* FNV-1a over the numbers of the rules whose id this is; root is somebody else to the kernel, too. */
static uint64_t answers_to(const struct classes *classes, uint32_t id)
{
	bool users = classes->flags & USER_FLAGS;
	uint64_t hash = 0xcbf29ce484222325 + (users && id == 0);

	for (size_t i = 0; i < classes->policy->count; i++) {
		const struct policy_rule *rule = &classes->policy->rules[i];

		if (policy_is_weighty(classes->policy, rule) && rule->flags & classes->flags &&
		    policy_compare(users ? rule->uid_op : rule->gid_op, id,
				   users ? rule->uid : rule->gid))
			hash = (hash ^ (i + 1)) * 0x100000001b3;
	}
	return hash;
}

static void add_class(struct classes *classes, uint32_t id)
{
	uint64_t answers = answers_to(classes, id);

	for (size_t i = 0; i < classes->count; i++)
		if (classes->answers[i] == answers)
			return;
	classes->ids[classes->count] = id;
	classes->answers[classes->count++] = answers;
}

/* Between the ids that rules name it is all the same to the policy who comes: their neighbours suffice. */
static void find_classes(struct classes *classes)
{
	struct named named = names_in(classes->policy, classes->flags);

	classes->whole = named.whole;
	add_class(classes, 0);
	add_class(classes, POLICY_ORDINARY_USER);
	for (size_t i = 0; i < named.count; i++) {
		uint32_t id = named.ids[i];

		if (id == POLICY_NO_ID)
			continue;
		add_class(classes, id);
		if (id + 1 < POLICY_NO_ID)
			add_class(classes, id + 1);
		if (id > 0)
			add_class(classes, id - 1);
	}
}

struct pair {
	uint32_t real, effective;
};

/* Pair i of the classes: first each with itself, then (count * (count - 1)) each with each other. */
static struct pair pair_at(const struct classes *classes, size_t i)
{
	size_t others = classes->count - 1, real, effective;

	if (i < classes->count)
		return (struct pair){classes->ids[i], classes->ids[i]};
	real = (i - classes->count) / others;
	effective = (i - classes->count) % others;
	effective += effective >= real;
	return (struct pair){classes->ids[real], classes->ids[effective]};
}

static struct policy_subject subject_of(struct pair user, struct pair group)
{
	return (struct policy_subject){
		.uid = user.real,
		.euid = user.effective,
		.suid = user.effective,
		.gid = group.real,
		.egid = group.effective,
		.sgid = group.effective,
		.cap_setuid = user.effective == 0,
		.cap_setgid = user.effective == 0,
	};
}

struct range {
	size_t from, to;
};

/* Group 0 of the range is the user's own, which has his number; then come pairs of classes. */
static bool try_range(const struct classes *users, const struct classes *groups, struct range user,
		      struct range group, size_t *left, policy_subject_fn *take, void *context)
{
	for (size_t u = user.from; u < user.to; u++) {
		for (size_t g = group.from; g < group.to; g++) {
			struct pair who = pair_at(users, u);
			struct pair own = {who.real, who.real};
			struct policy_subject one =
				subject_of(who, g ? pair_at(groups, g - 1) : own);

			if (*left == 0 || !take(context, &one))
				return false;
			--*left;
		}
	}
	return true;
}

/* 1 past the pairs of a class with another, if rules look at effective ids at all. */
static size_t end_of_mixed(const struct classes *classes, bool effective)
{
	return effective ? classes->count * classes->count : classes->count;
}

bool policy_try_subjects(const struct policy *policy, policy_subject_fn *take, void *context)
{
	struct classes users = {.policy = policy, .flags = USER_FLAGS};
	struct classes groups = {.policy = policy, .flags = GROUP_FLAGS};
	unsigned flags = flags_named(policy);
	size_t left = WORK_MAX / (policy->count + 1);
	struct range plain_user, mixed_user, plain_group, mixed_group;

	/* One id alone: who is named and who is not were tried by their own ids. */
	if (!flags || flags == POLICY_HAS_UID || flags == POLICY_HAS_GID)
		return true;
	find_classes(&users);
	find_classes(&groups);
	plain_user = (struct range){0, users.count};
	mixed_user = (struct range){users.count, end_of_mixed(&users, flags & POLICY_HAS_EUID)};
	plain_group = (struct range){0, flags & GROUP_FLAGS ? groups.count + 1 : 1};
	mixed_group = (struct range){groups.count + 1,
				     end_of_mixed(&groups, flags & POLICY_HAS_EGID) + 1};
	return try_range(&users, &groups, plain_user, plain_group, &left, take, context) &&
	       try_range(&users, &groups, mixed_user, plain_group, &left, take, context) &&
	       try_range(&users, &groups, plain_user, mixed_group, &left, take, context) &&
	       try_range(&users, &groups, mixed_user, mixed_group, &left, take, context) &&
	       users.whole && groups.whole;
}
