/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of keyring.c, certificate.c, certrules.c and keyfile.c: what a kernel would know, by which
 * id. */
#include "scanner/keyring.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tests/scanner/testkeys.h"
#include "tests/suites.h"

static EVP_PKEY *rsa, *rsa2, *p256, *p384, *p521, *ed25519, *odd, *compressed;
static char *directory;
static struct keyring *ring;
static struct kernel_profile profile;

/* Made once: the tests run in children of this process. */
static void make_keys(void)
{
	rsa = testkeys_new("rsa1024");
	rsa2 = testkeys_new("rsa1024");
	odd = testkeys_new("rsa1100");
	p256 = testkeys_new("P-256");
	p384 = testkeys_new("P-384");
	p521 = testkeys_new("P-521");
	ed25519 = testkeys_new("ed25519");
	compressed = testkeys_new("P-256");
	ck_assert(EVP_PKEY_set_utf8_string_param(
		compressed, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed"));
}

static void free_keys(void)
{
	EVP_PKEY *keys[] = {rsa, rsa2, odd, p256, p384, p521, ed25519, compressed};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		EVP_PKEY_free(keys[i]);
}

static void setup(void)
{
	directory = testkeys_mkdir();
	ring = keyring_new(".ima");
	profile = testkeys_profile();
}

static void teardown(void)
{
	keyring_free(ring);
	testkeys_rmdir(directory);
}

static const char *path(const char *name)
{
	return testkeys_path(directory, name);
}

static void put_der(const char *name, const struct testkeys_cert *recipe)
{
	X509 *x509 = testkeys_certify(recipe);

	testkeys_write_der(path(name), x509);
	X509_free(x509);
}

static void put_pem(const char *name, const struct testkeys_cert *recipe)
{
	X509 *x509 = testkeys_certify(recipe);

	testkeys_add_pem(path(name), x509);
	X509_free(x509);
}

static void load(const char *name)
{
	struct fault f = {0};

	ck_assert_msg(keyring_load(ring, path(name), &profile, &f) == 0, "%s", f.text);
}

static size_t found(uint32_t keyid)
{
	return keyring_find(ring, keyid, NULL, 0);
}

START_TEST(describes_a_certificate)
{
	const struct keyring_key *key;
	own_buf struct buf id = {0};

	put_der("a.der", &(struct testkeys_cert){.key = rsa,
						 .subject = "Us \xc3\xa4\x1b",
						 .issuer = "Them",
						 .signer = rsa2,
						 .serial = 0x1234,
						 TESTKEYS_SKID("\x0e\x71\x5c\x05")});
	load("a.der");
	ck_assert_uint_eq(keyring_count(ring), 1);
	ck_assert_str_eq(keyring_name(ring), ".ima");
	key = keyring_at(ring, 0);
	ck_assert_str_eq(key->subject, "CN=Us \xc3\xa4\\1B");
	ck_assert_str_eq(key->issuer, "CN=Them");
	ck_assert_str_eq(key->serial, "1234");
	ck_assert_str_eq(key->file, path("a.der"));
	ck_assert_int_eq(key->algo, KEYRING_RSA);
	ck_assert_uint_eq(key->bits, 1024);
	ck_assert(key->has_skid && key->has_issuer_id);
	ck_assert_uint_eq(key->skid, 0x0e715c05);
	ck_assert_uint_eq(key->issuer_id, 0x5468656d); /* "Them" */
	ck_assert_int_eq(key->not_before, 1577836800);
	ck_assert_int_eq(key->not_after, 2208988800);
	ck_assert(!key->self_signed && !key->revoked);
	ck_assert_ptr_null(key->refused);
	keyring_key_id_text(key, &id);
	ck_assert_str_eq(buf_text(&id), "0e715c05");
}
END_TEST

/* Ids are compared by their last four bytes, and one that has fewer never matches. */
START_TEST(finds_by_both_ids)
{
	const struct keyring_key *keys[2] = {NULL};
	own_buf struct buf id = {0};

	put_der("a.der", &(struct testkeys_cert){.key = rsa,
						 .subject = "a",
						 .issuer = "Issuer one",
						 .signer = rsa2,
						 .skid = "\4\6\1\2\3\4\5\6",
						 .skid_size = 8});
	put_der("b.der", &(struct testkeys_cert){.key = rsa2,
						 .subject = "b",
						 .issuer = "Issuer one",
						 .signer = rsa,
						 .skid = "\4\3\4\5\6",
						 .skid_size = 5});
	load(".");
	ck_assert_uint_eq(found(0x03040506), 1);
	ck_assert_uint_eq(found(0x00040506), 0);
	ck_assert_uint_eq(found(0x01020304), 0);
	ck_assert_uint_eq(keyring_find(ring, 0x206f6e65, keys, 1), 2); /* " one" */
	ck_assert_ptr_eq(keys[0], keyring_at(ring, 0));
	ck_assert_ptr_null(keys[1]);
	ck_assert(!keyring_at(ring, 1)->has_skid);
	keyring_key_id_text(keyring_at(ring, 1), &id);
	ck_assert_str_eq(buf_text(&id), "206f6e65");
}
END_TEST

#define AKID_KEYID(text) .akid = "\x30\x06\x80\x04" text, .akid_size = 8
/* authorityCertIssuer CN=<one character>, authorityCertSerialNumber <one byte> */
#define AKID_SERIAL(cn, serial)                                                                    \
	"\xa1\x10\xa4\x0e\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" cn "\x82\x01" serial

/* Which certificates load. `key`: index below. */
enum { K_RSA, P256, P384, P521, ED25519, ODD, COMPRESSED };
static const struct {
	const char *what;
	int key, signer; /* -1: self-signed */
	struct testkeys_cert recipe;
	unsigned minor; /* of Linux 6 */
	bool no_ecdsa;
	const char *refused;
	bool self_signed;
} rules[] = {
	{"self-signed RSA", K_RSA, -1, {.subject = "a"}, 12, false, NULL, true},
	{"SHA-1 signature", K_RSA, -1, {.subject = "a", .md = "sha1"}, 12, false, NULL, true},
	{"MD5 signature",
	 K_RSA,
	 -1,
	 {.subject = "a", .md = "md5"},
	 12,
	 false,
	 "signed by an algorithm the kernel does not know",
	 false},
	{"broken own signature",
	 K_RSA,
	 -1,
	 {.subject = "a", .break_signature = true},
	 12,
	 false,
	 "self-signed with a bad signature",
	 false},
	{"broken, but by another",
	 K_RSA,
	 ODD,
	 {.subject = "a", .issuer = "b", .break_signature = true},
	 12,
	 false,
	 NULL,
	 false},
	{"own name, other key",
	 K_RSA,
	 P256,
	 {.subject = "a"},
	 12,
	 false,
	 "self-signed, but by a signature of another kind of key",
	 false},
	{"AKID names another",
	 K_RSA,
	 P256,
	 {.subject = "a", TESTKEYS_SKID("aaaa"), AKID_KEYID("bbbb")},
	 12,
	 false,
	 NULL,
	 false},
	{"AKID names itself",
	 K_RSA,
	 -1,
	 {.subject = "a", TESTKEYS_SKID("aaaa"), AKID_KEYID("aaaa")},
	 12,
	 false,
	 NULL,
	 true},
	{"AKID names itself, broken",
	 K_RSA,
	 -1,
	 {.subject = "a", TESTKEYS_SKID("aaaa"), AKID_KEYID("aaaa"), .break_signature = true},
	 12,
	 false,
	 "self-signed with a bad signature",
	 false},
	{"AKID serial and key id agree",
	 K_RSA,
	 -1,
	 {.subject = "a",
	  .serial = 7,
	  TESTKEYS_SKID("aaaa"),
	  .akid = "\x30\x1b\x80\x04"
		  "aaaa" AKID_SERIAL("a", "\7"),
	  .akid_size = 29},
	 12,
	 false,
	 NULL,
	 true},
	{"AKID serial and key id disagree",
	 K_RSA,
	 -1,
	 {.subject = "a",
	  .serial = 7,
	  TESTKEYS_SKID("aaaa"),
	  .akid = "\x30\x1b\x80\x04"
		  "aaaa" AKID_SERIAL("a", "\x08"),
	  .akid_size = 29},
	 12,
	 false,
	 "contradicts itself about who signed it",
	 false},
	{"expired",
	 K_RSA,
	 -1,
	 {.subject = "a", .not_after = "20210101000000Z"},
	 12,
	 false,
	 NULL,
	 true},
	{"after 2049",
	 K_RSA,
	 -1,
	 {.subject = "a", .not_after = "20600101000000Z"},
	 12,
	 false,
	 NULL,
	 true},
	{"before 1970",
	 K_RSA,
	 -1,
	 {.subject = "a", .not_before = "19690101000000Z"},
	 12,
	 false,
	 "dates that the kernel cannot read",
	 false},
	{"GeneralizedTime too early",
	 K_RSA,
	 -1,
	 {.subject = "a", .generalized_time = true},
	 12,
	 false,
	 "dates that the kernel cannot read",
	 false},
	{"key usage",
	 K_RSA,
	 -1,
	 {.subject = "a", .usage = "\3\2\7\x80", .usage_size = 4},
	 12,
	 false,
	 NULL,
	 true},
	{"empty key usage",
	 K_RSA,
	 -1,
	 {.subject = "a", .usage = "\3\1\0", .usage_size = 3},
	 12,
	 false,
	 "extensions that the kernel cannot read",
	 false},
	{"SKID that is no OCTET STRING",
	 K_RSA,
	 -1,
	 {.subject = "a",
	  .skid = "\3\4"
		  "aaaa",
	  .skid_size = 6},
	 12,
	 false,
	 "extensions that the kernel cannot read",
	 false},
	{"empty SKID",
	 K_RSA,
	 -1,
	 {.subject = "a", .skid = "\4\0", .skid_size = 2},
	 12,
	 false,
	 "extensions that the kernel cannot read",
	 false},
	{"RSA of an odd size",
	 ODD,
	 -1,
	 {.subject = "a"},
	 12,
	 false,
	 "self-signed with a bad signature",
	 false},
	{"RSA of an odd size, by another",
	 ODD,
	 K_RSA,
	 {.subject = "a", .issuer = "b"},
	 12,
	 false,
	 NULL,
	 false},
	{"P-256", P256, -1, {.subject = "a"}, 12, false, NULL, true},
	{"P-384", P384, -1, {.subject = "a", .md = "sha384"}, 12, false, NULL, true},
	{"P-521", P521, -1, {.subject = "a", .md = "sha512"}, 12, false, NULL, true},
	{"P-521 before 6.10",
	 P521,
	 K_RSA,
	 {.subject = "a", .issuer = "b"},
	 9,
	 false,
	 "a curve this kernel does not know",
	 false},
	{"P-256 without ECDSA",
	 P256,
	 -1,
	 {.subject = "a"},
	 1,
	 true,
	 "self-signed by an algorithm this kernel does not have",
	 false},
	{"P-256 without ECDSA, by another",
	 P256,
	 K_RSA,
	 {.subject = "a", .issuer = "b"},
	 1,
	 true,
	 NULL,
	 false},
	{"compressed point",
	 COMPRESSED,
	 K_RSA,
	 {.subject = "a", .issuer = "b"},
	 12,
	 false,
	 "a compressed public key",
	 false},
	{"two signature algorithms",
	 ODD,
	 K_RSA,
	 {.subject = "a", .issuer = "b", .two_algorithms = true},
	 12,
	 false,
	 "names two signature algorithms",
	 false},
	{"Ed25519",
	 ED25519,
	 -1,
	 {.subject = "a"},
	 12,
	 false,
	 "signed by an algorithm the kernel does not know",
	 false},
	{"Ed25519 signed by RSA",
	 ED25519,
	 K_RSA,
	 {.subject = "a", .issuer = "b"},
	 12,
	 false,
	 "a kind of public key this kernel does not know",
	 false},
	{"SHA-3 signature", K_RSA, -1, {.subject = "a", .md = "sha3-256"}, 12, false, NULL, true},
	{"SHA-3 signature before 6.7",
	 K_RSA,
	 -1,
	 {.subject = "a", .md = "sha3-256"},
	 1,
	 false,
	 "signed by an algorithm the kernel does not know",
	 false},
};

START_TEST(loads_what_the_kernel_loads)
{
	EVP_PKEY *keys[] = {rsa, p256, p384, p521, ed25519, odd, compressed};
	struct testkeys_cert recipe = rules[_i].recipe;
	const struct keyring_key *key;

	recipe.key = keys[rules[_i].key];
	recipe.signer = rules[_i].signer < 0 ? NULL : keys[rules[_i].signer];
	profile.minor = rules[_i].minor;
	profile.ecdsa = !rules[_i].no_ecdsa;
	put_der("a.der", &recipe);
	load("a.der");
	key = keyring_at(ring, 0);
	ck_assert_msg((key->refused == NULL) == (rules[_i].refused == NULL), "%s: %s",
		      rules[_i].what, key->refused ? key->refused : "loaded");
	ck_assert_pstr_eq(key->refused, rules[_i].refused);
	ck_assert_msg(key->self_signed == rules[_i].self_signed, "%s", rules[_i].what);
	/* A refused key is unknown, but still there to be shown. */
	ck_assert_uint_eq(found(key->issuer_id), rules[_i].refused ? 0 : 1);
}
END_TEST

/* What the kernel cannot hash it does not check, and takes. */
START_TEST(takes_what_it_cannot_check)
{
	profile.hash[HASHALGO_SHA384] = PROFILE_ABSENT;
	put_der("a.der",
		&(struct testkeys_cert){
			.key = rsa, .subject = "a", .md = "sha384", .break_signature = true});
	load("a.der");
	ck_assert_ptr_null(keyring_at(ring, 0)->refused);
	ck_assert(!keyring_at(ring, 0)->self_signed);
}
END_TEST

START_TEST(reads_several_and_directories)
{
	X509 *x509;
	FILE *file;

	put_pem("2.pem", &(struct testkeys_cert){.key = rsa, .subject = "one"});
	testkeys_add_public(path("2.pem"), p256); /* of no use, and no harm */
	put_pem("2.pem", &(struct testkeys_cert){.key = rsa2, .subject = "two"});
	put_der("1.der", &(struct testkeys_cert){.key = p256, .subject = "three"});
	x509 = testkeys_certify(&(struct testkeys_cert){.key = p256, .subject = "four"});
	file = fopen(path("1.der"), "a");
	ck_assert(i2d_X509_fp(file, x509));
	fclose(file);
	X509_free(x509);
	testkeys_write(path("README"), "no key", 6);
	testkeys_write(path("empty"), "", 0);
	ck_assert_int_eq(mkdir(path("sub"), 0700), 0);
	put_der("sub/x.der", &(struct testkeys_cert){.key = rsa, .subject = "not read"});
	load(".");
	ck_assert_uint_eq(keyring_count(ring), 4);
	ck_assert_uint_eq(keyring_skipped(ring), 2);
	ck_assert_str_eq(keyring_at(ring, 0)->subject, "CN=three");
	ck_assert_str_eq(keyring_at(ring, 1)->subject, "CN=four");
	ck_assert_str_eq(keyring_at(ring, 2)->subject, "CN=one");
	ck_assert_str_eq(keyring_at(ring, 3)->subject, "CN=two");
	load("2.pem"); /* once more is not twice */
	ck_assert_uint_eq(keyring_count(ring), 4);
}
END_TEST

static const struct {
	const char *name, *content, *fault;
	int os;
} bad_files[] = {
	{"missing", NULL, "opening it: No such file or directory", ENOENT},
	{"text", "hello", "it holds no certificate", 0},
	{"empty", "", "it holds no certificate", 0},
	{"cut.pem", "-----BEGIN CERTIFICATE-----\nMIIC\n", "reading the PEM text of cut.pem", 0},
	{"junk.pem", "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n",
	 "reading the CERTIFICATE in junk.pem", 0},
	{"other.pem", "-----BEGIN THING-----\nMIIC\n-----END THING-----\n",
	 "it holds no certificate", 0},
	{"enc.pem",
	 "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIC\n-----END ENCRYPTED PRIVATE KEY-----\n",
	 "enc.pem holds a private key, which does not belong here", 0},
};

START_TEST(refuses_bad_files)
{
	struct fault f = {0};

	if (bad_files[_i].content)
		testkeys_write(path(bad_files[_i].name), bad_files[_i].content,
			       strlen(bad_files[_i].content));
	ck_assert_int_eq(keyring_load(ring, path(bad_files[_i].name), &profile, &f), -1);
	ck_assert_msg(strncmp(f.text, bad_files[_i].fault, strlen(bad_files[_i].fault)) == 0, "%s",
		      f.text);
	ck_assert_int_eq(f.os, bad_files[_i].os);
	ck_assert_uint_eq(keyring_count(ring), 0);
}
END_TEST

START_TEST(refuses_private_keys)
{
	struct fault f = {0};
	unsigned char *der = NULL;
	int size = i2d_PrivateKey(rsa, &der);

	put_pem("both.pem", &(struct testkeys_cert){.key = rsa, .subject = "a"});
	testkeys_add_private(path("both.pem"), rsa);
	ck_assert_int_eq(keyring_load(ring, directory, &profile, &f), -1);
	ck_assert_ptr_nonnull(strstr(f.text, "both.pem holds a private key"));
	testkeys_write(path("key.der"), der, (size_t)size);
	OPENSSL_free(der);
	ck_assert_int_eq(keyring_load(ring, path("key.der"), &profile, &f), -1);
	ck_assert_ptr_nonnull(strstr(f.text, "key.der holds a private key"));
}
END_TEST

/* Bare keys serve version 1 only, refused certificates too. */
START_TEST(bare_keys_are_for_v1)
{
	const struct keyring_key *key;

	testkeys_add_public(path("a.pem"), rsa);
	put_der("b.der",
		&(struct testkeys_cert){.key = rsa, .subject = "a", .break_signature = true});
	load("a.pem");
	load("b.der");
	ck_assert_uint_eq(keyring_count(ring), 2);
	key = keyring_at(ring, 0);
	ck_assert_ptr_null(key->x509);
	ck_assert_uint_ne(key->keyid_v1, 0);
	ck_assert_uint_eq(key->keyid_v1, keyring_at(ring, 1)->keyid_v1);
	ck_assert_uint_eq(keyring_find_v1(ring, key->keyid_v1, NULL, 0), 2);
	ck_assert_uint_eq(keyring_find_v1(ring, key->keyid_v1 + 1, NULL, 0), 0);
	ck_assert_uint_eq(found(0), 0);
}
END_TEST

Suite *keyring_suite(void)
{
	Suite *suite = suite_create("keyring");
	TCase *tcase = tcase_create("keyring");

	tcase_add_unchecked_fixture(tcase, make_keys, free_keys);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, describes_a_certificate);
	tcase_add_test(tcase, finds_by_both_ids);
	tcase_add_loop_test(tcase, loads_what_the_kernel_loads, 0,
			    sizeof(rules) / sizeof(rules[0]));
	tcase_add_test(tcase, takes_what_it_cannot_check);
	tcase_add_test(tcase, reads_several_and_directories);
	tcase_add_loop_test(tcase, refuses_bad_files, 0, sizeof(bad_files) / sizeof(bad_files[0]));
	tcase_add_test(tcase, refuses_private_keys);
	tcase_add_test(tcase, bare_keys_are_for_v1);
	suite_add_tcase(suite, tcase);
	return suite;
}
