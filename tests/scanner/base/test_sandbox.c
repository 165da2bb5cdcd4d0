/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/base/sandbox.c, each in the process that check forks for it. */
#include "scanner/base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/scanner/tree.h"
#include "tests/suites.h"

static bool have_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

enum { NO_DESCRIPTOR = 9999 };

/* What is opened from inside the sandbox, relative to the tree; and what becomes of it. */
static const struct {
	const char *path;
	int flags, error;
} open_cases[] = {
	{"file", O_RDONLY, 0},
	{"dir", O_RDONLY | O_DIRECTORY, 0},
	{"dir/inner", O_RDONLY, 0},
	{"file", O_WRONLY, EACCES},
	{"file", O_RDWR, EACCES},
	{"file", O_WRONLY | O_TRUNC, EACCES},
	{"new", O_WRONLY | O_CREAT, EACCES},
	{".", O_WRONLY | O_TMPFILE, EACCES},
	{"/etc/passwd", O_RDONLY, EACCES},
	{"/tmp", O_RDONLY | O_DIRECTORY, EACCES},
	{"/dev/null", O_WRONLY, EACCES},
	{"/tmp/ima-scan-sandbox-test", O_WRONLY | O_CREAT, EACCES},
};

/* Runs in a child, so that the tree can be removed afterwards. */
static int in_sandbox_below(int root_fd, int (*body)(int), int argument)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct sandbox_state state;
		struct fault f = {0};

		if (sandbox_read_only(root_fd, &state, &f) < 0 || !state.no_new_privs ||
		    !state.capabilities_cut || (state.landlock_abi > 0) != have_landlock())
			_exit(200);
		_exit(body(argument));
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int in_sandbox(int (*body)(int), int argument)
{
	return in_sandbox_below(tree_fd, body, argument);
}

static int try_open(int i)
{
	return openat(tree_fd, open_cases[i].path, open_cases[i].flags | O_CLOEXEC, 0600) < 0
		       ? errno
		       : 0;
}

START_TEST(opens)
{
	if (tree_skips(have_landlock(), "this kernel has no Landlock"))
		return;
	tree_text("file", "x");
	tree_mkdir("dir");
	tree_text("dir/inner", "x");
	ck_assert_int_eq(in_sandbox(try_open, _i), open_cases[_i].error);
}
END_TEST

static int make_and_remove(int unused)
{
	(void)unused;
	if (mkdirat(tree_fd, "made", 0755) == 0 || unlinkat(tree_fd, "file", 0) == 0 ||
	    renameat(tree_fd, "file", tree_fd, "dir/file") == 0 ||
	    symlinkat("x", tree_fd, "link") == 0 || mkfifoat(tree_fd, "fifo", 0600) == 0 ||
	    linkat(tree_fd, "file", tree_fd, "dir/hard", 0) == 0)
		return 1;
	return 0;
}

START_TEST(nothing_is_made_or_removed)
{
	if (tree_skips(have_landlock(), "this kernel has no Landlock"))
		return;
	tree_text("file", "x");
	tree_mkdir("dir");
	ck_assert_int_eq(in_sandbox(make_and_remove, 0), 0);
}
END_TEST

static int leftover_capabilities(int unused)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct now[2];
	unsigned keep = 1U << CAP_DAC_READ_SEARCH | 1U << CAP_FOWNER;

	(void)unused;
	if (syscall(SYS_capget, &header, now))
		return 1;
	if ((now[0].permitted | now[0].effective) & ~keep)
		return 2;
	if (now[1].permitted || now[1].effective || now[0].inheritable || now[1].inheritable)
		return 3;
	/* What a change of ownership needs is gone. */
	return fchownat(tree_fd, "file", 1, 1, 0) == 0 && geteuid() == 0 ? 4 : 0;
}

START_TEST(capabilities_are_cut)
{
	tree_text("file", "x");
	ck_assert_int_eq(in_sandbox(leftover_capabilities, 0), 0);
}
END_TEST

START_TEST(a_descriptor_that_is_none_is_a_fault)
{
	struct sandbox_state state;
	struct fault f = {0};

	if (tree_skips(have_landlock(), "this kernel has no Landlock"))
		return;
	ck_assert_int_eq(sandbox_read_only(NO_DESCRIPTOR, &state, &f), -1);
	ck_assert_int_eq(f.os, EBADF);
	ck_assert_int_eq(state.landlock_abi, 0);
}
END_TEST

static int count_opened(int unused)
{
	int opened = 0;

	(void)unused;
	for (size_t i = 0; i < sizeof(open_cases) / sizeof(open_cases[0]); i++)
		opened += try_open((int)i) != EACCES;
	return opened;
}

/* -1 stands for no tree at all: what is open by then is all there is. */
START_TEST(without_a_tree_nothing_is_opened)
{
	if (tree_skips(have_landlock(), "this kernel has no Landlock"))
		return;
	tree_text("file", "x");
	tree_mkdir("dir");
	tree_text("dir/inner", "x");
	ck_assert_int_eq(in_sandbox_below(-1, count_opened, 0), 0);
}
END_TEST

Suite *sandbox_suite(void)
{
	Suite *suite = suite_create("sandbox");
	TCase *tcase = tcase_create("sandbox");

	tcase_add_checked_fixture(tcase, tree_open, tree_close);
	tcase_add_loop_test(tcase, opens, 0, sizeof(open_cases) / sizeof(open_cases[0]));
	tcase_add_test(tcase, nothing_is_made_or_removed);
	tcase_add_test(tcase, capabilities_are_cut);
	tcase_add_test(tcase, a_descriptor_that_is_none_is_a_fault);
	tcase_add_test(tcase, without_a_tree_nothing_is_opened);
	suite_add_tcase(suite, tcase);
	return suite;
}
