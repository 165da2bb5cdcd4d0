/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What policies ask for, in the numbers of the background. */
#include "efi/policyscope.h"

#include <string.h>

#include "tests/suites.h"

#define SIG  " appraise_type=imasig\n"
#define BOTH "appraise func=BPRM_CHECK" SIG "appraise func=MMAP_CHECK mask=MAY_EXEC" SIG

static const struct {
	const char *text;
	const char *files;
	bool signatures, modules, policy_check, uncovered;
	size_t weaknesses;
} rows[] = {
	{"appraise\n", "1a", false, true, false, false, 0},
	{"appraise" SIG, "1a", true, true, false, false, 0},
	{"appraise fowner=0\n", "1b", false, true, false, false, 0},
	{"appraise fowner=1000" SIG, "1b", true, true, false, false, 0},
	{"appraise fowner<10" SIG, "1b", true, true, false, false, 0},
	{BOTH, "1c", true, false, false, false, 0},
	{"appraise func=BPRM_CHECK\nappraise func=MMAP_CHECK mask=MAY_EXEC\n", "1c", false, false,
	 false, false, 0},
	{"appraise func=BPRM_CHECK fowner=0" SIG "appraise func=MMAP_CHECK fowner=0" SIG, "1d",
	 true, false, false, false, 0},
	/* Programs of everybody, libraries of root only: the lesser counts. */
	{"appraise func=BPRM_CHECK" SIG "appraise func=MMAP_CHECK fowner=0" SIG, "1d", true, false,
	 false, false, 0},
	/* One rule that takes a hash is enough. */
	{"appraise func=BPRM_CHECK" SIG "appraise func=MMAP_CHECK\n", "1c", false, false, false,
	 false, 0},
	{"appraise func=BPRM_CHECK" SIG, "1c", true, false, false, true, 0},
	{"appraise func=MMAP_CHECK" SIG, "1c", true, false, false, true, 0},
	{"appraise func=MODULE_CHECK" SIG "appraise func=POLICY_CHECK" SIG, "1-", false, true, true,
	 false, 0},
	{"measure func=BPRM_CHECK\n", "1-", false, false, false, false, 0},
	{"dont_appraise\n" BOTH, "1-", false, false, false, false, 1},
	{"dont_appraise fowner=0\n" BOTH, "1d", true, false, false, false, 1},
	{"dont_appraise fsmagic=0x01021994\n" BOTH, "1c", true, false, false, false, 1},
	{"dont_appraise fsmagic=0x9fa0\n" BOTH, "1c", true, false, false, false, 0},
	{"appraise func=BPRM_CHECK obj_type=bin_t" SIG, "1?", false, false, false, false, 0},
	{"appraise func=BPRM_CHECK fsname=xfs" SIG "appraise func=MMAP_CHECK fsname=xfs" SIG, "1?",
	 false, false, false, false, 0},
};

START_TEST(test_text)
{
	struct kernel_profile profile;
	struct policyscope scope;
	struct fault f;

	profile_init(&profile);
	ck_assert_int_eq(
		policyscope_read(rows[_i].text, strlen(rows[_i].text), &profile, &scope, &f), 0);
	ck_assert_msg(!scope.refused, "%s", scope.why);
	ck_assert_str_eq(policyscope_files_name(scope.files), rows[_i].files);
	ck_assert_int_eq(scope.needs_signatures, rows[_i].signatures);
	ck_assert_int_eq(scope.checks_modules, rows[_i].modules);
	ck_assert_int_eq(scope.checks_policy, rows[_i].policy_check);
	ck_assert_int_eq(scope.code_uncovered, rows[_i].uncovered);
	ck_assert_uint_eq(scope.weakness_count, rows[_i].weaknesses);
}
END_TEST

static const struct {
	const char *words, *files;
	bool signatures, modules, measures;
} built_in[] = {
	{"appraise_tcb", "1b", false, true, false},
	{"tcb", "1-", false, false, true},
	{"secure_boot", "1-", false, true, false},
	{"appraise_tcb|secure_boot", "1b", false, true, false},
	{"ima_appraise_tcb", "1b", false, true, false},
};

START_TEST(test_words)
{
	struct kernel_profile profile;
	struct policyscope scope;
	struct fault f;

	profile_init(&profile);
	ck_assert_int_eq(policyscope_of_words(built_in[_i].words, &profile, &scope, &f), 0);
	ck_assert_msg(!scope.refused, "%s", scope.why);
	ck_assert_str_eq(policyscope_files_name(scope.files), built_in[_i].files);
	ck_assert_int_eq(scope.needs_signatures, built_in[_i].signatures);
	ck_assert_int_eq(scope.checks_modules, built_in[_i].modules);
	ck_assert_int_eq(scope.measures, built_in[_i].measures);
	ck_assert_uint_eq(scope.weakness_count, 0);
}
END_TEST

START_TEST(test_refused)
{
	static const char *const texts[] = {"", "appraise func=NONSENSE\n", "nonsense\n",
					    "appraise\nappraise bad\n"};
	struct kernel_profile profile;
	struct policyscope scope;
	struct fault f;

	profile_init(&profile);
	ck_assert_int_eq(policyscope_read(texts[_i], strlen(texts[_i]), &profile, &scope, &f), 0);
	ck_assert(scope.refused && !scope.appraises);
	ck_assert_int_eq(strncmp(scope.why, "line ", 5), 0);
}
END_TEST

Suite *policyscope_suite(void)
{
	Suite *suite = suite_create("policyscope");
	TCase *cases = tcase_create("policies");

	tcase_add_loop_test(cases, test_text, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(cases, test_words, 0, sizeof(built_in) / sizeof(built_in[0]));
	tcase_add_loop_test(cases, test_refused, 0, 4);
	suite_add_tcase(suite, cases);
	return suite;
}
