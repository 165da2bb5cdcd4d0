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

static bool compare(enum policy_op op, uint32_t have, uint32_t rule)
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
	return answer(!(rule->flags & POLICY_HAS_UID) ||
		      compare(rule->uid_op, access->subject->uid, rule->uid));
}

/* Who may change his ids is judged by each id he could take. */
static enum answer match_euid(const struct policy_rule *rule, const struct access *access)
{
	const struct policy_subject *who = access->subject;

	if (!(rule->flags & POLICY_HAS_EUID) || compare(rule->uid_op, who->euid, rule->uid))
		return YES;
	return answer(who->cap_setuid && (compare(rule->uid_op, who->suid, rule->uid) ||
					  compare(rule->uid_op, who->uid, rule->uid)));
}

static enum answer match_gid(const struct policy_rule *rule, const struct access *access)
{
	return answer(!(rule->flags & POLICY_HAS_GID) ||
		      compare(rule->gid_op, access->subject->gid, rule->gid));
}

static enum answer match_egid(const struct policy_rule *rule, const struct access *access)
{
	const struct policy_subject *who = access->subject;

	if (!(rule->flags & POLICY_HAS_EGID) || compare(rule->gid_op, who->egid, rule->gid))
		return YES;
	return answer(who->cap_setgid && (compare(rule->gid_op, who->sgid, rule->gid) ||
					  compare(rule->gid_op, who->gid, rule->gid)));
}

static enum answer match_fowner(const struct policy_rule *rule, const struct access *access)
{
	return answer(!(rule->flags & POLICY_HAS_FOWNER) ||
		      compare(rule->fowner_op, access->object->uid, rule->fowner));
}

static enum answer match_fgroup(const struct policy_rule *rule, const struct access *access)
{
	return answer(!(rule->flags & POLICY_HAS_FGROUP) ||
		      compare(rule->fgroup_op, access->object->gid, rule->fgroup));
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

enum {
	EFFECT_FLAGS = POLICY_DIGSIG_REQUIRED | POLICY_MODSIG_ALLOWED | POLICY_SIGV3_REQUIRED |
		       POLICY_VERITY_REQUIRED | POLICY_CHECK_BLACKLIST | POLICY_VALIDATE_ALGOS |
		       POLICY_PERMIT_DIRECTIO,
};

/* Would it make no difference which of the two decides? NULL: no rule does. */
static bool same_effect(const struct policy_rule *a, const struct policy_rule *b)
{
	bool governs = b && b->action == POLICY_APPRAISE;

	if ((a->action == POLICY_APPRAISE) != governs)
		return false;
	return !governs || ((a->flags & EFFECT_FLAGS) == (b->flags & EFFECT_FLAGS) &&
			    a->allowed_algos == b->allowed_algos);
}

/* The doubtful rules before `decider` (NULL: the end) again: the first that would change the
 * outcome. */
static const struct policy_rule *find_doubt(const struct policy *policy,
					    const struct access *access,
					    const struct policy_rule *decider, size_t *out_index)
{
	for (size_t i = 0; i < policy->count && &policy->rules[i] != decider; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (rule->action != POLICY_APPRAISE && rule->action != POLICY_DONT_APPRAISE)
			continue;
		if (match_rule(rule, access, out_index) == UNKNOWN && !same_effect(rule, decider))
			return rule;
	}
	return NULL;
}

static enum policy_trace trace_of(enum answer whole)
{
	if (whole == YES)
		return POLICY_APPLIES;
	return whole == NO ? POLICY_DOES_NOT_APPLY : POLICY_MAY_APPLY;
}

struct policy_result policy_match(const struct policy *policy, const struct policy_subject *subject,
				  const struct policy_object *object, enum policy_func func,
				  unsigned mask, policy_trace_fn *trace, void *context)
{
	const struct access access = {subject, object, func, mask};
	const struct policy_rule *decider = NULL, *doubt = NULL;
	bool doubtful = false;
	size_t index = 0;

	for (size_t i = 0; i < policy->count && !decider; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		const char *why = "not about appraisal";
		enum answer whole = NO;

		if (rule->action == POLICY_APPRAISE || rule->action == POLICY_DONT_APPRAISE) {
			whole = match_rule(rule, &access, &index);
			why = whole == UNKNOWN ? conditions[index].unknown
					       : conditions[index].differs;
		}
		doubtful = doubtful || whole == UNKNOWN;
		if (whole == YES)
			decider = rule;
		if (trace)
			trace(context, rule, trace_of(whole), whole == YES ? NULL : why);
	}
	if (doubtful)
		doubt = find_doubt(policy, &access, decider, &index);
	if (doubt)
		return (struct policy_result){POLICY_CANNOT_TELL, doubt, conditions[index].name};
	return (struct policy_result){decider && decider->action == POLICY_APPRAISE
					      ? POLICY_GOVERNED
					      : POLICY_NOT_GOVERNED,
				      decider, NULL};
}
