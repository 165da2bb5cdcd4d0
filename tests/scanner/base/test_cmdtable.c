/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/base/cmdtable.c: a small program's commands. */
#include "scanner/base/cmdtable.h"

#include "scanner/base/own.h"
#include "tests/suites.h"

enum { WORDS_MAX = 4 };

/* As a program has them: what it runs stands behind the row. */
static const struct command {
	struct cmdtable_row row;
	int number;
} commands[] = {
	{{"look", NULL, "at what is there", 0, 0}, 1},
	{{"save", "FILE", "it there", 1, 1}, 2},
	{{"take", "[NAME]", "it down again", 0, 1}, 3},
	{{"copy", "PATH…", "them all", 1, -1}, 4},
	{{0}, 0},
};

static const struct cmdtable table = {commands, sizeof(commands[0])};

static const struct {
	const char *words[WORDS_MAX]; /* the command and what follows it */
	int number;		      /* of the command; 0: refused */
	const char *fault;
} cases[] = {
	{{"look"}, 1, NULL},
	{{"save", "f"}, 2, NULL},
	{{"take"}, 3, NULL},
	{{"take", "n"}, 3, NULL},
	{{"copy", "a"}, 4, NULL},
	{{"copy", "a", "b", "c"}, 4, NULL},
	{{NULL}, 0, "no command given: it is one of look, save, take, copy"},
	{{"loo"}, 0, "no command \"loo\": it is one of look, save, take, copy"},
	{{""}, 0, "no command \"\": it is one of look, save, take, copy"},
	{{"look", "up"}, 0, "\"up\" is one word too many for the command look"},
	{{"save"}, 0, "the command save wants FILE"},
	{{"save", "f", "g"}, 0, "\"g\" is one word too many for the command save"},
	{{"take", "n", "m"}, 0, "\"m\" is one word too many for the command take"},
	{{"copy"}, 0, "the command copy wants PATH…"},
};

START_TEST(finds_commands)
{
	const char *const *words = cases[_i].words;
	const struct cmdtable_row *row;
	struct fault f = {0};
	int count = 0;

	while (count < WORDS_MAX && words[count])
		count++;
	row = cmdtable_find(&table, words[0], &f);
	if (row && cmdtable_check(row, count - 1, (char *const *)words + 1, &f) < 0)
		row = NULL;
	ck_assert_int_eq(row ? ((const struct command *)row)->number : 0, cases[_i].number);
	ck_assert_str_eq(f.text, cases[_i].fault ? cases[_i].fault : "");
}
END_TEST

START_TEST(lists_them_for_help)
{
	own_buf struct buf text = {0};

	cmdtable_help(&table, &text);
	ck_assert_str_eq(buf_text(&text), " look                     at what is there\n"
					  " save FILE                it there\n"
					  " take [NAME]              it down again\n"
					  " copy PATH…               them all\n");
}
END_TEST

Suite *cmdtable_suite(void)
{
	Suite *suite = suite_create("cmdtable");
	TCase *tests = tcase_create("cmdtable");

	tcase_add_loop_test(tests, finds_commands, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tests, lists_them_for_help);
	suite_add_tcase(suite, tests);
	return suite;
}
