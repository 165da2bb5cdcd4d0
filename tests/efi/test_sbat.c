/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/sbat.c. */
#include "efi/sbat.h"

#include <string.h>

#include "tests/suites.h"

static struct sbat decoded(const char *text, enum sbat_kind kind)
{
	struct sbat s;

	ck_assert_int_eq(sbat_decode(text, strlen(text), kind, &s, NULL), 0);
	return s;
}

static const struct {
	const char *text;
	enum sbat_kind kind;
	int count; /* -1: malformed */
	unsigned line;
} texts[] = {
	{"sbat,1,SBAT Version,sbat,1,https://x\ngrub,3,FSF,grub,2.06,https://y\n", SBAT_SECTION, 2,
	 0},
	{"", SBAT_SECTION, 0, 0},
	{"\n\r\n\n", SBAT_SECTION, 0, 0},
	{"\xef\xbb\xbfsbat,1,a,b,c,d", SBAT_SECTION, 1, 0},
	{"sbat,1,a,b,c,d\r\n\r\n\nshim,2,a,b,c,d\r", SBAT_SECTION, 2, 0},
	{"sbat,1,a,b,c,d,e,f,,\n", SBAT_SECTION, 1, 0},
	{"sbat,1,a,b,c\n", SBAT_SECTION, -1, 1},
	{"sbat,1,a,b,c,d\nshim\n", SBAT_SECTION, -1, 2},
	{"sbat,1,a,,c,d\n", SBAT_SECTION, -1, 1},
	{"sbat,1,a,b,c,\n", SBAT_SECTION, -1, 1},
	{",1,a,b,c,d\n", SBAT_SECTION, -1, 1},
	{"sbat,1,2023012900\nshim,2\ngrub,3\n", SBAT_LEVEL, 3, 0},
	{"sbat,1\n", SBAT_LEVEL, 1, 0},
	{"sbat,1,\n", SBAT_LEVEL, -1, 1},
	{"sbat\n", SBAT_LEVEL, -1, 1},
};

START_TEST(lines)
{
	struct sbat s = decoded(texts[_i].text, texts[_i].kind);

	ck_assert_msg((s.malformed != NULL) == (texts[_i].count < 0), "%s", texts[_i].text);
	ck_assert_uint_eq(s.malformed_line, texts[_i].line);
	if (texts[_i].count >= 0)
		ck_assert_uint_eq(s.count, texts[_i].count);
	sbat_done(&s);
}
END_TEST

START_TEST(columns)
{
	struct sbat s = decoded("grub,5,FSF,grub,2.06,https://x\n", SBAT_SECTION);

	ck_assert_str_eq(s.lines[0].component, "grub");
	ck_assert_uint_eq(s.lines[0].generation, 5);
	ck_assert_str_eq(s.lines[0].version, "2.06");
	ck_assert(sbat_names(&s, "grub"));
	ck_assert(!sbat_names(&s, "gru"));
	sbat_done(&s);
	s = decoded("grub.debian,5,FSF,grub,2.06,https://x\n", SBAT_SECTION);
	ck_assert(sbat_names(&s, "grub"));
	sbat_done(&s);
}
END_TEST

/* A NUL ends the text, as the padding of a section does. */
START_TEST(nul_ends)
{
	static const char text[] = "shim,1,a,b,c,d\n\0grub,1,a\n";
	struct sbat s;

	ck_assert_int_eq(sbat_decode(text, sizeof(text), SBAT_SECTION, &s, NULL), 0);
	ck_assert_uint_eq(s.count, 1);
	ck_assert_ptr_null(s.malformed);
	sbat_done(&s);
}
END_TEST

static const struct {
	const char *section, *level;
	const char *revoked; /* NULL: none */
} comparisons[] = {
	{"shim,4,a,b,c,d", "sbat,1,2025\nshim,4\ngrub,5", NULL},
	{"shim,3,a,b,c,d", "sbat,1,2025\nshim,4\ngrub,5", "shim"},
	{"shim,5,a,b,c,d\ngrub,4,a,b,c,d", "shim,4\ngrub,5", "grub"},
	{"grub.debian,1,a,b,c,d", "grub,5", NULL},
	{"other,0,a,b,c,d", "shim,4", NULL},
	{"shim,x,a,b,c,d", "shim,1", "shim"},
	{"shim,4x,a,b,c,d", "shim,4", NULL},
	{"shim, 4,a,b,c,d", "shim,4", NULL},
	/* Shim's sixteen bits. */
	{"shim,65536,a,b,c,d", "shim,1", "shim"},
	{"shim,65540,a,b,c,d", "shim,4", NULL},
	/* The first line of a component counts. */
	{"shim,4,a,b,c,d", "shim,4\nshim,9", NULL},
	{"shim,4,a,b,c,d", "", NULL},
};

START_TEST(revoked)
{
	struct sbat section = decoded(comparisons[_i].section, SBAT_SECTION);
	struct sbat level = decoded(comparisons[_i].level, SBAT_LEVEL);
	const struct sbat_line *line = sbat_revoked(&section, &level);

	ck_assert_msg((line != NULL) == (comparisons[_i].revoked != NULL), "%s",
		      comparisons[_i].section);
	if (line)
		ck_assert_str_eq(line->component, comparisons[_i].revoked);
	sbat_done(&section);
	sbat_done(&level);
}
END_TEST

START_TEST(newer)
{
	struct sbat old = decoded("sbat,1,2021030218\n", SBAT_LEVEL);
	struct sbat new = decoded("sbat,1,2025021800\nshim,4\n", SBAT_LEVEL);
	struct sbat none = {0};

	ck_assert(sbat_level_newer(&old, &new));
	ck_assert(!sbat_level_newer(&new, &old));
	ck_assert(!sbat_level_newer(&new, &new));
	ck_assert(sbat_level_newer(&none, &old));
	ck_assert(!sbat_level_newer(&old, &none));
	sbat_done(&old);
	sbat_done(&new);
}
END_TEST

START_TEST(too_much)
{
	static char text[SBAT_BYTES_MAX + 2];
	struct sbat s;

	memset(text, 'a', sizeof(text) - 1);
	s = decoded(text, SBAT_SECTION);
	ck_assert(s.too_much);
	ck_assert_uint_eq(s.count, 0);
	sbat_done(&s);
	text[0] = 0;
	for (size_t i = 0; i < SBAT_LINES_MAX + 1; i++)
		strcat(text, "a,1\n");
	s = decoded(text, SBAT_LEVEL);
	ck_assert(s.too_much);
	sbat_done(&s);
}
END_TEST

Suite *sbat_suite(void)
{
	Suite *suite = suite_create("sbat");
	TCase *tc = tcase_create("sbat");

	tcase_add_loop_test(tc, lines, 0, (int)(sizeof(texts) / sizeof(texts[0])));
	tcase_add_test(tc, columns);
	tcase_add_test(tc, nul_ends);
	tcase_add_loop_test(tc, revoked, 0, (int)(sizeof(comparisons) / sizeof(comparisons[0])));
	tcase_add_test(tc, newer);
	tcase_add_test(tc, too_much);
	suite_add_tcase(suite, tc);
	return suite;
}
