/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/modsig.c and scanner/pkcs7.c: trailers, and messages made at run time. */
#include "scanner/modsig.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "scanner/digest.h"
#include "tests/scanner/testkeys.h"
#include "tests/suites.h"

/* --- The trailer --- */

#define MARKER "~Module signature appended~\n"

static const struct {
	const char *name, *tail;
	uint64_t file_size;
	bool good, malformed;
} tails[] = {
	{"as it should be", "\0\0\2\0\0\0\0\0\0\0\1\0" MARKER, 10000, true, false},
	{"smallest content", "\0\0\2\0\0\0\0\0\0\0\1\0" MARKER, 256 + 40 + 1, true, false},
	{"no content", "\0\0\2\0\0\0\0\0\0\0\1\0" MARKER, 256 + 40, false, true},
	{"longer than the file", "\0\0\2\0\0\0\0\0\0\1\0\0" MARKER, 10000, false, true},
	{"absurdly long", "\0\0\2\0\0\0\0\0\xff\xff\xff\xff" MARKER, 10000, false, true},
	{"empty message", "\0\0\2\0\0\0\0\0\0\0\0\0" MARKER, 10000, true, false},
	{"nothing but the trailer", "\0\0\2\0\0\0\0\0\0\0\0\0" MARKER, 40, false, false},
	{"algorithm", "\1\0\2\0\0\0\0\0\0\0\1\0" MARKER, 10000, false, true},
	{"hash", "\0\4\2\0\0\0\0\0\0\0\1\0" MARKER, 10000, false, true},
	{"PGP", "\0\0\0\0\0\0\0\0\0\0\1\0" MARKER, 10000, false, true},
	{"X.509", "\0\0\1\0\0\0\0\0\0\0\1\0" MARKER, 10000, false, true},
	{"signer", "\0\0\2\1\0\0\0\0\0\0\1\0" MARKER, 10000, false, true},
	{"key id", "\0\0\2\0\1\0\0\0\0\0\1\0" MARKER, 10000, false, true},
	{"padding", "\0\0\2\0\0\0\0\1\0\0\1\0" MARKER, 10000, false, true},
	{"marker", "\0\0\2\0\0\0\0\0\0\0\1\0~Module signature appended~ ", 10000, false, false},
	{"more than we take", "\0\0\2\0\0\0\0\0\0\1\0\1" MARKER, 1000000, false, true},
};

START_TEST(finds)
{
	uint32_t size = 4711;
	bool malformed;
	bool good = modsig_find((const uint8_t *)tails[_i].tail, tails[_i].file_size, &size,
				&malformed);

	ck_assert_msg(good == tails[_i].good && malformed == tails[_i].malformed, "%s",
		      tails[_i].name);
	if (!good)
		ck_assert_uint_eq(size, 4711);
	else
		ck_assert_uint_eq(size, tails[_i].tail[10] ? 256 : 0);
}
END_TEST

/* --- Messages --- */

#define CONTENT "the content of a module"

static EVP_PKEY *root_key, *leaf_key, *other_key;
static X509 *root, *leaf, *other, *twin, *stranger;
static struct kernel_profile profile;

/* An AuthorityKeyIdentifier that names a SubjectKeyIdentifier of four bytes. */
#define AKID(text) .akid = "\x30\x06\x80\x04" text, .akid_size = 8

static void setup(void)
{
	struct testkeys_cert recipe;

	ck_assert_int_eq(digest_init(NULL), 0);
	profile = testkeys_profile();
	root_key = testkeys_new("rsa2048");
	leaf_key = testkeys_new("rsa2048");
	other_key = testkeys_new("P-256");
	recipe = (struct testkeys_cert){
		.key = root_key, .subject = "root", .serial = 1, TESTKEYS_SKID("ROOT")};
	root = testkeys_certify(&recipe);
	recipe = (struct testkeys_cert){.key = leaf_key,
					.signer = root_key,
					.subject = "leaf",
					.issuer = "root",
					.serial = 2,
					TESTKEYS_SKID("LEAF"),
					AKID("ROOT")};
	leaf = testkeys_certify(&recipe);
	recipe = (struct testkeys_cert){
		.key = other_key, .subject = "other", .serial = 3, TESTKEYS_SKID("OTHR")};
	other = testkeys_certify(&recipe);
	/* Issuer and serial number of the leaf, and another key. */
	recipe = (struct testkeys_cert){.key = other_key,
					.signer = root_key,
					.subject = "twin",
					.issuer = "root",
					.serial = 2,
					TESTKEYS_SKID("TWIN"),
					AKID("ROOT")};
	twin = testkeys_certify(&recipe);
	/* The leaf's serial number, and an issuer whose name is as long. */
	recipe = (struct testkeys_cert){
		.key = other_key, .subject = "soot", .serial = 2, TESTKEYS_SKID("SOOT")};
	stranger = testkeys_certify(&recipe);
}

static void teardown(void)
{
	X509_free(root);
	X509_free(leaf);
	X509_free(other);
	X509_free(twin);
	X509_free(stranger);
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(leaf_key);
	EVP_PKEY_free(other_key);
}

enum {
	EMBED_SIGNER = 1,
	EMBED_ROOT = 2,
	BY_SKID = 4,
	ATTRIBUTES = 8,
	ATTACHED = 16,	 /* brings CONTENT along */
	OTHER_FILE = 32, /* the file has other content */
	BY_OTHER = 64,	 /* signed by the EC key instead of the leaf */
	BOTH = 128,	 /* a second signer: the EC key */
	FLIP = 256,	 /* a bit of the signature */
	BY_SHA512 = 512,
	NO_DIGEST = 1024,
};

enum {
	TRUST_LEAF = 1,
	TRUST_ROOT = 2,
	TRUST_OTHER = 4,
	TRUST_TWIN = 8,
	TRUST_STRANGER = 16,
	REVOKE = 32,
};

static void add_signer(CMS_ContentInfo *cms, X509 *x509, EVP_PKEY *key, unsigned how)
{
	unsigned flags = CMS_BINARY | CMS_PARTIAL;

	flags |= how & EMBED_SIGNER ? 0 : CMS_NOCERTS;
	flags |= how & BY_SKID ? CMS_USE_KEYID : 0;
	flags |= how & ATTRIBUTES ? 0 : CMS_NOATTR;
	ck_assert_ptr_nonnull(CMS_add1_signer(
		cms, x509, key, how & BY_SHA512 ? EVP_sha512() : EVP_sha256(), flags));
}

static uint8_t *message(unsigned how, size_t *out_size)
{
	unsigned flags = CMS_BINARY | CMS_PARTIAL | (how & ATTACHED ? 0 : CMS_DETACHED);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	BIO *content = BIO_new_mem_buf(CONTENT, -1);
	uint8_t *der = NULL;
	int size;

	ck_assert_ptr_nonnull(cms);
	if (how & BY_OTHER)
		add_signer(cms, other, other_key, how);
	else
		add_signer(cms, leaf, leaf_key, how);
	if (how & BOTH)
		add_signer(cms, other, other_key, how);
	if (how & EMBED_ROOT)
		ck_assert(CMS_add1_cert(cms, root));
	ck_assert(CMS_final(cms, content, NULL, flags));
	if (how & FLIP)
		CMS_SignerInfo_get0_signature(sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0))
			->data[40] ^= 1;
	size = i2d_CMS_ContentInfo(cms, &der);
	ck_assert_int_gt(size, 0);
	*out_size = (size_t)size;
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	return der;
}

static struct keyring *trust(unsigned which)
{
	X509 *all[] = {leaf, root, other, twin, stranger}, *given[5];
	struct keyring *ring;
	size_t count = 0;

	for (unsigned i = 0; i < 5; i++)
		if (which & 1u << i) {
			X509_up_ref(all[i]);
			given[count++] = all[i];
		}
	ring = count ? testkeys_ring(&profile, given, count) : keyring_new(".ima");
	for (size_t i = 0; which & REVOKE && i < keyring_count(ring); i++)
		((struct keyring_key *)keyring_at(ring, i))->revoked = true;
	return ring;
}

static const struct {
	unsigned how, trusted;
	enum verify_result result;
} rows[] = {
	/* As modules are signed: no certificate in the message. */
	{0, TRUST_LEAF, VERIFY_OK},
	{BY_SHA512, TRUST_LEAF, VERIFY_OK},
	{BY_OTHER, TRUST_OTHER, VERIFY_OK},
	{BY_SKID, TRUST_LEAF, VERIFY_OK},
	{BY_SKID | BY_OTHER, TRUST_OTHER, VERIFY_OK},
	{0, TRUST_OTHER, VERIFY_NO_KEY},
	{BY_SKID, TRUST_OTHER, VERIFY_NO_KEY},
	{0, 0, VERIFY_NO_KEYRING},
	{0, TRUST_LEAF | REVOKE, VERIFY_REVOKED},
	{OTHER_FILE, TRUST_LEAF, VERIFY_BAD},
	{FLIP, TRUST_LEAF, VERIFY_BAD},
	{FLIP | BY_OTHER, TRUST_OTHER, VERIFY_BAD},
	{NO_DIGEST, TRUST_LEAF, VERIFY_CANNOT},
	/* The issuer alone does not help: nothing in the message leads to it. */
	{0, TRUST_ROOT, VERIFY_NO_KEY},
	/* With the certificate it does. */
	{EMBED_SIGNER, TRUST_ROOT, VERIFY_OK},
	{EMBED_SIGNER, TRUST_LEAF, VERIFY_OK},
	{EMBED_SIGNER | EMBED_ROOT, TRUST_ROOT, VERIFY_OK},
	{EMBED_SIGNER | EMBED_ROOT, TRUST_LEAF, VERIFY_OK},
	{EMBED_SIGNER | EMBED_ROOT, TRUST_OTHER, VERIFY_NO_KEY},
	{EMBED_SIGNER, TRUST_OTHER, VERIFY_NO_KEY},
	{EMBED_SIGNER, 0, VERIFY_NO_KEYRING},
	{EMBED_SIGNER, TRUST_ROOT | REVOKE, VERIFY_REVOKED},
	{EMBED_SIGNER | FLIP, TRUST_ROOT, VERIFY_BAD},
	{EMBED_SIGNER | OTHER_FILE, 0, VERIFY_BAD},
	{EMBED_SIGNER | BY_OTHER, TRUST_OTHER, VERIFY_OK},
	{EMBED_SIGNER | BY_OTHER, TRUST_ROOT, VERIFY_NO_KEY}, /* self-signed and unknown */
	/* Two certificates of one identity. */
	{0, TRUST_TWIN, VERIFY_BAD},
	{0, TRUST_STRANGER, VERIFY_NO_KEY},
	{0, TRUST_LEAF | TRUST_TWIN, VERIFY_AMBIGUOUS},
	{BY_SKID, TRUST_LEAF | TRUST_TWIN, VERIFY_OK},
	/* Two signers: one trusted is enough, one bad is too many. */
	{BOTH, TRUST_LEAF, VERIFY_OK},
	{BOTH, TRUST_OTHER, VERIFY_OK},
	{BOTH | FLIP, TRUST_OTHER | TRUST_LEAF, VERIFY_BAD},
	{BOTH, TRUST_ROOT, VERIFY_NO_KEY},
	/* Modules have no signed attributes. */
	{ATTRIBUTES, TRUST_LEAF, VERIFY_BAD},
	{ATTRIBUTES | EMBED_SIGNER, TRUST_ROOT, VERIFY_BAD},
	/* Content that a message brings along takes the file's place, in the kernel too. */
	{ATTACHED, TRUST_LEAF, VERIFY_OK},
	{ATTACHED | OTHER_FILE, TRUST_LEAF, VERIFY_OK},
	{ATTACHED | FLIP, TRUST_LEAF, VERIFY_BAD},
};

static struct digest digest_of(const struct hashalgo *algo, const char *text)
{
	struct digester *d = digester_new();
	struct digest digest;

	ck_assert_int_eq(digest_buffer(d, algo, text, strlen(text), &digest, NULL), 0);
	digester_free(d);
	return digest;
}

/* NULL: not a message the kernel would take. */
static struct modsig *parsed(const uint8_t *der, size_t size)
{
	struct modsig *m = (struct modsig *)der;

	ck_assert_int_eq(modsig_parse(der, size, &m, NULL), 0);
	return m;
}

START_TEST(checks)
{
	unsigned how = rows[_i].how;
	size_t size;
	uint8_t *der = message(how, &size);
	struct modsig *m = parsed(der, size);
	struct keyring *ring = trust(rows[_i].trusted);
	struct verifier *verifier = verifier_new(ring, &profile);
	struct verify_outcome outcome;
	struct digest digest;

	ck_assert_ptr_nonnull(m);
	ck_assert_str_eq(modsig_algo(m)->name, how & BY_SHA512 ? "sha512" : "sha256");
	digest = digest_of(modsig_algo(m), how & OTHER_FILE ? "another content" : CONTENT);
	outcome = modsig_check(m, verifier, ring, how & NO_DIGEST ? NULL : &digest);
	ck_assert_int_eq(outcome.result, rows[_i].result);
	if (outcome.result == VERIFY_OK)
		ck_assert_ptr_nonnull(outcome.key);
	modsig_free(m);
	verifier_free(verifier);
	keyring_free(ring);
	OPENSSL_free(der);
}
END_TEST

/* Whose certificate is missing, in either way to say it. */
START_TEST(names_its_signer)
{
	static const struct {
		unsigned how;
		const char *text;
	} signers[] = {
		{0, "issuer CN=root, serial 02"},
		{BY_OTHER, "issuer CN=other, serial 03"},
		{BY_SKID, "key id 4c454146"}, /* LEAF */
	};
	own_buf struct buf text = {0};
	size_t size;
	uint8_t *der = message(signers[_i].how, &size);
	struct modsig *m = parsed(der, size);

	ck_assert_ptr_nonnull(m);
	modsig_signer(m, &text);
	ck_assert_str_eq(buf_text(&text), signers[_i].text);
	modsig_free(m);
	OPENSSL_free(der);
}
END_TEST

/* What is no message at all; and no byte of one may be missing. */
START_TEST(refuses)
{
	size_t size;
	uint8_t *der = message(EMBED_SIGNER, &size);

	for (size_t n = 0; n < size; n += n < 64 ? 1 : 17)
		ck_assert_ptr_null(parsed(der, n));
	ck_assert_ptr_null(parsed(der, MODSIG_PKCS7_MAX + 1));
	der[0] = 0x31;
	ck_assert_ptr_null(parsed(der, size));
	modsig_free(NULL);
	OPENSSL_free(der);
	ck_assert_uint_eq(ERR_peek_error(), 0);
}
END_TEST

Suite *modsig_suite(void)
{
	Suite *suite = suite_create("modsig");
	TCase *tcase = tcase_create("modsig");

	tcase_add_unchecked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, finds, 0, sizeof(tails) / sizeof(tails[0]));
	tcase_add_loop_test(tcase, checks, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(tcase, names_its_signer, 0, 3);
	tcase_add_test(tcase, refuses);
	suite_add_tcase(suite, tcase);
	return suite;
}
