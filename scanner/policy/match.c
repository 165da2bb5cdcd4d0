/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rule governs an access (ima_match_policy() and ima_match_rules() of
 * security/integrity/ima/ima_policy.c), as far as appraisal goes. A condition may be one we cannot
 * judge from a file system at rest; such a rule matters only if the outcome hangs on it.
 */
#include "scanner/policy/internal.h"

#include <string.h>

enum answer { NO, YES, UNKNOWN };

struct access {
	const struct policy_subject *subject;
	const struct policy_object *object;
	enum policy_func func;
	unsigned mask;
};

static enum answer answer(bool yes)
{
	return yes ? YES : NO;
}

bool policy_compare(enum policy_op op, uint32_t have, uint32_t rule)
{
	switch (op) {
	case POLICY_GREATER: return have > rule;
	case POLICY_LESS: return have < rule;
	case POLICY_EQUAL: break;
	}
	return have == rule;
}

/* On a change of attributes the kernel asks what would govern the file, whatever hook and mask say.
 */
static enum answer match_func(const struct policy_rule *rule, const struct access *access)
{
	if (access->func == POLICY_FUNC_KEY_CHECK || access->func == POLICY_FUNC_CRITICAL_DATA)
		return answer(rule->func == access->func);
	return answer(!(rule->flags & POLICY_HAS_FUNC) || rule->func == access->func ||
		      access->func == POLICY_FUNC_POST_SETATTR);
}

static enum answer match_mask(const struct policy_rule *rule, const struct access *access)
{
	if (access->func == POLICY_FUNC_POST_SETATTR)
		return YES;
	if (rule->flags & POLICY_HAS_MASK && rule->mask != access->mask)
		return NO;
	return answer(!(rule->flags & POLICY_HAS_INMASK) || rule->mask & access->mask);
}

static enum answer match_fsmagic(const struct policy_rule *rule, const struct access *access)
{
	return answer(!(rule->flags & POLICY_HAS_FSMAGIC) ||
		      rule->fsmagic == access->object->fsmagic);
}

static enum answer match_fsname(const struct policy_rule *rule, const struct access *access)
{
	if (!(rule->flags & POLICY_HAS_FSNAME))
		return YES;
	if (!access->object->fsname)
		return UNKNOWN;
	return answer(strcmp(rule->fsname, access->object->fsname) == 0);
}

static enum answer match_fsuuid(const struct policy_rule *rule, const struct access *access)
{
	if (!(rule->flags & POLICY_HAS_FSUUID))
		return YES;
	if (!access->object->has_fsuuid)
		return UNKNOWN;
	return answer(memcmp(rule->fsuuid, access->object->fsuuid, sizeof(rule->fsuuid)) == 0);
}

static enum answer match_uid(const struct policy_rule *rule, const struct access *access)
{
	if (rule->flags & POLICY_HAS_UID && access->subject->anybody)
		return UNKNOWN;
	return answer(!(rule->flags & POLICY_HAS_UID) ||
		      policy_compare(rule->uid_op, access->subject->uid, rule->uid));
}

/* Who may change his ids is judged by each id he could take. */
static enum answer match_euid(const struct policy_rule *rule, const struct access *access)
{
	const struct policy_subject *who = access->subject;

	if (rule->flags & POLICY_HAS_EUID && who->anybody)
		return UNKNOWN;
	if (!(rule->flags & POLICY_HAS_EUID) || policy_compare(rule->uid_op, who->euid, rule->uid))
		return YES;
	return answer(who->cap_setuid && (policy_compare(rule->uid_op, who->suid, rule->uid) ||
					  policy_compare(rule->uid_op, who->uid, rule->uid)));
}

static enum answer match_gid(const struct policy_rule *rule, const struct access *access)
{
	if (rule->flags & POLICY_HAS_GID && access->subject->anybody)
		return UNKNOWN;
	return answer(!(rule->flags & POLICY_HAS_GID) ||
		      policy_compare(rule->gid_op, access->subject->gid, rule->gid));
}

static enum answer match_egid(const struct policy_rule *rule, const struct access *access)
{
	const struct policy_subject *who = access->subject;

	if (rule->flags & POLICY_HAS_EGID && who->anybody)
		return UNKNOWN;
	if (!(rule->flags & POLICY_HAS_EGID) || policy_compare(rule->gid_op, who->egid, rule->gid))
		return YES;
	return answer(who->cap_setgid && (policy_compare(rule->gid_op, who->sgid, rule->gid) ||
					  policy_compare(rule->gid_op, who->gid, rule->gid)));
}

bool policy_fits_subject(const struct policy_rule *rule, const struct policy_subject *subject)
{
	const struct access access = {.subject = subject};

	return match_uid(rule, &access) == YES && match_euid(rule, &access) == YES &&
	       match_gid(rule, &access) == YES && match_egid(rule, &access) == YES;
}

static enum answer match_fowner(const struct policy_rule *rule, const struct access *access)
{
	return answer(!(rule->flags & POLICY_HAS_FOWNER) ||
		      policy_compare(rule->fowner_op, access->object->uid, rule->fowner));
}

static enum answer match_fgroup(const struct policy_rule *rule, const struct access *access)
{
	return answer(!(rule->flags & POLICY_HAS_FGROUP) ||
		      policy_compare(rule->fgroup_op, access->object->gid, rule->fgroup));
}

/*
 * Field `index` of "user:role:type[:range]". Without a label, or with one that is not of this form,
 * the loaded SELinux policy decides what the file counts as.
 */
static enum answer match_context(const char *want, const struct policy_object *object,
				 unsigned index)
{
	const char *at = object->selinux, *end, *colon;

	if (!want)
		return YES;
	if (!at)
		return UNKNOWN;
	end = at + strnlen(at, object->selinux_size); /* the value usually ends with a NUL */
	for (unsigned field = 0; field < 2; field++) {
		colon = memchr(at, ':', (size_t)(end - at));
		if (!colon)
			return UNKNOWN;
		if (field == index)
			return answer((size_t)(colon - at) == strlen(want) &&
				      memcmp(at, want, (size_t)(colon - at)) == 0);
		at = colon + 1;
	}
	colon = memchr(at, ':', (size_t)(end - at));
	end = colon ? colon : end;
	if (end == at)
		return UNKNOWN;
	return answer((size_t)(end - at) == strlen(want) &&
		      memcmp(at, want, (size_t)(end - at)) == 0);
}

static enum answer match_obj_user(const struct policy_rule *rule, const struct access *access)
{
	return match_context(rule->lsm[POLICY_OBJ_USER], access->object, 0);
}

static enum answer match_obj_role(const struct policy_rule *rule, const struct access *access)
{
	return match_context(rule->lsm[POLICY_OBJ_ROLE], access->object, 1);
}

static enum answer match_obj_type(const struct policy_rule *rule, const struct access *access)
{
	return match_context(rule->lsm[POLICY_OBJ_TYPE], access->object, 2);
}

/* A process exists only in a running system. */
static enum answer match_subj_user(const struct policy_rule *rule, const struct access *access)
{
	(void)access;
	return rule->lsm[POLICY_SUBJ_USER] ? UNKNOWN : YES;
}

static enum answer match_subj_role(const struct policy_rule *rule, const struct access *access)
{
	(void)access;
	return rule->lsm[POLICY_SUBJ_ROLE] ? UNKNOWN : YES;
}

static enum answer match_subj_type(const struct policy_rule *rule, const struct access *access)
{
	(void)access;
	return rule->lsm[POLICY_SUBJ_TYPE] ? UNKNOWN : YES;
}

/* In the kernel's order, so that --explain names what the kernel would have stopped at. */
static const struct {
	enum answer (*match)(const struct policy_rule *rule, const struct access *access);
	const char *name, *differs, *unknown;
} conditions[] = {
#define ROW(name)                                                                                  \
	{                                                                                          \
		match_##name, #name, #name " differs", #name " is not known"                       \
	}
	ROW(func),     ROW(mask),     ROW(fsmagic),   ROW(fsname),    ROW(fsuuid),    ROW(uid),
	ROW(euid),     ROW(gid),      ROW(egid),      ROW(fowner),    ROW(fgroup),    ROW(obj_user),
	ROW(obj_role), ROW(obj_type), ROW(subj_user), ROW(subj_role), ROW(subj_type),
#undef ROW
};

/* YES, NO or UNKNOWN for a whole rule; *out_index is the condition that made it so. */
static enum answer match_rule(const struct policy_rule *rule, const struct access *access,
			      size_t *out_index)
{
	enum answer whole = YES;

	for (size_t i = 0; i < POLICY_COUNT(conditions); i++) {
		enum answer one = conditions[i].match(rule, access);

		if (one == YES || (one == UNKNOWN && whole == UNKNOWN))
			continue;
		*out_index = i;
		whole = one;
		if (one == NO)
			break;
	}
	return whole;
}

/*
 * Would it make no difference which of the two appraise rules decides? NULL: none does. A rule without a hook
 * shares its verdict with opening, and does not ask for the keyring that kexec has.
 */
static bool appraises_alike(const struct policy_rule *a, const struct policy_rule *b)
{
	bool governs = b && b->action == POLICY_APPRAISE;

	if ((a->action == POLICY_APPRAISE) != governs)
		return false;
	return !governs || (((a->flags ^ b->flags) & (POLICY_OPTIONS | POLICY_HAS_FUNC)) == 0 &&
			    a->allowed_algos == b->allowed_algos);
}

/* The same for rules of another pair: all they may do is to choose a digest and to have it collected. */
static bool collects_alike(const struct policy_rule *a, const struct policy_rule *b)
{
	unsigned options = b ? b->flags & POLICY_VERITY_REQUIRED : 0;
	bool does = b && !policy_forbids(b);

	return (a->flags & POLICY_VERITY_REQUIRED) == options && !policy_forbids(a) == does;
}

/* What is found so far of each pair: the first rule that matches for certain, and the first before it that
 * may and of which more than its text hangs. */
struct search {
	const struct policy *policy;
	struct access access;
	const struct policy_rule *decider[POLICY_PAIR_COUNT], *doubt[POLICY_PAIR_COUNT];
	size_t condition[POLICY_PAIR_COUNT]; /* of the doubt */
	bool doubtful[POLICY_PAIR_COUNT];
	unsigned doubtful_options; /* of all that may decide where there is a doubt */
	policy_trace_fn *trace;
	void *context;
};

static bool is_decided(const struct search *search)
{
	for (unsigned pair = 0; pair < POLICY_PAIR_COUNT; pair++)
		if (search->policy->weighty >> pair & 1 && !search->decider[pair])
			return false;
	return true;
}

/* What a rule that applies means for appraisal; of appraisal's own that goes without saying. */
static const char *meaning_of(const struct policy_rule *rule)
{
	if (policy_pair(rule) == POLICY_PAIR_APPRAISE)
		return NULL;
	return rule->flags & POLICY_VERITY_REQUIRED
		       ? "its digest_type=verity counts for appraisal, too"
		       : "later rules of its kind add nothing to the appraisal";
}

/* Tells of rules up to the one that governs; after it only of those that still have a say. */
static void tell(const struct search *search, const struct policy_rule *rule, enum answer whole,
		 size_t index, bool governed_already)
{
	bool weighty = policy_is_weighty(search->policy, rule);

	if (!search->trace || (governed_already && whole == NO))
		return;
	if (!weighty)
		search->trace(search->context, rule, POLICY_DOES_NOT_APPLY, "not about appraisal");
	else if (whole == NO)
		search->trace(search->context, rule, POLICY_DOES_NOT_APPLY,
			      conditions[index].differs);
	else if (whole == UNKNOWN)
		search->trace(search->context, rule, POLICY_MAY_APPLY, conditions[index].unknown);
	else
		search->trace(search->context, rule, POLICY_APPLIES, meaning_of(rule));
}

static void look_at(struct search *search, const struct policy_rule *rule)
{
	enum policy_pair pair = policy_pair(rule);
	bool governed = search->decider[POLICY_PAIR_APPRAISE];
	enum answer whole = NO;
	size_t index = 0;

	if (search->decider[pair])
		return;
	if (policy_is_weighty(search->policy, rule))
		whole = match_rule(rule, &search->access, &index);
	if (whole == YES)
		search->decider[pair] = rule;
	if (whole == UNKNOWN)
		search->doubtful[pair] = true;
	tell(search, rule, whole, index, governed);
}

/* The doubtful rules of a pair before its decider (or the end) again: the first that would change the
 * outcome, and the options of all that would. If there is one, nor is it known that the decider decides. */
static void find_doubt(struct search *search, enum policy_pair pair)
{
	const struct policy_rule *decider = search->decider[pair];
	bool (*alike)(const struct policy_rule *a, const struct policy_rule *b) =
		pair == POLICY_PAIR_APPRAISE ? appraises_alike : collects_alike;

	for (size_t i = 0; i < search->policy->count; i++) {
		const struct policy_rule *rule = &search->policy->rules[i];
		size_t condition = 0;

		if (rule == decider)
			break;
		if (policy_pair(rule) != pair || alike(rule, decider) ||
		    match_rule(rule, &search->access, &condition) != UNKNOWN)
			continue;
		search->doubtful_options |= rule->flags & POLICY_OPTIONS;
		if (search->doubt[pair])
			continue;
		search->doubt[pair] = rule;
		search->condition[pair] = condition;
	}
	if (search->doubt[pair] && decider)
		search->doubtful_options |= decider->flags & POLICY_OPTIONS;
}

/* The union over all pairs of what counts of each. */
static struct policy_result result_of(const struct search *search)
{
	const struct policy_rule *decider = search->decider[POLICY_PAIR_APPRAISE];
	const struct policy_rule *doubt = NULL;
	struct policy_result result = {.rule = decider,
				       .doubtful_options = search->doubtful_options};

	for (unsigned pair = 0; pair < POLICY_PAIR_COUNT; pair++) {
		const struct policy_rule *rule = search->decider[pair];

		if (rule)
			result.options |= rule->flags & POLICY_OPTIONS;
		if (rule && !policy_forbids(rule))
			result.ordered |= 1u << pair;
		if (search->doubt[pair] && !doubt) {
			doubt = search->doubt[pair];
			result.doubt = conditions[search->condition[pair]].name;
		}
	}
	result.match = decider && decider->action == POLICY_APPRAISE ? POLICY_GOVERNED
								     : POLICY_NOT_GOVERNED;
	if (search->doubt[POLICY_PAIR_APPRAISE]) {
		result.match = POLICY_CANNOT_TELL;
		result.rule = search->doubt[POLICY_PAIR_APPRAISE];
		result.why = conditions[search->condition[POLICY_PAIR_APPRAISE]].name;
	} else if (result.match == POLICY_GOVERNED && result.doubt) {
		result.match = POLICY_CANNOT_TELL;
		result.rule = doubt;
		result.why = result.doubt;
	}
	return result;
}

struct policy_result policy_match(const struct policy *policy, const struct policy_subject *subject,
				  const struct policy_object *object, enum policy_func func,
				  unsigned mask, policy_trace_fn *trace, void *context)
{
	struct search search = {
		.policy = policy,
		.access = {subject, object, func, mask},
		.trace = trace,
		.context = context,
	};

	for (size_t i = 0; i < policy->count && !is_decided(&search); i++)
		look_at(&search, &policy->rules[i]);
	for (unsigned pair = 0; pair < POLICY_PAIR_COUNT; pair++)
		if (search.doubtful[pair])
			find_doubt(&search, pair);
	return result_of(&search);
}
