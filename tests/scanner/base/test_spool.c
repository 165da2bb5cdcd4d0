/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/base/spool.c. */
#include "scanner/base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/scanner/tree.h"
#include "tests/suites.h"

enum { STRINGS = 5000 };

/* Of sizes from 0 to 4999 bytes: several times what is kept in memory. */
START_TEST(gives_back_what_was_put)
{
	static uint64_t at[STRINGS];
	own_buf struct buf out = {0};
	char *text = malloc(STRINGS);
	struct fault f;
	struct spool *s = spool_open(-1, &f);

	ck_assert_ptr_nonnull(s);
	for (size_t i = 0; i < STRINGS; i++) {
		memset(text, (int)('a' + i % 26), i);
		ck_assert_int_eq(spool_put(s, text, i, &at[i], &f), 0);
		/* Also between the puts. */
		ck_assert_int_eq(spool_get(s, at[i / 2], &out, &f), 0);
		ck_assert_uint_eq(out.len, i / 2);
	}
	for (size_t i = STRINGS; i-- > 0;) {
		ck_assert_int_eq(spool_get(s, at[i], &out, &f), 0);
		ck_assert_uint_eq(out.len, i);
		ck_assert(i == 0 || (out.data[0] == (char)('a' + i % 26) &&
				     out.data[i - 1] == (char)('a' + i % 26)));
	}
	spool_close(s);
	spool_close(NULL);
	free(text);
}
END_TEST

START_TEST(a_position_beyond_the_end_is_a_fault)
{
	own_buf struct buf out = {0};
	struct fault f = {0};
	struct spool *s = spool_open(-1, &f);
	uint64_t at;

	ck_assert_int_eq(spool_put(s, "x", 1, &at, &f), 0);
	ck_assert_int_eq(spool_get(s, at + 100, &out, &f), -1);
	ck_assert_int_eq(f.os, EIO);
	spool_close(s);
}
END_TEST

/* Which file system the open nameless file is on. */
static dev_t dev_of_newest(void)
{
	struct stat st;
	int fd = dup(0);

	/* The descriptor before the lowest free one is the spool's. */
	close(fd);
	ck_assert_int_eq(fstat(fd - 1, &st), 0);
	return st.st_dev;
}

START_TEST(keeps_off_the_file_system_of_the_target)
{
	struct fault f;
	struct spool *s;
	struct stat st;

	ck_assert_int_eq(fstat(tree_fd, &st), 0);
	ck_assert_int_eq(setenv("TMPDIR", tree_path(), 1), 0);
	s = spool_open(-1, &f);
	ck_assert(dev_of_newest() == st.st_dev);
	spool_close(s);
	s = spool_open(tree_fd, &f);
	ck_assert_ptr_nonnull(s);
	ck_assert(dev_of_newest() != st.st_dev);
	spool_close(s);
}
END_TEST

Suite *spool_suite(void)
{
	Suite *suite = suite_create("spool");
	TCase *tcase = tcase_create("spool");

	tcase_add_checked_fixture(tcase, tree_open, tree_close);
	tcase_add_test(tcase, gives_back_what_was_put);
	tcase_add_test(tcase, a_position_beyond_the_end_is_a_fault);
	tcase_add_test(tcase, keeps_off_the_file_system_of_the_target);
	suite_add_tcase(suite, tcase);
	return suite;
}
