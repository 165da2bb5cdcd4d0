/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From facts and policy to verdicts. */
#include "scanner/judge.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/chain.h"

struct judge {
	const struct policy *policy;
	struct facts_hook *hooks;
};

struct judge *judge_new(const struct policy *policy, size_t max_cases)
{
	struct judge *judge = calloc(1, sizeof(*judge));

	if (!judge)
		return NULL;
	judge->policy = policy;
	judge->hooks = calloc(max_cases + 1, sizeof(*judge->hooks));
	if (!judge->hooks) {
		free(judge);
		return NULL;
	}
	return judge;
}

void judge_free(struct judge *judge)
{
	if (!judge)
		return;
	free(judge->hooks);
	free(judge);
}

struct policy_object judge_object(const struct facts *facts)
{
	const struct attrs_value *selinux = ATTRS_SELINUX(&facts->attrs);
	struct policy_object object = {
		.uid = facts->inode.uid,
		.gid = facts->inode.gid,
		.fsmagic = facts->fs->magic,
		.fsname = facts->fs->name[0] ? facts->fs->name : NULL,
		.has_fsuuid = facts->fs->has_uuid,
	};

	memcpy(object.fsuuid, facts->fs->uuid, sizeof(object.fsuuid));
	if (selinux->state == ATTRS_PRESENT) {
		object.selinux = (const char *)selinux->data;
		object.selinux_size = selinux->size;
	}
	return object;
}

bool judge_may_govern(struct judge *judge, const struct facts *facts,
		      const struct hooks_case *cases, size_t count)
{
	struct policy_object object = judge_object(facts);

	for (size_t i = 0; i < count; i++)
		if (policy_match(judge->policy, cases[i].subject, &object, cases[i].func,
				 cases[i].mask, NULL, NULL)
			    .match != POLICY_NOT_GOVERNED)
			return true;
	return false;
}

/*
 * A label over the fs-verity digest says nothing about the content's plain digest: without a rule
 * that tells which is meant, take the one the file was made for.
 */
static struct verdict of_label(const struct facts *facts)
{
	struct verdict_input input = facts->input;

	if (facts->ima.type == IMAXATTR_VERITY_SIGNATURE && facts->inode.verity) {
		input.data = input.verity;
		input.sig_data = input.sig_verity;
	}
	return verdict_of_label(&input);
}

/* A program that is mapped to be run is worth a word only where that is another matter than mapping it. */
static bool is_said_already(const struct facts *facts, const struct facts_hook *hook)
{
	if (!hook->access.by_execve)
		return false;
	for (size_t i = 0; i < facts->hook_count; i++) {
		const struct facts_hook *other = &facts->hooks[i];

		if (other->access.func == hook->access.func &&
		    other->access.subject == hook->access.subject && other->rule == hook->rule &&
		    other->verdict.kind == hook->verdict.kind &&
		    other->verdict.cause == hook->verdict.cause)
			return true;
	}
	return false;
}

void judge_file(struct judge *judge, struct facts *facts, const struct hooks_case *cases,
		size_t count)
{
	struct policy_object object = judge_object(facts);

	facts->hooks = judge->hooks;
	facts->hook_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct facts_hook *hook = &judge->hooks[facts->hook_count];

		if (!chain_judge(judge->policy, &object, &facts->input, &cases[i], hook) ||
		    is_said_already(facts, hook))
			continue;
		if (facts->hook_count++ == 0 ||
		    verdict_weight(hook->verdict.kind) > verdict_weight(facts->verdict.kind))
			facts->verdict = hook->verdict;
	}
	facts->governed = facts->hook_count > 0;
	if (!facts->governed)
		facts->verdict = of_label(facts);
}
