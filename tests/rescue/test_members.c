/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of rescue/members.c: which volumes are one btrfs. */
#include "rescue/members.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rescue/volume_internal.h"
#include "scanner/base/buf.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

static struct volume_list volumes;

static void add(const char *name, const char *uuid, const char *uuid_sub, uint64_t devices)
{
	struct fault f = {0};
	struct volume *v = volume_add(&volumes, VOLUME_DISK, name, name, &f);

	ck_assert_msg(v != NULL, "%s", f.text);
	snprintf(v->probe.uuid, sizeof(v->probe.uuid), "%s", uuid);
	snprintf(v->probe.uuid_sub, sizeof(v->probe.uuid_sub), "%s", uuid_sub);
	v->btrfs_devices = devices;
}

static void set_up(void)
{
	tree_open();
	add("a", "pool", "1", 3);
	add("b", "", "", 0);
	add("c", "pool", "2", 3);
	/* Two copies of a file system of one device: they have nothing to do with each other. */
	add("d", "single", "1", 1);
	add("e", "single", "1", 1);
	/* A device of a set, and its copy. */
	add("f", "copied", "1", 2);
	add("g", "copied", "1", 2);
	/* Without a UUID there is no set to be of. */
	add("h", "", "1", 2);
	add("i", "", "2", 2);
}

static void tear_down(void)
{
	volume_list_done(&volumes);
	tree_close();
}

static const struct {
	int index, first;
	const char *members;
	uint64_t wanted;
	bool doubled;
	const char *remark;
} cases[] = {
	{0, 0, "ac", 3, false,
	 "2 of the 3 devices of this btrfs are here: it is shown degraded, and what was on the "
	 "others may be missing"},
	{2, 0, "ac", 3, false,
	 "2 of the 3 devices of this btrfs are here: it is shown degraded, and what was on the "
	 "others may be missing"},
	{1, 1, "b", 1, false, NULL},
	{3, 3, "d", 1, false, NULL},
	{4, 4, "e", 1, false, NULL},
	{6, 5, "fg", 2, true, NULL},
	{8, 8, "i", 1, false, NULL},
};

START_TEST(devices_find_each_other)
{
	struct remark_list remarks = {0};
	own_buf struct buf names = {0};
	struct members members;
	struct fault f = {0};

	ck_assert_int_eq(members_of(&volumes, cases[_i].index, &members, &f), 0);
	for (size_t i = 0; i < members.count; i++)
		buf_puts(&names, volumes.items[members.items[i]].name);
	ck_assert_str_eq(buf_text(&names), cases[_i].members);
	ck_assert_uint_eq(members.wanted, cases[_i].wanted);
	ck_assert_int_eq(members.doubled, cases[_i].doubled);
	ck_assert_int_eq(members_first(&volumes, cases[_i].index), cases[_i].first);
	members_done(&members);
	members_remark(&volumes, cases[_i].index, "x", &remarks);
	ck_assert_pstr_eq(remarks.count ? remarks.items[0].fault.text : NULL, cases[_i].remark);
	remark_list_done(&remarks);
}
END_TEST

enum { SUPERBLOCK = 64 * 1024, MAGIC = SUPERBLOCK + 64, DEVICES = SUPERBLOCK + 136 };

START_TEST(the_count_is_read_from_a_superblock)
{
	static uint8_t image[SUPERBLOCK + 4096 + 512];
	uint64_t size = sizeof(image) - 512;
	int fd;

	memcpy(image + 512 + MAGIC, "_BHRfS_M", 8);
	memcpy(image + 512 + DEVICES, "\x02\x01\0\0\0\0\0\0", 8);
	tree_file("image", image, sizeof(image), 0600);
	fd = openat(tree_fd, "image", O_RDONLY);
	ck_assert_uint_eq(members_read_count(fd, 512, size), 0x102);
	ck_assert_uint_eq(members_read_count(fd, 0, size), 0);
	ck_assert_uint_eq(members_read_count(fd, 512, SUPERBLOCK + 100), 0);
	ck_assert_uint_eq(members_read_count(fd, 8192, UINT64_MAX), 0);
	close(fd);
}
END_TEST

Suite *members_suite(void)
{
	Suite *suite = suite_create("members");
	TCase *tests = tcase_create("members");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, devices_find_each_other, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tests, the_count_is_read_from_a_superblock);
	suite_add_tcase(suite, tests);
	return suite;
}
