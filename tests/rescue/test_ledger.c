/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of rescue/ledger.c: what is written is what is read, whatever was cut short. Nothing here is mounted. */
#include "rescue/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scanner/base/buf.h"
#include "scanner/base/own.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

static struct remark_list told;

/* Relative to tree_fd. */
static const char ledger_path[] = "1/ledger";

static void setup(void)
{
	struct fault f;
	struct ledger ledger;

	tree_open();
	ck_assert_int_eq(ledger_begin(tree_path(), NULL, "a disk", &ledger, &f), 0);
	ck_assert_int_eq(ledger_add(&ledger, UNDO_DEVICE, "8:0@7 /dev/no=such", &f), 0);
	ck_assert_int_eq(ledger_add(&ledger, UNDO_DEVICE, "8:16@8 /dev/nor this", &f), 0);
	ledger_done(&ledger); /* a crash */
}

static void teardown(void)
{
	ledger_clean_up(tree_path(), &told);
	remark_list_done(&told);
	tree_close();
}

static void describe(const struct ledger_list *list, struct buf *out)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct ledger *l = &list->items[i];

		buf_printf(out, "%u %s%s:", l->number, l->target ? l->target : "?",
			   l->ready ? " ready" : "");
		for (size_t j = 0; j < l->count; j++)
			buf_printf(out, " %s=%s", undo_kind_name(l->entries[j].kind),
				   l->entries[j].what);
		buf_addc(out, '\n');
	}
}

static void check_found(const char *expected)
{
	own_buf struct buf text = {0};
	struct ledger_list list;
	struct fault f;

	ck_assert_int_eq(ledger_find_all(tree_path(), &list, &f), 0);
	describe(&list, &text);
	ck_assert_str_eq(buf_text(&text), expected);
	ledger_list_done(&list);
}

START_TEST(what_was_written_is_read)
{
	check_found("1 a disk: device=8:0@7 /dev/no=such device=8:16@8 /dev/nor this\n");
}
END_TEST

/* A crash in the midst of writing leaves a text without its NUL: that was not acted upon. */
START_TEST(cut_short)
{
	static const struct {
		off_t size;
		const char *expected;
	} cuts[] = {
		{5, "1 ?:\n"},
		{0, "1 ?:\n"},
	};
	own_fd int fd = openat(tree_fd, ledger_path, O_WRONLY);
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(ftruncate(fd, st.st_size - 1), 0);
	check_found("1 a disk: device=8:0@7 /dev/no=such\n");
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		ck_assert_int_eq(ftruncate(fd, cuts[i].size), 0);
		check_found(cuts[i].expected);
	}
}
END_TEST

/* What a newer version wrote is not thrown away by an older one. */
START_TEST(unknown_kind)
{
	own_fd int fd = openat(tree_fd, ledger_path, O_WRONLY | O_APPEND);
	struct ledger_list list;
	struct fault f;
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(write(fd, "wormhole=x", 11), 11);
	ck_assert_int_eq(ledger_find_all(tree_path(), &list, &f), -1);
	ck_assert_ptr_nonnull(strstr(f.text, "entry of an unknown kind"));
	ledger_clean_up(tree_path(), &told);
	ck_assert_int_eq(faccessat(tree_fd, ledger_path, F_OK, 0), 0);
	ck_assert_int_eq(ftruncate(fd, st.st_size), 0);
}
END_TEST

START_TEST(ready_stays)
{
	struct ledger_list list;
	struct fault f;

	ck_assert_int_eq(ledger_find_all(tree_path(), &list, &f), 0);
	ck_assert_int_eq(ledger_take(&list.items[0], &f), 0);
	ck_assert_int_eq(ledger_set_ready(&list.items[0], &f), 0);
	ledger_clean_up(tree_path(), &told);
	check_found("1 a disk ready: device=8:0@7 /dev/no=such device=8:16@8 /dev/nor this\n");
	ck_assert_int_eq(ledger_undo(&list.items[0], &told, &f), 0);
	ledger_list_done(&list);
	check_found("");
}
END_TEST

/* Without the fields by which a device is known, nothing is done to it: that is told, and the rest is undone. */
START_TEST(an_older_ledger)
{
	static const char entries[] = "device=/dev/null\0group=rJQbI4yHOhUspBAJcz5gxrQxdtyG0foo vg";
	own_fd int fd = openat(tree_fd, ledger_path, O_WRONLY | O_APPEND);

	ck_assert_int_eq(write(fd, entries, sizeof(entries)), sizeof(entries));
	ledger_clean_up(tree_path(), &told);
	check_found("");
	ck_assert_uint_eq(told.count, 2);
	ck_assert_ptr_nonnull(strstr(told.items[0].fault.text,
				     "volume group vg is left as it is: an older ima-rescue wrote "
				     "down its name only"));
	ck_assert_ptr_nonnull(strstr(told.items[1].fault.text, "/dev/null is left read-only"));
}
END_TEST

/* Of one device one entry, as long as it is the same. */
START_TEST(a_device_again)
{
	struct ledger_list list;
	struct fault f;

	ck_assert_int_eq(ledger_find_all(tree_path(), &list, &f), 0);
	ck_assert_int_eq(ledger_take(&list.items[0], &f), 0);
	ck_assert_int_eq(ledger_add(&list.items[0], UNDO_DEVICE, "8:0@7 /dev/no=such", &f), 0);
	ck_assert_int_eq(ledger_add(&list.items[0], UNDO_DEVICE, "8:0@9 /dev/no=such", &f), 0);
	ck_assert_int_eq(ledger_add_device(&list.items[0], "/dev/null", &f), -1);
	check_found("1 a disk: device=8:0@7 /dev/no=such device=8:16@8 /dev/nor this "
		    "device=8:0@9 /dev/no=such\n");
	ledger_list_done(&list);
}
END_TEST

/* Whoever works on one keeps others off it. */
START_TEST(held)
{
	struct ledger_list list, other;
	struct fault f;

	ck_assert_int_eq(ledger_find_all(tree_path(), &list, &f), 0);
	ck_assert_int_eq(ledger_find_all(tree_path(), &other, &f), 0);
	ck_assert_int_eq(ledger_take(&list.items[0], &f), 0);
	ck_assert_int_eq(ledger_take(&other.items[0], &f), -1);
	ck_assert_int_eq(f.os, EBUSY);
	ledger_clean_up(tree_path(), &told);
	check_found("1 a disk: device=8:0@7 /dev/no=such device=8:16@8 /dev/nor this\n");
	ledger_list_done(&list);
	ledger_list_done(&other);
}
END_TEST

/* What another process did between reading and locking counts: here it made one entry more, and the tree whole. */
START_TEST(taken_as_it_is_now)
{
	struct ledger_list before, other;
	struct fault f;

	ck_assert_int_eq(ledger_find_all(tree_path(), &before, &f), 0);
	ck_assert_int_eq(ledger_find_all(tree_path(), &other, &f), 0);
	ck_assert_int_eq(ledger_take(&other.items[0], &f), 0);
	ck_assert_int_eq(ledger_add(&other.items[0], UNDO_DEVICE, "8:32@9 /dev/nor=that", &f), 0);
	ck_assert_int_eq(ledger_set_ready(&other.items[0], &f), 0);
	ledger_list_done(&other);
	ck_assert_int_eq(ledger_take(&before.items[0], &f), 0);
	ck_assert(before.items[0].ready);
	ck_assert_uint_eq(before.items[0].count, 3);
	ck_assert_str_eq(before.items[0].entries[2].what, "8:32@9 /dev/nor=that");
	ck_assert_int_eq(ledger_undo(&before.items[0], &told, &f), 0);
	ledger_list_done(&before);
}
END_TEST

/* One that went meanwhile has nothing to undo, and its number may be another's by now. */
START_TEST(gone_or_another)
{
	struct ledger_list before, again;
	struct ledger next;
	struct fault f;

	ck_assert_int_eq(ledger_find_all(tree_path(), &before, &f), 0);
	ck_assert_int_eq(ledger_find_all(tree_path(), &again, &f), 0);
	ledger_clean_up(tree_path(), &told);
	ck_assert_int_eq(ledger_take(&before.items[0], &f), 0);
	ck_assert_uint_eq(before.items[0].count, 0);
	ck_assert_ptr_null(before.items[0].target);
	ck_assert_ptr_null(before.items[0].at);
	ledger_list_done(&before);
	ck_assert_int_eq(ledger_begin(tree_path(), NULL, "another disk", &next, &f), 0);
	ledger_done(&next);
	ck_assert_int_eq(ledger_take(&again.items[0], &f), 0);
	ck_assert_str_eq(again.items[0].target, "another disk");
	ck_assert_uint_eq(again.items[0].count, 0);
	ledger_list_done(&again);
}
END_TEST

/* Until another process holds the ledger. */
static void await_lock(void)
{
	own_fd int fd = openat(tree_fd, ledger_path, O_RDONLY);

	ck_assert_int_ge(fd, 0);
	while (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		ck_assert_int_eq(flock(fd, LOCK_UN), 0);
		ck_assert_int_eq(usleep(1000), 0);
	}
	ck_assert_int_eq(errno, EWOULDBLOCK);
}

/* A tree that becomes whole while others are cleaned up stays. */
START_TEST(ready_meanwhile)
{
	struct ledger_list list;
	struct ledger second;
	struct fault f;
	int borrowed, status;
	pid_t cleaner;

	ck_assert_int_eq(ledger_find_all(tree_path(), &list, &f), 0);
	borrowed = ledger_lend(&list.items[0], &f);
	ck_assert_int_ge(borrowed, 0);
	ck_assert_int_eq(ledger_begin(tree_path(), NULL, "two", &second, &f), 0);
	cleaner = fork();
	ck_assert_int_ge(cleaner, 0);
	if (cleaner == 0) {
		/* Those of the parent: a lock stays as long as anyone has its descriptor. */
		close(borrowed);
		close(second.lock_fd);
		ledger_clean_up(tree_path(), &told);
		_exit(told.count ? 1 : 0);
	}
	/* It has read both by now, and waits for what was lent. */
	await_lock();
	ck_assert_int_eq(ledger_set_ready(&second, &f), 0);
	ledger_done(&second);
	close(borrowed);
	ck_assert_int_eq(waitpid(cleaner, &status, 0), cleaner);
	ck_assert_int_eq(status, 0);
	check_found("2 two ready:\n");
	ledger_list_done(&list);
	ck_assert_int_eq(ledger_find_all(tree_path(), &list, &f), 0);
	ck_assert_int_eq(ledger_take(&list.items[0], &f), 0);
	ck_assert_int_eq(ledger_undo(&list.items[0], &told, &f), 0);
	ledger_list_done(&list);
}
END_TEST

/* A device that went is none of ours; one that is there and cannot be opened is told, and the rest is undone. */
START_TEST(a_device_out_of_reach)
{
	static const char entry[] = "device=8:0@7 /dev/null/x";
	own_fd int fd = openat(tree_fd, ledger_path, O_WRONLY | O_APPEND);

	ck_assert_int_eq(write(fd, entry, sizeof(entry)), sizeof(entry));
	ledger_clean_up(tree_path(), &told);
	check_found("");
	ck_assert_uint_eq(told.count, 1);
	ck_assert_str_eq(told.items[0].fault.text,
			 "/dev/null/x is left read-only: opening it: Not a directory (blockdev "
			 "--setrw makes it writable)");
}
END_TEST

Suite *ledger_suite(void)
{
	Suite *suite = suite_create("ledger");
	TCase *tcase = tcase_create("ledger");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_was_written_is_read);
	tcase_add_test(tcase, cut_short);
	tcase_add_test(tcase, unknown_kind);
	tcase_add_test(tcase, ready_stays);
	tcase_add_test(tcase, held);
	tcase_add_test(tcase, taken_as_it_is_now);
	tcase_add_test(tcase, gone_or_another);
	tcase_add_test(tcase, ready_meanwhile);
	tcase_add_test(tcase, a_device_out_of_reach);
	tcase_add_test(tcase, an_older_ledger);
	tcase_add_test(tcase, a_device_again);
	suite_add_tcase(suite, tcase);
	return suite;
}
