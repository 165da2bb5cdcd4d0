/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of rescue/deviceid.c: what is written of a device is read, and what stands on it, by a sysfs of files. */
#include "rescue/deviceid.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "scanner/base/own.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

START_TEST(written_and_read)
{
	const struct deviceid id = {makedev(259, 1048575), UINT64_MAX};
	own_buf struct buf text = {0};
	struct deviceid got;

	deviceid_encode(&id, &text);
	ck_assert_str_eq(buf_text(&text), "259:1048575@18446744073709551615");
	ck_assert_str_eq(deviceid_decode(buf_text(&text), &got), "");
	ck_assert(deviceid_is_same(&id, &got));
	buf_puts(&text, " /dev/a b");
	ck_assert_str_eq(deviceid_decode(buf_text(&text), &got), " /dev/a b");
}
END_TEST

/* What an older version wrote, and what nobody did. */
static const char *const no_ids[] = {
	"", "/dev/sda", "8:0", "8:0@", "8:0@x", "8@1", "@", "8:0@1x", " ",
};

START_TEST(not_read)
{
	struct deviceid_list list = {0};
	struct deviceid id;
	struct fault f;

	ck_assert_ptr_null(deviceid_decode(no_ids[_i], &id));
	ck_assert_int_eq(deviceid_decode_list(no_ids[_i], &list, &f), *no_ids[_i] ? -1 : 0);
	ck_assert_uint_eq(list.count, 0);
	deviceid_list_done(&list);
}
END_TEST

START_TEST(a_list)
{
	own_buf struct buf many = {0};
	struct deviceid_list list;
	struct fault f;

	ck_assert_int_eq(deviceid_decode_list(" 7:1@20 7:2@21", &list, &f), 0);
	ck_assert_uint_eq(list.count, 2);
	ck_assert(list.items[1].device == makedev(7, 2) && list.items[1].sequence == 21);
	deviceid_list_done(&list);
	for (int i = 0; i < DEVICEID_LIST_MAX; i++)
		buf_puts(&many, " 7:1@1");
	ck_assert_int_eq(deviceid_decode_list(buf_text(&many), &list, &f), 0);
	deviceid_list_done(&list);
	buf_puts(&many, " 7:1@1");
	ck_assert_int_eq(deviceid_decode_list(buf_text(&many), &list, &f), -1);
	ck_assert_int_eq(f.os, EBADMSG);
}
END_TEST

START_TEST(the_same)
{
	static const struct {
		struct deviceid a, b;
		bool same;
	} rows[] = {
		{{1, 5}, {1, 5}, true}, {{1, 5}, {1, 6}, false}, {{1, 5}, {2, 5}, false},
		{{1, 0}, {1, 6}, true}, {{1, 6}, {1, 0}, true},	 {{1, 0}, {2, 0}, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_int_eq(deviceid_is_same(&rows[i].a, &rows[i].b), rows[i].same);
}
END_TEST

START_TEST(no_block_device)
{
	struct deviceid id;
	struct fault f;

	ck_assert_int_eq(deviceid_of_path("/dev/null", &id, &f), -1);
	ck_assert_int_eq(f.os, ENOTBLK);
	ck_assert_int_eq(deviceid_of_path("/no/such", &id, &f), -1);
	ck_assert_int_eq(f.os, ENOENT);
}
END_TEST

/* --- sysfs: directories are devices; what is in "slaves" leads to others --- */

static void make_device(const char *name, const char *number, const char *sequence)
{
	char path[128], target[64];

	tree_mkdir(name);
	snprintf(path, sizeof(path), "%s/slaves", name);
	tree_mkdir(path);
	snprintf(path, sizeof(path), "%s/dev", name);
	tree_text(path, number);
	snprintf(path, sizeof(path), "%s/diskseq", name);
	if (sequence)
		tree_text(path, sequence);
	snprintf(path, sizeof(path), "dev/block/%.*s", (int)strcspn(number, "\n"), number);
	snprintf(target, sizeof(target), "../../%s", name);
	ck_assert_int_eq(symlinkat(target, tree_fd, path), 0);
}

static void put_on(const char *upper, const char *lower)
{
	char path[64], target[64];

	snprintf(path, sizeof(path), "%s/slaves/%s", upper, lower);
	snprintf(target, sizeof(target), "../../%s", lower);
	ck_assert_int_eq(symlinkat(target, tree_fd, path), 0);
}

static void make_sysfs(void)
{
	tree_open();
	tree_mkdir("dev");
	tree_mkdir("dev/block");
	make_device("loop1", "7:1\n", "21\n");
	make_device("loop2", "7:2\n", "22\n");
	make_device("sda", "8:0\n", "3\n");
	make_device("sda1", "8:1\n", NULL);
	make_device("dm-0", "253:0\n", "30\n"); /* on loop1 */
	put_on("dm-0", "loop1");
	make_device("dm-1", "253:1\n", "31\n"); /* on dm-0 */
	put_on("dm-1", "dm-0");
	make_device("dm-2", "253:2\n", "32\n"); /* on a partition */
	put_on("dm-2", "sda1");
	make_device("dm-3", "253:3\n",
		    "33\n"); /* on a loop device of somebody else, and one of ours */
	put_on("dm-3", "loop2");
	put_on("dm-3", "loop1");
	make_device("dm-4", "253:4\n", "34\n"); /* on nothing */
	make_device("dm-5", "253:5\n", "35\n"); /* on itself, which no kernel does */
	put_on("dm-5", "dm-5");
	make_device("dm-6", "253:6\n", "36\n"); /* on dm-2, and with it on a partition */
	put_on("dm-6", "dm-2");
}

static const struct {
	unsigned minor;
	const char *these;
	enum deviceid_stand stand;
} stands[] = {
	{0, "7:1@21", DEVICEID_ON_THESE},	{0, "7:1@20", DEVICEID_ON_OTHERS},
	{0, "7:2@21", DEVICEID_ON_OTHERS},	{0, "", DEVICEID_ON_OTHERS},
	{1, "7:1@21", DEVICEID_ON_THESE},	{1, "7:2@22", DEVICEID_ON_OTHERS},
	{2, "7:1@21", DEVICEID_ON_OTHERS},	{3, "7:1@21", DEVICEID_ON_THESE},
	{3, "7:9@9 7:2@22", DEVICEID_ON_THESE}, {4, "7:1@21", DEVICEID_ON_NOTHING},
	{5, "7:1@21", DEVICEID_ON_OTHERS},	{6, "7:1@21", DEVICEID_ON_OTHERS},
	{7, "7:1@21", DEVICEID_ON_NOTHING},	{0, "7:1@0", DEVICEID_ON_THESE},
};

START_TEST(on_what_it_stands)
{
	struct deviceid_list these;
	struct fault f;

	ck_assert_int_eq(deviceid_decode_list(stands[_i].these, &these, &f), 0);
	ck_assert_int_eq(deviceid_stands_on(tree_path(), makedev(253, stands[_i].minor), &these),
			 stands[_i].stand);
	deviceid_list_done(&these);
}
END_TEST

Suite *deviceid_suite(void)
{
	Suite *suite = suite_create("deviceid");
	TCase *texts = tcase_create("texts"), *sysfs = tcase_create("sysfs");

	tcase_add_test(texts, written_and_read);
	tcase_add_loop_test(texts, not_read, 0, sizeof(no_ids) / sizeof(no_ids[0]));
	tcase_add_test(texts, a_list);
	tcase_add_test(texts, the_same);
	tcase_add_test(texts, no_block_device);
	suite_add_tcase(suite, texts);
	tcase_add_checked_fixture(sysfs, make_sysfs, tree_close);
	tcase_add_loop_test(sysfs, on_what_it_stands, 0, sizeof(stands) / sizeof(stands[0]));
	suite_add_tcase(suite, sysfs);
	return suite;
}
