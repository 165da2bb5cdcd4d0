/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of the kernel profile: default, version, configuration, command line, in any order. */
#include "scanner/profile.h"

#include <errno.h>
#include <string.h>

#include "tests/suites.h"

#define DEFAULTS "configuration (default), ima_hash=sha256, EVM none, ima_appraise=enforce"

/* Each row sets what is not NULL, and compares the one line for the report. */
static const struct {
	const char *version, *config, *cmdline, *hash, *evm;
	const char *described;
} rows[] = {
	{NULL, NULL, NULL, NULL, NULL, "Linux 6.12 (default), " DEFAULTS},
	{"6.1", NULL, NULL, NULL, NULL, "Linux 6.1 (--kernel-version), " DEFAULTS},
	{"6.12.3-foo", NULL, NULL, NULL, "both",
	 "Linux 6.12 (--kernel-version), configuration (default), ima_hash=sha256, EVM both, "
	 "ima_appraise=enforce"},
	{NULL, NULL, "quiet ima_hash=sha512 ima_appraise=log", NULL, "x509",
	 "Linux 6.12 (default), configuration (default), ima_hash=sha512, EVM x509, "
	 "ima_appraise=log"},
	/* Only a module: the default of the configuration stays. */
	{NULL, NULL, "ima_hash=wp512", NULL, "hmac",
	 "Linux 6.12 (default), configuration (default), ima_hash=sha256 (wp512 was asked for and is "
	 "not built in), EVM hmac, ima_appraise=enforce"},
	{NULL, NULL, "ima_hash=nonsense ima_hash=sha1 ima_hash=md5", NULL, NULL,
	 "Linux 6.12 (default), configuration (default), ima_hash=sha1, EVM none, "
	 "ima_appraise=enforce"},
	{NULL, NULL, "ima_hash=sha512", "sha384", NULL,
	 "Linux 6.12 (default), configuration (default), ima_hash=sha384, EVM none, "
	 "ima_appraise=enforce"},
	/* The table of 6.1 has no SHA-3. */
	{"6.1", NULL, "ima_hash=sha3-256", NULL, NULL,
	 "Linux 6.1 (--kernel-version), configuration (default), ima_hash=sha256 (sha3-256 was asked "
	 "for and is not built in), EVM none, ima_appraise=enforce"},
	{NULL, NULL, "ima_appraise=fix ima_appraise=off evm=fix", NULL, NULL,
	 "Linux 6.12 (default), configuration (default), ima_hash=sha256, EVM none (evm=fix), "
	 "ima_appraise=off"},
	{NULL, NULL, "ima-appraise=\"log\" -- ima_appraise=off", NULL, NULL,
	 "Linux 6.12 (default), configuration (default), ima_hash=sha256, EVM none, "
	 "ima_appraise=log"},
	{NULL, NULL, "ima_appraise=log ima_appraise=foo", NULL, NULL,
	 "Linux 6.12 (default), " DEFAULTS},
	{NULL, NULL,
	 "\t\"ima_policy=tcb|foo appraise_tcb\" ima_policy=tcb ima_tcb ima_policy=fail_securely\n",
	 NULL, NULL,
	 "Linux 6.12 (default), " DEFAULTS ", ima_policy=tcb|appraise_tcb|ima_tcb|fail_securely"},
	{NULL,
	 "# Linux/x86 6.1.192 Kernel Configuration\nCONFIG_IMA=y\nCONFIG_IMA_APPRAISE=y\n"
	 "CONFIG_IMA_DEFAULT_HASH=\"sha1\"\nCONFIG_CRYPTO_SHA512=m\nCONFIG_IMA_APPRAISE_BOOTPARAM=y\n"
	 "CONFIG_EVM=y\n",
	 "ima_hash=sha512 ima_appraise=fix", NULL, "hmac",
	 "Linux 6.1 (--kernel-config), configuration (--kernel-config), ima_hash=sha1 (sha512 was "
	 "asked for and is not built in), EVM hmac, ima_appraise=fix"},
	/* Parameters that such a kernel does not have do nothing. */
	{"6.5", "# Linux/x86 6.1.192 Kernel Configuration\nCONFIG_IMA=y\nCONFIG_IMA_APPRAISE=y\n",
	 "ima_appraise=off", NULL, "both",
	 "Linux 6.5 (--kernel-version), configuration (--kernel-config), ima_hash=sha256, EVM none, "
	 "ima_appraise=enforce"},
	{NULL, "# CONFIG_IMA is not set\n", NULL, NULL, NULL,
	 "Linux 6.12 (default), configuration (--kernel-config), ima_hash=sha256, EVM none, "
	 "ima_appraise=off"},
};

static void set(struct kernel_profile *profile, int which, int row)
{
	struct fault f = {0};
	int rc = 0;

	if (which == 0 && rows[row].version)
		rc = profile_set_version(profile, rows[row].version, &f);
	if (which == 1 && rows[row].config)
		rc = profile_set_config(profile, rows[row].config, strlen(rows[row].config), &f);
	if (which == 2 && rows[row].cmdline)
		rc = profile_set_cmdline(profile, rows[row].cmdline, &f);
	if (which == 3 && rows[row].hash)
		rc = profile_set_hash(profile, rows[row].hash, &f);
	if (which == 4 && rows[row].evm)
		rc = profile_set_evm(profile, rows[row].evm, &f);
	ck_assert_msg(rc == 0, "%s", f.text);
}

/* Whatever the order of the options, the profile is the same. */
START_TEST(describes)
{
	static const int orders[][5] = {{0, 1, 2, 3, 4},
					{4, 3, 2, 1, 0},
					{2, 0, 4, 1, 3},
					{1, 0, 3, 4, 2},
					{3, 2, 1, 4, 0}};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		struct kernel_profile profile;
		own_buf struct buf out = {0};

		profile_init(&profile);
		for (size_t n = 0; n < 5; n++)
			set(&profile, orders[i][n], _i);
		profile_describe(&profile, &out);
		ck_assert_str_eq(buf_text(&out), rows[_i].described);
	}
}
END_TEST

START_TEST(has_a_default)
{
	struct kernel_profile profile;

	profile_init(&profile);
	ck_assert_uint_eq(profile.hash[HASHALGO_SHA384], PROFILE_BUILTIN);
	ck_assert_uint_eq(profile.hash[HASHALGO_SHA3_256], PROFILE_BUILTIN);
	ck_assert_uint_eq(profile.hash[HASHALGO_RMD160], PROFILE_MODULE);
	ck_assert_uint_eq(profile.hash[HASHALGO_STREEBOG512], PROFILE_MODULE);
	ck_assert_uint_eq(profile.hash[HASHALGO_SM3], PROFILE_ABSENT);
	ck_assert_uint_eq(profile.hash[HASHALGO_TGR192], PROFILE_ABSENT);
	ck_assert(profile.ecdsa && profile.ecrdsa && !profile.sm2 && profile.sig_v1);
	ck_assert(!profile.modsig && !profile.write_policy && !profile.trusted_keyring);
	ck_assert(profile.platform_keyring && profile.lsm_rules && profile.measure_keys);
	ck_assert(profile.evm_fsuuid && profile.fs_verity && profile.verity_sigs);
	ck_assert(profile.mmap_reqprot && profile.blacklist_with_imasig && !profile.sigv3_files);
	for (unsigned i = 0; i < PROFILE_XATTR_COUNT; i++)
		ck_assert_int_eq(profile.evm_xattrs >> i & 1,
				 !strstr(profile_xattr_name(i), "SMACK"));
	ck_assert_str_eq(profile_xattr_name(PROFILE_XATTR_CAPABILITY), "security.capability");
}
END_TEST

static const struct {
	const char *version;
	bool sha3, ecdsa, verity, reqprot, blacklist, hmac, sigv3;
} versions[] = {
	{"5.12", false, false, false, false, false, false, false},
	{"5.13", false, true, false, false, false, false, false},
	{"5.19", false, true, true, false, false, false, false},
	{"6.4", false, true, true, true, false, false, false},
	{"6.6", false, true, true, true, true, false, false},
	{"6.7", true, true, true, true, true, false, false},
	{"6.10", true, true, true, true, true, true, false},
	{"7.0", true, true, true, true, true, true, false},
	{"7.1-rc3", true, true, true, true, true, true, true},
	{"10.0", true, true, true, true, true, true, true},
};

START_TEST(follows_versions)
{
	struct kernel_profile profile;
	struct fault f;

	profile_init(&profile);
	ck_assert_int_eq(profile_set_version(&profile, versions[_i].version, &f), 0);
	ck_assert_int_eq(profile.hash[HASHALGO_SHA3_512] != PROFILE_ABSENT, versions[_i].sha3);
	ck_assert_int_eq(profile.ecdsa, versions[_i].ecdsa);
	ck_assert_int_eq(profile.verity_sigs, versions[_i].verity);
	ck_assert_int_eq(profile.mmap_reqprot, versions[_i].reqprot);
	ck_assert_int_eq(profile.blacklist_with_imasig, versions[_i].blacklist);
	ck_assert_int_eq(profile.evm_hmac_unsupported, versions[_i].hmac);
	ck_assert_int_eq(profile.sigv3_files, versions[_i].sigv3);
}
END_TEST

START_TEST(reads_a_config)
{
	static const char config[] =
		"#\n# Linux/arm64 6.18.2-x Kernel Configuration\r\nCONFIG_IMA=y\r\n"
		"# CONFIG_IMA_APPRAISE_MODSIG is not set\nCONFIG_IMA_WRITE_POLICY=y\n"
		"CONFIG_IMA_DEFAULT_HASH=\"sha512\"\nCONFIG_CRYPTO_LIB_SHA512=y\n"
		"CONFIG_CRYPTO_SHA256=m\nCONFIG_CRYPTO_SHA1_SSSE3=y\nCONFIG_SECURITY_SMACK=y\n"
		"CONFIG_EVM_EXTRA_SMACK_XATTRS=y\nCONFIG_IMA_APPRAISE=y\n"
		"CONFIG_IMA_APPRAISE_REQUIRE_KEXEC_SIGS=y\nCONFIG_CRYPTO_ECDSA=m\n"
		"CONFIG_CRYPTO_SM3=y\nCONFIG_IMA_LSM_RULES=n\nCONFIG_CRYPTO_MD5=";
	struct kernel_profile profile;
	struct fault f;

	profile_init(&profile);
	ck_assert_int_eq(profile_set_config(&profile, config, strlen(config), &f), 0);
	ck_assert_uint_eq(profile.major, 6);
	ck_assert_uint_eq(profile.minor, 18);
	ck_assert_ptr_eq(profile.default_hash, hashalgo_by_id(HASHALGO_SHA512));
	ck_assert_uint_eq(profile.hash[HASHALGO_SHA384], PROFILE_BUILTIN);
	ck_assert_uint_eq(profile.hash[HASHALGO_SHA224], PROFILE_MODULE);
	ck_assert_uint_eq(profile.hash[HASHALGO_SHA1], PROFILE_ABSENT);
	ck_assert_uint_eq(profile.hash[HASHALGO_SM3], PROFILE_BUILTIN);
	ck_assert_uint_eq(profile.hash[HASHALGO_MD5], PROFILE_ABSENT);
	ck_assert(profile.write_policy && profile.require_kexec_sigs && profile.ecdsa);
	ck_assert(!profile.modsig && !profile.lsm_rules && !profile.require_policy_sigs);
	ck_assert(!profile.fs_verity && !profile.verity_sigs && !profile.evm_fsuuid);
	ck_assert_uint_eq(profile.evm_xattrs,
			  0xff & ~(1u << PROFILE_XATTR_SELINUX | 1u << PROFILE_XATTR_APPARMOR));
}
END_TEST

static const char *const no_versions[] = {"",	  "6",	 "6.",	    ".1",   "v6.1",
					  "6.1x", "6,1", "6.12345", "-6.1", "6 .1"};

START_TEST(refuses_versions)
{
	struct kernel_profile profile;
	struct fault f = {0};

	profile_init(&profile);
	ck_assert_int_eq(profile_set_version(&profile, no_versions[_i], &f), -1);
	ck_assert_ptr_nonnull(strstr(f.text, "--kernel-version wants"));
	ck_assert_uint_eq(profile.minor, 12);
	ck_assert_str_eq(profile.source_version, "default");
}
END_TEST

START_TEST(refuses_the_rest)
{
	static const char config[] = "CONFIG_IMAGE=y\nCONFIG_IMA_APPRAISE=y\n";
	struct kernel_profile profile;
	struct fault f = {0};

	profile_init(&profile);
	ck_assert_int_eq(profile_set_config(&profile, config, strlen(config), &f), -1);
	ck_assert_int_eq(profile_set_config(&profile, "", 0, &f), -1);
	ck_assert_int_eq(profile_set_hash(&profile, "SHA256", &f), -1);
	ck_assert_int_eq(profile_set_hash(&profile, "", &f), -1);
	ck_assert_int_eq(profile_set_evm(&profile, "x509,hmac", &f), -1);
	ck_assert_str_eq(f.text, "--evm is one of none, x509, hmac, both, not \"x509,hmac\"");
	ck_assert_str_eq(profile.source_config, "default");
}
END_TEST

Suite *profile_suite(void)
{
	Suite *suite = suite_create("profile");
	TCase *tcase = tcase_create("profile");

	tcase_add_loop_test(tcase, describes, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, has_a_default);
	tcase_add_loop_test(tcase, follows_versions, 0, sizeof(versions) / sizeof(versions[0]));
	tcase_add_test(tcase, reads_a_config);
	tcase_add_loop_test(tcase, refuses_versions, 0,
			    sizeof(no_versions) / sizeof(no_versions[0]));
	tcase_add_test(tcase, refuses_the_rest);
	suite_add_tcase(suite, tcase);
	return suite;
}
