/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of the small foundations: fault, bytes, buf, fd. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scanner/base/buf.h"
#include "scanner/base/bytes.h"
#include "scanner/base/fault.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"
#include "scanner/base/path.h"
#include "tests/suites.h"

START_TEST(fault_says_what_and_why)
{
	struct fault f = {0};

	ck_assert_int_eq(fault_set(&f, ENOENT, "opening %s", "x"), -1);
	ck_assert_str_eq(f.text, "opening x: No such file or directory");
	ck_assert_int_eq(f.os, ENOENT);
	ck_assert_int_eq(fault_add(&f, "loading keys"), -1);
	ck_assert_str_eq(f.text, "loading keys: opening x: No such file or directory");
	ck_assert_int_eq(fault_set(&f, 0, "plain"), -1);
	ck_assert_str_eq(f.text, "plain");
	ck_assert_int_eq(fault_set(NULL, 0, "ignored"), -1);
}
END_TEST

START_TEST(fault_never_overflows)
{
	struct fault f = {0};
	char big[2 * FAULT_TEXT_MAX];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	fault_set(&f, EIO, "%s", big);
	ck_assert_uint_eq(strlen(f.text), FAULT_TEXT_MAX - 1);
	fault_add(&f, "%s", big);
	ck_assert_uint_eq(strlen(f.text), FAULT_TEXT_MAX - 1);
}
END_TEST

START_TEST(bytes_read_in_order_and_turn_bad)
{
	static const uint8_t data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	struct bytes b = bytes_of(data, sizeof(data));

	ck_assert_uint_eq(bytes_u8(&b), 1);
	ck_assert_uint_eq(bytes_u16be(&b), 0x0203);
	ck_assert_uint_eq(bytes_u16le(&b), 0x0504);
	ck_assert_uint_eq(bytes_u32be(&b), 0x06070809);
	ck_assert_uint_eq(bytes_u32le(&b), 0x0d0c0b0a);
	ck_assert(!bytes_done(&b));
	ck_assert_uint_eq(bytes_u32be(&b), 0);
	ck_assert(b.bad);
	ck_assert_ptr_null(bytes_take(&b, 1));
	ck_assert_uint_eq(bytes_u64le(&b), 0);
}
END_TEST

START_TEST(buf_grows_and_formats)
{
	own_buf struct buf b = {0};

	ck_assert_str_eq(buf_text(&b), "");
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i);
	ck_assert_uint_eq(b.len, 3890);
	buf_clear(&b);
	buf_hex(&b, "\x00\xab\xff", 3);
	ck_assert_str_eq(buf_text(&b), "00abff");
	ck_assert(!b.failed);
}
END_TEST

static const struct {
	const char *path, *base;
} paths[] = {{"a", "a"}, {"", ""}, {"/", ""}, {"/a", "a"}, {"a/b.c", "b.c"}, {"a/b/", ""}};

START_TEST(path_base_is_behind_the_last_slash)
{
	ck_assert_str_eq(path_base(paths[_i].path), paths[_i].base);
}
END_TEST

START_TEST(open_beneath_stays_below)
{
	char dir[] = "/tmp/ima-scan-test-XXXXXX";
	struct fault f = {0};
	own_fd int root = -1, fd = -1;
	char path[sizeof(dir) + 32];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	root = open(dir, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(root, 0);
	ck_assert_int_eq(mkdirat(root, "d", 0700), 0);
	fd = openat(root, "d/f", O_CREAT | O_WRONLY, 0600);
	ck_assert_int_ge(fd, 0);
	close(take_fd(&fd));
	ck_assert_int_eq(symlinkat("/etc", root, "link"), 0);
	ck_assert_int_eq(symlinkat("d", root, "inner"), 0);

	fd = fd_open_beneath(root, "/d/f", O_RDONLY, &f);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fd_open_beneath(root, "link/passwd", O_RDONLY, &f), -1);
	ck_assert_int_eq(f.os, ELOOP);
	ck_assert_int_eq(fd_open_beneath(root, "inner/f", O_RDONLY, &f), -1);
	ck_assert_int_eq(fd_open_beneath(root, "../etc/passwd", O_RDONLY, &f), -1);
	ck_assert_int_eq(f.os, EXDEV);
	ck_assert_int_eq(fd_open_beneath(root, "gone", O_RDONLY, &f), -1);
	ck_assert_int_eq(f.os, ENOENT);
	unlinkat(root, "d/f", 0);
	unlinkat(root, "d", AT_REMOVEDIR);
	unlinkat(root, "link", 0);
	unlinkat(root, "inner", 0);
	snprintf(path, sizeof(path), "%s", dir);
	rmdir(path);
}
END_TEST

START_TEST(open_beneath_deeper_than_path_max)
{
	char dir[] = "/tmp/ima-scan-test-XXXXXX";
	char name[201];
	struct fault f = {0};
	own_fd int root = -1, here = -1, file = -1;
	own_buf struct buf path = {0};

	memset(name, 'n', 200);
	name[200] = '\0';
	ck_assert_ptr_nonnull(mkdtemp(dir));
	root = open(dir, O_RDONLY | O_DIRECTORY);
	here = dup(root);
	for (int i = 0; i < 30; i++) { /* 30 * 201 bytes: beyond PATH_MAX */
		int next;

		ck_assert_int_eq(mkdirat(here, name, 0700), 0);
		next = openat(here, name, O_RDONLY | O_DIRECTORY);
		ck_assert_int_ge(next, 0);
		close(here);
		here = next;
		buf_printf(&path, "%s/", name);
	}
	file = openat(here, "deep", O_CREAT | O_WRONLY, 0600);
	ck_assert_int_ge(file, 0);
	close(take_fd(&file));
	buf_puts(&path, "deep");
	ck_assert_uint_gt(path.len, PATH_MAX);
	file = fd_open_beneath(root, buf_text(&path), O_RDONLY, &f);
	ck_assert_msg(file >= 0, "%s", f.text);
	ck_assert_int_eq(unlinkat(here, "deep", 0), 0);
	for (int i = 0; i < 30; i++) {
		int up = openat(here, "..", O_RDONLY | O_DIRECTORY);

		ck_assert_int_eq(unlinkat(up, name, AT_REMOVEDIR), 0);
		close(here);
		here = up;
	}
	rmdir(dir);
}
END_TEST

START_TEST(read_file_is_bounded)
{
	uint8_t *data = NULL;
	size_t size = 0;
	struct fault f = {0};

	ck_assert_int_eq(fd_read_file("/proc/self/status", 1 << 20, &data, &size, &f), 0);
	ck_assert_uint_gt(size, 100);
	ck_assert_uint_eq(strlen((char *)data), size);
	free(data);
	ck_assert_int_eq(fd_read_file("/dev/zero", 10000, &data, &size, &f), -1);
	ck_assert_int_eq(f.os, EFBIG);
	ck_assert_int_eq(fd_read_file("/nonexistent", 10, &data, &size, &f), -1);
	ck_assert_int_eq(f.os, ENOENT);
}
END_TEST

Suite *base_suite(void)
{
	Suite *suite = suite_create("base");
	TCase *tcase = tcase_create("base");

	tcase_add_test(tcase, fault_says_what_and_why);
	tcase_add_test(tcase, fault_never_overflows);
	tcase_add_test(tcase, bytes_read_in_order_and_turn_bad);
	tcase_add_test(tcase, buf_grows_and_formats);
	tcase_add_loop_test(tcase, path_base_is_behind_the_last_slash, 0,
			    sizeof(paths) / sizeof(paths[0]));
	tcase_add_test(tcase, open_beneath_stays_below);
	tcase_add_test(tcase, open_beneath_deeper_than_path_max);
	tcase_add_test(tcase, read_file_is_bounded);
	suite_add_tcase(suite, tcase);
	return suite;
}
