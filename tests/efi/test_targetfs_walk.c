/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/targetfs_walk.c. */
#include "efi/targetfs_walk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scanner/base/buf.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

static struct targetfs *target;

/* Eleven names: boot, EFI, Linux, kernel, etc, a, b, c, one, two, link; and one below "out" that is no business of ours. */
static void set_up(void)
{
	struct fault f = {0};
	char path[4200];

	tree_open();
	tree_mkdir("out");
	tree_text("out/secret", "outside\n");
	tree_mkdir("root");
	tree_mkdir("root/boot");
	tree_mkdir("root/boot/EFI");
	tree_mkdir("root/boot/EFI/Linux");
	tree_text("root/boot/EFI/Linux/kernel", "MZ");
	tree_mkdir("root/etc");
	tree_mkdir("root/etc/a");
	tree_text("root/etc/a/one", "1");
	tree_mkdir("root/etc/b");
	tree_mkdir("root/etc/c");
	tree_text("root/etc/c/two", "22");
	ck_assert_int_eq(symlinkat("../out", tree_fd, "root/link"), 0);
	snprintf(path, sizeof(path), "%s/root", tree_path());
	target = targetfs_open(path, &f);
	ck_assert_msg(target != NULL, "%s", f.text);
}

static void tear_down(void)
{
	targetfs_close(target);
	tree_close();
}

static int note_file(void *context, const char *path, const struct stat *st, struct fault *f)
{
	(void)f;
	buf_printf(context, "%s %lld\n", path, (long long)st->st_size);
	return 0;
}

static void note_trouble(void *context, const char *path, const struct fault *fault)
{
	buf_printf(context, "%s: %d\n", path, fault->os);
}

/* Rows: walks of one search, of which so many names were met before. */
static const struct {
	const char *dirs[3];
	unsigned depth;
	size_t left;
	const char *expected;
} walks[] = {
	{{"/"}, 8, 11, "/boot/EFI/Linux/kernel 2\n/etc/a/one 1\n/etc/c/two 2\n"},
	{{"/"}, 99, 99, "/boot/EFI/Linux/kernel 2\n/etc/a/one 1\n/etc/c/two 2\n"},
	{{"/etc/a"}, 1, 99, "/etc/a/one 1\n"},
	/* Too deep is told, and without an errno. */
	{{"/boot"}, 2, 99, "/boot/EFI/Linux: 0\n"},
	{{"/none", "/etc/a/one", "/etc/b"}, 8, 0, ""},
	/* A link is no directory here, though it could be followed when named. */
	{{"/link"}, 8, 99, ""},
	/* The last of the names is too many: told once, where it was met, and what was found is kept. */
	{{"/"}, 8, 10, "/boot/EFI/Linux/kernel 2\n/etc/a/one 1\n/etc/c: 7\n"},
	{{"/"}, 8, 2, "/: 7\n"},
	{{"/"}, 8, 3, "/boot: 7\n"},
	/* All walks of a search count together, and none comes after the end. */
	{{"/etc/a", "/etc/c", "/boot"}, 8, 1, "/etc/a/one 1\n/etc/c: 7\n"},
	{{"/boot", "/etc/a", "/etc/a"},
	 8,
	 4,
	 "/boot/EFI/Linux/kernel 2\n/etc/a/one 1\n/etc/a: 7\n"},
};

START_TEST(a_search_meets_each_file_once_and_says_where_it_stops)
{
	own_buf struct buf seen = {0};
	struct targetfs_walk walk = {.file = note_file,
				     .trouble = note_trouble,
				     .context = &seen,
				     .names = TARGETFS_WALK_NAMES_MAX - walks[_i].left};
	struct fault f = {0};

	ck_assert_int_eq(E2BIG, 7);
	for (int i = 0; i < 3 && walks[_i].dirs[i]; i++)
		ck_assert_int_eq(
			targetfs_walk_below(target, &walk, walks[_i].dirs[i], walks[_i].depth, &f),
			0);
	ck_assert_str_eq(buf_text(&seen), walks[_i].expected);
}
END_TEST

/* Root may read everything: the test goes on as somebody else, and looks at what it opened before. */
START_TEST(a_directory_that_cannot_be_read_is_told)
{
	own_buf struct buf seen = {0};
	struct targetfs_walk walk = {.file = note_file, .trouble = note_trouble, .context = &seen};
	struct fault f = {0};

	ck_assert_int_eq(fchmodat(tree_fd, "root/etc/a", 0, 0), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_int_eq(targetfs_walk_below(target, &walk, "/etc", 8, &f), 0);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(fchmodat(tree_fd, "root/etc/a", 0700, 0), 0);
	ck_assert_str_eq(buf_text(&seen), "/etc/a: 13\n/etc/c/two 2\n");
	ck_assert_int_eq(EACCES, 13);
}
END_TEST

static int refuse(void *context, const char *path, const struct stat *st, struct fault *f)
{
	(void)context;
	(void)st;
	return fault_set(f, 0, "%s will not do", path);
}

START_TEST(a_search_ends_when_asked_to)
{
	struct targetfs_walk walk = {.file = refuse, .trouble = note_trouble};
	struct fault f = {0};

	ck_assert_int_eq(targetfs_walk_below(target, &walk, "/", 8, &f), -1);
	ck_assert_str_eq(f.text, "/boot/EFI/Linux/kernel will not do");
}
END_TEST

Suite *targetfs_walk_suite(void)
{
	Suite *suite = suite_create("targetfs_walk");
	TCase *tests = tcase_create("targetfs_walk");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, a_search_meets_each_file_once_and_says_where_it_stops, 0,
			    sizeof(walks) / sizeof(walks[0]));
	tcase_add_test(tests, a_directory_that_cannot_be_read_is_told);
	tcase_add_test(tests, a_search_ends_when_asked_to);
	suite_add_tcase(suite, tests);
	return suite;
}
