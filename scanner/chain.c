/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The accesses that come before an access, and what of them stays with the file (struct ima_iint_cache of
 * security/integrity/ima/ima.h: flags, ima_hash, the cached statuses; process_measurement() of ima_main.c, of
 * Linux 6.12).
 */
#include "scanner/chain.h"

#include <string.h>

struct link {
	enum policy_func func; /* NONE: no more */
	unsigned mask;
};

enum { LINKS_MAX = 4 };

/* clang-format off */
/* fs/open.c and fs/exec.c open by FILE_CHECK; mm/util.c asks what was requested before what is granted. */
#define OPENED_TO_READ	{POLICY_FUNC_FILE_CHECK, POLICY_MAY_READ}
#define OPENED_TO_EXEC	{POLICY_FUNC_FILE_CHECK, POLICY_MAY_EXEC}
#define EXECUTED	{POLICY_FUNC_BPRM_CHECK, POLICY_MAY_EXEC}, {POLICY_FUNC_CREDS_CHECK, POLICY_MAY_EXEC}
#define REQUESTED	{POLICY_FUNC_MMAP_CHECK_REQPROT, POLICY_MAY_EXEC}

static const struct {
	enum policy_func func;
	bool by_execve;
	struct link before[LINKS_MAX];
} chains[] = {
	{POLICY_FUNC_BPRM_CHECK, false, {OPENED_TO_EXEC}},
	{POLICY_FUNC_CREDS_CHECK, false, {OPENED_TO_EXEC, {POLICY_FUNC_BPRM_CHECK, POLICY_MAY_EXEC}}},
	{POLICY_FUNC_MMAP_CHECK_REQPROT, false, {OPENED_TO_READ}},
	{POLICY_FUNC_MMAP_CHECK, false, {OPENED_TO_READ, REQUESTED}},
	{POLICY_FUNC_MMAP_CHECK_REQPROT, true, {OPENED_TO_EXEC, EXECUTED}},
	{POLICY_FUNC_MMAP_CHECK, true, {OPENED_TO_EXEC, EXECUTED, REQUESTED}},
	{POLICY_FUNC_MODULE_CHECK, false, {OPENED_TO_READ}},
	{POLICY_FUNC_FIRMWARE_CHECK, false, {OPENED_TO_READ}},
	{POLICY_FUNC_KEXEC_KERNEL_CHECK, false, {OPENED_TO_READ}},
	{POLICY_FUNC_KEXEC_INITRAMFS_CHECK, false, {OPENED_TO_READ}},
	{POLICY_FUNC_POLICY_CHECK, false, {OPENED_TO_READ}},
};
/* clang-format on */

/*
 * Hooks that share a verdict (get_subaction() of ima_policy.c): both of mmap(2), and whatever is appraised
 * by a rule without a hook shares that of opening.
 */
enum hook_class { CLASS_FILE, CLASS_MMAP, CLASS_BPRM, CLASS_CREDS, CLASS_READ, CLASS_COUNT };

static enum hook_class class_of(const struct policy_rule *rule, enum policy_func func)
{
	if (!(rule->flags & POLICY_HAS_FUNC))
		return CLASS_FILE;
	switch (func) {
	case POLICY_FUNC_FILE_CHECK: return CLASS_FILE;
	case POLICY_FUNC_MMAP_CHECK:
	case POLICY_FUNC_MMAP_CHECK_REQPROT: return CLASS_MMAP;
	case POLICY_FUNC_BPRM_CHECK: return CLASS_BPRM;
	case POLICY_FUNC_CREDS_CHECK: return CLASS_CREDS;
	default: return CLASS_READ;
	}
}

/* What stays with the file. */
struct memory {
	unsigned options;
	bool collected, verity; /* a digest, and which */
	unsigned done;		/* pairs whose action was carried out */
	/* The verdict of each class, kept once it is good; and where it is not known whether it is. */
	bool passed[CLASS_COUNT];
	struct verdict unknown[CLASS_COUNT];
	/* A rule hung on a condition that we do not know, and may have left these options. */
	const char *doubt;
	unsigned doubtful_options, certain_options;
};

enum {
	COLLECTING =
		1u << POLICY_PAIR_MEASURE | 1u << POLICY_PAIR_APPRAISE | 1u << POLICY_PAIR_AUDIT,
	APPRAISING = 1u << POLICY_PAIR_APPRAISE,
};

static bool can_collect(const struct verdict_input *in, bool verity)
{
	const struct collected *digest = verity ? &in->verity : &in->data;

	return digest->state != DIGEST_KERNEL_LACKS && digest->state != DIGEST_NO_VERITY;
}

static struct verdict_access access_of(const struct memory *memory, const struct policy_rule *rule,
				       struct link link)
{
	return (struct verdict_access){
		.func = rule->flags & POLICY_HAS_FUNC ? link.func : POLICY_FUNC_FILE_CHECK,
		.mask = link.mask,
		.options = memory->options,
		.allowed_algos = rule->allowed_algos,
		.verity = memory->collected ? memory->verity
					    : memory->options & POLICY_VERITY_REQUIRED,
	};
}

/*
 * A good verdict is not found a second time. The algorithm is looked at again only beside something else
 * that is still to be done.
 */
static struct verdict known_to_pass(const struct memory *memory, const struct policy_result *found,
				    const struct verdict_input *in)
{
	const struct hashalgo *algo = imaxattr_collect_algo(in->ima, in->profile);
	uint32_t allowed = found->rule->allowed_algos;

	if (allowed && !(allowed & 1u << algo->id) &&
	    found->ordered & ~memory->done & COLLECTING & ~APPRAISING)
		return (struct verdict){VERDICT_FAIL, "denied-hash-algorithm"};
	return (struct verdict){VERDICT_PASS, NULL};
}

static struct verdict appraise(const struct memory *memory, const struct policy_result *found,
			       const struct verdict_input *in, struct link link)
{
	struct verdict_access access = access_of(memory, found->rule, link);
	enum hook_class shared = class_of(found->rule, link.func);

	if (memory->passed[shared])
		return known_to_pass(memory, found, in);
	if (memory->unknown[shared].cause)
		return memory->unknown[shared];
	return verdict_judge(in, &access);
}

/* One access: *out_verdict is filled if it is appraised. */
static void pass_link(struct memory *memory, const struct policy_result *found,
		      const struct verdict_input *in, struct link link, struct verdict *out_verdict)
{
	memory->options |= found->options;
	if (found->ordered & APPRAISING) {
		enum hook_class shared = class_of(found->rule, link.func);

		*out_verdict = appraise(memory, found, in, link);
		if (verdict_is_good(out_verdict->kind))
			memory->passed[shared] = true;
		else if (out_verdict->kind == VERDICT_UNDECIDED)
			memory->unknown[shared] = *out_verdict;
	}
	if (found->ordered & COLLECTING && !memory->collected) {
		memory->verity = memory->options & POLICY_VERITY_REQUIRED;
		memory->collected = can_collect(in, memory->verity);
	}
	if (memory->collected)
		memory->done |= found->ordered;
}

static const struct link *links_before(const struct hooks_case *access)
{
	static const struct link none[LINKS_MAX];

	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++)
		if (chains[i].func == access->func && chains[i].by_execve == access->by_execve)
			return chains[i].before;
	return none;
}

bool chain_comes_before(enum policy_func func, unsigned mask, enum policy_func to)
{
	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++)
		for (size_t k = 0; k < LINKS_MAX && chains[i].func == to; k++)
			if (chains[i].before[k].func && chains[i].before[k].func == func &&
			    (!mask || chains[i].before[k].mask & mask))
				return true;
	return false;
}

/* What the accesses before leave behind. The match CANNOT_TELL of one leaves its options in doubt, no more. */
static struct memory remember(const struct policy *policy, const struct policy_object *object,
			      const struct verdict_input *in, const struct hooks_case *access)
{
	const struct link *links = links_before(access);
	struct memory memory = {0};

	for (size_t i = 0; i < LINKS_MAX && links[i].func; i++) {
		struct verdict ignored = {0};
		struct policy_result found;

		if (links[i].func == POLICY_FUNC_MMAP_CHECK_REQPROT && !in->profile->mmap_reqprot)
			continue;
		found = policy_match(policy, access->subject, object, links[i].func, links[i].mask,
				     NULL, NULL);
		if (found.doubt) {
			memory.doubt = found.doubt;
			memory.doubtful_options |= found.doubtful_options;
			found.ordered &= ~(unsigned)APPRAISING;
		}
		memory.certain_options |=
			found.options & ~(found.doubt ? found.doubtful_options : 0);
		pass_link(&memory, &found, in, links[i], &ignored);
	}
	return memory;
}

static bool same_verdict(struct verdict a, struct verdict b)
{
	return a.kind == b.kind &&
	       (a.cause == b.cause || (a.cause && b.cause && strcmp(a.cause, b.cause) == 0));
}

/* The verdict if of the options that are in doubt these were left behind. */
static struct verdict verdict_with(struct memory memory, unsigned options,
				   const struct policy_result *found,
				   const struct verdict_input *in, struct link link)
{
	struct verdict verdict = {0};

	memory.options = memory.certain_options | options;
	pass_link(&memory, found, in, link, &verdict);
	return verdict;
}

/*
 * With what may have been left behind it may be another verdict: with all options that are in doubt, with none, with
 * those of what matches for certain. Which digest was collected, where there are two, is more than options tell.
 */
static struct verdict settle_doubt(const struct policy *policy, const struct memory *memory,
				   const struct policy_result *found,
				   const struct verdict_input *in, struct link link,
				   struct verdict verdict)
{
	struct verdict all = verdict_with(*memory, memory->doubtful_options, found, in, link);
	struct verdict none = verdict_with(*memory, 0, found, in, link);

	if (policy->weighty == APPRAISING && same_verdict(verdict, all) &&
	    same_verdict(verdict, none))
		return verdict;
	return (struct verdict){VERDICT_UNDECIDED, memory->doubt};
}

bool chain_judge(const struct policy *policy, const struct policy_object *object,
		 const struct verdict_input *in, const struct hooks_case *access,
		 struct facts_hook *out)
{
	const struct link link = {access->func, access->mask};
	struct policy_result found = policy_match(policy, access->subject, object, access->func,
						  access->mask, NULL, NULL);
	struct memory memory, before;
	struct verdict verdict = {VERDICT_UNDECIDED, found.why};

	if (found.match == POLICY_NOT_GOVERNED)
		return false;
	*out = (struct facts_hook){.access = *access, .rule = found.rule, .verdict = verdict};
	if (found.match == POLICY_CANNOT_TELL)
		return true;
	before = memory = remember(policy, object, in, access);
	pass_link(&memory, &found, in, link, &out->verdict);
	if (before.doubt)
		out->verdict = settle_doubt(policy, &before, &found, in, link, out->verdict);
	out->added = memory.options & ~found.rule->flags;
	return true;
}
