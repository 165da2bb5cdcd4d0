/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of policies by name: composed in the kernel's order, and the plain choices. */
#include "scanner/policy/policy.h"

#include <string.h>

#include "tests/suites.h"

enum {
	WRITE_POLICY = 1,
	SIGNED_INIT = 2,
	BUILD_MODULES = 4,
	BUILD_POLICY = 8,
};

static const struct {
	const char *name;
	unsigned options;
	size_t count;
	const char *first, *last;
} composed[] = {
	{"tcb", 0, 20, "dont_measure fsmagic=0x9fa0", "measure func=POLICY_CHECK"},
	{"ima_tcb", 0, 18, "dont_measure fsmagic=0x9fa0", "measure func=FIRMWARE_CHECK"},
	{"ima_tcb|tcb", 0, 18, "dont_measure fsmagic=0x9fa0", "measure func=FIRMWARE_CHECK"},
	{"tcb tcb", 0, 20, "dont_measure fsmagic=0x9fa0", "measure func=POLICY_CHECK"},
	{"appraise_tcb", 0, 15, "dont_appraise fsmagic=0x9fa0", "appraise fowner=0"},
	{"ima_appraise_tcb", 0, 15, "dont_appraise fsmagic=0x9fa0", "appraise fowner=0"},
	{"appraise_tcb", WRITE_POLICY, 16, "dont_appraise fsmagic=0x9fa0", "appraise fowner=0"},
	{"appraise_tcb", SIGNED_INIT, 15, "dont_appraise fsmagic=0x9fa0",
	 "appraise fowner=0 appraise_type=imasig"},
	{"secure_boot", 0, 4, "appraise func=MODULE_CHECK appraise_type=imasig",
	 "appraise func=POLICY_CHECK appraise_type=imasig"},
	{"secure_boot", BUILD_MODULES, 4, "appraise func=MODULE_CHECK appraise_type=imasig",
	 "appraise func=POLICY_CHECK appraise_type=imasig"},
	{"appraise_tcb", BUILD_POLICY, 16, "appraise func=POLICY_CHECK appraise_type=imasig",
	 "appraise fowner=0"},
	{"critical_data", 0, 1, "measure func=CRITICAL_DATA", "measure func=CRITICAL_DATA"},
	{"critical_data+appraise_tcb | secure_boot|tcb", 0, 40, "dont_measure fsmagic=0x9fa0",
	 "measure func=CRITICAL_DATA"},
	{"all", 0, 15, "dont_appraise fsmagic=0x9fa0", "appraise"},
	{"owner=1000", 0, 15, "dont_appraise fsmagic=0x9fa0", "appraise fowner=1000"},
	{"owner=root", 0, 15, "dont_appraise fsmagic=0x9fa0", "appraise fowner=0"},
	{"exec", 0, 17, "dont_appraise fsmagic=0x9fa0", "appraise func=MODULE_CHECK"},
	{"exec,owner=root", 0, 17, "dont_appraise fsmagic=0x9fa0",
	 "appraise func=MODULE_CHECK fowner=0"},
	{"exec,owner=7", BUILD_MODULES, 18, "appraise func=MODULE_CHECK appraise_type=imasig",
	 "appraise func=MODULE_CHECK fowner=7"},
};

static struct kernel_profile kernel(unsigned options)
{
	struct kernel_profile profile;

	profile_init(&profile);
	profile.write_policy = options & WRITE_POLICY;
	profile.signed_init = options & SIGNED_INIT;
	profile.require_module_sigs = options & BUILD_MODULES;
	profile.require_policy_sigs = options & BUILD_POLICY;
	return profile;
}

START_TEST(composes)
{
	struct kernel_profile profile = kernel(composed[_i].options);
	struct policy_error error = {0};
	struct policy *policy = policy_builtin(composed[_i].name, &profile, &error);

	ck_assert_msg(policy, "%s: %s", composed[_i].name, error.reason);
	ck_assert_str_eq(policy->name, composed[_i].name);
	ck_assert_uint_eq(policy->count, composed[_i].count);
	ck_assert_str_eq(policy->rules[0].text, composed[_i].first);
	ck_assert_str_eq(policy->rules[policy->count - 1].text, composed[_i].last);
	ck_assert(!policy->fail_securely);
	policy_free(policy);
}
END_TEST

static const struct {
	const char *name;
	unsigned column;
} refused[] = {
	{"", 1},
	{"foo", 1},
	{"appraise_tcb|foo", 14},
	{"TCB", 1},
	{"owner=", 1},
	{"owner=bob", 1},
	{"exec,", 1},
	{"exec,owner=", 1},
	{"executable", 1},
	{"owner=-1", 1},
	{"owner=4294967295", 1},
	{"all,owner=0", 1},
	{"exec,owner=0x1", 1},
};

START_TEST(refuses)
{
	struct kernel_profile profile = kernel(0);
	struct policy_error error = {0};

	ck_assert_ptr_null(policy_builtin(refused[_i].name, &profile, &error));
	ck_assert_uint_eq(error.line, 1);
	ck_assert_uint_eq(error.column, refused[_i].column);
	ck_assert_ptr_nonnull(strstr(error.reason, "neither a policy's name"));
}
END_TEST

/* The kernel's own signature rules do not consult the blacklist; numbers run from 1. */
START_TEST(is_the_kernels_own)
{
	struct kernel_profile profile = kernel(0);
	struct policy_error error;
	struct policy *policy = policy_builtin("secure_boot|fail_securely", &profile, &error);

	ck_assert_ptr_nonnull(policy);
	ck_assert(policy->fail_securely);
	for (size_t i = 0; i < policy->count; i++) {
		ck_assert_uint_eq(policy->rules[i].line, i + 1);
		ck_assert_uint_eq(policy->rules[i].flags, POLICY_HAS_FUNC | POLICY_DIGSIG_REQUIRED);
	}
	policy_free(policy);
	policy = policy_builtin("fail_securely", &profile, &error);
	ck_assert_ptr_nonnull(policy);
	ck_assert_uint_eq(policy->count, 0);
	policy_free(policy);
}
END_TEST

/* A choice is a policy like the operator's: the build-time rules are no part of its numbering. */
START_TEST(numbers_choices)
{
	struct kernel_profile profile = kernel(BUILD_MODULES);
	struct policy_error error;
	struct policy *policy = policy_builtin("exec", &profile, &error);

	ck_assert_ptr_nonnull(policy);
	ck_assert_uint_eq(policy->rules[0].line, 0);
	for (size_t i = 1; i < policy->count; i++)
		ck_assert_uint_eq(policy->rules[i].line, i);
	policy_free(policy);
	ck_assert_ptr_nonnull(strstr(policy_builtin_names(), "exec,owner=UID"));
}
END_TEST

Suite *policy_builtin_suite(void)
{
	Suite *suite = suite_create("policy_builtin");
	TCase *tcase = tcase_create("policy_builtin");

	tcase_add_loop_test(tcase, composes, 0, sizeof(composed) / sizeof(composed[0]));
	tcase_add_loop_test(tcase, refuses, 0, sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(tcase, is_the_kernels_own);
	tcase_add_test(tcase, numbers_choices);
	suite_add_tcase(suite, tcase);
	return suite;
}
