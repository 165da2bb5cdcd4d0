/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/options.c: good and bad command lines. */
#include "scanner/options.h"

#include <string.h>

#include "tests/suites.h"

enum { WORDS_MAX = 8 };

static const struct {
	const char *words[WORDS_MAX];
	const char *fault; /* NULL: a good line */
	enum options_command command;
} cases[] = {
	{{"t"}, NULL, OPTIONS_SCAN},
	{{"-k", "a", "--key", "b", "--key=c", "t"}, NULL, OPTIONS_SCAN},
	{{"t", "-x", "-q"}, NULL, OPTIONS_SCAN},
	{{"--", "-t"}, NULL, OPTIONS_SCAN},
	{{"-j1", "t"}, NULL, OPTIONS_SCAN},
	{{"-j", "256", "t"}, NULL, OPTIONS_SCAN},
	{{"-0", "--format", "text", "t"}, NULL, OPTIONS_SCAN},
	{{"--hooks", "all", "t"}, NULL, OPTIONS_SCAN},
	{{"--explain", "p", "t"}, NULL, OPTIONS_EXPLAIN},
	{{"--list-keys"}, NULL, OPTIONS_LIST_KEYS},
	{{"--lint-policy", "tcb"}, NULL, OPTIONS_LINT_POLICY},
	{{"--explain", "p", "--explain", "q", "t"}, NULL, OPTIONS_EXPLAIN},
	{{"--version"}, NULL, OPTIONS_VERSION},
	{{"--list-keys", "--version"}, NULL, OPTIONS_VERSION},
	{{"--help"}, NULL, OPTIONS_HELP},
	{{"-h", "--nonsense"}, NULL, OPTIONS_HELP},
	{{"--version", "--nonsense"}, NULL, OPTIONS_VERSION},
	{{"-j", "0", "--color", "red", "--help"}, NULL, OPTIONS_HELP},
	{{NULL}, "no target given: say which directory to scan", 0},
	{{"--explain", "p"}, "no target given: say which directory to scan", 0},
	{{"a", "b"}, "one target at a time: \"b\" is one too many", 0},
	{{"--nonsense", "t"}, "unknown or ambiguous option \"--nonsense\"", 0},
	{{"--ke", "t"}, "unknown or ambiguous option \"--ke\"", 0},
	{{"-Z", "t"}, "unknown or ambiguous option \"-Z\"", 0},
	{{"-xZq", "t"}, "unknown or ambiguous option \"-Z\"", 0},
	{{"--live=yes", "t"}, "unknown or ambiguous option \"--live=yes\"", 0},
	{{"t", "-k"}, "option \"-k\" wants an argument", 0},
	{{"t", "--key"}, "option \"--key\" wants an argument", 0},
	{{"-j", "0", "t"}, "--jobs wants a number from 1 to 256, not \"0\"", 0},
	{{"-j", "257", "t"}, "--jobs wants a number from 1 to 256, not \"257\"", 0},
	{{"-j", "-1", "t"}, "--jobs wants a number from 1 to 256, not \"-1\"", 0},
	{{"-j", "4x", "t"}, "--jobs wants a number from 1 to 256, not \"4x\"", 0},
	{{"-j", "", "t"}, "--jobs wants a number from 1 to 256, not \"\"", 0},
	{{"--hooks", "some", "t"}, "--hooks is one of likely, all, not \"some\"", 0},
	{{"--format", "xml", "t"}, "--format is one of text, ndjson, not \"xml\"", 0},
	{{"--color", "red", "t"}, "--color is one of auto, always, never, not \"red\"", 0},
	{{"-j", "+4", "t"}, "--jobs wants a number from 1 to 256, not \"+4\"", 0},
	{{"-j", "-18446744073709551615", "t"},
	 "--jobs wants a number from 1 to 256, not \"-18446744073709551615\"",
	 0},
	{{"--explain", "p", "--list-keys", "t"}, "--explain and --list-keys exclude each other", 0},
	{{"--list-keys", "--lint-policy", "tcb"},
	 "--lint-policy and --list-keys exclude each other",
	 0},
	{{"--lint-policy", "tcb", "--explain", "p", "t"},
	 "--explain and --lint-policy exclude each other",
	 0},
	{{"-0", "--format", "ndjson", "t"}, "--null and --format ndjson exclude each other", 0},
};

static int parse(const char *const *words, struct options *out, struct fault *f)
{
	char *argv[WORDS_MAX + 2] = {(char *)"ima-scan"};
	int argc = 1;

	for (int i = 0; i < WORDS_MAX && words[i]; i++)
		argv[argc++] = (char *)words[i];
	return options_parse(argc, argv, out, f);
}

START_TEST(lines)
{
	struct options options;
	struct fault f = {0};

	ck_assert_int_eq(parse(cases[_i].words, &options, &f), cases[_i].fault ? -1 : 0);
	ck_assert_str_eq(f.text, cases[_i].fault ? cases[_i].fault : "");
	if (!cases[_i].fault)
		ck_assert_int_eq(options.command, cases[_i].command);
	options_done(&options);
}
END_TEST

START_TEST(everything_is_kept)
{
	static const char *const words[] = {"-kone",	 "--key=two", "-x",	"-j7",
					    "--exclude", "*.o",	      "target", NULL};
	struct options options;
	struct fault f;

	/* Twice, since getopt(3) remembers where it was. */
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(parse(words, &options, &f), 0);
		ck_assert_uint_eq(options.keys.count, 2);
		ck_assert_str_eq(options.keys.items[0], "one");
		ck_assert_str_eq(options.keys.items[1], "two");
		ck_assert(options.one_file_system && !options.live && !options.hooks_all);
		ck_assert_uint_eq(options.jobs, 7);
		ck_assert_str_eq(options.excludes.items[0], "*.o");
		ck_assert_str_eq(options.target, "target");
		options_done(&options);
	}
}
END_TEST

START_TEST(help_fits_a_terminal)
{
	own_buf struct buf help = {0};

	options_help(&help);
	ck_assert_ptr_nonnull(strstr(help.data, "--files0-from FILE"));
	/* As far as the names of policies, which are one sentence. */
	for (const char *line = help.data; strncmp(line, "Policies", 8) != 0;
	     line += strcspn(line, "\n") + 1)
		ck_assert_msg(strcspn(line, "\n") <= 110, "%.120s", line);
}
END_TEST

Suite *options_suite(void)
{
	Suite *suite = suite_create("options");
	TCase *tcase = tcase_create("options");

	tcase_add_loop_test(tcase, lines, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, everything_is_kept);
	tcase_add_test(tcase, help_fits_a_terminal);
	suite_add_tcase(suite, tcase);
	return suite;
}
