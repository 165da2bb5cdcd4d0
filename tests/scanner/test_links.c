/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/links.c. */
#include "scanner/links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/suites.h"

enum { INODES = 3000, NAMES = 3 };

static struct links *open_links(void)
{
	struct fault f = {0};
	struct links *links = links_open(-1, &f);

	ck_assert_msg(links != NULL, "%s", f.text);
	return links;
}

static bool add(struct links *links, uint64_t dev, uint64_t ino, const char *path)
{
	struct fault f = {0};
	bool kept = false;

	ck_assert_msg(links_add(links, dev, ino, path, &kept, &f) == 0, "%s", f.text);
	return kept;
}

/* Sixteen names fill it to the last byte; another inode has room of its own. */
START_TEST(names_of_an_inode_are_bounded)
{
	enum { PATH_BYTES = LINKS_BYTES_MAX / 16 };
	struct links *links = open_links();
	static char path[PATH_BYTES];
	struct fault f;
	char **paths;
	size_t count;

	memset(path, 'p', PATH_BYTES - 1);
	for (int i = 0; i < 16; i++)
		ck_assert(add(links, 1, 7, path));
	ck_assert(!add(links, 1, 7, path));
	ck_assert(!add(links, 1, 7, ""));
	ck_assert(add(links, 2, 7, path));
	ck_assert_int_eq(links_get(links, 0, &paths, &count, &f), 0);
	ck_assert_uint_eq(count, 16);
	free(paths);
	ck_assert_int_eq(links_get(links, 1, &paths, &count, &f), 0);
	ck_assert_uint_eq(count, 1);
	free(paths);
	links_close(links);
}
END_TEST

/* Names come in turns, so that chains run through each other and through several growths. */
START_TEST(many_inodes_keep_their_names)
{
	struct links *links = open_links();
	struct fault f;
	char path[64];

	for (int n = 0; n < NAMES; n++)
		for (unsigned i = 0; i < INODES; i++) {
			snprintf(path, sizeof(path), "%u/%d", i, n);
			add(links, i % 3, 7 + i / 3, path);
		}
	ck_assert_uint_eq(links_count(links), INODES);
	for (unsigned i = 0; i < INODES; i++) {
		char **paths;
		size_t count;

		ck_assert_int_eq(links_get(links, i, &paths, &count, &f), 0);
		ck_assert_uint_eq(count, NAMES);
		for (int n = 0; n < NAMES; n++) {
			snprintf(path, sizeof(path), "%u/%d", i, n);
			ck_assert_str_eq(paths[n], path);
		}
		free(paths);
	}
	links_close(links);
}
END_TEST

START_TEST(the_device_tells_inodes_apart)
{
	struct links *links = open_links();
	struct fault f;
	char **paths;
	size_t count;

	add(links, 1, 5, "a");
	add(links, 2, 5, "b");
	add(links, 1, 5, "\xff\n");
	ck_assert_uint_eq(links_count(links), 2);
	ck_assert_int_eq(links_get(links, 0, &paths, &count, &f), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(paths[0], "a");
	ck_assert_str_eq(paths[1], "\xff\n");
	free(paths);
	/* Reading does not disturb what comes after it. */
	add(links, 2, 5, "c");
	ck_assert_int_eq(links_get(links, 1, &paths, &count, &f), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(paths[0], "b");
	ck_assert_str_eq(paths[1], "c");
	free(paths);
	links_close(links);
}
END_TEST

START_TEST(none_at_all)
{
	struct links *links = open_links();

	ck_assert_uint_eq(links_count(links), 0);
	links_close(links);
	links_close(NULL);
}
END_TEST

Suite *links_suite(void)
{
	Suite *suite = suite_create("links");
	TCase *tcase = tcase_create("links");

	tcase_add_test(tcase, many_inodes_keep_their_names);
	tcase_add_test(tcase, the_device_tells_inodes_apart);
	tcase_add_test(tcase, names_of_an_inode_are_bounded);
	tcase_add_test(tcase, none_at_all);
	suite_add_tcase(suite, tcase);
	return suite;
}
