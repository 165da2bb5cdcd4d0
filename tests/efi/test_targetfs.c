/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/targetfs.c and efi/remark.c. */
#include "efi/targetfs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "efi/remark.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

static struct targetfs *target;

static void link_to(const char *destination, const char *path)
{
	ck_assert_msg(symlinkat(destination, tree_fd, path) == 0, "%s: %s", path, strerror(errno));
}

/* A root with links of every direction, and an EFI system partition below boot/efi. */
static void set_up(void)
{
	struct fault f = {0};
	char path[4200];

	tree_open();
	tree_text("secret", "outside\n");
	tree_mkdir("root");
	tree_mkdir("root/etc");
	tree_text("root/etc/os-release", "ID=test\n");
	tree_mkdir("root/boot");
	tree_mkdir("root/boot/efi");
	tree_mkdir("root/boot/efi/EFI");
	tree_mkdir("root/boot/efi/EFI/Linux");
	tree_text("root/boot/efi/EFI/Linux/Kernel.EFI", "MZ");
	link_to("/etc/os-release", "root/absolute");
	link_to("../../../etc/os-release", "root/etc/climbing");
	link_to("../secret", "root/out");
	link_to("loop", "root/loop");
	link_to("etc", "root/linked");
	ck_assert_int_eq(mkfifoat(tree_fd, "root/etc/fifo", 0600), 0);
	snprintf(path, sizeof(path), "%s/root", tree_path());
	target = targetfs_open(path, &f);
	ck_assert_msg(target != NULL, "%s", f.text);
}

static void tear_down(void)
{
	targetfs_close(target);
	tree_close();
}

static void expect_text(const char *path, const char *text)
{
	own_mem uint8_t *data = NULL;
	struct fault f = {0};
	size_t size;

	ck_assert_msg(targetfs_read(target, path, 100, &data, &size, &f) == 0, "%s: %s", path,
		      f.text);
	ck_assert_str_eq((char *)data, text);
	ck_assert_uint_eq(size, strlen(text));
}

static void expect_fault(const char *path, size_t max, int os)
{
	own_mem uint8_t *data = NULL;
	struct fault f = {0};
	size_t size;

	ck_assert_int_eq(targetfs_read(target, path, max, &data, &size, &f), -1);
	ck_assert_msg(f.os == os, "%s: %s", path, f.text);
	ck_assert_ptr_null(data);
}

START_TEST(links_stay_inside)
{
	expect_text("/etc/os-release", "ID=test\n");
	expect_text("/absolute", "ID=test\n");
	expect_text("/etc/climbing", "ID=test\n");
	expect_text("/linked/../../../etc/os-release", "ID=test\n");
	expect_fault("/out", 100, ENOENT);
	expect_fault("/../secret", 100, ENOENT);
	expect_fault("/loop", 100, ELOOP);
}
END_TEST

START_TEST(only_regular_files_of_a_fit_size_are_read)
{
	expect_fault("/etc/fifo", 100, EINVAL);
	expect_fault("/etc", 100, EISDIR);
	expect_fault("/etc/os-release", 7, EFBIG);
	expect_text("/etc/os-release", "ID=test\n");
	expect_fault("/nothing", 100, ENOENT);
}
END_TEST

START_TEST(a_partition_in_the_root_is_found_and_reads_as_fat_does)
{
	own_mem char *inside = NULL, *outside = NULL;

	expect_fault("ESP:/EFI/Linux/Kernel.EFI", 100, ENOENT);
	ck_assert_uint_eq(targetfs_find_esps(target), 1);
	ck_assert_uint_eq(targetfs_find_esps(target), 0);
	ck_assert_uint_eq(targetfs_esp_count(target), 1);
	expect_text("ESP:/EFI/Linux/Kernel.EFI", "MZ");
	expect_text("ESP:\\efi\\LINUX\\kernel.efi", "MZ");
	expect_fault("ESP:/EFI/Linux/kernel2.efi", 100, ENOENT);
	expect_fault("ESP2:/EFI/Linux/Kernel.EFI", 100, ENOENT);
	expect_fault("/boot/efi/EFI/linux/Kernel.EFI", 100, ENOENT);
	inside = targetfs_canonical(target, "/boot/efi/EFI/x");
	outside = targetfs_canonical(target, "/boot/efix");
	ck_assert_str_eq(inside, "ESP:/EFI/x");
	ck_assert_str_eq(outside, "/boot/efix");
}
END_TEST

START_TEST(a_partition_can_be_given)
{
	struct fault f = {0};
	char path[4200];

	snprintf(path, sizeof(path), "%s/root/boot/efi", tree_path());
	ck_assert_int_eq(targetfs_add_esp(target, path, &f), 0);
	expect_text("ESP:/efi/linux/KERNEL.efi", "MZ");
	snprintf(path, sizeof(path), "%s/none", tree_path());
	ck_assert_int_eq(targetfs_add_esp(target, path, &f), -1);
	ck_assert_int_eq(f.os, ENOENT);
	ck_assert_uint_eq(targetfs_find_esps(target), 0);
	ck_assert_uint_eq(targetfs_esp_count(target), 1);
}
END_TEST

START_TEST(names_are_listed_in_order)
{
	struct targetfs_names names;
	struct fault f = {0};

	ck_assert_int_eq(targetfs_list(target, "/", &names, &f), 0);
	ck_assert_uint_eq(names.count, 6);
	ck_assert_str_eq(names.names[0], "absolute");
	ck_assert_str_eq(names.names[5], "out");
	targetfs_names_done(&names);
	ck_assert_int_eq(targetfs_list(target, "/none", &names, &f), 0);
	ck_assert_uint_eq(names.count, 0);
	ck_assert_int_eq(targetfs_list(target, "/loop", &names, &f), -1);
	ck_assert_int_eq(f.os, ELOOP);
}
END_TEST

START_TEST(remarks_beyond_the_limit_are_counted)
{
	struct remark_list list = {0};
	struct fault fault = {.os = 0, .text = "broken"};

	for (int i = 0; i < REMARK_MAX + 5; i++)
		remark_add(&list, "/x", &fault);
	ck_assert_uint_eq(list.count, REMARK_MAX);
	ck_assert_uint_eq(list.dropped, 5);
	ck_assert_str_eq(list.items[REMARK_MAX - 1].path, "/x");
	ck_assert_str_eq(list.items[0].fault.text, "broken");
	remark_list_done(&list);
}
END_TEST

Suite *targetfs_suite(void)
{
	Suite *suite = suite_create("targetfs");
	TCase *tests = tcase_create("targetfs");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, links_stay_inside);
	tcase_add_test(tests, only_regular_files_of_a_fit_size_are_read);
	tcase_add_test(tests, a_partition_in_the_root_is_found_and_reads_as_fat_does);
	tcase_add_test(tests, a_partition_can_be_given);
	tcase_add_test(tests, names_are_listed_in_order);
	tcase_add_test(tests, remarks_beyond_the_limit_are_counted);
	suite_add_tcase(suite, tests);
	return suite;
}
