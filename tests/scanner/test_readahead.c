/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/readahead.c; that disks are asked less often is for tests/cli/test_readahead.sh. */
#include "scanner/readahead.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/scanner/tree.h"
#include "tests/suites.h"

enum { MOST = 6, DEVICE = 1000000, GAP = 100 };

/* Ranges as they come, and as they leave; an empty one ends a row. */
static const struct {
	struct readahead_range in[MOST], out[MOST];
} joins[] = {
	{{{0}}, {{0}}},
	{{{0, 10}}, {{0, 10}}},
	/* Neighbours, in any order; the same one twice, as files share attribute blocks. */
	{{{10, 20}, {0, 10}}, {{0, 20}}},
	{{{10, 20}, {10, 20}, {10, 20}}, {{10, 20}}},
	{{{30, 40}, {10, 20}, {20, 30}, {0, 10}}, {{0, 40}}},
	/* A gap is filled up to its bound, and not beyond. */
	{{{0, 10}, {110, 120}}, {{0, 120}}},
	{{{0, 10}, {111, 120}}, {{0, 10}, {111, 120}}},
	{{{0, 10}, {110, 120}, {221, 230}, {330, 340}}, {{0, 120}, {221, 340}}},
	/* One inside another, and one that outlasts it. */
	{{{0, 500}, {10, 20}, {550, 560}}, {{0, 560}}},
	{{{0, 100}, {50, 400}, {60, 70}}, {{0, 400}}},
	/* Lies: beyond the device, partly beyond it, backwards, wrapped around. */
	{{{DEVICE, DEVICE + 10}, {0, 10}}, {{0, 10}}},
	{{{DEVICE - 5, DEVICE + 5}, {0, 10}}, {{0, 10}}},
	{{{DEVICE - 5, DEVICE}, {0, 10}}, {{0, 10}, {DEVICE - 5, DEVICE}}},
	{{{20, 10}, {40, 50}}, {{40, 50}}},
	{{{UINT64_MAX - 10, 5}, {UINT64_MAX - 20, UINT64_MAX}}, {{0}}},
	{{{0, UINT64_MAX}}, {{0}}},
};

static size_t count_of(const struct readahead_range row[MOST])
{
	size_t n = 0;

	while (n < MOST && (row[n].start || row[n].end))
		n++;
	return n;
}

START_TEST(ranges_are_joined)
{
	struct readahead_range ranges[MOST];
	size_t expected = count_of(joins[_i].out);

	memcpy(ranges, joins[_i].in, sizeof(ranges));
	ck_assert_uint_eq(readahead_join(ranges, count_of(joins[_i].in), GAP, DEVICE), expected);
	for (size_t i = 0; i < expected; i++) {
		ck_assert_uint_eq(ranges[i].start, joins[_i].out[i].start);
		ck_assert_uint_eq(ranges[i].end, joins[_i].out[i].end);
	}
}
END_TEST

/* A gap as wide as can be must not wrap around either. */
START_TEST(any_gap_joins_all)
{
	struct readahead_range ranges[] = {{10, 20}, {UINT64_MAX - 5, UINT64_MAX}, {500, 600}};

	ck_assert_uint_eq(readahead_join(ranges, 3, UINT64_MAX, UINT64_MAX), 1);
	ck_assert_uint_eq(ranges[0].start, 10);
	ck_assert_uint_eq(ranges[0].end, UINT64_MAX);
}
END_TEST

/* Only the very block device is opened: a node is where somebody said it is. */
START_TEST(what_is_not_the_device_is_not_opened)
{
	struct stat st;
	char path[300];

	tree_text("file", "x");
	snprintf(path, sizeof(path), "%s/file", tree_path());
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(readahead_device_open(path, st.st_dev).fd, -1);
	ck_assert_int_eq(readahead_device_open(path, st.st_rdev).fd, -1);
	ck_assert_int_eq(stat("/dev/null", &st), 0);
	ck_assert_int_eq(readahead_device_open("/dev/null", st.st_rdev).fd, -1);
	ck_assert_int_eq(readahead_device_open("/nowhere", 0).fd, -1);
}
END_TEST

/* Nothing fails: descriptors that are none, directories, pipes, devices that are none, too many. */
START_TEST(hints_cannot_fail)
{
	struct readahead_file files[READAHEAD_FILES_MAX + 10];
	struct readahead_device none = {.fd = -1}, wrong = {.size_bytes = UINT64_MAX};
	char byte;
	int ends[2];

	tree_text("file", "x");
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	for (size_t i = 0; i < READAHEAD_FILES_MAX + 10; i++)
		files[i] = (struct readahead_file){.fd = -1, .size_bytes = i * 1000};
	files[1].fd = tree_fd;
	files[2].fd = ends[0];
	files[3] =
		(struct readahead_file){.fd = openat(tree_fd, "file", O_RDONLY), .size_bytes = 1};
	/* It became shorter than it was. */
	files[4] = (struct readahead_file){.fd = files[3].fd, .size_bytes = 60000};
	files[5] = (struct readahead_file){.fd = files[3].fd, .size_bytes = UINT64_MAX};
	wrong.fd = files[3].fd;
	ck_assert(!readahead_pays(files, 0));
	ck_assert(!readahead_pays(files, READAHEAD_FILES_MAX + 10));
	readahead_attrs(&none, files, READAHEAD_FILES_MAX + 10);
	readahead_attrs(&wrong, files, READAHEAD_FILES_MAX + 10);
	readahead_attrs(&wrong, files, 0);
	readahead_content(files, READAHEAD_FILES_MAX + 10);
	readahead_content(files, 0);
	/* And nothing moves a descriptor's place. */
	ck_assert_int_eq(read(files[3].fd, &byte, 1), 1);
	close(files[3].fd);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

/* What was just written is in memory, so nothing is gained; empty files are no sample. */
START_TEST(a_warm_file_needs_no_hint)
{
	struct readahead_file files[2] = {0};

	tree_text("empty", "");
	tree_text("file", "x");
	files[0].fd = openat(tree_fd, "empty", O_RDONLY);
	files[1] =
		(struct readahead_file){.fd = openat(tree_fd, "file", O_RDONLY), .size_bytes = 1};
	ck_assert(!readahead_pays(files, 1));
	ck_assert(!readahead_pays(files, 2));
	close(files[0].fd);
	close(files[1].fd);
}
END_TEST

Suite *readahead_suite(void)
{
	Suite *suite = suite_create("readahead");
	TCase *tcase = tcase_create("readahead");

	tcase_add_checked_fixture(tcase, tree_open, tree_close);
	tcase_add_loop_test(tcase, ranges_are_joined, 0, sizeof(joins) / sizeof(joins[0]));
	tcase_add_test(tcase, any_gap_joins_all);
	tcase_add_test(tcase, what_is_not_the_device_is_not_opened);
	tcase_add_test(tcase, hints_cannot_fail);
	tcase_add_test(tcase, a_warm_file_needs_no_hint);
	suite_add_tcase(suite, tcase);
	return suite;
}
