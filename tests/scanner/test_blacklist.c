/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/blacklist.c: certificates and hashes that are revoked, and what that does to
 * keys. */
#include "scanner/blacklist.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tests/scanner/testkeys.h"
#include "tests/suites.h"

static EVP_PKEY *key, *other;
static char *directory;
static struct blacklist *list;

static void make_keys(void)
{
	key = testkeys_new("rsa1024");
	other = testkeys_new("P-256");
}

static void free_keys(void)
{
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

static void setup(void)
{
	directory = testkeys_mkdir();
	list = blacklist_new();
}

static void teardown(void)
{
	blacklist_free(list);
	testkeys_rmdir(directory);
}

static int load_text(const char *text, struct fault *f)
{
	const char *path = testkeys_path(directory, "hashes");

	testkeys_write(path, text, strlen(text));
	return blacklist_load(list, path, f);
}

#define MD5_A "0cc175b9c0f1b6a831c399e269772661"

static const struct {
	const char *text, *fault;
	size_t count;
	bool binary; /* MD5_A is a revoked binary */
} texts[] = {
	{"", NULL, 0, false},
	{"# nothing\n\n  \n", NULL, 0, false},
	{MD5_A, NULL, 1, true},
	{"bin:" MD5_A "\n", NULL, 1, true},
	{"tbs:" MD5_A "\n", NULL, 1, false},
	{"  bin:0CC175B9C0F1B6A831C399E269772661 # a\r\n", NULL, 1, true},
	{"bin:" MD5_A "00\nbin:" MD5_A MD5_A "\n", NULL, 2, false},
	{"bin:" MD5_A "\nbin:xyz\n", "line 2 is neither a hash nor a certificate", 1, true},
	{"bin: " MD5_A "\n", "line 1 is neither a hash nor a certificate", 0, false},
	{"bin:" MD5_A "0\n", "line 1 is neither a hash nor a certificate", 0, false},
	{"0cc175\n", "line 1 is neither a hash nor a certificate", 0, false},
	{MD5_A MD5_A MD5_A MD5_A "00\n", "line 1 is neither a hash nor a certificate", 0, false},
};

START_TEST(reads_hashes)
{
	static const uint8_t md5_a[] = {0x0c, 0xc1, 0x75, 0xb9, 0xc0, 0xf1, 0xb6, 0xa8,
					0x31, 0xc3, 0x99, 0xe2, 0x69, 0x77, 0x26, 0x61};
	struct fault f = {0};

	ck_assert_int_eq(load_text(texts[_i].text, &f), texts[_i].fault ? -1 : 0);
	ck_assert_str_eq(f.text, texts[_i].fault ? texts[_i].fault : "");
	ck_assert_uint_eq(blacklist_count(list), texts[_i].count);
	ck_assert_int_eq(blacklist_has_binary(list, md5_a, sizeof(md5_a)), texts[_i].binary);
	ck_assert(!blacklist_has_binary(list, md5_a, 15));
	ck_assert(!blacklist_has_binary(NULL, md5_a, sizeof(md5_a)));
}
END_TEST

/* How the revoked certificate is related to the one in the ring, and whether that revokes it. */
static const struct {
	const char *what;
	struct testkeys_cert recipe; /* its key: `key` if same_key, else `other` */
	bool same_key, revoked, id_revoked;
} relations[] = {
	{"the very same", {.subject = "us", .serial = 7, TESTKEYS_SKID("abcd")}, true, true, true},
	{"same key only", {.subject = "they", TESTKEYS_SKID("wxyz")}, true, true, false},
	{"same issuer and serial",
	 {.subject = "us", .serial = 7, TESTKEYS_SKID("wxyz")},
	 false,
	 true,
	 false},
	{"same issuer", {.subject = "us", .serial = 8, TESTKEYS_SKID("wxyz")}, false, false, false},
	{"same id only", {.subject = "they", TESTKEYS_SKID("abcd")}, false, false, true},
	{"nothing", {.subject = "they", TESTKEYS_SKID("wxyz")}, false, false, false},
};

START_TEST(revokes_certificates)
{
	struct kernel_profile profile = testkeys_profile();
	X509 *good = testkeys_certify(&(struct testkeys_cert){
		.key = key, .subject = "us", .serial = 7, TESTKEYS_SKID("abcd")});
	struct testkeys_cert recipe = relations[_i].recipe;
	struct keyring *ring = testkeys_ring(&profile, &good, 1);
	X509 *bad;
	struct fault f = {0};

	recipe.key = relations[_i].same_key ? key : other;
	bad = testkeys_certify(&recipe);
	testkeys_add_pem(testkeys_path(directory, "revoked.pem"), bad);
	X509_free(bad);
	ck_assert_msg(blacklist_load(list, directory, &f) == 0, "%s", f.text);
	ck_assert_uint_eq(blacklist_count(list), 1);
	ck_assert(!keyring_id_revoked(ring, 0x61626364));
	blacklist_apply(list, ring);
	ck_assert_msg(keyring_at(ring, 0)->revoked == relations[_i].revoked, "%s",
		      relations[_i].what);
	ck_assert_msg(keyring_id_revoked(ring, 0x61626364) == relations[_i].id_revoked, "%s",
		      relations[_i].what);
	keyring_free(ring);
}
END_TEST

/* A hash of the signed part, and all of it, keeps the certificate from being loaded at all. */
static const struct {
	const char *kind;
	size_t size;
	const char *refused;
} tbs_rows[] = {
	{"tbs:", 32, "blacklisted by its hash"},
	{"", 32, "blacklisted by its hash"},
	{"bin:", 32, NULL},
	{"tbs:", 20, NULL},
};

START_TEST(refuses_by_hash)
{
	struct kernel_profile profile = testkeys_profile();
	X509 *good = testkeys_certify(
		&(struct testkeys_cert){.key = key, .subject = "us", TESTKEYS_SKID("abcd")});
	struct keyring *ring = testkeys_ring(&profile, &good, 1);
	own_buf struct buf text = {0};

	ck_assert_uint_eq(keyring_at(ring, 0)->tbs.size_bytes, 32);
	buf_puts(&text, tbs_rows[_i].kind);
	buf_hex(&text, keyring_at(ring, 0)->tbs.value, tbs_rows[_i].size);
	ck_assert_int_eq(load_text(buf_text(&text), NULL), 0);
	blacklist_apply(list, ring);
	ck_assert_pstr_eq(keyring_at(ring, 0)->refused, tbs_rows[_i].refused);
	ck_assert_uint_eq(keyring_find(ring, 0x61626364, NULL, 0), tbs_rows[_i].refused ? 0 : 1);
	keyring_free(ring);
}
END_TEST

Suite *blacklist_suite(void)
{
	Suite *suite = suite_create("blacklist");
	TCase *tcase = tcase_create("blacklist");

	tcase_add_unchecked_fixture(tcase, make_keys, free_keys);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, reads_hashes, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_loop_test(tcase, revokes_certificates, 0,
			    sizeof(relations) / sizeof(relations[0]));
	tcase_add_loop_test(tcase, refuses_by_hash, 0, sizeof(tbs_rows) / sizeof(tbs_rows[0]));
	suite_add_tcase(suite, tcase);
	return suite;
}
