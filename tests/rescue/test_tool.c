/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of rescue/tool.c, what mdadm says (rescue/array.c), and of a ledger that waits for programs. */
#include "rescue/tool.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rescue/array.h"
#include "scanner/base/own.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

static struct ledger ledger;
static struct remark_list told;

static void set_up(void)
{
	struct fault f;

	tree_open();
	ck_assert_int_eq(ledger_begin(tree_path(), NULL, "a disk", &ledger, &f), 0);
}

static void tear_down(void)
{
	struct fault f;

	ck_assert_int_eq(ledger_undo(&ledger, &told, &f), 0);
	ck_assert_uint_eq(told.count, 0);
	ledger_done(&ledger);
	tree_close();
}

static int run(const char *name, const char *const *arguments, struct buf *out, struct fault *f)
{
	static const char *const vars[] = {"LVM_SYSTEM_DIR=", NULL};
	const struct tool tool = {.name = name, .package = "a-package", .vars = vars};

	*f = (struct fault){0};
	return tool_run(&tool, arguments, &ledger, out, f);
}

START_TEST(its_surroundings_are_ours)
{
	static const char *const none[] = {NULL}, *const script[] = {
							  "-c", "cat; ls /proc/self/fd; pwd", NULL};
	own_buf struct buf environment = {0}, said = {0};
	struct fault f;

	setenv("LVM_SYSTEM_DIR", "/etc/lvm", 1);
	setenv("LD_PRELOAD_X", "x", 1);
	ck_assert_int_eq(run("env", none, &environment, &f), 0);
	ck_assert_str_eq(buf_text(&environment),
			 "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C\nLVM_SYSTEM_DIR=\n");
	/* An empty input, three descriptors (and the one that ls looks with), the top directory. */
	ck_assert_int_eq(run("sh", script, &said, &f), 0);
	ck_assert_str_eq(buf_text(&said), "0\n1\n2\n3\n/\n");
}
END_TEST

static const struct {
	const char *script, *said;
} complaints[] = {
	{"echo first >&2; echo '  no device  ' >&2; exit 5", "sh: no device"},
	{"printf 'a\\033[2Jb\\n\\n' >&2; exit 1", "sh: a?[2Jb"},
	{"exit 3", "sh: it failed"},
	{"kill -9 $$", "sh was ended by signal 9"},
	{"yes", "listening to sh: Argument list too long"},
	{"yes x | head -c 300000 >&2; echo end >&2; exit 1", "sh: end"},
};

START_TEST(a_failure_is_told)
{
	const char *const arguments[] = {"-c", complaints[_i].script, NULL};
	struct fault f;

	ck_assert_int_eq(run("sh", arguments, NULL, &f), -1);
	ck_assert_str_eq(f.text, complaints[_i].said);
}
END_TEST

START_TEST(what_is_not_installed)
{
	static const char *const none[] = {NULL};
	struct fault f;

	ck_assert_int_eq(run("no-such-program", none, NULL, &f), -1);
	ck_assert_int_eq(f.os, ENOENT);
	ck_assert_ptr_nonnull(
		strstr(f.text, "no-such-program is not installed (package a-package)"));
}
END_TEST

/* Also without a ledger that waits for it. */
START_TEST(one_that_hangs_is_ended)
{
	static const char *const arguments[] = {"1000", NULL};
	const struct tool tool = {.name = "sleep", .package = "a-package", .seconds = 1};
	time_t began = time(NULL);
	struct fault f = {0};

	ck_assert_int_eq(tool_run(&tool, arguments, NULL, NULL, &f), -1);
	ck_assert_int_eq(f.os, ETIMEDOUT);
	ck_assert_int_lt(time(NULL) - began, 500);
}
END_TEST

/* What two processes know of each other. */
struct shared {
	atomic_bool holds, lets_go;
};

/* Killed with a program at work: the program goes too, and nothing is undone before it has gone. */
START_TEST(undoing_waits_for_a_program)
{
	static const char *const arguments[] = {"-c", "exec sleep 1000", NULL};
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	time_t began = time(NULL);
	pid_t child = fork(), holder;
	struct fault f;

	if (child == 0) {
		(void)!run("sh", arguments, NULL, &f);
		_exit(0);
	}
	holder = fork();
	if (holder == 0) {
		int fd = ledger_lend(&ledger, &f);

		atomic_store(&shared->holds, true);
		usleep(600000);
		atomic_store(&shared->lets_go, true);
		_exit(fd < 0);
	}
	while (!atomic_load(&shared->holds))
		usleep(1000);
	usleep(300000);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_eq(ledger_undo(&ledger, &told, &f), 0);
	/* The holder was waited for, the program's 1000 s were not. */
	ck_assert(atomic_load(&shared->lets_go));
	ck_assert_int_lt(time(NULL) - began, 500);
	ck_assert_int_eq(waitpid(holder, NULL, 0), holder);
	munmap(shared, sizeof(*shared));
}
END_TEST

static const struct {
	const char *text;
	unsigned devices; /* 0: refused */
	const char *level;
} arrays[] = {
	{"MD_LEVEL=raid1\nMD_DEVICES=2\nMD_NAME=x:0\n", 2, "raid1"},
	{"MD_DEVICES=3\nMD_METADATA=1.2\nMD_LEVEL=raid5", 3, "raid5"},
	{"", 0, NULL},
	{"MD_LEVEL=raid1\n", 0, NULL},
	{"MD_LEVEL=\nMD_DEVICES=2\n", 0, NULL},
	{"XMD_LEVEL=raid1\nMD_DEVICES=2\n", 0, NULL},
	{"MD_LEVEL=raid1\033[2J\nMD_DEVICES=2\n", 0, NULL},
	{"MD_LEVEL=raid1\nMD_DEVICES=2x\n", 0, NULL},
	{"MD_LEVEL=raid1\nMD_DEVICES=-1\n", 0, NULL},
	{"MD_LEVEL=raid1\nMD_DEVICES=99999\n", 0, NULL},
	{"MD_LEVEL=raid1raid1raid1raid1\nMD_DEVICES=2\n", 0, NULL},
};

START_TEST(what_mdadm_says)
{
	struct array_member member;
	struct fault f = {0};

	ck_assert_int_eq(array_decode(arrays[_i].text, &member, &f), arrays[_i].devices ? 0 : -1);
	if (!arrays[_i].devices) {
		ck_assert_int_eq(f.os, EBADMSG);
		return;
	}
	ck_assert_uint_eq(member.devices, arrays[_i].devices);
	ck_assert_str_eq(member.level, arrays[_i].level);
}
END_TEST

Suite *tool_suite(void)
{
	Suite *suite = suite_create("tool");
	TCase *tcase = tcase_create("tool");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, its_surroundings_are_ours);
	tcase_add_loop_test(tcase, a_failure_is_told, 0,
			    (int)(sizeof(complaints) / sizeof(complaints[0])));
	tcase_add_test(tcase, what_is_not_installed);
	tcase_add_test(tcase, one_that_hangs_is_ended);
	tcase_add_test(tcase, undoing_waits_for_a_program);
	tcase_add_loop_test(tcase, what_mdadm_says, 0, (int)(sizeof(arrays) / sizeof(arrays[0])));
	suite_add_tcase(suite, tcase);
	return suite;
}
