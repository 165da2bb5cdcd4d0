/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/namestack.c. */
#include "scanner/namestack.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/suites.h"

/* Of 200 bytes: sixteen times what is kept in memory. */
enum { NAMES = 20000, NAME_BYTES = 200 };

static void make_name(char name[NAME_MAX + 1], unsigned number)
{
	memset(name, 'n', NAME_BYTES);
	snprintf(name + NAME_BYTES, 16, "%u", number);
}

static void push(struct namestack *s, unsigned number)
{
	char name[NAME_MAX + 1];

	make_name(name, number);
	ck_assert_int_eq(namestack_push(s, name), 0);
}

static void expect(const struct namestack *s, uint64_t at, unsigned number)
{
	char name[NAME_MAX + 1], expected[NAME_MAX + 1];

	make_name(expected, number);
	ck_assert_int_eq(namestack_get(s, at, name), 0);
	ck_assert_str_eq(name, expected);
}

/* Cuts in the file and above it, and what is pushed after them. */
START_TEST(names_come_back_from_any_place)
{
	static uint64_t at[NAMES];
	struct fault f;
	struct namestack *s = namestack_open(-1, &f);

	ck_assert_ptr_nonnull(s);
	ck_assert_uint_eq(namestack_top(s), 0);
	for (unsigned i = 0; i < NAMES; i++) {
		at[i] = namestack_top(s);
		push(s, i);
	}
	for (unsigned i = 0; i < NAMES; i++)
		expect(s, at[i], i);
	namestack_cut(s, at[NAMES - 1]);
	push(s, 1);
	expect(s, at[NAMES - 1], 1);
	expect(s, at[NAMES - 2], NAMES - 2);
	namestack_cut(s, at[100]);
	ck_assert_uint_eq(namestack_top(s), at[100]);
	for (unsigned i = 0; i < NAMES / 2; i++)
		push(s, 7);
	expect(s, at[100], 7);
	expect(s, at[99], 99);
	namestack_cut(s, 0);
	ck_assert_uint_eq(namestack_top(s), 0);
	push(s, 3);
	expect(s, 0, 3);
	namestack_close(s);
	namestack_close(NULL);
}
END_TEST

/* A full disk: no name is lost without a word. */
START_TEST(what_cannot_be_written_is_told)
{
	const struct rlimit none = {.rlim_cur = 0, .rlim_max = RLIM_INFINITY};
	struct fault f;
	struct namestack *s = namestack_open(-1, &f);
	char name[NAME_MAX + 1];
	unsigned pushed = 0;

	ck_assert_ptr_nonnull(s);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	make_name(name, 0);
	errno = 0;
	while (pushed < NAMES && namestack_push(s, name) == 0)
		pushed++;
	ck_assert_uint_lt(pushed, NAMES);
	ck_assert_int_eq(errno, EFBIG);
	namestack_close(s);
}
END_TEST

Suite *namestack_suite(void)
{
	Suite *suite = suite_create("namestack");
	TCase *tests = tcase_create("namestack");

	tcase_add_test(tests, names_come_back_from_any_place);
	tcase_add_test(tests, what_cannot_be_written_is_told);
	suite_add_tcase(suite, tests);
	return suite;
}
