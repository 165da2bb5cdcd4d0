/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's appraisal hooks and the masks it calls them with (security/integrity/ima/ima_main.c:
 * ima_file_check(), ima_file_mmap(), ima_bprm_check(), ima_post_read_file()).
 */
#include "scanner/hooks.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "scanner/chain.h"
#include "scanner/content.h"

/* What makes a hook likely for a file, beside being judged when the policy names it. */
enum likely {
	LIKELY_ALWAYS,
	LIKELY_EXECUTABLE, /* has an execute bit: ELF or script, execve(2) takes both */
	LIKELY_ELF,
	LIKELY_MODULE,
	LIKELY_FIRMWARE,
	LIKELY_KERNEL,
	LIKELY_INITRAMFS,
	LIKELY_POLICY,
};

static const struct {
	enum policy_func func;
	enum likely likely;
	unsigned mask;
	bool only_if_named; /* a rule without func= is not reason enough */
	bool by_execve;	    /* execve(2) gets there on another way */
} table[] = {
	{POLICY_FUNC_BPRM_CHECK, LIKELY_EXECUTABLE, POLICY_MAY_EXEC, false, false},
	{POLICY_FUNC_CREDS_CHECK, LIKELY_EXECUTABLE, POLICY_MAY_EXEC, true, false},
	{POLICY_FUNC_MMAP_CHECK, LIKELY_ELF, POLICY_MAY_EXEC, false, true},
	{POLICY_FUNC_MMAP_CHECK_REQPROT, LIKELY_ELF, POLICY_MAY_EXEC, true, true},
	{POLICY_FUNC_FILE_CHECK, LIKELY_ALWAYS, 0 /* the policy's masks */, false, false},
	{POLICY_FUNC_MODULE_CHECK, LIKELY_MODULE, POLICY_MAY_READ, false, false},
	{POLICY_FUNC_FIRMWARE_CHECK, LIKELY_FIRMWARE, POLICY_MAY_READ, false, false},
	{POLICY_FUNC_KEXEC_KERNEL_CHECK, LIKELY_KERNEL, POLICY_MAY_READ, false, false},
	{POLICY_FUNC_KEXEC_INITRAMFS_CHECK, LIKELY_INITRAMFS, POLICY_MAY_READ, false, false},
	{POLICY_FUNC_POLICY_CHECK, LIKELY_POLICY, POLICY_MAY_READ, false, false},
};

enum { TABLE_SIZE = sizeof(table) / sizeof(table[0]), MAPPED_BY_EXECVE = 2 };

struct hooks {
	bool all;
	bool wanted[TABLE_SIZE];
	bool by_subject[TABLE_SIZE];	       /* a rule for this hook has a uid or gid condition */
	unsigned masks[POLICY_FILE_MASKS_MAX]; /* of FILE_CHECK */
	size_t mask_count;
	bool by_mask; /* a rule for FILE_CHECK names one */
	struct policy_subject *subjects;
	size_t subject_count;
};

static bool is_named(const struct policy *policy, enum policy_func func)
{
	for (size_t i = 0; i < policy->count; i++)
		if (policy->rules[i].action == POLICY_APPRAISE && policy->rules[i].func == func)
			return true;
	return false;
}

/*
 * By a rule for this hook, or for one that a file comes by on its way to it: the rule may leave something with the
 * file, or keep a later rule from doing so.
 */
static bool depends_on_subject(const struct policy *policy, enum policy_func func)
{
	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (policy_names_subject(policy, rule) &&
		    (rule->func == func || rule->func == POLICY_FUNC_NONE ||
		     chain_comes_before(rule->func, rule->mask, func)))
			return true;
	}
	return false;
}

static bool is_wanted(const struct policy *policy, const struct kernel_profile *profile, size_t i,
		      bool all)
{
	if (table[i].func == POLICY_FUNC_MMAP_CHECK_REQPROT && !profile->mmap_reqprot)
		return false;
	if (table[i].only_if_named && !all)
		return is_named(policy, table[i].func);
	return policy_appraises(policy, table[i].func);
}

struct hooks *hooks_new(const struct policy *policy, const struct kernel_profile *profile, bool all)
{
	struct hooks *hooks = calloc(1, sizeof(*hooks));

	if (!hooks || !policy)
		return hooks;
	hooks->all = all;
	if (policy_subjects(policy, &hooks->subjects, &hooks->subject_count) < 0) {
		hooks_free(hooks);
		return NULL;
	}
	hooks->mask_count = policy_file_masks(policy, all, hooks->masks);
	hooks->by_mask = policy_names_file_mask(policy);
	for (size_t i = 0; i < TABLE_SIZE; i++) {
		hooks->wanted[i] = is_wanted(policy, profile, i, all);
		hooks->by_subject[i] = depends_on_subject(policy, table[i].func);
	}
	return hooks;
}

void hooks_free(struct hooks *hooks)
{
	if (!hooks)
		return;
	free(hooks->subjects);
	free(hooks);
}

size_t hooks_max(const struct hooks *hooks)
{
	return hooks->subject_count * (TABLE_SIZE - 1 + MAPPED_BY_EXECVE + hooks->mask_count);
}

static bool is_executable(unsigned mode)
{
	return mode & (S_IXUSR | S_IXGRP | S_IXOTH);
}

static bool is_likely(enum likely likely, unsigned mode, unsigned place, unsigned kinds,
		      bool kinds_known)
{
	bool executable = is_executable(mode);

	switch (likely) {
	case LIKELY_ALWAYS: return true;
	case LIKELY_EXECUTABLE: return executable;
	case LIKELY_ELF:
		/* A module or an object file is ELF too, and nobody maps it to run it. */
		if (kinds_known)
			return (kinds & CONTENT_ELF) && !(kinds & CONTENT_ELF_RELOCATABLE);
		return executable || (place & CONTENT_AT_LIBRARY);
	case LIKELY_MODULE: return place & CONTENT_AT_MODULE;
	case LIKELY_FIRMWARE: return place & CONTENT_AT_FIRMWARE;
	case LIKELY_KERNEL:
		if (place & CONTENT_AT_KERNEL)
			return true;
		return kinds_known && (kinds & CONTENT_KERNEL) && !(kinds & CONTENT_ELF) &&
		       executable;
	case LIKELY_INITRAMFS: return place & CONTENT_AT_INITRAMFS;
	case LIKELY_POLICY:
		return (place & CONTENT_AT_POLICY) || ((place & CONTENT_AT_CONFIG) && kinds_known &&
						       (kinds & CONTENT_POLICY_TEXT));
	}
	return false;
}

/* All subjects (or just root) for one hook and mask. */
static size_t add_cases(const struct hooks *hooks, size_t i, unsigned mask, bool name_mask,
			bool by_execve, struct hooks_case *out)
{
	size_t n = hooks->by_subject[i] ? hooks->subject_count : 1;

	for (size_t s = 0; s < n; s++)
		out[s] = (struct hooks_case){
			.func = table[i].func,
			.mask = mask,
			.subject = &hooks->subjects[s],
			.name_mask = name_mask,
			.name_subject = hooks->by_subject[i],
			.by_execve = by_execve,
		};
	return n;
}

size_t hooks_for(const struct hooks *hooks, unsigned mode, unsigned place, unsigned kinds,
		 bool kinds_known, struct hooks_case *out)
{
	size_t n = 0;

	for (size_t i = 0; i < TABLE_SIZE; i++) {
		if (!hooks->wanted[i])
			continue;
		if (!hooks->all && !is_likely(table[i].likely, mode, place, kinds, kinds_known))
			continue;
		if (table[i].mask) {
			n += add_cases(hooks, i, table[i].mask, false, false, out + n);
			if (table[i].by_execve && is_executable(mode))
				n += add_cases(hooks, i, table[i].mask, false, true, out + n);
			continue;
		}
		for (size_t m = 0; m < hooks->mask_count; m++)
			n += add_cases(hooks, i, hooks->masks[m], hooks->by_mask, false, out + n);
	}
	return n;
}

/* Is there a question about this hook that only the file's head answers? */
static bool hangs_on_head(enum likely likely, unsigned mode, unsigned place)
{
	return likely == LIKELY_ELF || (likely == LIKELY_KERNEL && is_executable(mode)) ||
	       (likely == LIKELY_POLICY && (place & CONTENT_AT_CONFIG));
}

bool hooks_want_kinds(const struct hooks *hooks, unsigned mode, unsigned place)
{
	if (hooks->all)
		return false;
	for (size_t i = 0; i < TABLE_SIZE; i++)
		if (hooks->wanted[i] && hangs_on_head(table[i].likely, mode, place) &&
		    !is_likely(table[i].likely, mode, place, 0, false))
			return true;
	return false;
}
