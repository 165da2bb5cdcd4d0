/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of the weaknesses found in a policy: each raised by a row, and not raised by another. */
#include "scanner/policy/policy.h"

#include <string.h>

#include "tests/suites.h"

/* A policy of which only the remarks on missing labels of firmware and the like are absent. */
#define SOUND                                                                                      \
	"appraise func=BPRM_CHECK appraise_type=imasig\n"                                          \
	"appraise func=MMAP_CHECK mask=MAY_EXEC appraise_type=imasig\n"                            \
	"appraise func=MODULE_CHECK appraise_type=imasig\n"                                        \
	"appraise func=FIRMWARE_CHECK appraise_type=imasig\n"                                      \
	"appraise func=KEXEC_KERNEL_CHECK appraise_type=imasig\n"                                  \
	"appraise func=POLICY_CHECK appraise_type=imasig\n"
#define ALL "appraise appraise_type=imasig\nappraise func=POLICY_CHECK appraise_type=imasig\n"

static const struct {
	const char *text;
	const char *findings; /* "line:severity:id " of each */
} rows[] = {
	{SOUND, ""},
	{"measure\n", "0:high:no-appraise "},
	{"appraise func=SETXATTR_CHECK appraise_algos=sha256\n", "0:high:no-appraise "},
	{"appraise func=BPRM_CHECK appraise_type=imasig\n",
	 "0:high:bprm-without-mmap 0:medium:no-policy-check 0:medium:no-module-check "
	 "0:low:no-firmware-check 0:low:no-kexec-check "},
	{"appraise func=MMAP_CHECK_REQPROT appraise_type=imasig\n",
	 "0:high:mmap-without-bprm 0:medium:no-policy-check 0:medium:no-module-check "
	 "0:low:no-firmware-check 0:low:no-kexec-check "},
	/* A general rule covers every hook, but does not close the policy file itself. */
	{"appraise appraise_type=imasig\n", "0:medium:no-policy-check 1:info:mutable-files "},
	{SOUND "appraise fowner=0 mask=MAY_WRITE", "0:medium:no-final-newline "},
	/* Rules that do nothing. */
	{SOUND "dont_appraise func=BPRM_CHECK fowner=5\n",
	 "7:medium:unreachable 7:medium:exempt-owner "},
	{"dont_measure fsmagic=0x9fa0\nmeasure fsmagic=0x9fa0 uid=0\n" SOUND,
	 "2:medium:unreachable "},
	{"measure fsmagic=0x9fa0\nmeasure fsmagic=0x9fa1\naudit fsmagic=0x9fa0\n" SOUND, ""},
	{"measure uid>5\nmeasure uid=6\nmeasure uid<9\nmeasure uid<8\nmeasure uid=5\n" SOUND,
	 "2:medium:unreachable 4:medium:unreachable 5:medium:unreachable "},
	{"measure uid<9\nmeasure uid>5\n" SOUND, ""},
	{"measure mask=^MAY_READ\nmeasure mask=MAY_READ\nmeasure mask=MAY_WRITE\n" SOUND,
	 "2:medium:unreachable "},
	{"measure\nmeasure func=KEY_CHECK\n" SOUND, ""},
	{"measure euid=0\nmeasure uid=0\n" SOUND, ""},
	{"measure obj_type=a\nmeasure obj_type=b\nmeasure obj_type=a uid=0\n" SOUND,
	 "3:medium:unreachable "},
	{SOUND "measure func=MMAP_CHECK mask=MAY_READ\n", "7:medium:never-matches "},
	{SOUND "measure func=BPRM_CHECK mask=^MAY_WRITE\n", "7:medium:never-matches "},
	{SOUND "measure func=MODULE_CHECK mask=MAY_READ\n", ""},
	{SOUND "measure mask=MAY_APPEND\n", "7:medium:never-matches "},
	{SOUND "measure mask=^MAY_APPEND\n", ""},
	/* Rules that ask for too little. */
	{ALL "appraise func=KEXEC_INITRAMFS_CHECK\n", "1:info:mutable-files 2:medium:unreachable "
						      "3:medium:unreachable 3:high:hash-accepted "},
	{"appraise func=CREDS_CHECK\n" SOUND, "1:medium:hash-accepted "},
	{"appraise func=FILE_CHECK mask=MAY_WRITE\n" SOUND, ""},
	{"appraise func=CREDS_CHECK appraise_type=imasig permit_directio\n" SOUND,
	 "1:low:permit-directio "},
	{"dont_appraise func=FILE_CHECK permit_directio\n" SOUND, ""},
	{"appraise func=CREDS_CHECK appraise_type=imasig appraise_algos=md5,sha1,sha256\n" SOUND,
	 "1:medium:weak-algorithm 1:medium:weak-algorithm "},
	{"appraise func=CREDS_CHECK appraise_type=imasig appraise_algos=sha256\n" SOUND, ""},
	{"appraise func=CREDS_CHECK appraise_type=imasig uid=0\n" SOUND, "1:medium:by-subject "},
	{"appraise func=CREDS_CHECK appraise_type=imasig subj_type=a\n" SOUND,
	 "1:medium:by-subject "},
	{"appraise func=CREDS_CHECK appraise_type=imasig fsname=ext4\n" SOUND,
	 "1:low:by-filesystem "},
	{"appraise func=FILE_CHECK mask=MAY_READ\n" SOUND, "1:info:mutable-files "},
	{"appraise func=FILE_CHECK mask=MAY_READ fsmagic=1\n" SOUND, ""},
	/* Exemptions. */
	{"dont_appraise fsmagic=0x01021994\n" SOUND, "1:high:exempt-filesystem "},
	{"dont_appraise func=MMAP_CHECK fsname=overlay\n" SOUND, "1:high:exempt-filesystem "},
	{"dont_appraise func=FILE_CHECK fsname=overlay\n" SOUND, ""},
	{"dont_appraise fsmagic=0x9fa0\n" SOUND, ""},
	{"dont_appraise fsname=ext4\n" SOUND, ""},
	{"dont_appraise fowner=1000\n" SOUND, "1:medium:exempt-owner "},
	{"dont_appraise euid=1000\n" SOUND, "1:medium:exempt-subject "},
	{"dont_appraise obj_type=var_log_t\n" SOUND, "1:low:exempt-label "},
	{"dont_appraise func=FILE_CHECK obj_type=var_log_t\n" SOUND, ""},
	{"dont_appraise fsuuid=8bcbe394-4f13-4144-be8e-5aa9ea2ce2f6\n" SOUND,
	 "1:medium:exempt-uuid "},
	{"dont_appraise func=CREDS_CHECK\n" SOUND, "1:high:exempt-all "},
};

static void write_finding(void *context, const struct policy_lint *finding)
{
	ck_assert_int_eq(strncmp(finding->id, "policy.", 7), 0);
	ck_assert(finding->what[0] && finding->why[0] && finding->remedy[0]);
	buf_printf(context, "%u:%s:%s ", finding->line, finding->severity, finding->id + 7);
}

START_TEST(finds)
{
	struct kernel_profile profile;
	struct policy_error error = {0};
	own_buf struct buf found = {0};
	struct policy *policy;
	size_t count;

	profile_init(&profile);
	policy = policy_parse("test", rows[_i].text, strlen(rows[_i].text), &profile, &error);
	ck_assert_msg(policy, "%s: %s", rows[_i].text, error.reason);
	count = policy_lint(policy, &profile, write_finding, &found);
	ck_assert_msg(!strcmp(buf_text(&found), rows[_i].findings), "%s: %s", rows[_i].text,
		      buf_text(&found));
	ck_assert_uint_eq(policy_lint(policy, &profile, NULL, NULL), count);
	policy_free(policy);
}
END_TEST

/* Where nothing is enforced, files may change. */
START_TEST(minds_the_mode)
{
	struct kernel_profile profile;
	struct policy_error error;
	own_buf struct buf found = {0};
	struct policy *policy;

	profile_init(&profile);
	profile.appraise = PROFILE_APPRAISE_LOG;
	policy = policy_builtin("all", &profile, &error);
	ck_assert_ptr_nonnull(policy);
	policy_lint(policy, &profile, write_finding, &found);
	ck_assert_str_eq(buf_text(&found), "0:medium:no-policy-check 4:high:exempt-filesystem "
					   "5:medium:exempt-filesystem ");
	policy_free(policy);
}
END_TEST

Suite *policy_lint_suite(void)
{
	Suite *suite = suite_create("policy_lint");
	TCase *tcase = tcase_create("policy_lint");

	tcase_add_loop_test(tcase, finds, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, minds_the_mode);
	suite_add_tcase(suite, tcase);
	return suite;
}
