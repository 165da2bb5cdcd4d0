/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/chain.c: what accesses before leave behind for the one that is judged. */
#include "scanner/chain.h"

#include <stdlib.h>
#include <string.h>

#include "tests/suites.h"

#define VERITY "digest_type=verity"
#define SIGV3  "digest_type=verity appraise_type=sigv3"
#define SIG    "appraise_type=imasig"

/* A label that is a digest of the content, of the fs-verity tree, a signature over either, or none. */
enum label_kind { NONE, OF_DATA, OF_VERITY, SIGNED_DATA, SIGNED_VERITY };

enum {
	NO_VERITY = 1, /* the file is not an fs-verity file */
	BY_EXECVE = 2,
	OLD_KERNEL = 4, /* without MMAP_CHECK_REQPROT */
	NO_KEYRING = 8, /* no signature can be checked */
	NO_DATA = 16,	/* the kernel cannot hash the content */
};

#define BPRM	     POLICY_FUNC_BPRM_CHECK
#define MMAP	     POLICY_FUNC_MMAP_CHECK
#define REQPROT	     POLICY_FUNC_MMAP_CHECK_REQPROT
#define CREDS	     POLICY_FUNC_CREDS_CHECK
#define OPEN	     POLICY_FUNC_FILE_CHECK
#define MODULE	     POLICY_FUNC_MODULE_CHECK
#define PASS	     VERDICT_PASS, NULL
#define FAILS(cause) VERDICT_FAIL, cause
#define UNSURE(why)  VERDICT_UNDECIDED, why
#define NOT	     VERDICT_KIND_COUNT, NULL /* not governed */

/* clang-format off */
static const struct {
	const char *policy;
	enum label_kind label;
	unsigned how;
	enum policy_func func;
	enum verdict_kind kind;
	const char *cause, *added;
} rows[] = {
	/* Alone. */
	{"appraise func=BPRM_CHECK", OF_DATA, 0, BPRM, PASS, ""},
	{"appraise func=MMAP_CHECK", OF_DATA, 0, BPRM, NOT, ""},
	/* The option of a rule about measuring: the same hook, or opening before. */
	{"measure " VERITY "\nappraise", OF_DATA, 0, OPEN, FAILS("invalid-hash"), VERITY},
	{"measure " VERITY "\nappraise", OF_VERITY, 0, OPEN, PASS, VERITY},
	{"measure " VERITY "\nappraise", OF_DATA, NO_VERITY, OPEN, FAILS("no-verity-digest"), VERITY},
	{"measure func=FILE_CHECK " VERITY "\nappraise func=BPRM_CHECK", OF_DATA, NO_VERITY, BPRM,
	 FAILS("no-verity-digest"), VERITY},
	{"measure func=FILE_CHECK mask=MAY_READ " VERITY "\nappraise func=BPRM_CHECK", OF_DATA, NO_VERITY, BPRM, PASS, ""},
	{"measure func=FILE_CHECK mask=MAY_EXEC " VERITY "\nappraise func=MMAP_CHECK", OF_DATA, NO_VERITY, MMAP, PASS, ""},
	{"measure func=FILE_CHECK mask=MAY_EXEC " VERITY "\nappraise func=MMAP_CHECK", OF_DATA, NO_VERITY | BY_EXECVE, MMAP,
	 FAILS("no-verity-digest"), VERITY},
	{"measure func=FILE_CHECK mask=MAY_READ " VERITY "\nappraise func=MODULE_CHECK", OF_VERITY, 0, MODULE, PASS, VERITY},
	{"measure func=BPRM_CHECK " VERITY "\nappraise func=CREDS_CHECK", OF_VERITY, 0, CREDS, PASS, VERITY},
	/* A digest that was collected before is not collected again, whatever is asked for now. */
	{"audit func=FILE_CHECK\nappraise func=MMAP_CHECK " SIGV3, SIGNED_VERITY, 0, MMAP,
	 FAILS("invalid-verity-signature"), ""},
	{"appraise func=MMAP_CHECK " SIGV3, SIGNED_VERITY, 0, MMAP, PASS, ""},
	{"hash func=FILE_CHECK\nappraise func=MMAP_CHECK " SIGV3, SIGNED_VERITY, 0, MMAP, PASS, ""},
	{"appraise func=FILE_CHECK\nmeasure func=BPRM_CHECK " VERITY "\nappraise func=BPRM_CHECK", OF_DATA, 0, BPRM, PASS, VERITY},
	/* It failed to be collected: the next rule tries its own. */
	{"audit func=FILE_CHECK\nappraise func=MMAP_CHECK " SIGV3, SIGNED_VERITY, NO_DATA, MMAP, PASS, ""},
	{"measure func=FILE_CHECK " VERITY "\nappraise func=MMAP_CHECK", SIGNED_DATA, NO_VERITY, MMAP,
	 FAILS("no-verity-digest"), VERITY},
	/* Signatures demanded at opening are demanded ever after. */
	{"appraise func=FILE_CHECK " SIG "\nappraise func=BPRM_CHECK", OF_DATA, 0, BPRM, FAILS("IMA-signature-required"), SIG},
	{"appraise func=FILE_CHECK " SIG "\nappraise func=BPRM_CHECK", SIGNED_DATA, 0, BPRM, PASS, SIG},
	{"appraise func=BPRM_CHECK " SIG "\nappraise func=MMAP_CHECK", OF_DATA, 0, MMAP, PASS, ""},
	{"appraise func=BPRM_CHECK " SIG "\nappraise func=MMAP_CHECK", OF_DATA, BY_EXECVE, MMAP,
	 FAILS("IMA-signature-required"), SIG},
	/* What passed at opening has passed for every rule that names no hook. */
	{"appraise func=FILE_CHECK\nappraise " SIG, OF_DATA, 0, BPRM, PASS, ""},
	{"appraise func=FILE_CHECK\nappraise " SIG, NONE, 0, BPRM, VERDICT_NO_LABEL, "IMA-signature-required", ""},
	{"appraise mask=MAY_READ\nappraise mask=MAY_EXEC appraise_algos=sha512", OF_DATA, 0, MMAP, PASS, ""},
	{"measure mask=MAY_EXEC\nappraise mask=MAY_READ\nappraise mask=MAY_EXEC appraise_algos=sha512",
	 OF_DATA, OLD_KERNEL, MMAP, FAILS("denied-hash-algorithm"), ""},
	{"measure mask=MAY_EXEC\nappraise mask=MAY_READ\nappraise mask=MAY_EXEC appraise_algos=sha512",
	 OF_DATA, 0, MMAP, PASS, ""},
	/* Both hooks of mmap(2) share a verdict. */
	{"appraise func=MMAP_CHECK_REQPROT\nappraise func=MMAP_CHECK " SIG, OF_DATA, 0, MMAP, PASS, ""},
	{"appraise func=MMAP_CHECK_REQPROT\nappraise func=BPRM_CHECK " SIG, OF_DATA, 0, REQPROT, PASS, ""},
	{"appraise func=MMAP_CHECK_REQPROT\nappraise func=BPRM_CHECK " SIG, OF_DATA, BY_EXECVE, REQPROT,
	 FAILS("IMA-signature-required"), SIG},
	/* What is not known stays unknown. */
	{"appraise func=FILE_CHECK\nappraise", SIGNED_DATA, NO_KEYRING, BPRM, UNSURE("no-keyring"), ""},
	{"appraise func=FILE_CHECK\nappraise " SIG, SIGNED_VERITY, NO_KEYRING, BPRM, UNSURE("no-keyring"), ""},
	/* Doubt about what comes before counts where the outcome hangs on it. */
	{"appraise func=FILE_CHECK subj_user=a " SIG "\nappraise func=BPRM_CHECK", OF_DATA, 0, BPRM, UNSURE("subj_user"), ""},
	{"appraise func=FILE_CHECK subj_user=a " SIG "\nappraise func=BPRM_CHECK", SIGNED_DATA, 0, BPRM, PASS, ""},
	{"appraise func=FILE_CHECK subj_user=a\nappraise func=BPRM_CHECK", OF_DATA, 0, BPRM, PASS, ""},
	/* Of several rules in doubt, and of what comes if none of them applies. */
	{"appraise func=FILE_CHECK subj_user=a\nappraise func=FILE_CHECK subj_user=b " SIG "\nappraise func=BPRM_CHECK",
	 OF_DATA, 0, BPRM, UNSURE("subj_user"), ""},
	{"dont_appraise func=FILE_CHECK subj_user=a\nappraise func=FILE_CHECK " SIGV3 "\nappraise func=BPRM_CHECK",
	 SIGNED_VERITY, 0, BPRM, UNSURE("subj_user"), "appraise_type=imasig digest_type=verity"},
	{"measure func=FILE_CHECK subj_user=a\nappraise func=BPRM_CHECK " SIGV3, SIGNED_VERITY, 0, BPRM, UNSURE("subj_user"), ""},
	{"appraise func=BPRM_CHECK subj_user=a", OF_DATA, 0, BPRM, UNSURE("subj_user"), ""},
};
/* clang-format on */

static const struct {
	const char *data;
	size_t size;
} labels[] = {
	[NONE] = {NULL, 0},
	[OF_DATA] = {"\x04\x04"
		     "dddddddddddddddddddddddddddddddd",
		     34},
	[OF_VERITY] = {"\x04\x04"
		       "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv",
		       34},
	[SIGNED_DATA] = {"\x03\x02\x04\x01\x02\x03\x04\x00\x01S", 10},
	[SIGNED_VERITY] = {"\x06\x03\x04\x01\x02\x03\x04\x00\x01S", 10},
};

static struct collected digest_of(char byte)
{
	struct collected digest = {
		.state = DIGEST_DONE,
		.digest = {.algo = hashalgo_by_id(HASHALGO_SHA256), .size_bytes = 32},
	};

	memset(digest.digest.value, byte, 32);
	return digest;
}

static enum verify_result outcome(int i, enum label_kind over)
{
	if (rows[i].how & NO_KEYRING)
		return VERIFY_NO_KEYRING;
	return rows[i].label == over ? VERIFY_OK : VERIFY_BAD;
}

START_TEST(judges_the_last_link)
{
	static const struct policy_subject root = {.cap_setuid = true, .cap_setgid = true};
	static const struct policy_object object = {.fsmagic = 0xef53};
	const char *text = rows[_i].policy;
	enum policy_func func = rows[_i].func;
	struct kernel_profile profile;
	struct policy_error error = {0};
	struct imaxattr label;
	struct verdict_input in = {.profile = &profile, .ima = &label};
	struct hooks_case access = {.func = func, .subject = &root, .mask = POLICY_MAY_EXEC};
	struct facts_hook hook;
	struct policy *policy;
	own_buf struct buf added = {0};

	profile_init(&profile);
	profile.mmap_reqprot = !(rows[_i].how & OLD_KERNEL);
	policy = policy_parse("test", text, strlen(text), &profile, &error);
	ck_assert_msg(policy, "%s: %s", text, error.reason);
	imaxattr_decode((const uint8_t *)labels[rows[_i].label].data, labels[rows[_i].label].size,
			&label);
	in.ima_state = label.type == IMAXATTR_ABSENT ? ATTRS_ABSENT : ATTRS_PRESENT;
	in.data = digest_of('d');
	in.verity = digest_of('v');
	if (rows[_i].how & NO_DATA)
		in.data.state = DIGEST_KERNEL_LACKS;
	if (rows[_i].how & NO_VERITY)
		in.verity.state = DIGEST_NO_VERITY;
	in.sig_data.result = outcome(_i, SIGNED_DATA);
	in.sig_verity.result = outcome(_i, SIGNED_VERITY);
	access.by_execve = rows[_i].how & BY_EXECVE;
	if (func == OPEN || func == MODULE)
		access.mask = POLICY_MAY_READ;
	if (!chain_judge(policy, &object, &in, &access, &hook)) {
		ck_assert_msg(rows[_i].kind == VERDICT_KIND_COUNT, "%s: not governed", text);
	} else {
		ck_assert_msg(hook.verdict.kind == rows[_i].kind, "%s: %s %s", text,
			      verdict_name(hook.verdict.kind), hook.verdict.cause);
		ck_assert_pstr_eq(hook.verdict.cause, rows[_i].cause);
		policy_options_text(hook.added, &added);
		ck_assert_str_eq(buf_text(&added), rows[_i].added);
	}
	policy_free(policy);
}
END_TEST

START_TEST(knows_what_comes_before)
{
	ck_assert(chain_comes_before(OPEN, POLICY_MAY_READ, MMAP));
	ck_assert(chain_comes_before(OPEN, POLICY_MAY_EXEC, MMAP)); /* by execve */
	ck_assert(chain_comes_before(OPEN, 0, BPRM));
	ck_assert(!chain_comes_before(OPEN, POLICY_MAY_READ, BPRM));
	ck_assert(chain_comes_before(REQPROT, POLICY_MAY_EXEC, MMAP));
	ck_assert(!chain_comes_before(MMAP, POLICY_MAY_EXEC, REQPROT));
	ck_assert(!chain_comes_before(OPEN, 0, OPEN));
	ck_assert(!chain_comes_before(POLICY_FUNC_NONE, 0, MMAP));
}
END_TEST

Suite *chain_suite(void)
{
	Suite *suite = suite_create("chain");
	TCase *tcase = tcase_create("chain");

	tcase_add_loop_test(tcase, judges_the_last_link, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, knows_what_comes_before);
	suite_add_tcase(suite, tcase);
	return suite;
}
