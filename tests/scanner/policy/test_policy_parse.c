/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of the policy parser: what the kernel takes, what it refuses, where and why. */
#include "scanner/policy/policy.h"

#include <stdlib.h>
#include <string.h>

#include "tests/suites.h"

/* Kernels for the rows, as bits over the default profile. */
enum {
	K612 = 0,
	K61 = 1,
	K71 = 2,
	K54 = 4,
	MODSIG = 8,
	NO_LSM = 16,
	NO_KEYS = 32,
};

static struct kernel_profile kernel(unsigned kind)
{
	struct kernel_profile profile;
	struct fault f = {0};

	profile_init(&profile);
	if (kind & K61)
		ck_assert_int_eq(profile_set_version(&profile, "6.1", &f), 0);
	if (kind & K71)
		ck_assert_int_eq(profile_set_version(&profile, "7.1", &f), 0);
	if (kind & K54)
		ck_assert_int_eq(profile_set_version(&profile, "5.4", &f), 0);
	profile.modsig = kind & MODSIG;
	profile.lsm_rules = !(kind & NO_LSM);
	profile.measure_keys = !(kind & NO_KEYS);
	return profile;
}

#define UUID "8bcbe394-4f13-4144-be8e-5aa9ea2ce2f6"

/* Each a rule alone; flags are those of the whole rule. */
static const struct {
	const char *text;
	unsigned kernel;
	enum policy_action action;
	unsigned flags;
} taken[] = {
	{"measure", K612, POLICY_MEASURE, 0},
	{"dont_measure", K612, POLICY_DONT_MEASURE, 0},
	{"appraise", K612, POLICY_APPRAISE, 0},
	{"dont_appraise", K612, POLICY_DONT_APPRAISE, 0},
	{"audit", K612, POLICY_AUDIT, 0},
	{"hash", K612, POLICY_HASH, 0},
	{"dont_hash", K612, POLICY_DONT_HASH, 0},
	{" \t appraise\t  func=FILE_CHECK \t", K612, POLICY_APPRAISE, POLICY_HAS_FUNC},
	{"func=FILE_CHECK appraise", K612, POLICY_APPRAISE, POLICY_HAS_FUNC},
	{"appraise func=PATH_CHECK", K612, POLICY_APPRAISE, POLICY_HAS_FUNC},
	{"appraise func=FILE_MMAP", K612, POLICY_APPRAISE, POLICY_HAS_FUNC},
	{"appraise func=MMAP_CHECK_REQPROT", K612, POLICY_APPRAISE, POLICY_HAS_FUNC},
	{"appraise mask=MAY_APPEND", K612, POLICY_APPRAISE, POLICY_HAS_MASK},
	{"appraise mask=^MAY_READ", K612, POLICY_APPRAISE, POLICY_HAS_INMASK},
	{"appraise fsmagic=0xEF53", K612, POLICY_APPRAISE, POLICY_HAS_FSMAGIC},
	{"appraise fsmagic=ef53", K612, POLICY_APPRAISE, POLICY_HAS_FSMAGIC},
	{"appraise fsmagic=+0Xffffffffffffffff", K612, POLICY_APPRAISE, POLICY_HAS_FSMAGIC},
	{"appraise fsmagic=0 fsmagic=1", K612, POLICY_APPRAISE, POLICY_HAS_FSMAGIC},
	{"appraise fsname=ext4 fsname=xfs", K612, POLICY_APPRAISE, POLICY_HAS_FSNAME},
	{"appraise fsname=a\rb", K612, POLICY_APPRAISE, POLICY_HAS_FSNAME},
	{"appraise fsuuid=" UUID, K612, POLICY_APPRAISE, POLICY_HAS_FSUUID},
	{"appraise fsuuid=" UUID "-and-more", K612, POLICY_APPRAISE, POLICY_HAS_FSUUID},
	{"appraise uid=0", K612, POLICY_APPRAISE, POLICY_HAS_UID},
	{"appraise uid=+007", K612, POLICY_APPRAISE, POLICY_HAS_UID},
	{"appraise uid=4294967294", K612, POLICY_APPRAISE, POLICY_HAS_UID},
	{"appraise euid>1", K612, POLICY_APPRAISE, POLICY_HAS_EUID},
	{"appraise gid<5", K612, POLICY_APPRAISE, POLICY_HAS_GID},
	{"appraise egid=5", K612, POLICY_APPRAISE, POLICY_HAS_EGID},
	{"appraise fowner>999 fgroup<10", K612, POLICY_APPRAISE,
	 POLICY_HAS_FOWNER | POLICY_HAS_FGROUP},
	{"appraise obj_type=bin_t subj_user=root", K612, POLICY_APPRAISE, 0},
	{"appraise appraise_type=imasig", K612, POLICY_APPRAISE,
	 POLICY_DIGSIG_REQUIRED | POLICY_CHECK_BLACKLIST},
	{"appraise appraise_type=imasig", K61, POLICY_APPRAISE, POLICY_DIGSIG_REQUIRED},
	{"appraise appraise_type=imasig appraise_type=imasig", K612, POLICY_APPRAISE,
	 POLICY_DIGSIG_REQUIRED | POLICY_CHECK_BLACKLIST},
	{"appraise func=MODULE_CHECK appraise_type=imasig|modsig", MODSIG, POLICY_APPRAISE,
	 POLICY_HAS_FUNC | POLICY_DIGSIG_REQUIRED | POLICY_MODSIG_ALLOWED | POLICY_CHECK_BLACKLIST},
	{"appraise digest_type=verity appraise_type=sigv3", K612, POLICY_APPRAISE,
	 POLICY_VERITY_REQUIRED | POLICY_DIGSIG_REQUIRED | POLICY_CHECK_BLACKLIST},
	{"appraise appraise_type=sigv3 digest_type=verity", K71, POLICY_APPRAISE,
	 POLICY_VERITY_REQUIRED | POLICY_DIGSIG_REQUIRED | POLICY_SIGV3_REQUIRED |
		 POLICY_CHECK_BLACKLIST},
	{"appraise func=MODULE_CHECK appraise_type=sigv3", K71, POLICY_APPRAISE,
	 POLICY_HAS_FUNC | POLICY_DIGSIG_REQUIRED | POLICY_SIGV3_REQUIRED | POLICY_CHECK_BLACKLIST},
	{"appraise appraise_type=imasig digest_type=verity", K71, POLICY_APPRAISE,
	 POLICY_VERITY_REQUIRED | POLICY_DIGSIG_REQUIRED | POLICY_CHECK_BLACKLIST},
	{"measure digest_type=verity template=ima-ngv2", K612, POLICY_MEASURE,
	 POLICY_VERITY_REQUIRED | POLICY_HAS_TEMPLATE},
	{"dont_appraise digest_type=verity", K612, POLICY_DONT_APPRAISE, POLICY_VERITY_REQUIRED},
	{"appraise appraise_flag=anything appraise_flag=twice", K612, POLICY_APPRAISE, 0},
	{"appraise func=MODULE_CHECK appraise_type=imasig|modsig appraise_flag=check_blacklist",
	 K61 | MODSIG, POLICY_APPRAISE,
	 POLICY_HAS_FUNC | POLICY_DIGSIG_REQUIRED | POLICY_MODSIG_ALLOWED | POLICY_CHECK_BLACKLIST},
	{"appraise appraise_algos=sha256,sha512,sha256", K612, POLICY_APPRAISE,
	 POLICY_VALIDATE_ALGOS},
	{"appraise appraise_algos=wp512,sha3-256", K612, POLICY_APPRAISE, POLICY_VALIDATE_ALGOS},
	{"appraise func=SETXATTR_CHECK appraise_algos=sha256", K612, POLICY_APPRAISE,
	 POLICY_HAS_FUNC | POLICY_VALIDATE_ALGOS},
	{"appraise permit_directio permit_directio", K612, POLICY_APPRAISE, POLICY_PERMIT_DIRECTIO},
	{"measure pcr=0 pcr=63", K612, POLICY_MEASURE, POLICY_HAS_PCR},
	{"measure pcr=-0", K612, POLICY_MEASURE, POLICY_HAS_PCR},
	{"measure template=d-ng|n-ng|sig", K612, POLICY_MEASURE, POLICY_HAS_TEMPLATE},
	{"measure func=KEY_CHECK keyrings=.ima|.evm", K612, POLICY_MEASURE,
	 POLICY_HAS_FUNC | POLICY_HAS_KEYRINGS},
	{"measure func=CRITICAL_DATA label=selinux uid=0", K612, POLICY_MEASURE,
	 POLICY_HAS_FUNC | POLICY_HAS_LABEL | POLICY_HAS_UID},
	{"dont_measure func=KEXEC_CMDLINE", K612, POLICY_DONT_MEASURE, POLICY_HAS_FUNC},
};

START_TEST(takes)
{
	struct kernel_profile profile = kernel(taken[_i].kernel);
	struct policy_error error = {0};
	struct policy *policy =
		policy_parse("test", taken[_i].text, strlen(taken[_i].text), &profile, &error);

	ck_assert_msg(policy, "%s: %u:%u: %s", taken[_i].text, error.line, error.column,
		      error.reason);
	ck_assert_uint_eq(policy->count, 1);
	ck_assert_int_eq(policy->rules[0].action, taken[_i].action);
	ck_assert_uint_eq(policy->rules[0].flags, taken[_i].flags);
	ck_assert_uint_eq(policy->rules[0].line, 1);
	policy_free(policy);
}
END_TEST

static const struct {
	const char *text;
	unsigned kernel, line, column;
	const char *reason; /* a part of it */
} refused[] = {
	{"", K612, 1, 1, "no rule at all"},
	{"\n# only a comment\n\n", K612, 1, 1, "no rule at all"},
	{"appraise\nfoo=1\n", K612, 2, 1, "unknown option 'foo=1'"},
	{"appraise fowner=0 # comment", K612, 1, 19, "unknown option '#'"},
	{"appraise\r\n", K612, 1, 1, "unknown option 'appraise\\r'"},
	{"appraise \033[31m", K612, 1, 10, "unknown option '\\x1b[31m'"},
	{"Appraise", K612, 1, 1, "unknown option 'Appraise'"},
	{"dont_audit", K612, 1, 1, "unknown option"},
	{"func=FILE_CHECK", K612, 1, 1, "no action"},
	{"appraise measure", K612, 1, 10, "a second action, 'measure'"},
	{"appraise appraise", K612, 1, 10, "a second action"},
	{"appraise func=", K612, 1, 10, "'func=' has no value"},
	{"appraise func=file_check", K612, 1, 10, "no such hook"},
	{"appraise func=POST_SETATTR", K612, 1, 10, "no such hook"},
	{"appraise func=NONE", K612, 1, 10, "no such hook"},
	{"appraise func=BPRM_CHECK func=BPRM_CHECK", K612, 1, 26, "second time"},
	{"appraise func=MMAP_CHECK_REQPROT", K61, 1, 10, "not known before Linux 6.4"},
	{"measure func=KEY_CHECK", NO_KEYS, 1, 9, "CONFIG_IMA_MEASURE_ASYMMETRIC_KEYS"},
	{"measure func=CRITICAL_DATA", K54, 1, 9, "Linux 5.12"},
	{"appraise mask=MAY_READ|MAY_WRITE", K612, 1, 10, "mask="},
	{"appraise mask=may_read", K612, 1, 10, "mask="},
	{"appraise mask=^^MAY_READ", K612, 1, 10, "mask="},
	{"appraise mask=MAY_READ mask=MAY_EXEC", K612, 1, 24, "second time"},
	{"appraise fsmagic=0x", K612, 1, 10, "hexadecimal"},
	{"appraise fsmagic=-1", K612, 1, 10, "hexadecimal"},
	{"appraise fsmagic=0x10000000000000000", K612, 1, 10, "hexadecimal"},
	{"appraise fsmagic=1 fsmagic=1", K612, 1, 20, "second time"},
	{"appraise fsuuid=8bcbe394-4f13-4144-be8e-5aa9ea2ce2f", K612, 1, 10, "not a UUID"},
	{"appraise fsuuid=8bcbe394x4f13-4144-be8e-5aa9ea2ce2f6", K612, 1, 10, "not a UUID"},
	{"appraise fsuuid=" UUID " fsuuid=" UUID, K612, 1, 54, "second time"},
	{"appraise uid=0x0", K612, 1, 10, "decimal"},
	{"appraise uid=-1", K612, 1, 10, "decimal"},
	{"appraise uid=root", K612, 1, 10, "decimal"},
	{"appraise uid=4294967295", K612, 1, 10, "no valid id"},
	{"appraise uid=4294967296", K612, 1, 10, "no valid id"},
	{"appraise uid=18446744073709551616", K612, 1, 10, "decimal"},
	{"appraise uid=0 euid=0", K612, 1, 16, "second time"},
	{"appraise uid>=5", K612, 1, 10, "decimal"},
	{"appraise fowner=0 fowner<5", K612, 1, 19, "second time"},
	{"appraise fgroup=0", K54, 1, 10, "'fgroup=' is not known before Linux 5.16"},
	{"appraise obj_type=bin_t", NO_LSM, 1, 10, "CONFIG_IMA_LSM_RULES"},
	{"appraise obj_type=a obj_type=b", K612, 1, 21, "second time"},
	{"appraise appraise_type=modsig", K612, 1, 10, "appraise_type=modsig"},
	{"appraise appraise_type=imasig|modsig", MODSIG, 1, 1, "imasig|modsig does not go"},
	{"appraise func=FIRMWARE_CHECK appraise_type=imasig|modsig", MODSIG, 1, 1,
	 "imasig|modsig does not go with func=FIRMWARE_CHECK"},
	{"appraise func=MODULE_CHECK appraise_type=imasig|modsig", K612, 1, 28,
	 "CONFIG_IMA_APPRAISE_MODSIG"},
	{"appraise appraise_type=sigv3", K612, 1, 10,
	 "digest_type=verity must stand before appraise_type=sigv3 on this kernel"},
	{"appraise appraise_type=sigv3 digest_type=verity", K612, 1, 10, "must stand before"},
	{"appraise appraise_type=imasig digest_type=verity", K612, 1, 31, "must stand before"},
	{"appraise digest_type=verity appraise_type=imasig", K612, 1, 29, "does not go with"},
	{"appraise digest_type=verity appraise_type=imasig", K71, 1, 29, "does not go with"},
	{"appraise func=MODULE_CHECK appraise_type=sigv3 appraise_type=imasig|modsig", K71 | MODSIG,
	 1, 48, "sigv3"},
	{"appraise digest_type=verity", K612, 1, 1, "needs appraise_type=sigv3"},
	{"appraise digest_type=sha256", K612, 1, 10, "verity"},
	{"appraise func=MODULE_CHECK digest_type=verity appraise_type=sigv3", K612, 1, 1,
	 "digest_type=verity does not go with func=MODULE_CHECK"},
	{"measure digest_type=verity", K54, 1, 9, "Linux 5.19"},
	{"measure appraise_type=imasig", K612, 1, 1, "goes with the action 'appraise' only"},
	{"appraise appraise_flag=", K612, 1, 10, "no value"},
	{"appraise appraise_flag=check_blacklist", K61, 1, 10, "CONFIG_IMA_APPRAISE_MODSIG"},
	{"appraise func=FILE_CHECK appraise_type=imasig appraise_flag=check_blacklist",
	 K61 | MODSIG, 1, 1, "needs appraise_type=imasig|modsig"},
	{"appraise appraise_flag=foo", K61 | MODSIG, 1, 10, "check_blacklist"},
	{"appraise func=MODULE_CHECK appraise_type=imasig appraise_flag=check_blacklist",
	 K61 | MODSIG, 1, 1, "needs appraise_type=imasig|modsig"},
	{"appraise appraise_algos=sm3", K612, 1, 10, "this kernel has no 'sm3'"},
	{"appraise appraise_algos=sha3-256", K61, 1, 10, "unknown hash algorithm 'sha3-256'"},
	{"appraise appraise_algos=sha256,", K612, 1, 10, "unknown hash algorithm ''"},
	{"appraise appraise_algos=SHA256", K612, 1, 10, "unknown hash algorithm"},
	{"appraise appraise_algos=sha1 appraise_algos=sha1", K612, 1, 30, "second time"},
	{"measure appraise_algos=sha256", K612, 1, 1, "'appraise' only"},
	{"appraise func=SETXATTR_CHECK", K612, 1, 1, "needs appraise_algos="},
	{"appraise func=SETXATTR_CHECK appraise_algos=sha256 uid=0", K612, 1, 1, "uid="},
	{"dont_appraise func=SETXATTR_CHECK", K612, 1, 1, "does not go with this action"},
	{"appraise permit_directio=1", K612, 1, 10, "unknown option"},
	{"appraise pcr=10", K612, 1, 1, "pcr= goes with the action 'measure' only"},
	{"measure pcr=64", K612, 1, 9, "0 to 63"},
	{"measure pcr=-1", K612, 1, 9, "0 to 63"},
	{"measure pcr=0x1", K612, 1, 9, "0 to 63"},
	{"template=ima measure", K612, 1, 1, "after the action 'measure'"},
	{"measure template=foo", K612, 1, 9, "no such template"},
	{"measure template=ima template=ima", K612, 1, 22, "second time"},
	{"appraise template=ima", K612, 1, 10, "'measure'"},
	{"measure keyrings=.ima", K612, 1, 1, "keyrings= does not go with"},
	{"measure func=KEY_CHECK keyrings=.ima|", K612, 1, 24, "empty name"},
	{"measure func=KEY_CHECK keyrings=a||b", K612, 1, 24, "empty name"},
	{"measure func=KEY_CHECK fowner=0", K612, 1, 1, "fowner="},
	{"measure func=KEY_CHECK obj_user=a", K612, 1, 1, "do not go with func=KEY_CHECK"},
	{"appraise func=KEY_CHECK", K612, 1, 1, "does not go with this action"},
	{"measure func=CRITICAL_DATA label=a label=b", K612, 1, 36, "second time"},
	{"measure func=KEXEC_CMDLINE mask=MAY_READ", K612, 1, 1, "mask="},
	{"/etc/ima/other", K612, 1, 1, "load the file of that name"},
	{"\n\n  appraise \t uid=x", K612, 3, 14, "decimal"},
};

START_TEST(refuses)
{
	struct kernel_profile profile = kernel(refused[_i].kernel);
	struct policy_error error = {0};
	struct policy *policy =
		policy_parse("test", refused[_i].text, strlen(refused[_i].text), &profile, &error);

	ck_assert_msg(!policy, "%s: taken", refused[_i].text);
	ck_assert_msg(strstr(error.reason, refused[_i].reason), "%s: %s", refused[_i].text,
		      error.reason);
	ck_assert_msg(error.line == refused[_i].line && error.column == refused[_i].column,
		      "%s: %u:%u", refused[_i].text, error.line, error.column);
}
END_TEST

/* Values land where they belong. */
START_TEST(reads_values)
{
	static const char text[] =
		"# first line\n\n"
		"\tappraise func=FILE_MMAP mask=^MAY_EXEC fsmagic=0xEF53 fsuuid=" UUID
		" fsname=ext4 euid>10 gid<7 fowner=1 fgroup>2 obj_type=bin_t "
		"appraise_algos=sha256,sha512 \n"
		"measure func=KEY_CHECK keyrings=.ima|.evm pcr=11";
	static const uint8_t uuid[] = {0x8b, 0xcb, 0xe3, 0x94, 0x4f, 0x13, 0x41, 0x44,
				       0xbe, 0x8e, 0x5a, 0xa9, 0xea, 0x2c, 0xe2, 0xf6};
	struct kernel_profile profile = kernel(K612);
	struct policy_error error;
	struct policy *policy = policy_parse("name", text, strlen(text), &profile, &error);
	const struct policy_rule *rule;

	ck_assert_ptr_nonnull(policy);
	ck_assert_str_eq(policy->name, "name");
	ck_assert(policy->no_final_newline);
	ck_assert_uint_eq(policy->count, 2);
	rule = &policy->rules[0];
	ck_assert_uint_eq(rule->line, 3);
	ck_assert_int_eq(strncmp(rule->text, "appraise func=FILE_MMAP ", 24), 0);
	ck_assert_str_eq(strrchr(rule->text, ' '), " appraise_algos=sha256,sha512");
	ck_assert_int_eq(rule->func, POLICY_FUNC_MMAP_CHECK);
	ck_assert_uint_eq(rule->mask, POLICY_MAY_EXEC);
	ck_assert_uint_eq(rule->fsmagic, 0xef53);
	ck_assert_mem_eq(rule->fsuuid, uuid, 16);
	ck_assert_str_eq(rule->fsname, "ext4");
	ck_assert_uint_eq(rule->uid, 10);
	ck_assert_int_eq(rule->uid_op, POLICY_GREATER);
	ck_assert_uint_eq(rule->gid, 7);
	ck_assert_int_eq(rule->gid_op, POLICY_LESS);
	ck_assert_uint_eq(rule->fowner, 1);
	ck_assert_int_eq(rule->fowner_op, POLICY_EQUAL);
	ck_assert_uint_eq(rule->fgroup, 2);
	ck_assert_int_eq(rule->fgroup_op, POLICY_GREATER);
	ck_assert_str_eq(rule->lsm[POLICY_OBJ_TYPE], "bin_t");
	ck_assert_uint_eq(rule->allowed_algos, 1u << HASHALGO_SHA256 | 1u << HASHALGO_SHA512);
	ck_assert_str_eq(policy->rules[1].keyrings, ".ima|.evm");
	ck_assert_int_eq(policy->rules[1].pcr, 11);
	policy_free(policy);
}
END_TEST

/* What a text can do to the way the kernel reads it. */
START_TEST(refuses_bytes)
{
	struct kernel_profile profile = kernel(K612);
	struct policy_error error = {0};
	struct policy *policy;
	char *line = malloc(5000);

	ck_assert_ptr_null(policy_parse("nul", "appraise\0x", 10, &profile, &error));
	ck_assert_uint_eq(error.column, 9);
	memset(line, '#', 5000);
	ck_assert_ptr_null(policy_parse("long", line, 4096, &profile, &error));
	ck_assert_ptr_nonnull(strstr(error.reason, "4095"));
	memcpy(line + 4095, "\nappraise", 9);
	policy = policy_parse("fits", line, 4104, &profile, &error);
	ck_assert_ptr_nonnull(policy);
	policy_free(policy);
	free(line);
}
END_TEST

/* A long word is shortened between characters, so that the reason stays well-formed text. */
START_TEST(shortens_words)
{
	struct kernel_profile profile = kernel(K612);
	struct policy_error error = {0};
	char text[200] = {0};

	for (int i = 0; i < 99; i++)
		memcpy(text + 2 * i, "\xc3\xa4", 2);
	ck_assert_ptr_null(policy_parse("test", text, strlen(text), &profile, &error));
	ck_assert_uint_eq(strlen(error.reason), strlen("unknown option ''") + 60 + 3);
	ck_assert_str_eq(error.reason + strlen(error.reason) - 6, "\xc3\xa4...'");
}
END_TEST

/* The rules of CONFIG_IMA_APPRAISE_REQUIRE_* come first, with line 0 and without the blacklist. */
START_TEST(puts_build_rules_first)
{
	struct kernel_profile profile = kernel(K612);
	struct policy_error error = {0};
	struct policy *policy;

	profile.require_module_sigs = profile.require_policy_sigs = true;
	policy = policy_parse("test", "appraise\n", 9, &profile, &error);
	ck_assert_ptr_nonnull(policy);
	ck_assert_uint_eq(policy->count, 3);
	ck_assert_int_eq(policy->rules[0].func, POLICY_FUNC_MODULE_CHECK);
	ck_assert_int_eq(policy->rules[1].func, POLICY_FUNC_POLICY_CHECK);
	ck_assert_uint_eq(policy->rules[1].line, 0);
	ck_assert_uint_eq(policy->rules[1].flags, POLICY_HAS_FUNC | POLICY_DIGSIG_REQUIRED);
	ck_assert_uint_eq(policy->rules[2].line, 1);
	ck_assert(!policy->no_final_newline);
	policy_free(policy);
	ck_assert_ptr_null(policy_parse("test", "\n", 1, &profile, &error));
}
END_TEST

Suite *policy_parse_suite(void)
{
	Suite *suite = suite_create("policy_parse");
	TCase *tcase = tcase_create("policy_parse");

	tcase_add_loop_test(tcase, takes, 0, sizeof(taken) / sizeof(taken[0]));
	tcase_add_loop_test(tcase, refuses, 0, sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(tcase, reads_values);
	tcase_add_test(tcase, refuses_bytes);
	tcase_add_test(tcase, shortens_words);
	tcase_add_test(tcase, puts_build_rules_first);
	suite_add_tcase(suite, tcase);
	return suite;
}
