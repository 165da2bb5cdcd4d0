/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a policy asks for. It is asked about accesses by root to files of several owners on an ordinary file
 * system; rules that hang on labels or on a particular file system cannot be answered so and are told.
 */
#include "efi/policyscope.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { EXT_MAGIC = 0xef53, NOBODY_IN_PARTICULAR = 54321, OWNERS_MAX = 32 };

const char *policyscope_files_name(enum policyscope_files files)
{
	static const char *const names[] = {
		[POLICYSCOPE_NONE] = "1-",	 [POLICYSCOPE_ALL] = "1a",
		[POLICYSCOPE_OWNED] = "1b",	 [POLICYSCOPE_CODE] = "1c",
		[POLICYSCOPE_OWNED_CODE] = "1d", [POLICYSCOPE_CANNOT_TELL] = "1?",
	};

	return names[files];
}

/* Root, somebody, and whoever the rules name. */
static size_t owners_of(const struct policy *policy, uint32_t owners[OWNERS_MAX])
{
	size_t count = 0;

	owners[count++] = 0;
	owners[count++] = NOBODY_IN_PARTICULAR;
	for (size_t i = 0; i < policy->count && count < OWNERS_MAX; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		uint32_t owner = rule->fowner;
		bool known = !(rule->flags & POLICY_HAS_FOWNER);

		if (rule->fowner_op == POLICY_GREATER)
			owner++;
		else if (rule->fowner_op == POLICY_LESS)
			owner--;
		for (size_t k = 0; k < count; k++)
			known = known || owners[k] == owner;
		if (!known)
			owners[count++] = owner;
	}
	return count;
}

/* What the policy says of one hook, over all owners. */
struct answer {
	bool some, all, cannot_tell;
	bool signatures; /* of those governed */
	const char *why;
};

static struct answer ask(const struct policy *policy, enum policy_func func, unsigned mask)
{
	static const struct policy_subject root = {.cap_setuid = true, .cap_setgid = true};
	uint32_t owners[OWNERS_MAX];
	size_t count = owners_of(policy, owners);
	struct answer answer = {.all = true, .signatures = true};

	for (size_t i = 0; i < count; i++) {
		const struct policy_object object = {
			.uid = owners[i], .fsmagic = EXT_MAGIC, .fsname = "ext4"};
		struct policy_result result =
			policy_match(policy, &root, &object, func, mask, NULL, NULL);

		if (result.match == POLICY_CANNOT_TELL) {
			answer.cannot_tell = true;
			answer.why = result.why;
		} else if (result.match == POLICY_GOVERNED) {
			answer.some = true;
			if (!(result.rule->flags & POLICY_DIGSIG_REQUIRED))
				answer.signatures = false;
			continue;
		}
		answer.all = false;
	}
	return answer;
}

/* A condition that files of an unnamed file system without labels cannot answer; NULL: none. */
static const char *unanswerable(const struct policy *policy)
{
	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (rule->action != POLICY_APPRAISE ||
		    (rule->func != POLICY_FUNC_NONE && rule->func != POLICY_FUNC_FILE_CHECK &&
		     rule->func != POLICY_FUNC_BPRM_CHECK && rule->func != POLICY_FUNC_MMAP_CHECK &&
		     rule->func != POLICY_FUNC_MMAP_CHECK_REQPROT))
			continue;
		for (unsigned k = 0; k < POLICY_LSM_COUNT; k++)
			if (rule->lsm[k])
				return "labels of a security module";
		if (rule->flags & (POLICY_HAS_FSMAGIC | POLICY_HAS_FSUUID | POLICY_HAS_FSNAME))
			return "the file system";
	}
	return NULL;
}

static void find_files(const struct policy *policy, struct policyscope *out)
{
	struct answer read = ask(policy, POLICY_FUNC_FILE_CHECK, POLICY_MAY_READ);
	struct answer exec = ask(policy, POLICY_FUNC_BPRM_CHECK, POLICY_MAY_EXEC);
	struct answer mmap = ask(policy, POLICY_FUNC_MMAP_CHECK, POLICY_MAY_EXEC);
	struct answer mmap_reqprot = ask(policy, POLICY_FUNC_MMAP_CHECK_REQPROT, POLICY_MAY_EXEC);
	bool mapped = mmap.some || mmap_reqprot.some;

	out->code_uncovered = exec.some != mapped && !read.some && !exec.cannot_tell &&
			      !mmap.cannot_tell && !mmap_reqprot.cannot_tell;
	out->needs_signatures = (exec.some || mapped || read.some) &&
				(!exec.some || exec.signatures) &&
				(!mmap.some || mmap.signatures) &&
				(!mmap_reqprot.some || mmap_reqprot.signatures) &&
				(exec.some || mapped || read.signatures);
	if (read.some)
		out->files = read.all ? POLICYSCOPE_ALL : POLICYSCOPE_OWNED;
	else if (exec.some || mapped)
		out->files = (!exec.some || exec.all) && (!mmap.some || mmap.all) &&
					     (!mmap_reqprot.some || mmap_reqprot.all)
				     ? POLICYSCOPE_CODE
				     : POLICYSCOPE_OWNED_CODE;
	else if (unanswerable(policy)) {
		out->files = POLICYSCOPE_CANNOT_TELL;
		snprintf(out->because, sizeof(out->because), "what it appraises hangs on %s",
			 unanswerable(policy));
	} else if (read.cannot_tell || exec.cannot_tell || mmap.cannot_tell) {
		out->files = POLICYSCOPE_CANNOT_TELL;
		snprintf(out->because, sizeof(out->because), "what it appraises hangs on %s",
			 exec.cannot_tell   ? exec.why
			 : read.cannot_tell ? read.why
					    : mmap.why);
	}
}

/* Weaknesses of scanner/policy/lint_rule.c that an attacker can make use of. */
static void take_weakness(void *context, const struct policy_lint *lint)
{
	static const char *const ids[] = {
		"policy.exempt-filesystem", "policy.exempt-owner", "policy.exempt-subject",
		"policy.exempt-uuid",	    "policy.exempt-all",   "policy.by-subject",
		"policy.weak-algorithm",
	};
	struct policyscope *scope = context;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (strcmp(lint->id, ids[i]) == 0 &&
		    scope->weakness_count < POLICYSCOPE_WEAKNESSES_MAX) {
			char *text = scope->weaknesses[scope->weakness_count++];

			snprintf(text, POLICYSCOPE_TEXT_MAX, "line %u: %.120s", lint->line,
				 lint->what);
		}
}

/*
 * Exemptions of kernel file systems that every policy has (the kernel's own too) are no weakness: nothing
 * can be stored there. tmpfs is in that list and is one, but the built-in policies have it, so theirs are
 * not told.
 */
static void look_at(const struct policy *policy, const struct kernel_profile *profile,
		    bool built_in, struct policyscope *out)
{
	for (size_t i = 0; i < policy->count; i++) {
		out->measures = out->measures || policy->rules[i].action == POLICY_MEASURE;
		out->appraises =
			out->appraises || (policy->rules[i].action == POLICY_APPRAISE &&
					   policy->rules[i].func != POLICY_FUNC_SETXATTR_CHECK);
		out->checks_policy =
			out->checks_policy || (policy->rules[i].action == POLICY_APPRAISE &&
					       policy->rules[i].func == POLICY_FUNC_POLICY_CHECK);
	}
	out->checks_modules = policy_appraises(policy, POLICY_FUNC_MODULE_CHECK);
	out->checks_kexec = policy_appraises(policy, POLICY_FUNC_KEXEC_KERNEL_CHECK);
	out->checks_firmware = policy_appraises(policy, POLICY_FUNC_FIRMWARE_CHECK);
	find_files(policy, out);
	if (!built_in && out->appraises)
		policy_lint(policy, profile, take_weakness, out);
}

static int finish(struct policy *policy, const struct policy_error *error,
		  const struct kernel_profile *profile, bool built_in, struct policyscope *out,
		  struct fault *f)
{
	struct policyscope scope = {0};

	if (!policy && !error->line && strcmp(error->reason, "out of memory") == 0)
		return fault_set(f, ENOMEM, "reading a policy");
	if (policy) {
		look_at(policy, profile, built_in, &scope);
		policy_free(policy);
	} else {
		scope.refused = true;
		snprintf(scope.why, sizeof(scope.why), "line %u: %.120s", error->line,
			 error->reason);
	}
	*out = scope;
	return 0;
}

int policyscope_read(const char *text, size_t size, const struct kernel_profile *profile,
		     struct policyscope *out, struct fault *f)
{
	struct policy_error error = {0};
	struct policy *policy = policy_parse("policy", text, size, profile, &error);

	return finish(policy, &error, profile, false, out, f);
}

int policyscope_of_words(const char *words, const struct kernel_profile *profile,
			 struct policyscope *out, struct fault *f)
{
	struct policy_error error = {0};
	struct policy *policy = policy_builtin(words, profile, &error);

	return finish(policy, &error, profile, true, out, f);
}
