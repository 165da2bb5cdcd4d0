/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of which rule governs an access, and of which accesses a policy makes worth judging. */
#include "scanner/policy/policy.h"

#include <stdlib.h>
#include <string.h>

#include "tests/suites.h"

#define UUID "8bcbe394-4f13-4144-be8e-5aa9ea2ce2f6"

static const struct policy_subject root = {.cap_setuid = true, .cap_setgid = true};
static const struct policy_subject user = {1000, 1000, 1000, 100, 100, 100, false, false, false};
/* A set-uid program of root's, run by a user; then the same without the capability. */
static const struct policy_subject suid = {1000, 0, 0, 100, 100, 100, true, true, false};
static const struct policy_subject weak = {1000, 0, 0, 100, 5, 5, false, false, false};
static const struct policy_subject back = {0, 1000, 0, 100, 100, 5, true, true, false};

static const struct policy_subject anybody = {.anybody = true};

static const struct policy_object file = {
	.uid = 0,
	.gid = 50,
	.fsmagic = 0xef53,
	.fsname = "ext4",
	.has_fsuuid = true,
	.fsuuid = {0x8b, 0xcb, 0xe3, 0x94, 0x4f, 0x13, 0x41, 0x44, 0xbe, 0x8e, 0x5a, 0xa9, 0xea,
		   0x2c, 0xe2, 0xf6},
	.selinux = "system_u:object_r:bin_t:s0",
	.selinux_size = 27,
};
static const struct policy_object plain = {.uid = 1000, .gid = 100, .fsmagic = 0xef53};
static const struct policy_object odd = {.fsname = "ext4", .selinux = "bin_t", .selinux_size = 5};
/* The size ends the label, not a NUL; and there is no range. */
static const struct policy_object bare = {.selinux = "u:r:bin_txxx", .selinux_size = 9};

enum { R = POLICY_MAY_READ, W = POLICY_MAY_WRITE, X = POLICY_MAY_EXEC, A = POLICY_MAY_APPEND };
#define FILE_CHECK POLICY_FUNC_FILE_CHECK
#define BPRM	   POLICY_FUNC_BPRM_CHECK
#define YES	   POLICY_GOVERNED
#define NO	   POLICY_NOT_GOVERNED
#define DOUBT	   POLICY_CANNOT_TELL

static const struct {
	const char *text;
	const struct policy_subject *subject;
	const struct policy_object *object;
	enum policy_func func;
	unsigned mask;
	enum policy_match match;
	unsigned line; /* of the deciding rule, 0: none */
	const char *why;
} rows[] = {
	{"appraise", &root, &file, BPRM, X, YES, 1, NULL},
	{"measure\naudit\nhash", &root, &file, BPRM, X, NO, 0, NULL},
	{"dont_appraise\nappraise", &root, &file, BPRM, X, NO, 1, NULL},
	{"appraise\ndont_appraise", &root, &file, BPRM, X, YES, 1, NULL},
	{"dont_measure\nappraise", &root, &file, BPRM, X, YES, 2, NULL},
	{"appraise func=MMAP_CHECK\nappraise func=BPRM_CHECK", &root, &file, BPRM, X, YES, 2, NULL},
	/* A change of attributes asks past hook and mask. */
	{"appraise func=MODULE_CHECK mask=MAY_EXEC", &root, &file, POLICY_FUNC_POST_SETATTR, W, YES,
	 1, NULL},
	{"appraise", &root, &file, POLICY_FUNC_KEY_CHECK, 0, NO, 0, NULL},
	/* mask= is exact, ^ is any of. */
	{"appraise mask=MAY_READ", &root, &file, FILE_CHECK, R, YES, 1, NULL},
	{"appraise mask=MAY_READ", &root, &file, FILE_CHECK, R | W, NO, 0, NULL},
	{"appraise mask=^MAY_READ", &root, &file, FILE_CHECK, R | W, YES, 1, NULL},
	{"appraise mask=^MAY_READ", &root, &file, FILE_CHECK, W, NO, 0, NULL},
	{"appraise fsmagic=0xef53", &root, &file, BPRM, X, YES, 1, NULL},
	{"appraise fsmagic=0x1", &root, &file, BPRM, X, NO, 0, NULL},
	{"appraise fsname=ext4", &root, &file, BPRM, X, YES, 1, NULL},
	{"appraise fsname=ext3", &root, &file, BPRM, X, NO, 0, NULL},
	{"appraise fsname=ext4", &root, &plain, BPRM, X, DOUBT, 1, "fsname"},
	{"appraise fsuuid=" UUID, &root, &file, BPRM, X, YES, 1, NULL},
	{"appraise fsuuid=9bcbe394-4f13-4144-be8e-5aa9ea2ce2f6", &root, &file, BPRM, X, NO, 0,
	 NULL},
	{"appraise fsuuid=" UUID, &root, &plain, BPRM, X, DOUBT, 1, "fsuuid"},
	{"appraise uid=1000", &user, &file, BPRM, X, YES, 1, NULL},
	{"appraise uid=1000", &root, &file, BPRM, X, NO, 0, NULL},
	{"appraise uid>999", &user, &file, BPRM, X, YES, 1, NULL},
	{"appraise uid>1000", &user, &file, BPRM, X, NO, 0, NULL},
	{"appraise uid<1000", &user, &file, BPRM, X, NO, 0, NULL},
	{"appraise uid<1001", &user, &file, BPRM, X, YES, 1, NULL},
	{"appraise uid=0", &suid, &file, BPRM, X, NO, 0, NULL},
	{"appraise euid=0", &suid, &file, BPRM, X, YES, 1, NULL},
	{"appraise euid=1000", &suid, &file, BPRM, X, YES, 1, NULL}, /* could become him */
	{"appraise euid=1000", &weak, &file, BPRM, X, NO, 0, NULL},
	{"appraise euid=0", &weak, &file, BPRM, X, YES, 1, NULL},
	{"appraise euid=0", &back, &file, BPRM, X, YES, 1, NULL},
	{"appraise gid=100", &user, &file, BPRM, X, YES, 1, NULL},
	{"appraise gid=5", &weak, &file, BPRM, X, NO, 0, NULL},
	{"appraise egid=5", &weak, &file, BPRM, X, YES, 1, NULL},
	{"appraise egid=100", &weak, &file, BPRM, X, NO, 0, NULL},
	{"appraise egid=5", &back, &file, BPRM, X, YES, 1, NULL},
	{"appraise fowner=0", &user, &file, BPRM, X, YES, 1, NULL},
	{"appraise fowner=0", &root, &plain, BPRM, X, NO, 0, NULL},
	{"appraise fowner>0", &root, &plain, BPRM, X, YES, 1, NULL},
	{"appraise fgroup=50", &root, &file, BPRM, X, YES, 1, NULL},
	{"appraise fgroup<50", &root, &file, BPRM, X, NO, 0, NULL},
	{"appraise obj_type=bin_t", &root, &file, BPRM, X, YES, 1, NULL},
	{"appraise obj_type=bin", &root, &file, BPRM, X, NO, 0, NULL},
	{"appraise obj_user=system_u obj_role=object_r", &root, &file, BPRM, X, YES, 1, NULL},
	{"appraise obj_user=system", &root, &file, BPRM, X, NO, 0, NULL},
	{"appraise obj_role=r", &root, &bare, BPRM, X, YES, 1, NULL},
	{"appraise obj_type=bin_t", &root, &bare, BPRM, X, YES, 1, NULL},
	{"appraise obj_type=bin_t", &root, &plain, BPRM, X, DOUBT, 1, "obj_type"},
	{"appraise obj_type=bin_t", &root, &odd, BPRM, X, DOUBT, 1, "obj_type"},
	{"appraise subj_user=a", &root, &file, BPRM, X, DOUBT, 1, "subj_user"},
	{"appraise obj_role=x subj_role=a", &root, &file, BPRM, X, NO, 0, NULL},
	/* Doubt matters only where the outcome hangs on it. */
	{"appraise subj_user=a fowner=7\nappraise", &root, &file, BPRM, X, YES, 2, NULL},
	{"dont_appraise subj_user=a\nappraise", &root, &file, BPRM, X, DOUBT, 1, "subj_user"},
	{"dont_appraise subj_type=a", &root, &file, BPRM, X, NO, 0, NULL},
	{"dont_appraise subj_type=a\ndont_appraise", &root, &file, BPRM, X, NO, 2, NULL},
	{"appraise subj_role=a\nappraise", &root, &file, BPRM, X, YES, 2, NULL},
	{"appraise subj_role=a appraise_type=imasig\nappraise", &root, &file, BPRM, X, DOUBT, 1,
	 "subj_role"},
	{"appraise subj_role=a appraise_algos=sha256\nappraise appraise_algos=sha512", &root, &file,
	 BPRM, X, DOUBT, 1, "subj_role"},
	/* Only the rule with the hook asks for the keyring that kexec has beside the others. */
	{"appraise func=KEXEC_KERNEL_CHECK subj_role=a appraise_type=imasig\n"
	 "appraise appraise_type=imasig",
	 &root, &file, POLICY_FUNC_KEXEC_KERNEL_CHECK, R, DOUBT, 1, "subj_role"},
	{"appraise subj_role=a uid=5\nappraise", &anybody, &file, BPRM, X, YES, 2, NULL},
	{"appraise uid=5\ndont_appraise", &anybody, &file, BPRM, X, DOUBT, 1, "uid"},
	{"appraise euid=5\ndont_appraise", &anybody, &file, BPRM, X, DOUBT, 1, "euid"},
	{"appraise gid=5\ndont_appraise", &anybody, &file, BPRM, X, DOUBT, 1, "gid"},
	{"appraise egid=5\ndont_appraise", &anybody, &file, BPRM, X, DOUBT, 1, "egid"},
	{"dont_appraise subj_role=a\ndont_appraise fsname=x\nappraise fowner=7", &root, &plain,
	 BPRM, X, NO, 0, NULL},
	{"appraise\ndont_appraise subj_user=a", &root, &file, BPRM, X, YES, 1, NULL},
};

#define VERITY "digest_type=verity"
#define V      POLICY_VERITY_REQUIRED
#define SIG    (POLICY_DIGSIG_REQUIRED | POLICY_CHECK_BLACKLIST)

enum {
	MEASURES = 1 << POLICY_PAIR_MEASURE,
	APPRAISES = 1 << POLICY_PAIR_APPRAISE,
	AUDITS = 1 << POLICY_PAIR_AUDIT,
	HASHES = 1 << POLICY_PAIR_HASH,
};

/* What rules of several actions make of one access together: root executes a file of root's. */
static const struct {
	const char *text;
	enum policy_match match;
	unsigned line, options, ordered;
	const char *doubt;
} unions[] = {
	{"measure " VERITY "\nappraise", YES, 2, V, MEASURES | APPRAISES, NULL},
	/* Also from behind. */
	{"appraise\nmeasure " VERITY, YES, 1, V, MEASURES | APPRAISES, NULL},
	{"appraise appraise_type=imasig\naudit " VERITY "\nmeasure", YES, 1, V | SIG,
	 MEASURES | APPRAISES | AUDITS, NULL},
	{"hash " VERITY "\nappraise", YES, 2, V, HASHES | APPRAISES, NULL},
	/* Of each pair the first that matches, whichever of the two it is. */
	{"measure\nmeasure " VERITY "\nappraise", YES, 3, 0, MEASURES | APPRAISES, NULL},
	{"dont_measure\nmeasure " VERITY "\nappraise", YES, 3, 0, APPRAISES, NULL},
	{"dont_measure uid=7\nmeasure " VERITY "\nappraise", YES, 3, V, MEASURES | APPRAISES, NULL},
	{"measure func=FILE_CHECK " VERITY "\nappraise", YES, 2, 0, APPRAISES, NULL},
	/* What forbids has options, too; but nobody asks for it where nothing orders the same. */
	{"dont_measure " VERITY "\nmeasure func=KEY_CHECK\nappraise", YES, 3, V, APPRAISES, NULL},
	{"dont_measure " VERITY "\nappraise", YES, 2, 0, APPRAISES, NULL},
	{"dont_hash " VERITY "\nhash uid=7\nappraise", YES, 3, V, APPRAISES, NULL},
	{"dont_appraise " VERITY "\nmeasure\nappraise", NO, 1, V, MEASURES, NULL},
	/* Not governed, but it leaves an option behind. */
	{"measure " VERITY, NO, 0, V, MEASURES, NULL},
	/* Without two kinds of digests nobody looks at what is not about appraisal. */
	{"measure\nappraise", YES, 2, 0, APPRAISES, NULL},
	{"measure\nappraise func=MMAP_CHECK " VERITY " appraise_type=sigv3\nappraise", YES, 3, 0,
	 MEASURES | APPRAISES, NULL},
	/* What is not known of the others. */
	{"measure subj_user=a " VERITY "\nappraise", DOUBT, 1, 0, APPRAISES, "subj_user"},
	{"measure subj_user=a " VERITY "\nmeasure " VERITY "\nappraise", YES, 3, V,
	 MEASURES | APPRAISES, NULL},
	{"dont_measure subj_user=a\nmeasure " VERITY "\nappraise", DOUBT, 1, V,
	 MEASURES | APPRAISES, "subj_user"},
	{"measure subj_user=a " VERITY, NO, 0, 0, 0, "subj_user"},
	{"measure subj_user=a\nappraise", YES, 2, 0, APPRAISES, NULL},
};

static struct policy *parse(const char *text)
{
	struct kernel_profile profile;
	struct policy_error error = {0};
	struct policy *policy;

	profile_init(&profile);
	policy = policy_parse("test", text, strlen(text), &profile, &error);
	ck_assert_msg(policy, "%s: %s", text, error.reason);
	return policy;
}

START_TEST(matches)
{
	struct policy *policy = parse(rows[_i].text);
	struct policy_result result = policy_match(policy, rows[_i].subject, rows[_i].object,
						   rows[_i].func, rows[_i].mask, NULL, NULL);

	ck_assert_msg(result.match == rows[_i].match, "%s: %d", rows[_i].text, result.match);
	ck_assert_msg((result.rule ? result.rule->line : 0) == rows[_i].line, "%s: line %u",
		      rows[_i].text, result.rule ? result.rule->line : 0);
	ck_assert_pstr_eq(result.why, rows[_i].why);
	policy_free(policy);
}
END_TEST

START_TEST(unites_options)
{
	struct policy *policy = parse(unions[_i].text);
	struct policy_result result = policy_match(policy, &root, &file, BPRM, X, NULL, NULL);

	ck_assert_msg(result.match == unions[_i].match, "%s: %d", unions[_i].text, result.match);
	ck_assert_msg((result.rule ? result.rule->line : 0) == unions[_i].line, "%s: line %u",
		      unions[_i].text, result.rule ? result.rule->line : 0);
	ck_assert_msg(result.options == unions[_i].options, "%s: options %x", unions[_i].text,
		      result.options);
	ck_assert_msg(result.ordered == unions[_i].ordered, "%s: ordered %x", unions[_i].text,
		      result.ordered);
	ck_assert_pstr_eq(result.doubt, unions[_i].doubt);
	policy_free(policy);
}
END_TEST

static void write_trace(void *context, const struct policy_rule *rule, enum policy_trace applied,
			const char *why)
{
	static const char *const words[] = {
		[POLICY_APPLIES] = "applies",
		[POLICY_DOES_NOT_APPLY] = "no: ",
		[POLICY_MAY_APPLY] = "perhaps: ",
	};

	buf_printf(context, "%u %s%s%s; ", rule->line, words[applied],
		   applied == POLICY_APPLIES && why ? " " : "", why ? why : "");
}

START_TEST(traces)
{
	struct policy *policy = parse("measure\nappraise func=FILE_CHECK uid=5\n"
				      "appraise uid=5 fowner=5\ndont_appraise subj_user=a\n"
				      "appraise\nappraise\n");
	own_buf struct buf trace = {0};

	policy_match(policy, &root, &file, BPRM, X, write_trace, &trace);
	ck_assert_str_eq(buf_text(&trace),
			 "1 no: not about appraisal; 2 no: func differs; 3 no: uid differs; "
			 "4 perhaps: subj_user is not known; 5 applies; ");
	policy_free(policy);
}
END_TEST

START_TEST(traces_what_adds)
{
	struct policy *policy = parse("audit\nmeasure uid=5\nappraise\nappraise\n"
				      "measure subj_user=a\nmeasure fowner=5\n"
				      "measure " VERITY "\nmeasure\n");
	own_buf struct buf trace = {0};

	policy_match(policy, &root, &file, BPRM, X, write_trace, &trace);
	ck_assert_str_eq(buf_text(&trace),
			 "1 applies later rules of its kind add nothing to the appraisal; "
			 "2 no: uid differs; 3 applies; 5 perhaps: subj_user is not known; "
			 "7 applies its digest_type=verity counts for appraisal, too; ");
	policy_free(policy);
}
END_TEST

static const struct {
	const char *text, *subjects, *masks;
	bool all;
} worth[] = {
	{"appraise", "root", "MAY_READ", false},
	{"measure uid=7 mask=MAY_WRITE\nappraise", "root", "MAY_READ", true},
	{"appraise uid=0 mask=MAY_READ", "root uid=1000", "MAY_READ", false},
	{"appraise uid=1000\ndont_appraise euid=1000",
	 "root uid=1000 uid=0,euid=1000 uid=1000,euid=1001", "MAY_READ", false},
	{"appraise uid>999\nappraise uid<1000\nappraise uid<0", "root uid=1000 uid=999", "MAY_READ",
	 false},
	/* In between somebody whom no rule names, but another than all who are named. */
	{"appraise uid>2000\nappraise uid<1500", "root uid=2001 uid=1499 uid=1999", "MAY_READ",
	 false},
	{"appraise uid>4294967294", "root uid=4294967294", "MAY_READ", false},
	{"appraise gid=5", "root uid=0,gid=5", "MAY_READ", false},
	{"appraise gid=0", "root uid=1000", "MAY_READ", false},
	{"appraise uid=1000 egid=5", "root uid=1000,gid=5", "MAY_READ", false},
	/* Who is not root and has a group that a rule names: he comes past the rule about root. */
	{"dont_appraise func=BPRM_CHECK uid=0\nappraise func=BPRM_CHECK gid=5 appraise_type=imasig\n"
	 "appraise func=BPRM_CHECK\nappraise func=FILE_CHECK",
	 "root uid=0,gid=5 uid=1000 uid=1000,gid=5", "MAY_READ", false},
	/* And who has another group than his own. */
	{"dont_appraise gid=1000\nappraise uid=1000", "root uid=0,gid=1000 uid=1000 uid=1000,gid=0",
	 "MAY_READ", false},
	/* Programs that are set-uid; the first is run by whom the first rule does not fit. */
	{"dont_appraise uid=0\nappraise euid=0", "root uid=1000 uid=0,euid=1000 uid=1000,euid=0",
	 "MAY_READ", false},
	{"dont_appraise gid=0\nappraise egid=0",
	 "root uid=1000 uid=0,gid=1000,egid=0 uid=1000,gid=0,egid=1000", "MAY_READ", false},
	{"appraise mask=^MAY_WRITE\nappraise func=FILE_CHECK mask=MAY_EXEC", "root",
	 "MAY_READ MAY_WRITE MAY_EXEC", false},
	{"appraise func=BPRM_CHECK mask=MAY_EXEC", "root", "MAY_READ", true},
	{"appraise mask=MAY_APPEND", "root", "MAY_READ", false},
	{"appraise mask=^MAY_APPEND", "root", "MAY_READ MAY_WRITE|MAY_APPEND", false},
	{"appraise mask=MAY_READ", "root",
	 "MAY_READ MAY_WRITE MAY_EXEC MAY_WRITE|MAY_APPEND MAY_READ|MAY_WRITE "
	 "MAY_READ|MAY_WRITE|MAY_APPEND",
	 true},
	/* Rules of other actions have a say where there are two kinds of digests to choose from. */
	{"measure uid=7 mask=MAY_WRITE digest_type=verity\nappraise", "root uid=7",
	 "MAY_READ MAY_WRITE", false},
	{"dont_measure uid=7\nmeasure digest_type=verity\nappraise", "root uid=7", "MAY_READ",
	 false},
	{"audit func=FILE_CHECK gid=7\nappraise digest_type=verity appraise_type=sigv3",
	 "root uid=0,gid=7", "MAY_READ", false},
	{"hash uid=7\nappraise digest_type=verity appraise_type=sigv3", "root", "MAY_READ", false},
	/* Nothing measures, so what must not be measured is not asked. */
	{"dont_measure uid=7 digest_type=verity\nappraise", "root", "MAY_READ", false},
};

START_TEST(says_what_is_worth_judging)
{
	struct policy *policy = parse(worth[_i].text);
	own_buf struct buf names = {0}, masks = {0};
	struct policy_subject *subjects;
	unsigned bits[POLICY_FILE_MASKS_MAX];
	size_t count;

	ck_assert_int_eq(policy_subjects(policy, &subjects, &count), 0);
	for (size_t i = 0; i < count; i++) {
		buf_puts(&names, i ? " " : "");
		policy_subject_text(&subjects[i], &names);
	}
	ck_assert_str_eq(buf_text(&names), worth[_i].subjects);
	free(subjects);
	count = policy_file_masks(policy, worth[_i].all, bits);
	for (size_t i = 0; i < count; i++) {
		buf_puts(&masks, i ? " " : "");
		policy_mask_text(bits[i], &masks);
	}
	ck_assert_str_eq(buf_text(&masks), worth[_i].masks);
	policy_free(policy);
}
END_TEST

/* Users times groups: more sorts of processes than are tried. Who is left is anybody, who fits no rule for certain. */
static const struct {
	unsigned ids;
	bool too_many;
} crowds[] = {{7, false}, {8, false}, {9, true}, {80, true}};

START_TEST(tells_where_there_are_too_many)
{
	own_buf struct buf text = {0}, name = {0};
	struct policy_subject *subjects;
	struct policy_result result;
	struct policy *policy;
	size_t count;

	for (unsigned i = 1; i <= crowds[_i].ids; i++)
		buf_printf(&text, "appraise uid=%u fowner=7\nappraise gid=%u fowner=7\n", i, i);
	buf_puts(&text, "dont_appraise uid=3\nappraise\n");
	policy = parse(buf_text(&text));
	ck_assert_int_eq(policy_subjects(policy, &subjects, &count), 0);
	policy_subject_text(&subjects[count - 1], &name);
	ck_assert_int_eq(strcmp(buf_text(&name), "anybody") == 0, crowds[_i].too_many);
	ck_assert_uint_le(count, 2 * (size_t)crowds[_i].ids + 5 + 64);
	result = policy_match(policy, &anybody, &file, BPRM, X, NULL, NULL);
	ck_assert_int_eq(result.match, DOUBT);
	ck_assert_str_eq(result.why, "uid");
	free(subjects);
	policy_free(policy);
}
END_TEST

START_TEST(knows_its_hooks)
{
	struct policy *exec = parse("appraise func=BPRM_CHECK\nmeasure func=MODULE_CHECK");
	struct policy *all = parse("appraise fowner=0");

	ck_assert(policy_appraises(exec, BPRM));
	ck_assert(!policy_appraises(exec, POLICY_FUNC_MODULE_CHECK));
	ck_assert(policy_appraises(all, POLICY_FUNC_MODULE_CHECK));
	ck_assert_str_eq(policy_func_name(POLICY_FUNC_KEXEC_INITRAMFS_CHECK),
			 "KEXEC_INITRAMFS_CHECK");
	policy_free(exec);
	policy_free(all);
}
END_TEST

Suite *policy_match_suite(void)
{
	Suite *suite = suite_create("policy_match");
	TCase *tcase = tcase_create("policy_match");

	tcase_add_loop_test(tcase, matches, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(tcase, unites_options, 0, sizeof(unions) / sizeof(unions[0]));
	tcase_add_test(tcase, traces);
	tcase_add_test(tcase, traces_what_adds);
	tcase_add_loop_test(tcase, says_what_is_worth_judging, 0, sizeof(worth) / sizeof(worth[0]));
	tcase_add_loop_test(tcase, tells_where_there_are_too_many, 0,
			    sizeof(crowds) / sizeof(crowds[0]));
	tcase_add_test(tcase, knows_its_hooks);
	suite_add_tcase(suite, tcase);
	return suite;
}
