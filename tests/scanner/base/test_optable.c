/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/base/optable.c: a small program's options. */
#include "scanner/base/optable.h"

#include <string.h>

#include "scanner/base/own.h"
#include "tests/suites.h"

enum { WORDS_MAX = 8 };

struct given {
	bool all, both, help;
	const char *file, *color;
	struct optable_list keys, globs;
};

#define AT(field) offsetof(struct given, field)

static const char *const colors[] = {"auto", "never", NULL};

static const struct optable_row rows[] = {
	{"all", 'a', NULL, "the whole of it", OPTABLE_FLAG, AT(all), NULL},
	{"both", 0, NULL, "two of them", OPTABLE_FLAG, AT(both), NULL},
	{"file", 'f', "FILE", "where", OPTABLE_TEXT, AT(file), NULL},
	{"key", 'k', "CERT", "which", OPTABLE_LIST, AT(keys), NULL},
	{"glob", 0, "GLOB", "what", OPTABLE_LIST, AT(globs), NULL},
	{"color", 'c', "auto|never", "how", OPTABLE_TEXT, AT(color), colors},
	{"help", 'h', NULL, "this text", OPTABLE_STOP, AT(help), NULL},
	{0},
};

static int parse(const char *const *words, struct given *out, int *out_words, char **argv,
		 struct fault *f)
{
	int argc = 1;

	argv[0] = (char *)"program";
	for (int i = 0; i < WORDS_MAX && words[i]; i++)
		argv[argc++] = (char *)words[i];
	*out = (struct given){0};
	return optable_parse(argc, argv, rows, out, out_words, f);
}

/* What was given, by kind: flags, texts, "+" and "*" before what is in a list; then the words. */
static void describe(const struct given *given, char *const *words, struct buf *out)
{
	buf_printf(out, "%s%s%s", given->all ? "all " : "", given->both ? "both " : "",
		   given->help ? "help " : "");
	if (given->file)
		buf_printf(out, "file=%s ", given->file);
	if (given->color)
		buf_printf(out, "color=%s ", given->color);
	for (size_t i = 0; i < given->keys.count; i++)
		buf_printf(out, "+%s ", given->keys.items[i]);
	for (size_t i = 0; i < given->globs.count; i++)
		buf_printf(out, "*%s ", given->globs.items[i]);
	buf_puts(out, ":");
	while (*words)
		buf_printf(out, " %s", *words++);
}

static const struct {
	const char *words[WORDS_MAX];
	const char *seen;
} good_cases[] = {
	{{NULL}, ":"},
	{{"t"}, ": t"},
	{{"-a", "t", "--both"}, "all both : t"},
	{{"t", "u", "-a", "v"}, "all : t u v"},
	{{"--", "-a", "t"}, ": -a t"},
	{{"-a", "--", "--"}, "all : --"},
	{{"-"}, ": -"},
	{{""}, ": "},
	{{"-ff", "t"}, "file=f : t"},
	{{"-f", "--both", "t"}, "file=--both : t"},
	{{"--file=", "t"}, "file= : t"},
	{{"--file=a=b"}, "file=a=b :"},
	{{"-f", "1", "--file", "2", "-f3"}, "file=3 :"},
	{{"-akone", "-k", "two", "--key=three"}, "all +one +two +three :"},
	{{"--glob", "x", "--key", "y", "--glob", "z"}, "+y *x *z :"},
	{{"--color", "never", "-cauto"}, "color=auto :"},
	{{"--color", "red", "-cauto"}, "color=auto :"},
	{{"-ah", "-Z", "--nonsense"}, "all help : -Z --nonsense"},
	{{"--color=red", "--help", "t"}, "help color=red : t"},
};

START_TEST(good)
{
	char *argv[WORDS_MAX + 2] = {NULL};
	own_buf struct buf seen = {0};
	struct given given;
	struct fault f = {0};
	int first;

	ck_assert_int_eq(parse(good_cases[_i].words, &given, &first, argv, &f), 0);
	describe(&given, argv + first, &seen);
	ck_assert_str_eq(buf_text(&seen), good_cases[_i].seen);
	ck_assert_str_eq(f.text, "");
	optable_done(rows, &given);
	ck_assert_ptr_null(given.keys.items);
	ck_assert_uint_eq(given.keys.count, 0);
}
END_TEST

static const struct {
	const char *words[WORDS_MAX];
	const char *fault;
} bad_cases[] = {
	{{"-Z"}, "unknown or ambiguous option \"-Z\""},
	{{"-aZf", "x"}, "unknown or ambiguous option \"-Z\""},
	{{"t", "--nonsense"}, "unknown or ambiguous option \"--nonsense\""},
	{{"--nonsense=1", "t"}, "unknown or ambiguous option \"--nonsense=1\""},
	{{"--all=1"}, "unknown or ambiguous option \"--all=1\""},
	{{"--nonsense", "--help"}, "unknown or ambiguous option \"--nonsense\""},
	{{"-f"}, "option \"-f\" wants an argument"},
	{{"-af"}, "option \"-f\" wants an argument"},
	{{"t", "--file"}, "option \"--file\" wants an argument"},
	{{"--color", "red"}, "--color is one of auto, never, not \"red\""},
	{{"--color=", "t"}, "--color is one of auto, never, not \"\""},
	{{"-cauto", "-cauto,never"}, "--color is one of auto, never, not \"auto,never\""},
	{{"-cred", "-f"}, "option \"-f\" wants an argument"},
};

START_TEST(bad)
{
	char *argv[WORDS_MAX + 2] = {NULL};
	struct given given;
	struct fault f = {0};
	int first = -7;

	ck_assert_int_eq(parse(bad_cases[_i].words, &given, &first, argv, &f), -1);
	ck_assert_str_eq(f.text, bad_cases[_i].fault);
	ck_assert_int_eq(first, -7);
	optable_done(rows, &given);
}
END_TEST

START_TEST(help_is_in_columns)
{
	own_buf struct buf help = {0};

	optable_help(rows, &help);
	ck_assert_str_eq(buf_text(&help), " -a, --all               the whole of it\n"
					  "     --both              two of them\n"
					  " -f, --file FILE         where\n"
					  " -k, --key CERT          which\n"
					  "     --glob GLOB         what\n"
					  " -c, --color auto|never  how\n"
					  " -h, --help              this text\n");
}
END_TEST

Suite *optable_suite(void)
{
	Suite *suite = suite_create("optable");
	TCase *tcase = tcase_create("optable");

	tcase_add_loop_test(tcase, good, 0, sizeof(good_cases) / sizeof(good_cases[0]));
	tcase_add_loop_test(tcase, bad, 0, sizeof(bad_cases) / sizeof(bad_cases[0]));
	tcase_add_test(tcase, help_is_in_columns);
	suite_add_tcase(suite, tcase);
	return suite;
}
