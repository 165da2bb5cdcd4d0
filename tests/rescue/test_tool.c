/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of rescue/tool.c, with programs that every system has. */
#include "rescue/tool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/suites.h"

static const struct {
	const char *words[4];
	int result, os;
	const char *output, *complaint;
} runs[] = {
	{{"echo", "a  b"}, 0, 0, "a  b\n", ""},
	{{"sh", "-c", "echo '$HOME'; env | sort | grep -v '^_\\|^PWD\\|^SHLVL'"},
	 0,
	 0,
	 "$HOME\nLC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n",
	 ""},
	{{"cat"}, 0, 0, "", ""},
	{{"sh", "-c", "echo first >&2; echo 'the reason' >&2; echo >&2; exit 5"},
	 -1,
	 0,
	 "",
	 "sh: the reason"},
	{{"false"}, -1, 0, "", "false: ended with status 1"},
	{{"sh", "-c", "kill -9 $$"}, -1, 0, "", "sh was ended by signal 9"},
	{{"sh", "-c", "kill -15 $$"}, -1, 0, "", "sh was ended by signal 15"},
	{{"no-such-program"}, -1, ENOENT, "", "running no-such-program: No such file or directory"},
	{{"../bin/no/such"}, -1, ENOENT, "", "running ../bin/no/such: No such file or directory"},
};

START_TEST(a_program_is_run)
{
	own_buf struct buf out = {0};
	struct fault f = {0};

	ck_assert_int_eq(tool_run(runs[_i].words, 60, &out, &f), runs[_i].result);
	ck_assert_str_eq(f.text, runs[_i].complaint);
	ck_assert_int_eq(f.os, runs[_i].os);
	ck_assert_str_eq(buf_text(&out), runs[_i].output);
}
END_TEST

START_TEST(one_that_hangs_is_ended)
{
	static const char *const words[] = {"sleep", "1000", NULL};
	time_t began = time(NULL);
	struct fault f = {0};

	ck_assert_int_eq(tool_run(words, 1, NULL, &f), -1);
	ck_assert_int_eq(f.os, ETIMEDOUT);
	ck_assert_int_lt(time(NULL) - began, 500);
}
END_TEST

/* Output without an end fills neither memory nor disk. */
START_TEST(endless_output)
{
	static const char *const words[] = {"cat", "/dev/zero", NULL};
	own_buf struct buf out = {0};
	struct fault f = {0};

	ck_assert_int_eq(tool_run(words, 60, &out, &f), -1);
	ck_assert_ptr_nonnull(strstr(f.text, "cat was ended by signal"));
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

Suite *tool_suite(void)
{
	Suite *suite = suite_create("tool");
	TCase *tcase = tcase_create("tool");

	tcase_add_loop_test(tcase, a_program_is_run, 0, sizeof(runs) / sizeof(runs[0]));
	tcase_add_test(tcase, one_that_hangs_is_ended);
	tcase_add_test(tcase, endless_output);
	suite_add_tcase(suite, tcase);
	return suite;
}
