/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/session.c: what options mean for each other. */
#include "scanner/session.h"

#include "tests/suites.h"

/* fail_securely is a word of ima_policy= and no rule: it comes with the policy's name as with the command line. */
static const struct {
	const char *policy, *cmdline;
	bool fail_securely;
} rows[] = {
	{"appraise_tcb", NULL, false},
	{"appraise_tcb|fail_securely", NULL, true},
	{"fail_securely", NULL, true},
	{"appraise_tcb", "ima_policy=fail_securely", true},
	{"appraise_tcb", "ima_policy=appraise_tcb", false},
};

START_TEST(takes_fail_securely_by_name)
{
	struct session session;
	struct options options = {.cmdline = rows[_i].cmdline};
	struct fault f = {0};

	session_init(&session);
	ck_assert_int_eq(session_load_profile(&session, &options, &f), 0);
	ck_assert_int_eq(session_load_policy(&session, rows[_i].policy, &f), 0);
	ck_assert_int_eq(session.profile.fail_securely, rows[_i].fail_securely);
	session_done(&session);
}
END_TEST

Suite *session_suite(void)
{
	Suite *suite = suite_create("session");
	TCase *tcase = tcase_create("session");

	tcase_add_loop_test(tcase, takes_fail_securely_by_name, 0, sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(suite, tcase);
	return suite;
}
