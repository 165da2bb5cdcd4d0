/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Weaknesses of a policy as a whole: what no rule looks at. */
#include "scanner/policy/internal.h"
#include "scanner/policy/lint.h"

static bool has_appraise_rule(const struct policy *policy)
{
	for (size_t i = 0; i < policy->count; i++)
		if (policy->rules[i].action == POLICY_APPRAISE &&
		    policy->rules[i].func != POLICY_FUNC_SETXATTR_CHECK)
			return true;
	return false;
}

/* Is there a rule that names the hook? */
static bool names_func(const struct policy *policy, enum policy_func func)
{
	for (size_t i = 0; i < policy->count; i++)
		if (policy->rules[i].action == POLICY_APPRAISE && policy->rules[i].func == func)
			return true;
	return false;
}

static bool appraises_mmap(const struct policy *policy)
{
	return policy_appraises(policy, POLICY_FUNC_MMAP_CHECK) ||
	       policy_appraises(policy, POLICY_FUNC_MMAP_CHECK_REQPROT);
}

static bool lacks_policy_check(const struct policy *policy)
{
	/* Only a rule that names the hook makes the kernel refuse unsigned text written to it. */
	return !names_func(policy, POLICY_FUNC_POLICY_CHECK);
}

static bool lacks_module_check(const struct policy *policy)
{
	return !policy_appraises(policy, POLICY_FUNC_MODULE_CHECK);
}

static bool lacks_firmware_check(const struct policy *policy)
{
	return !policy_appraises(policy, POLICY_FUNC_FIRMWARE_CHECK);
}

static bool lacks_kexec_check(const struct policy *policy)
{
	return !policy_appraises(policy, POLICY_FUNC_KEXEC_KERNEL_CHECK);
}

static bool lacks_mmap_check(const struct policy *policy)
{
	return policy_appraises(policy, POLICY_FUNC_BPRM_CHECK) && !appraises_mmap(policy);
}

static bool lacks_bprm_check(const struct policy *policy)
{
	return appraises_mmap(policy) && !policy_appraises(policy, POLICY_FUNC_BPRM_CHECK);
}

static bool lacks_final_newline(const struct policy *policy)
{
	return policy->no_final_newline;
}

static const struct {
	struct policy_weakness weakness;
	const char *what;
	bool (*found)(const struct policy *policy);
} checks[] = {
	{{"policy.bprm-without-mmap", "high",
	  "a program is checked and the libraries it loads are not; nor is code mapped by a program "
	  "that passed",
	  "add: appraise func=MMAP_CHECK mask=MAY_EXEC appraise_type=imasig"},
	 "programs are appraised (BPRM_CHECK), mapped code (MMAP_CHECK) is not",
	 lacks_mmap_check},
	{{"policy.mmap-without-bprm", "high", "scripts are never mapped: they run unchecked",
	  "add: appraise func=BPRM_CHECK appraise_type=imasig"},
	 "mapped code is appraised (MMAP_CHECK), programs (BPRM_CHECK) are not",
	 lacks_bprm_check},
	{{"policy.no-policy-check", "medium",
	  "whoever is root before this policy is loaded, or may write a further one, loads rules of "
	  "his own without a signature",
	  "add: appraise func=POLICY_CHECK appraise_type=imasig, and load the policy by its path"},
	 "no rule names func=POLICY_CHECK",
	 lacks_policy_check},
	{{"policy.no-module-check", "medium",
	  "a kernel module runs with all rights; root can load any one from any file",
	  "add: appraise func=MODULE_CHECK appraise_type=imasig (or rely on "
	  "module.sig_enforce=1)"},
	 "no rule appraises kernel modules",
	 lacks_module_check},
	{{"policy.no-firmware-check", "low",
	  "firmware files are handed to devices that can read and write memory",
	  "add: appraise func=FIRMWARE_CHECK appraise_type=imasig"},
	 "no rule appraises firmware",
	 lacks_firmware_check},
	{{"policy.no-kexec-check", "low",
	  "root can start another kernel, one without IMA, without passing the firmware",
	  "add: appraise func=KEXEC_KERNEL_CHECK appraise_type=imasig (or disable kexec)"},
	 "no rule appraises kernels loaded by kexec",
	 lacks_kexec_check},
	{{"policy.no-final-newline", "medium",
	  "a kernel that is given the file's path refuses the whole policy for it",
	  "end the last line with a newline"},
	 "the last line does not end with a newline",
	 lacks_final_newline},
};

void policy_lint_whole(struct policy_linter *linter)
{
	static const struct policy_weakness nothing = {
		"policy.no-appraise", "high",
		"without an appraise rule no file is checked, whatever labels it has",
		"add appraise rules, for example those of the policy \"exec,owner=root\""};

	if (!has_appraise_rule(linter->policy)) {
		policy_lint_report(linter, &nothing, NULL, "no rule appraises anything");
		return;
	}
	for (size_t i = 0; i < POLICY_COUNT(checks); i++)
		if (checks[i].found(linter->policy))
			policy_lint_report(linter, &checks[i].weakness, NULL, "%s", checks[i].what);
}
