/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/walk.c on real trees. */
#include "scanner/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scanner/base/buf.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

enum { NOBODY = 65534 };

static struct fsinfo_table *filesystems;
static struct namestack *names;
static atomic_bool stop;
static const char *const no_excludes[1];

/* What a walk emitted. */
struct seen {
	struct buf lines; /* "TYPE PATH\n" per entry, "! PATH: TEXT\n" per fault */
	size_t entries, faults, batches;
	size_t stop_after; /* batches; 0: never */
	void (*hook)(struct seen *seen, const struct walk_batch *batch);
};

static char type_letter(uint8_t type)
{
	switch (type) {
	case DT_REG: return 'f';
	case DT_DIR: return 'd';
	case DT_LNK: return 'l';
	case DT_FIFO: return 'p';
	case DT_SOCK: return 's';
	default: return '?';
	}
}

static bool collect(void *context, struct walk_batch *batch)
{
	struct seen *seen = context;

	seen->batches++;
	if (batch->fault_path) {
		buf_printf(&seen->lines, "! %s: %s\n", batch->fault_path, batch->fault.text);
		seen->faults++;
	}
	for (size_t i = 0; !batch->fault_path && i < batch->count; i++) {
		const struct walk_dir *dir = batch->dir;

		buf_printf(&seen->lines, "%c %s%s%s\n", type_letter(batch->entries[i].type),
			   dir->path, dir->path_size ? "/" : "",
			   batch->names + batch->entries[i].name);
		seen->entries++;
	}
	if (seen->hook)
		seen->hook(seen, batch);
	walk_batch_free(batch);
	return !seen->stop_after || seen->batches < seen->stop_after;
}

static struct walk_options options_of(const char *const *excludes, size_t count)
{
	return (struct walk_options){.root_fd = tree_fd,
				     .filesystems = filesystems,
				     .names = names,
				     .excludes = excludes,
				     .exclude_count = count,
				     .stop = &stop};
}

static struct walk_totals walk(struct walk_options options, struct seen *seen)
{
	struct walk_totals totals;
	struct fault f = {0};

	ck_assert_msg(walk_tree(&options, collect, seen, &totals, &f) == 0, "%s", f.text);
	return totals;
}

static void setup(void)
{
	struct fault f;

	tree_open();
	atomic_store(&stop, false);
	filesystems = fsinfo_open(tree_path(), &f);
	names = namestack_open(-1, &f);
	ck_assert_ptr_nonnull(names);
	ck_assert_ptr_nonnull(filesystems);
}

static void teardown(void)
{
	fsinfo_close(filesystems);
	namestack_close(names);
	tree_close();
}

static bool has(const struct seen *seen, const char *line)
{
	return strstr(buf_text(&seen->lines), line) != NULL;
}

START_TEST(kinds_are_told_and_links_not_followed)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct seen seen = {0}, again = {0};
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	tree_text("file", "x");
	tree_mkdir("dir");
	tree_text("dir/inner", "x");
	ck_assert_int_eq(symlinkat("..", tree_fd, "dir/loop"), 0);
	ck_assert_int_eq(symlinkat("/etc", tree_fd, "away"), 0);
	ck_assert_int_eq(mkfifoat(tree_fd, "fifo", 0644), 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", tree_path());
	ck_assert_int_eq(bind(s, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_uint_eq(walk(options_of(no_excludes, 0), &seen).dirs, 2);
	ck_assert_uint_eq(seen.entries, 7);
	ck_assert_uint_eq(seen.faults, 0);
	ck_assert(has(&seen, "f file\n") && has(&seen, "d dir\n") && has(&seen, "f dir/inner\n"));
	ck_assert(has(&seen, "l dir/loop\n") && has(&seen, "l away\n"));
	ck_assert(has(&seen, "p fifo\n") && has(&seen, "s socket\n"));
	/* The same again, in the same order. */
	walk(options_of(no_excludes, 0), &again);
	ck_assert_str_eq(buf_text(&seen.lines), buf_text(&again.lines));
	buf_done(&seen.lines);
	buf_done(&again.lines);
	close(s);
}
END_TEST

/* Beyond PATH_MAX, and far beyond the descriptors that are kept. */
START_TEST(deep_trees_are_walked_to_the_bottom)
{
	char name[201];
	struct seen seen = {0};
	int at;

	memset(name, 'n', 200);
	name[200] = '\0';
	at = tree_deep(name, 300);
	close(openat(at, "bottom", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	close(at);
	tree_mkdir("zz");
	tree_text("zz/last", "x");
	ck_assert_uint_eq(walk(options_of(no_excludes, 0), &seen).dirs, 302);
	ck_assert_uint_eq(seen.faults, 0);
	ck_assert_uint_eq(seen.entries, 300 + 1 + 2);
	ck_assert(has(&seen, "n/bottom\n") && has(&seen, "f zz/last\n"));
	buf_done(&seen.lines);
}
END_TEST

/* On the way up each directory is opened anew and its other children are found. */
START_TEST(siblings_far_above_are_not_forgotten)
{
	struct seen seen = {0};
	int at = dup(tree_fd);

	for (int i = 0; i < 80; i++) {
		int next;

		ck_assert_int_eq(mkdirat(at, "a", 0755), 0);
		ck_assert_int_eq(mkdirat(at, "b", 0755), 0);
		ck_assert_int_eq(mkdirat(at, "b/c", 0755), 0);
		next = openat(at, "a", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = next;
	}
	close(at);
	ck_assert_uint_eq(walk(options_of(no_excludes, 0), &seen).dirs, 1 + 3 * 80);
	ck_assert_uint_eq(seen.entries, 3 * 80);
	ck_assert_uint_eq(seen.faults, 0);
	buf_done(&seen.lines);
}
END_TEST

START_TEST(paths_beyond_the_limit_are_said_not_to_be_entered)
{
	char name[256];
	struct seen seen = {0};

	memset(name, 'n', 255);
	name[255] = '\0';
	close(tree_deep(name, 300));
	walk(options_of(no_excludes, 0), &seen);
	ck_assert_uint_eq(seen.faults, 1);
	ck_assert(has(&seen, "not entered: deeper than"));
	/* 256 directories have a path of 65535 bytes; the next one is listed and not entered. */
	ck_assert_uint_eq(seen.entries, 257);
	buf_done(&seen.lines);
}
END_TEST

START_TEST(many_entries)
{
	struct seen seen = {0};
	char name[32];

	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "%d", i);
		tree_text(name, "");
	}
	walk(options_of(no_excludes, 0), &seen);
	ck_assert_uint_eq(seen.entries, 5000);
	ck_assert_uint_eq(seen.batches, (5000 + WALK_BATCH_MAX - 1) / WALK_BATCH_MAX);
	buf_done(&seen.lines);
}
END_TEST

/* A window's worth of the longest names. */
START_TEST(long_names_fill_batches)
{
	struct seen seen = {0};
	char name[256];

	memset(name, '\xff', 255);
	name[255] = '\0';
	for (int i = 0; i < 100; i++) {
		name[0] = (char)('A' + i / 10);
		name[1] = (char)('0' + i % 10);
		tree_text(name, "");
	}
	walk(options_of(no_excludes, 0), &seen);
	ck_assert_uint_eq(seen.entries, 100);
	buf_done(&seen.lines);
}
END_TEST

static const struct {
	const char *pattern;
	const char *left; /* what is still emitted, of: a, a/b, a/b/c.o, d.o */
	uint64_t excluded;
} exclude_cases[] = {
	{"nothing", "a a/b a/b/c.o d.o ", 0},
	{"a", "d.o ", 1},
	{"/a", "d.o ", 1},
	{"*.o", "a a/b ", 2},
	{"a/*", "a d.o ", 1},
	{"a/b/?.o", "a a/b d.o ", 1},
	{"b", "a a/b a/b/c.o d.o ", 0},
	{"*", "", 2},
	{"[a-c]", "d.o ", 1},
};

START_TEST(excludes)
{
	static const char *const lines[] = {"d a\n", "d a/b\n", "f a/b/c.o\n", "f d.o\n"};
	const char *pattern = exclude_cases[_i].pattern;
	own_buf struct buf left = {0};
	struct seen seen = {0};

	tree_mkdir("a");
	tree_mkdir("a/b");
	tree_text("a/b/c.o", "");
	tree_text("d.o", "");
	ck_assert_uint_eq(walk(options_of(&pattern, 1), &seen).excluded,
			  exclude_cases[_i].excluded);
	for (size_t i = 0; i < 4; i++)
		if (has(&seen, lines[i]))
			buf_printf(&left, "%.*s ", (int)strlen(lines[i]) - 3, lines[i] + 2);
	ck_assert_str_eq(buf_text(&left), exclude_cases[_i].left);
	buf_done(&seen.lines);
}
END_TEST

/* In a child, since it gives up root. Status: faults seen. */
START_TEST(what_cannot_be_read_is_a_fault_and_the_walk_goes_on)
{
	pid_t child;
	int status;

	if (tree_skips(geteuid() == 0, "needs root"))
		return;
	tree_mkdir("closed");
	tree_mkdir("open");
	tree_text("open/file", "");
	ck_assert_int_eq(fchmodat(tree_fd, "closed", 0700, 0), 0);
	ck_assert_int_eq(fchmodat(tree_fd, ".", 0755, 0), 0);
	child = fork();
	if (child == 0) {
		struct walk_options options = options_of(no_excludes, 0);
		struct seen seen = {0};
		struct walk_totals totals;
		struct fault f;

		if (setgid(NOBODY) || setuid(NOBODY) ||
		    walk_tree(&options, collect, &seen, &totals, &f) < 0)
			_exit(100);
		_exit(has(&seen, "! closed: opening the directory: Permission denied\n") &&
				      has(&seen, "f open/file\n")
			      ? (int)seen.faults
			      : 101);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 1);
}
END_TEST

/* The innermost of 60 levels is reached; then its sixth ancestor is moved below another. */
static void move_away(struct seen *seen, const struct walk_batch *batch)
{
	(void)seen;
	if (batch->dir && batch->count && strcmp(batch->names, "bottom") == 0)
		ck_assert_int_eq(renameat(tree_fd, "d/d/d/d/d/d", tree_fd, "moved"), 0);
}

START_TEST(a_moved_directory_does_not_lead_astray)
{
	struct seen seen = {.hook = move_away};
	int at = tree_deep("d", 60);

	close(openat(at, "bottom", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	close(at);
	/* Pending after the way back: beside the moved directory, and inside of it. */
	tree_mkdir("d/d/d/d/d/later");
	tree_text("d/d/d/d/d/later/file", "");
	tree_mkdir("d/d/d/d/d/d/d/later");
	tree_text("d/d/d/d/d/d/d/later/file", "");
	walk(options_of(no_excludes, 0), &seen);
	ck_assert(has(&seen, "/bottom\n"));
	ck_assert(has(&seen, "f d/d/d/d/d/later/file\n"));
	ck_assert(has(&seen, "f d/d/d/d/d/d/d/later/file\n"));
	ck_assert_uint_eq(seen.faults, 0);
	buf_done(&seen.lines);
}
END_TEST

static void repeat(struct buf *out, const char *text, int times)
{
	buf_clear(out);
	for (int i = 0; i < times; i++)
		buf_puts(out, text);
}

/* Neither ".." nor the path lead back from the 25th level to the 24th. */
static void move_twice(struct seen *seen, const struct walk_batch *batch)
{
	own_buf struct buf path = {0};

	(void)seen;
	if (!batch->dir || !batch->count || strcmp(batch->names, "bottom") != 0)
		return;
	repeat(&path, "d/", 25);
	ck_assert_int_eq(renameat(tree_fd, path.data, tree_fd, "moved1"), 0);
	repeat(&path, "d/", 10);
	ck_assert_int_eq(renameat(tree_fd, path.data, tree_fd, "moved2"), 0);
}

/* Rows: the level that has something left to be entered (0: none), and the faults. */
static const struct {
	int level;
	size_t faults;
} lost_cases[] = {{0, 0}, {24, 1}, {12, 1}, {30, 0}, {5, 0}};

static uint64_t inode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(fstatat(tree_fd, path, &st, 0), 0);
	return st.st_ino;
}

/*
 * Makes a directory that the walk enters after the one beside it, whose name ends in `beside`: it goes by
 * inode number, and a busy file system hands out what others have just given back.
 */
static void mkdir_later(const char *path, const char *beside)
{
	char junk[32];

	tree_mkdir(path);
	for (int i = 0; inode_of(path) < inode_of(beside); i++) {
		ck_assert_int_lt(i, 10000);
		snprintf(junk, sizeof(junk), "junk%d", i);
		ck_assert_int_eq(renameat(tree_fd, path, tree_fd, junk), 0);
		tree_mkdir(path);
	}
}

START_TEST(only_what_was_left_is_lost)
{
	struct seen seen = {.hook = move_twice};
	own_buf struct buf later = {0}, beside = {0};
	int at = tree_deep("d", 60);

	close(openat(at, "bottom", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	close(at);
	repeat(&later, "d/", lost_cases[_i].level);
	buf_puts(&later, "later");
	repeat(&beside, "d/", lost_cases[_i].level);
	buf_puts(&beside, "d");
	mkdir_later(later.data, beside.data);
	walk(options_of(no_excludes, 0), &seen);
	ck_assert_msg(seen.faults == lost_cases[_i].faults, "%s", buf_text(&seen.lines));
	ck_assert_int_eq(has(&seen, "the rest of it is not scanned"), lost_cases[_i].faults > 0);
	buf_done(&seen.lines);
}
END_TEST

/* Whatever order the directory keeps them in. */
START_TEST(names_of_one_inode_come_sorted)
{
	struct seen seen = {0};
	char name[8];

	tree_text("m", "");
	for (char c = 'z'; c >= 'a'; c--) {
		snprintf(name, sizeof(name), "%c", c);
		ck_assert(c == 'm' || linkat(tree_fd, "m", tree_fd, name, 0) == 0);
	}
	walk(options_of(no_excludes, 0), &seen);
	for (size_t i = 0; i < 26; i++)
		ck_assert_int_eq(seen.lines.data[4 * i + 2], 'a' + (int)i);
	buf_done(&seen.lines);
}
END_TEST

START_TEST(a_refusing_taker_ends_the_walk)
{
	struct seen seen = {.stop_after = 2};
	char name[16];

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "%d", i);
		tree_text(name, "");
	}
	walk(options_of(no_excludes, 0), &seen);
	ck_assert_uint_eq(seen.batches, 2);
	buf_done(&seen.lines);
}
END_TEST

static void set_stop(struct seen *seen, const struct walk_batch *batch)
{
	(void)seen;
	(void)batch;
	atomic_store(&stop, true);
}

/* What was gathered and not sent yet is freed (which the address sanitizer checks). */
START_TEST(the_stop_flag_ends_the_walk)
{
	struct seen seen = {.hook = set_stop};
	char name[16];

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "%d", i);
		tree_mkdir(name);
	}
	walk(options_of(no_excludes, 0), &seen);
	ck_assert_uint_le(seen.entries, 100);
	ck_assert(!has(&seen, "/"));
	buf_done(&seen.lines);
}
END_TEST

/* In a mount name space of its own. */
static void enter_namespace(void)
{
	ck_assert_msg(unshare(CLONE_NEWNS) == 0, "unshare: %s", strerror(errno));
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	/* The descriptor still means the old name space's mount. */
	close(tree_fd);
	tree_fd = open(tree_path(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void mount_at(const char *source, const char *name, const char *type, unsigned long flags)
{
	char point[4200];

	snprintf(point, sizeof(point), "%s/%s", tree_path(), name);
	ck_assert_msg(mount(source, point, type, flags, NULL) == 0, "%s: %s", name,
		      strerror(errno));
}

static void unmount(const char *name)
{
	char point[4200];

	snprintf(point, sizeof(point), "%s/%s", tree_path(), name);
	ck_assert_int_eq(umount2(point, MNT_DETACH), 0);
}

START_TEST(mounts)
{
	struct walk_options options;
	struct walk_totals totals;
	struct seen seen = {0}, narrow = {0};

	if (tree_skips(geteuid() == 0, "needs root"))
		return;
	enter_namespace();
	options = options_of(no_excludes, 0);
	tree_mkdir("loop");
	tree_mkdir("proc");
	tree_mkdir("other");
	mount_at(tree_path(), "loop", NULL, MS_BIND);
	mount_at("proc", "proc", "proc", 0);
	mount_at("tmpfs", "other", "tmpfs", 0);
	tree_text("other/file", "");
	totals = walk(options, &seen);
	ck_assert_uint_eq(totals.loops, 1);
	ck_assert_uint_eq(totals.pseudo, 1);
	ck_assert_uint_eq(totals.other_filesystems, 0);
	ck_assert_uint_eq(totals.dirs, 2);
	ck_assert(has(&seen, "f other/file\n"));
	options.one_file_system = true;
	totals = walk(options, &narrow);
	ck_assert_uint_eq(totals.other_filesystems, 1);
	ck_assert(!has(&narrow, "f other/file\n"));
	buf_done(&seen.lines);
	buf_done(&narrow.lines);
	unmount("other");
	unmount("proc");
	unmount("loop");
}
END_TEST

Suite *walk_suite(void)
{
	Suite *suite = suite_create("walk");
	TCase *tcase = tcase_create("walk");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, kinds_are_told_and_links_not_followed);
	tcase_add_test(tcase, deep_trees_are_walked_to_the_bottom);
	tcase_add_test(tcase, siblings_far_above_are_not_forgotten);
	tcase_add_test(tcase, paths_beyond_the_limit_are_said_not_to_be_entered);
	tcase_add_test(tcase, many_entries);
	tcase_add_test(tcase, long_names_fill_batches);
	tcase_add_loop_test(tcase, excludes, 0, sizeof(exclude_cases) / sizeof(exclude_cases[0]));
	tcase_add_test(tcase, what_cannot_be_read_is_a_fault_and_the_walk_goes_on);
	tcase_add_test(tcase, a_moved_directory_does_not_lead_astray);
	tcase_add_loop_test(tcase, only_what_was_left_is_lost, 0,
			    sizeof(lost_cases) / sizeof(lost_cases[0]));
	tcase_add_test(tcase, names_of_one_inode_come_sorted);
	tcase_add_test(tcase, a_refusing_taker_ends_the_walk);
	tcase_add_test(tcase, the_stop_flag_ends_the_walk);
	tcase_add_test(tcase, mounts);
	suite_add_tcase(suite, tcase);
	return suite;
}
