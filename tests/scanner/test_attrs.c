/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/attrs.c on real files. Needs root, for names below "security.". */
#include "scanner/attrs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "scanner/base/own.h"
#include "tests/scanner/testkeys.h"
#include "tests/suites.h"

static char *directory;
static int fd;

static void setup(void)
{
	directory = testkeys_mkdir();
	fd = open(testkeys_path(directory, "file"), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	ck_assert_int_ge(fd, 0);
}

static void teardown(void)
{
	close(fd);
	testkeys_rmdir(directory);
}

static void set(const char *name, const void *data, size_t size)
{
	ck_assert_msg(fsetxattr(fd, name, data, size, 0) == 0, "%s: %s", name, strerror(errno));
}

static const struct attrs_value *value_of(const struct attrs *attrs, unsigned i)
{
	return i < PROFILE_XATTR_COUNT ? &attrs->protected[i] : &attrs->evm;
}

static void check(const struct attrs_value *value, const void *data, size_t size)
{
	ck_assert_int_eq(value->state, ATTRS_PRESENT);
	ck_assert_uint_eq(value->size, size);
	ck_assert_ptr_nonnull(value->data);
	if (size)
		ck_assert_mem_eq(value->data, data, size);
}

START_TEST(finds_nothing)
{
	struct attrs attrs = {0};

	set("user.comment", "x", 1);
	attrs_read(fd, &attrs);
	for (unsigned i = 0; i <= PROFILE_XATTR_COUNT; i++) {
		/* A running SELinux or Smack labels every file itself. */
		if (value_of(&attrs, i)->state == ATTRS_PRESENT)
			continue;
		ck_assert_int_eq(value_of(&attrs, i)->state, ATTRS_ABSENT);
		ck_assert_ptr_null(value_of(&attrs, i)->data);
	}
	attrs_done(&attrs);
}
END_TEST

START_TEST(finds_each)
{
	static const uint8_t capability[20] = {1, 0, 0, 2, 0, 4};
	struct attrs attrs = {0};

	set("security.ima", "\x04\x04label", 7);
	set("security.evm", "\x05", 1);
	set("security.SMACK64", "", 0);
	set("security.apparmor", "profile", 7);
	set("security.capability", capability, sizeof(capability));
	/* Names that begin alike are others. */
	set("security.ima2", "no", 2);
	set("security.im", "no", 2);
	attrs_read(fd, &attrs);
	check(ATTRS_IMA(&attrs), "\x04\x04label", 7);
	check(&attrs.evm, "\x05", 1);
	check(&attrs.protected[PROFILE_XATTR_SMACK64], "", 0);
	check(&attrs.protected[PROFILE_XATTR_APPARMOR], "profile", 7);
	check(ATTRS_CAPABILITY(&attrs), capability, sizeof(capability));
	ck_assert_int_eq(attrs.protected[PROFILE_XATTR_SMACK64EXEC].state, ATTRS_ABSENT);
	/* What was read before is forgotten, and the memory is used again. */
	ck_assert_int_eq(fremovexattr(fd, "security.ima"), 0);
	attrs_read(fd, &attrs);
	ck_assert_int_eq(ATTRS_IMA(&attrs)->state, ATTRS_ABSENT);
	ck_assert_ptr_null(ATTRS_IMA(&attrs)->data);
	check(&attrs.evm, "\x05", 1);
	attrs_done(&attrs);
	ck_assert_ptr_null(attrs.pool);
}
END_TEST

/* The pool moves while it grows; what was read first must not be left behind. */
START_TEST(keeps_values_when_the_pool_grows)
{
	/* ext4 keeps all of an inode's attributes in one block. */
	enum { LARGE = 1000 };
	uint8_t large[3][LARGE];
	struct attrs attrs = {.pool = malloc(16), .pool_size = 16};

	for (unsigned i = 0; i < 3; i++)
		memset(large[i], 'a' + (int)i, LARGE);
	set("security.apparmor", large[0], LARGE);
	set("security.ima", large[1], LARGE);
	set("security.evm", large[2], LARGE);
	attrs_read(fd, &attrs);
	check(&attrs.protected[PROFILE_XATTR_APPARMOR], large[0], LARGE);
	check(ATTRS_IMA(&attrs), large[1], LARGE);
	check(&attrs.evm, large[2], LARGE);
	attrs_done(&attrs);
}
END_TEST

START_TEST(tells_unsupported_from_unreadable)
{
	own_fd int proc = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	struct attrs attrs = {0};

	attrs_read(-1, &attrs);
	for (unsigned i = 0; i <= PROFILE_XATTR_COUNT; i++) {
		ck_assert_int_eq(value_of(&attrs, i)->state, ATTRS_UNREADABLE);
		ck_assert_int_eq(value_of(&attrs, i)->os, EBADF);
	}
	/* procfs keeps no attributes; some kernels say so, some list none. */
	attrs_read(proc, &attrs);
	ck_assert_int_ne(ATTRS_IMA(&attrs)->state, ATTRS_PRESENT);
	ck_assert_int_ne(ATTRS_IMA(&attrs)->state, ATTRS_UNREADABLE);
	attrs_done(&attrs);
}
END_TEST

Suite *attrs_suite(void)
{
	Suite *suite = suite_create("attrs");
	TCase *tcase = tcase_create("attrs");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, finds_nothing);
	tcase_add_test(tcase, finds_each);
	tcase_add_test(tcase, keeps_values_when_the_pool_grows);
	tcase_add_test(tcase, tells_unsupported_from_unreadable);
	suite_add_tcase(suite, tcase);
	return suite;
}
