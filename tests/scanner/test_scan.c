/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/scan.c: whole scans of small trees. */
#include "scanner/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/scanner/rules.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

enum { NOBODY = 65534 };

#define EXEC_POLICY "appraise func=BPRM_CHECK\n"

/* What came out of a scan. */
struct result {
	char *text;
	size_t size;
	struct tally tally;
	int status;
	struct fault fault;
};

static struct rules rules;

static void done(struct result *result)
{
	tally_done(&result->tally);
	free(result->text);
}

static struct result scan_list(const char *format, unsigned jobs, int list_fd)
{
	struct report_run run = {
		.version = "0", .commit = "", .target = "t", .rules = &rules.rules};
	struct report report = {.format = report_format_by_name(format), .run = &run};
	struct result result = {0};
	struct namestack *names = namestack_open(-1, &result.fault);
	struct scan scan = {
		.rules = &rules.rules,
		.walk = {.root_fd = tree_fd,
			 .filesystems = rules.filesystems,
			 .names = names,
			 .stop = &rules.stop},
		.report = &report,
		.jobs = jobs,
		.readahead = true,
		.list_fd = list_fd,
		.stop = &rules.stop,
	};
	struct links *links = links_open(-1, &result.fault);

	ck_assert_ptr_nonnull(names);
	report.out = open_memstream(&result.text, &result.size);
	scan.links = links;
	ck_assert_int_eq(report.format->begin(&report), 0);
	if (scan_run(&scan, &result.tally, &result.fault) < 0)
		result.status = STATUS_INTERNAL;
	else
		result.status = tally_status(&result.tally);
	result.tally.seconds = 0;
	report.format->end(&report, &result.tally, result.status);
	report.format->close(&report);
	fclose(report.out);
	links_close(links);
	namestack_close(names);
	return result;
}

static struct result scan(const char *format, unsigned jobs)
{
	return scan_list(format, jobs, -1);
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	while ((text = strstr(text, word))) {
		n++;
		text++;
	}
	return n;
}

/* 40 directories of 30 files: labelled well, labelled badly, not at all, executable or not. */
static void make_tree(void)
{
	char path[64], text[64];

	for (int d = 0; d < 40; d++) {
		snprintf(path, sizeof(path), "d%d", d);
		tree_mkdir(path);
		for (int i = 0; i < 30; i++) {
			snprintf(path, sizeof(path), "d%d/f%d", d, i);
			snprintf(text, sizeof(text), "content %d of %d", i, d);
			tree_file(path, text, strlen(text), i % 2 ? 0755 : 0644);
			if (i % 3)
				tree_label(path, i % 5 ? text : "something else");
		}
		snprintf(text, sizeof(text), "d%d/link", d);
		ck_assert_int_eq(linkat(tree_fd, path, tree_fd, text, 0), 0);
	}
}

static const char *const policies[] = {NULL, EXEC_POLICY};

START_TEST(output_does_not_depend_on_the_jobs)
{
	static const unsigned jobs[] = {2, 16, 64, 256};
	struct result one;

	make_tree();
	rules_init(&rules, policies[_i]);
	one = scan("ndjson", 1);
	ck_assert_int_eq(one.status, STATUS_FAILURES);
	ck_assert_uint_eq(one.tally.files, 40 * 30);
	ck_assert_uint_eq(count(one.text, "\"record\":\"file\""), 40 * 30);
	ck_assert_uint_eq(one.tally.links, 40);
	ck_assert_uint_eq(one.tally.faults, 0);
	ck_assert_uint_eq(one.tally.dirs, 41);
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		struct result many = scan("ndjson", jobs[i]);

		ck_assert_str_eq(one.text, many.text);
		done(&many);
	}
	done(&one);
	rules_done(&rules);
}
END_TEST

START_TEST(governed_files_come_first)
{
	struct result result;

	tree_text("a-plain", "x");
	tree_label("a-plain", "y");
	tree_file("program", "x", 1, 0755);
	tree_label("program", "y");
	rules_init(&rules, EXEC_POLICY);
	result = scan("ndjson", 4);
	ck_assert_ptr_nonnull(strstr(result.text, "\"path\":\"program\""));
	ck_assert(strstr(result.text, "\"path\":\"program\"") <
		  strstr(result.text, "\"path\":\"a-plain\""));
	ck_assert_uint_eq(result.tally.governed, 1);
	ck_assert_uint_eq(result.tally.oddities[__builtin_ctz(FACTS_LABEL_MISMATCH)], 1);
	done(&result);
	rules_done(&rules);
}
END_TEST

/* Rows: the tree's two files, the policy, and the status that follows. */
static const struct {
	const char *policy;
	const char *label; /* that of "program": the text it was made for; NULL: none */
	int status;
} status_cases[] = {
	{NULL, "x", STATUS_GOOD},
	{NULL, "y", STATUS_FAILURES},
	{NULL, NULL, STATUS_UNDECIDED},
	{EXEC_POLICY, "x", STATUS_GOOD},
	{EXEC_POLICY, "y", STATUS_FAILURES},
	{EXEC_POLICY, NULL, STATUS_FAILURES},
	{"appraise func=MODULE_CHECK\n", "y", STATUS_UNDECIDED},
};

START_TEST(statuses)
{
	struct result result;

	tree_file("program", "x", 1, 0755);
	tree_text("plain", "x");
	if (status_cases[_i].label)
		tree_label("program", status_cases[_i].label);
	rules_init(&rules, status_cases[_i].policy);
	result = scan("text", 3);
	ck_assert_msg(result.status == status_cases[_i].status, "%d: %s", result.status,
		      result.text);
	done(&result);
	rules_done(&rules);
}
END_TEST

/* A security.evm alone is a label too: whoever strips security.ima is not passed over. */
START_TEST(a_stripped_label_is_noticed)
{
	struct result result;

	tree_text("file", "x");
	tree_setxattr("file", "security.evm", "\x05\x02\x04", 3);
	rules_init(&rules, NULL);
	result = scan("paths", 1);
	ck_assert_int_eq(result.status, STATUS_FAILURES);
	ck_assert_uint_eq(result.size, 5);
	ck_assert_mem_eq(result.text, "file", 5);
	done(&result);
	rules_done(&rules);
}
END_TEST

START_TEST(hard_links_are_one_record)
{
	struct result result;

	tree_file("a", "x", 1, 0755);
	tree_label("a", "y");
	ck_assert_int_eq(linkat(tree_fd, "a", tree_fd, "b", 0), 0);
	tree_mkdir("d");
	ck_assert_int_eq(linkat(tree_fd, "a", tree_fd, "d/c", 0), 0);
	rules_init(&rules, policies[_i]);
	result = scan("ndjson", 4);
	ck_assert_uint_eq(result.tally.files, 1);
	ck_assert_uint_eq(result.tally.links, 1);
	ck_assert_uint_eq(count(result.text, "\"record\":\"file\""), 1);
	ck_assert_ptr_nonnull(strstr(result.text, "\"path\":\"a\",\"links\":[\"b\",\"d/c\"]"));
	done(&result);
	rules_done(&rules);
}
END_TEST

/* In a child that gave up root: the directory can be listed, its files cannot be asked for. */
START_TEST(faults_are_counted_once_whatever_the_passes)
{
	struct result result;
	pid_t child;
	int status;

	if (tree_skips(geteuid() == 0, "needs root"))
		return;
	tree_mkdir("listed");
	tree_text("listed/one", "x");
	tree_text("listed/two", "x");
	ck_assert_int_eq(linkat(tree_fd, "listed/two", tree_fd, "listed/three", 0), 0);
	tree_mkdir("closed");
	tree_file("program", "x", 1, 0700);
	ck_assert_int_eq(fchmodat(tree_fd, "listed", 0744, 0), 0);
	ck_assert_int_eq(fchmodat(tree_fd, "closed", 0700, 0), 0);
	ck_assert_int_eq(fchmodat(tree_fd, ".", 0755, 0), 0);
	rules_init(&rules, policies[_i]);
	child = fork();
	if (child == 0) {
		if (setgid(NOBODY) || setuid(NOBODY))
			_exit(100);
		result = scan("ndjson", 4);
		/* Three files of listed, closed, and program which cannot be opened. */
		if (count(result.text, "\"record\":\"fault\"") != result.tally.faults)
			_exit(101);
		_exit(result.status == STATUS_UNDECIDED ? (int)result.tally.faults : 102);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(WEXITSTATUS(status), 5);
	rules_done(&rules);
}
END_TEST

static int list_of(const char *list, size_t size)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(write(ends[1], list, size), (ssize_t)size);
	close(ends[1]);
	return ends[0];
}

START_TEST(lists_are_read_with_hard_links_and_faults)
{
	static const char list[] = "d/file\0b\0none\0d\0a\0../x\0link/file";
	struct result result;
	int fd = list_of(list, sizeof(list));

	tree_mkdir("d");
	tree_text("d/file", "x");
	tree_label("d/file", "x");
	tree_text("a", "x");
	tree_label("a", "x");
	tree_text("not-listed", "x");
	ck_assert_int_eq(linkat(tree_fd, "a", tree_fd, "b", 0), 0);
	ck_assert_int_eq(symlinkat("d", tree_fd, "link"), 0);
	rules_init(&rules, policies[_i]);
	result = scan_list("ndjson", 4, fd);
	ck_assert_uint_eq(result.tally.files, 2);
	ck_assert_uint_eq(result.tally.faults, 4);
	ck_assert_ptr_nonnull(strstr(result.text, "\"path\":\"b\",\"links\":[\"a\"]"));
	ck_assert_ptr_nonnull(strstr(result.text, "listed, but not a regular file"));
	ck_assert(result.status & STATUS_UNDECIDED);
	done(&result);
	rules_done(&rules);
	close(fd);
}
END_TEST

START_TEST(a_bad_list_ends_the_scan_with_what_was_found)
{
	static const char list[] = "a\0\0b";
	struct result result;
	int fd = list_of(list, sizeof(list));

	tree_text("a", "x");
	rules_init(&rules, NULL);
	result = scan_list("ndjson", 2, fd);
	ck_assert_int_eq(result.status, STATUS_INTERNAL);
	ck_assert_str_eq(result.fault.text, "an empty path in the list");
	ck_assert_uint_eq(result.tally.files, 1);
	done(&result);
	rules_done(&rules);
	close(fd);
}
END_TEST

START_TEST(a_stopped_scan_is_interrupted)
{
	struct result result;

	make_tree();
	rules_init(&rules, EXEC_POLICY);
	atomic_store(&rules.stop, true);
	result = scan("ndjson", 4);
	ck_assert_int_eq(result.status, STATUS_INTERRUPTED);
	ck_assert_uint_eq(result.tally.files, 0);
	ck_assert_ptr_nonnull(strstr(result.text, "\"interrupted\":true"));
	done(&result);
	rules_done(&rules);
}
END_TEST

START_TEST(labels_on_what_is_no_file)
{
	struct result result;

	tree_mkdir("dir");
	tree_setxattr("dir", "security.ima", "\x04\x04", 2);
	rules_init(&rules, policies[_i]);
	result = scan("ndjson", 2);
	ck_assert_uint_eq(result.tally.strays, 1);
	ck_assert_uint_eq(count(result.text, "{\"record\":\"stray_label\",\"path\":\"dir\""), 1);
	done(&result);
	rules_done(&rules);
}
END_TEST

/*
 * An ext4 image in which the type byte of two directory entries was changed: a file that is listed
 * as a symbolic link, and a directory that is listed as a file.
 */
static const char forge[] =
	"cd '%s' && mkdir src src/hidden-dir mnt && echo x >src/hidden-dir/inner && "
	"echo x >src/hidden-file && chmod 755 src/hidden-file && truncate -s 2M image && "
	"mkfs.ext4 -q -O '^metadata_csum,^dir_index' -d src image && python3 - <<'END'\n"
	"d = bytearray(open('image', 'rb').read())\n"
	"for name, type in ((b'hidden-dir', 1), (b'hidden-file', 7)):\n"
	"    at = d.find(bytes([len(name)]) + bytes([2 if type == 1 else 1]) + name)\n"
	"    assert at > 0\n"
	"    d[at + 1] = type\n"
	"open('image', 'wb').write(d)\n"
	"END\n"
	"mount -o ro,loop image mnt";

START_TEST(listed_types_are_not_trusted)
{
	char command[2048];
	struct result result;

	if (tree_skips(geteuid() == 0, "needs root"))
		return;
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	snprintf(command, sizeof(command), forge, tree_path());
	ck_assert_int_eq(system(command), 0);
	snprintf(command, sizeof(command), "%s/mnt", tree_path());
	close(tree_fd);
	tree_fd = open(command, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rules_init(&rules, EXEC_POLICY);
	result = scan("ndjson", 2);
	ck_assert_msg(strstr(result.text, "{\"record\":\"file\",\"path\":\"hidden-file\"") != NULL,
		      "%s", result.text);
	ck_assert_ptr_nonnull(strstr(result.text, "{\"record\":\"fault\",\"path\":\"hidden-dir\""));
	ck_assert_int_eq(result.status, STATUS_FAILURES | STATUS_UNDECIDED);
	done(&result);
	rules_done(&rules);
	close(tree_fd);
	tree_fd = -1;
	ck_assert_int_eq(umount2(command, MNT_DETACH), 0);
}
END_TEST

Suite *scan_suite(void)
{
	Suite *suite = suite_create("scan");
	TCase *tcase = tcase_create("scan");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, tree_open, tree_close);
	tcase_add_loop_test(tcase, output_does_not_depend_on_the_jobs, 0, 2);
	tcase_add_test(tcase, governed_files_come_first);
	tcase_add_loop_test(tcase, statuses, 0, sizeof(status_cases) / sizeof(status_cases[0]));
	tcase_add_test(tcase, a_stripped_label_is_noticed);
	tcase_add_loop_test(tcase, hard_links_are_one_record, 0, 2);
	tcase_add_loop_test(tcase, faults_are_counted_once_whatever_the_passes, 0, 2);
	tcase_add_loop_test(tcase, lists_are_read_with_hard_links_and_faults, 0, 2);
	tcase_add_test(tcase, a_bad_list_ends_the_scan_with_what_was_found);
	tcase_add_test(tcase, a_stopped_scan_is_interrupted);
	tcase_add_loop_test(tcase, labels_on_what_is_no_file, 0, 2);
	tcase_add_test(tcase, listed_types_are_not_trusted);
	suite_add_tcase(suite, tcase);
	return suite;
}
