/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/inspect.c, and of judge.c, hooks.c and facts.c under it, on real files. */
#include "scanner/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "scanner/content.h"
#include "tests/scanner/rules.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

static struct rules rules;
static struct inspector *inspector;
static struct facts facts;

static void begin(const char *policy)
{
	rules_init(&rules, policy);
	inspector = inspector_new(&rules.rules);
	ck_assert_ptr_nonnull(inspector);
}

static void teardown(void)
{
	inspector_release_facts(&facts);
	inspector_free(inspector);
	inspector = NULL;
	rules_done(&rules);
	tree_close();
}

static enum inspect_result look(const char *name, enum inspect_phase phase, struct fault *f)
{
	struct inspect_name names = {.entry = name, .path = name};

	return inspector_look(inspector, tree_fd, &names, phase, true, &facts, f);
}

/* A file by its content and label, what no policy and the policy of programs make of it. */
static const struct {
	const char *text, *labelled_for; /* NULL: no label */
	unsigned mode;
	enum verdict_kind kind;
	const char *cause; /* with the policy, which governs what is executable */
	bool governed;
} files[] = {
	{"x", "x", 0755, VERDICT_PASS, NULL, true},
	{"x", "y", 0755, VERDICT_FAIL, "invalid-hash", true},
	{"x", NULL, 0755, VERDICT_NO_LABEL, "missing-hash", true},
	{"x", "x", 0644, VERDICT_PASS, NULL, false},
	{"x", "y", 0644, VERDICT_FAIL, "invalid-hash", false},
	{"", "", 0711, VERDICT_PASS, NULL, true},
};

START_TEST(verdicts)
{
	struct fault f = {0};

	tree_file("file", files[_i].text, strlen(files[_i].text), files[_i].mode);
	if (files[_i].labelled_for)
		tree_label("file", files[_i].labelled_for);
	begin("appraise func=BPRM_CHECK\n");
	ck_assert_int_eq(look("file", files[_i].governed ? INSPECT_REST : INSPECT_URGENT, &f),
			 INSPECT_OTHER_PASS);
	ck_assert_int_eq(look("file", files[_i].governed ? INSPECT_URGENT : INSPECT_REST, &f),
			 INSPECT_DONE);
	ck_assert_int_eq(facts.governed, files[_i].governed);
	ck_assert_int_eq(facts.verdict.kind, files[_i].kind);
	ck_assert(files[_i].cause ? strcmp(facts.verdict.cause, files[_i].cause) == 0
				  : !facts.verdict.cause);
	ck_assert_int_eq((facts.oddities & FACTS_LABEL_MISMATCH) != 0,
			 !files[_i].governed && files[_i].kind == VERDICT_FAIL);
	ck_assert(!facts.has_fault);
}
END_TEST

/* One after the other, by one inspector: nothing of the first shows in the second. */
START_TEST(facts_are_forgotten)
{
	struct fault f;

	tree_file("full", "#!/bin/sh\n", 10, 0755);
	tree_label("full", "no");
	tree_setxattr("full", "security.evm", "\x05\x02\x04", 3);
	tree_text("empty", "");
	begin("appraise func=BPRM_CHECK\n");
	ck_assert_int_eq(look("full", INSPECT_EVERY, &f), INSPECT_DONE);
	ck_assert_int_eq(facts.input.data.state, DIGEST_DONE);
	ck_assert(facts.kinds_known && facts.kinds == CONTENT_SCRIPT);
	ck_assert_int_eq(look("empty", INSPECT_EVERY, &f), INSPECT_DONE);
	ck_assert_int_eq(facts.ima.type, IMAXATTR_ABSENT);
	ck_assert_int_eq(facts.evm.type, IMAXATTR_ABSENT);
	ck_assert_int_eq(facts.input.data.state, DIGEST_NOT_ASKED);
	ck_assert(!facts.kinds_known && !facts.governed && facts.hook_count == 0);
	ck_assert_uint_eq(facts.oddities, 0);
	ck_assert_uint_eq(facts.bytes_read, 0);
}
END_TEST

START_TEST(results_for_what_is_no_plain_file)
{
	struct fault f = {0};

	tree_mkdir("dir");
	ck_assert_int_eq(mkfifoat(tree_fd, "fifo", 0644), 0);
	ck_assert_int_eq(symlinkat("file", tree_fd, "link"), 0);
	tree_text("file", "x");
	ck_assert_int_eq(linkat(tree_fd, "file", tree_fd, "other", 0), 0);
	begin(NULL);
	ck_assert_int_eq(look("dir", INSPECT_EVERY, &f), INSPECT_NOT_REGULAR);
	ck_assert_int_eq(look("fifo", INSPECT_EVERY, &f), INSPECT_NOT_REGULAR);
	ck_assert_int_eq(look("link", INSPECT_EVERY, &f), INSPECT_NOT_REGULAR);
	ck_assert_int_eq(look("file", INSPECT_EVERY, &f), INSPECT_HARD_LINK);
	ck_assert_int_eq(look("none", INSPECT_EVERY, &f), INSPECT_UNSEEN);
	ck_assert_int_eq(f.os, ENOENT);
}
END_TEST

START_TEST(a_stopped_file_says_so_whatever_else_is_wrong)
{
	struct fault f;

	tree_text("file", "x");
	tree_label("file", "x");
	begin(NULL);
	atomic_store(&rules.stop, true);
	ck_assert_int_eq(look("file", INSPECT_EVERY, &f), INSPECT_DONE);
	ck_assert(facts.has_fault);
	ck_assert_int_eq(facts.fault.os, EINTR);
}
END_TEST

/* Rows: a policy, a file, and how many accesses it governs. */
static const struct {
	const char *policy, *path, *head;
	size_t head_size;
	unsigned mode;
	size_t hooks;
} hook_cases[] = {
	{"appraise\n", "plain", "x", 1, 0644, 1},
	{"appraise\n", "program", "x", 1, 0755, 2},
	{"appraise func=MMAP_CHECK\n", "plain", "x", 1, 0644, 0},
	{"appraise func=MMAP_CHECK\n", "library",
	 "\x7f"
	 "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0",
	 18, 0644, 1},
	{"appraise func=MMAP_CHECK\n", "object",
	 "\x7f"
	 "ELF\2\1\1\0\0\0\0\0\0\0\0\0\1\0",
	 18, 0755, 0},
	{"appraise func=MODULE_CHECK\n", "a.ko", "x", 1, 0644, 1},
	{"appraise func=KEXEC_KERNEL_CHECK\n", "somewhere", "MZ", 2, 0755, 1},
	{"appraise func=KEXEC_KERNEL_CHECK\n", "somewhere", "MZ", 2, 0644, 0},
	{"appraise func=FILE_CHECK uid=5\n", "plain", "x", 1, 0644, 1},
	{"appraise func=FILE_CHECK mask=MAY_WRITE\n", "plain", "x", 1, 0644, 1},
	{"dont_appraise fowner=0\nappraise\n", "program", "x", 1, 0755, 0},
	/* A rule without options keeps one with options from whom it fits: executing is another matter for others. */
	{"dont_appraise func=FILE_CHECK uid=0\nappraise func=FILE_CHECK appraise_type=imasig\n"
	 "appraise func=BPRM_CHECK\n",
	 "program", "x", 1, 0755, 3},
};

START_TEST(hooks_that_are_likely)
{
	struct fault f;

	tree_file(hook_cases[_i].path, hook_cases[_i].head, hook_cases[_i].head_size,
		  hook_cases[_i].mode);
	begin(hook_cases[_i].policy);
	ck_assert_int_eq(look(hook_cases[_i].path, INSPECT_EVERY, &f), INSPECT_DONE);
	ck_assert_uint_eq(facts.hook_count, hook_cases[_i].hooks);
	ck_assert_int_eq(facts.governed, hook_cases[_i].hooks > 0);
}
END_TEST

/* security.ima as bytes, and the oddity that is seen in it. */
static const struct {
	const char *label;
	size_t size;
	unsigned oddity;
} oddity_cases[] = {
	{"\x04\x04", 2, FACTS_SHORT_LABEL},
	{"\x04\x7f"
	 "abc",
	 5, FACTS_UNKNOWN_ALGO},
	{"\x01"
	 "01234567890123456789",
	 21, FACTS_WEAK_HASH},
	{"\0\0\0\0", 4, FACTS_ALL_ZERO},
	{"\x03\x09\x04"
	 "KEYI\0\1S",
	 10, FACTS_UNKNOWN_VERSION},
	{"\x03\x02\x04"
	 "KEYI\0\7S",
	 10, FACTS_WRONG_SIZE},
};

START_TEST(oddities)
{
	struct fault f;

	tree_text("file", "x");
	tree_setxattr("file", "security.ima", oddity_cases[_i].label, oddity_cases[_i].size);
	begin(NULL);
	ck_assert_int_eq(look("file", INSPECT_EVERY, &f), INSPECT_DONE);
	ck_assert_msg(facts.oddities & oddity_cases[_i].oddity, "%x", facts.oddities);
}
END_TEST

/* A file of a tmpfs is mounted on a file: the tmpfs is not what the directory is. */
START_TEST(a_mounted_file_has_its_own_file_system)
{
	char from[4200], to[4200];
	struct statfs st;
	struct fault f;

	tree_mkdir("other");
	tree_text("file", "");
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL), 0);
	snprintf(to, sizeof(to), "%s/other", tree_path());
	ck_assert_int_eq(mount("tmpfs", to, "tmpfs", 0, NULL), 0);
	close(tree_fd);
	tree_fd = open(tree_path(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	tree_text("other/file", "x");
	snprintf(from, sizeof(from), "%s/other/file", tree_path());
	snprintf(to, sizeof(to), "%s/file", tree_path());
	ck_assert_int_eq(mount(from, to, "none", MS_BIND, NULL), 0);
	begin(NULL);
	ck_assert_int_eq(fstatfs(tree_fd, &st), 0);
	ck_assert_int_eq(look("file", INSPECT_EVERY, &f), INSPECT_DONE);
	ck_assert_uint_eq(facts.fs->magic, 0x01021994);
	ck_assert((uint64_t)st.f_type != facts.fs->magic);
	ck_assert_int_eq(umount2(to, MNT_DETACH), 0);
	snprintf(to, sizeof(to), "%s/other", tree_path());
	ck_assert_int_eq(umount2(to, MNT_DETACH), 0);
}
END_TEST

Suite *inspect_suite(void)
{
	Suite *suite = suite_create("inspect");
	TCase *tcase = tcase_create("inspect");

	tcase_add_checked_fixture(tcase, tree_open, teardown);
	tcase_add_loop_test(tcase, verdicts, 0, sizeof(files) / sizeof(files[0]));
	tcase_add_test(tcase, facts_are_forgotten);
	tcase_add_test(tcase, results_for_what_is_no_plain_file);
	tcase_add_test(tcase, a_stopped_file_says_so_whatever_else_is_wrong);
	tcase_add_loop_test(tcase, hooks_that_are_likely, 0,
			    sizeof(hook_cases) / sizeof(hook_cases[0]));
	tcase_add_loop_test(tcase, oddities, 0, sizeof(oddity_cases) / sizeof(oddity_cases[0]));
	tcase_add_test(tcase, a_mounted_file_has_its_own_file_system);
	suite_add_tcase(suite, tcase);
	return suite;
}
