/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/authenticode.c and efi/trustanchor.c. */
#include "efi/authenticode.h"

#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "efi/trustanchor.h"
#include "scanner/base/own.h"
#include "scanner/digest.h"
#include "tests/efi/testimage.h"
#include "tests/scanner/testkeys.h"
#include "tests/suites.h"

static struct buf image;
static struct peimage pe;
static struct authenticode_digests digests;
static struct authenticode_table table;
static EVP_PKEY *key;
static X509 *cert;

static void set_up(void)
{
	static const struct testimage_section sections[] = {{".sbat", "sbat,1,a,b,c,d\n", 15},
							    {".data", NULL, 512}};

	ck_assert_int_eq(digest_init(NULL), 0);
	testimage_build(&image, true, sections, 2);
	key = testkeys_new("rsa2048");
	cert = testkeys_certify(&(struct testkeys_cert){.key = key, .subject = "signer"});
}

static void tear_down(void)
{
	peimage_done(&pe);
	buf_done(&image);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static void decode(void)
{
	struct fault f = {0};

	peimage_done(&pe);
	ck_assert_msg(peimage_decode(image.data, image.len, &pe, &f) == 0, "%s", f.text);
	ck_assert_msg(authenticode_digest(&pe, &digests, &f) == 0, "%s", f.text);
	authenticode_table_decode(&pe, &table);
}

static struct trustanchor *anchor_of(X509 *x509)
{
	unsigned char *der = NULL;
	int size = i2d_X509(x509, &der);
	struct trustanchor *anchor = trustanchor_new(der, (size_t)size);

	ck_assert_ptr_nonnull(anchor);
	OPENSSL_free(der);
	return anchor;
}

/* --- Digests --- */

static void expect_digests(void)
{
	static const char *const mds[] = {"sha1", "sha256", "sha384", "sha512"};
	uint8_t expected[64];

	ck_assert_msg(!digests.missing, "%s", digests.missing);
	for (size_t i = 0; i < AUTHENTICODE_ALGOS; i++) {
		size_t size = testimage_digest(&image, mds[i], expected);

		ck_assert_str_eq(digests.of[i].algo->name, mds[i]);
		ck_assert_uint_eq(digests.of[i].size_bytes, size);
		ck_assert_mem_eq(digests.of[i].value, expected, size);
	}
}

START_TEST(digest_plain)
{
	decode();
	expect_digests();
	ck_assert_mem_eq(digests.shim_sha256.value, digests.of[1].value, 32);
}
END_TEST

START_TEST(digest_pe32)
{
	testimage_build(&image, false, NULL, 0);
	decode();
	expect_digests();
}
END_TEST

START_TEST(digest_of_trailing_data)
{
	buf_puts(&image, "trailing");
	decode();
	expect_digests();
}
END_TEST

/* edk2 hashes an odd file as it is, shim pads it to 8, as whoever signs it will. */
START_TEST(digest_of_odd_file)
{
	uint8_t padded[64];

	buf_puts(&image, "odd");
	decode();
	expect_digests();
	ck_assert_mem_ne(digests.shim_sha256.value, digests.of[1].value, 32);
	buf_add(&image, "\0\0\0\0\0", 5);
	testimage_digest(&image, "sha256", padded);
	ck_assert_mem_eq(digests.shim_sha256.value, padded, 32);
	testimage_digest(&image, "sha1", padded);
	ck_assert_mem_eq(digests.shim_sha1.value, padded, 20);
}
END_TEST

START_TEST(signing_keeps_the_digest)
{
	struct digest before;

	decode();
	before = digests.of[1];
	testimage_sign(&image, &(struct testimage_signature){.key = key, .cert = cert});
	decode();
	expect_digests();
	ck_assert_mem_eq(before.value, digests.of[1].value, 32);
}
END_TEST

/* The checksum and the entry of the certificate table are not hashed; their neighbours are. */
START_TEST(digest_leaves_out)
{
	static const int hashed[] = {1, 0, 0, 0, 0, 1};
	size_t at = testimage_optional(&image) + 64;
	struct digest before;

	decode();
	before = digests.of[1];
	image.data[at - 1 + (size_t)_i] ^= 1;
	decode();
	ck_assert_int_eq(memcmp(before.value, digests.of[1].value, 32) != 0, hashed[_i]);
}
END_TEST

/* Sections are hashed by offset, whatever the order of their headers. */
START_TEST(digest_sorts_sections)
{
	size_t a = testimage_section(&image, 1), b = testimage_section(&image, 2);
	char header[40];
	uint8_t expected[64];

	memcpy(header, image.data + a, 40);
	memcpy(image.data + a, image.data + b, 40);
	memcpy(image.data + b, header, 40);
	decode();
	testimage_digest(&image, "sha256", expected);
	ck_assert_mem_eq(digests.of[1].value, expected, 32);
}
END_TEST

/* With fewer than five directories there is no entry to leave out. */
START_TEST(digest_without_directory)
{
	uint8_t expected[32];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t optional = testimage_optional(&image), checksum = optional + 64;
	size_t sections = testimage_section(&image, 0);

	/* The section headers follow the shorter optional header. */
	memmove(image.data + optional + 112 + 32, image.data + sections, 120);
	testimage_put16(&image, testimage_coff(&image) + 16, 112 + 32);
	testimage_put32(&image, optional + 108, 4);
	decode();
	ck_assert_msg(!pe.malformed, "%s", pe.malformed);
	ck_assert_uint_eq(pe.security_at, 0);
	EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	EVP_DigestUpdate(context, image.data, checksum);
	EVP_DigestUpdate(context, image.data + checksum + 4, image.len - checksum - 4);
	EVP_DigestFinal_ex(context, expected, NULL);
	EVP_MD_CTX_free(context);
	ck_assert_mem_eq(digests.of[1].value, expected, 32);
}
END_TEST

START_TEST(no_digest)
{
	size_t directory = testimage_directory(&image);

	/* The table claims bytes of a section. */
	testimage_put32(&image, directory, (uint32_t)image.len - 8);
	testimage_put32(&image, directory + 4, 8);
	buf_puts(&image, "1234");
	decode();
	ck_assert_ptr_nonnull(digests.missing);
	ck_assert(digests.refused);
	ck_assert_ptr_null(authenticode_digest_by(&digests, HASHALGO_SHA256));
}
END_TEST

/* Sections that all lie over each other have no end: not hashed, and not called bad. */
START_TEST(overlapping_sections)
{
	testimage_put32(&image, testimage_section(&image, 1) + 20, 0x600);
	testimage_put32(&image, testimage_section(&image, 1) + 16, (uint32_t)image.len - 0x600);
	testimage_put32(&image, testimage_section(&image, 2) + 20, 0x600);
	testimage_put32(&image, testimage_section(&image, 2) + 16, (uint32_t)image.len - 0x600);
	decode();
	ck_assert_ptr_null(pe.malformed);
	ck_assert_ptr_nonnull(digests.missing);
	ck_assert(!digests.refused);
}
END_TEST

/* --- The table --- */

static const struct {
	const char *what;
	size_t at; /* from the start of the table */
	int bits;
	uint32_t value;
	const char *malformed, *shim;
	size_t count;
} tables[] = {
	{"good", 0, 0, 0, NULL, NULL, 1},
	{"length 0", 0, 32, 0, "malformed", "malformed", 0},
	{"length 7", 0, 32, 7, "malformed", "malformed", 0},
	{"no data", 0, 32, 8, "malformed", "malformed", 2},
	{"too long", 0, 32, 0x7fffffff, "malformed", "malformed", 0},
	{"unknown type", 6, 16, 0x1234, NULL, NULL, 1},
	{"another GUID", 6, 16, 0x0ef1, NULL, NULL, 1},
};

START_TEST(table_damage)
{
	size_t at;

	testimage_sign(&image, &(struct testimage_signature){.key = key, .cert = cert});
	at = testimage_get32(&image, testimage_directory(&image)) + tables[_i].at;
	if (tables[_i].bits == 32)
		testimage_put32(&image, at, tables[_i].value);
	if (tables[_i].bits == 16)
		testimage_put16(&image, at, tables[_i].value);
	decode();
	ck_assert_msg((table.malformed != NULL) == (tables[_i].malformed != NULL), "%s: %s",
		      tables[_i].what, table.malformed);
	ck_assert_msg((table.malformed_shim != NULL) == (tables[_i].shim != NULL), "%s: %s",
		      tables[_i].what, table.malformed_shim);
	if (strcmp(tables[_i].what, "no data") != 0)
		ck_assert_uint_eq(table.count, tables[_i].count);
	if (tables[_i].bits == 16)
		ck_assert_ptr_null(table.entries[0].message);
}
END_TEST

START_TEST(several_entries)
{
	struct testimage_signature how = {.key = key, .cert = cert};

	testimage_sign(&image, &how);
	how.as_guid = true;
	testimage_sign(&image, &how);
	decode();
	ck_assert_uint_eq(table.count, 2);
	ck_assert_ptr_null(table.malformed);
	ck_assert(table.entries[0].for_shim);
	ck_assert(!table.entries[1].for_shim);
	ck_assert_ptr_nonnull(table.entries[1].message);
	for (size_t i = 2; i <= AUTHENTICODE_ENTRIES_MAX; i++)
		testimage_sign(&image, &how);
	decode();
	ck_assert(table.too_much);
	ck_assert_uint_eq(table.count, AUTHENTICODE_ENTRIES_MAX);
}
END_TEST

/* A table that ends right behind a message, inside the padding: shim takes it, edk2 does not. */
START_TEST(table_without_padding)
{
	size_t directory = testimage_directory(&image), size;

	testimage_sign(&image, &(struct testimage_signature){.key = key, .cert = cert});
	size = testimage_get32(&image, testimage_get32(&image, directory));
	ck_assert_uint_ne(size % 8, 0);
	image.len = testimage_get32(&image, directory) + size;
	testimage_put32(&image, directory + 4, (uint32_t)size);
	decode();
	ck_assert_ptr_nonnull(table.malformed);
	ck_assert_ptr_null(table.malformed_shim);
}
END_TEST

/* --- Messages --- */

static struct authenticode_message *message(void)
{
	ck_assert_uint_ge(table.count, 1);
	return authenticode_message_new(table.entries[0].message, table.entries[0].size);
}

/* Signs, and verifies with the signer's own certificate. */
static bool verifies(struct testimage_signature how, const char *algo)
{
	struct authenticode_message *m;
	struct trustanchor *anchor = anchor_of(cert);
	const struct digest *digest;
	bool good;

	how.key = how.key ? how.key : key;
	how.cert = how.cert ? how.cert : cert;
	testimage_sign(&image, &how);
	decode();
	m = message();
	ck_assert_ptr_nonnull(m);
	digest = authenticode_digest_by(&digests, hashalgo_by_name(algo)->id);
	good = authenticode_verify(m, digest, anchor);
	authenticode_message_free(m);
	trustanchor_free(anchor);
	return good;
}

static const char *const algos[] = {"sha1", "sha256", "sha384", "sha512"};

START_TEST(good_message)
{
	const struct hashalgo *algo;

	ck_assert(verifies((struct testimage_signature){.md = algos[_i]}, algos[_i]));
	algo = authenticode_edk2_algo(table.entries[0].message, table.entries[0].size);
	ck_assert_ptr_nonnull(algo);
	ck_assert_str_eq(algo->name, algos[_i]);
}
END_TEST

static const struct testimage_signature bad[] = {
	{.break_digest = true},
	{.break_signature = true},
	{.without_cert = true},
	{.other_content = true},
};

START_TEST(bad_message)
{
	ck_assert(!verifies(bad[_i], "sha256"));
}
END_TEST

/* A digest of the right bytes under another algorithm is none. */
START_TEST(another_algorithm)
{
	ck_assert(!verifies((struct testimage_signature){.md = "sha384"}, "sha256"));
}
END_TEST

/* edk2 knows SHA-224 and computes none. */
START_TEST(sha224)
{
	testimage_sign(&image,
		       &(struct testimage_signature){.key = key, .cert = cert, .md = "sha224"});
	decode();
	ck_assert_ptr_null(authenticode_edk2_algo(table.entries[0].message, table.entries[0].size));
}
END_TEST

START_TEST(signer_facts)
{
	struct authenticode_message *m;
	const struct authenticode_signer *signer;
	uint8_t expected[32];
	struct digest tbs;

	testimage_sign(&image, &(struct testimage_signature){.key = key, .cert = cert});
	decode();
	m = message();
	ck_assert_uint_eq(authenticode_signer_count(m), 1);
	signer = authenticode_signer_at(m, 0);
	ck_assert_str_eq(signer->subject, "CN=signer");
	ck_assert_str_eq(signer->issuer, "CN=signer");
	ck_assert_str_eq(signer->name, "signer");
	ck_assert_str_eq(signer->serial, "01");
	ck_assert_str_eq(signer->digest, "sha256");
	X509_digest(cert, EVP_sha256(), expected, NULL);
	ck_assert_mem_eq(signer->sha256, expected, 32);
	ck_assert(authenticode_signer_tbs(m, 0, HASHALGO_SHA256, &tbs));
	ck_assert_mem_ne(tbs.value, expected, 32);
	ck_assert(!authenticode_signer_tbs(m, 1, HASHALGO_SHA256, &tbs));
	authenticode_message_free(m);
}
END_TEST

/* A name of any length is cut: a message may repeat it for each signer. */
START_TEST(long_name)
{
	struct authenticode_message *m;
	X509 *named = testkeys_certify(&(struct testkeys_cert){.key = key, .subject = "named"});
	X509_NAME *name = X509_get_subject_name(named);

	for (size_t n = 0; n < 2 * TRUSTANCHOR_NAME_MAX; n += 60)
		ck_assert(
			X509_NAME_add_entry_by_txt(
				name, "OU", MBSTRING_UTF8,
				(const unsigned char
					 *)"sixty characters, or about that many, in each of its units, x",
				-1, -1, 0) == 1);
	X509_set_issuer_name(named, name);
	ck_assert(X509_sign(named, key, EVP_sha256()) > 0);
	testimage_sign(&image, &(struct testimage_signature){.key = key, .cert = named});
	decode();
	m = message();
	ck_assert(authenticode_intact(m));
	ck_assert_uint_eq(strlen(authenticode_signer_at(m, 0)->subject), TRUSTANCHOR_NAME_MAX);
	ck_assert_str_eq(authenticode_signer_at(m, 0)->name, "named");
	authenticode_message_free(m);
	X509_free(named);
}
END_TEST

/* Every bit of a message flipped: nothing but its unsigned parts may still verify. */
START_TEST(every_bit)
{
	struct trustanchor *anchor = anchor_of(cert);
	struct authenticode_message *m;
	uint8_t copy[4096];
	size_t good = 0;

	testimage_sign(&image, &(struct testimage_signature){.key = key, .cert = cert});
	decode();
	ck_assert_uint_le(table.entries[0].size, sizeof(copy));
	for (size_t i = 0; i < table.entries[0].size; i++) {
		memcpy(copy, table.entries[0].message, table.entries[0].size);
		copy[i] ^= 1;
		m = authenticode_message_new(copy, table.entries[0].size);
		good += m && authenticode_verify(m, &digests.of[1], anchor);
		authenticode_message_free(m);
	}
	/* Versions, NULL parameters, padding: a few bytes that nobody signs. */
	ck_assert_uint_lt(good, 100);
	trustanchor_free(anchor);
}
END_TEST

START_TEST(truncated_message)
{
	testimage_sign(&image, &(struct testimage_signature){.key = key, .cert = cert});
	decode();
	/* The entry's padding may be missing; nothing else. */
	for (size_t n = 0; n + 8 < table.entries[0].size; n += 3) {
		struct authenticode_message *m =
			authenticode_message_new(table.entries[0].message, n);

		ck_assert_ptr_null(m);
		authenticode_message_free(m);
	}
}
END_TEST

/* --- Chains --- */

static X509 *issue(EVP_PKEY *subject_key, EVP_PKEY *signer, const char *subject, const char *issuer)
{
	return testkeys_certify(&(struct testkeys_cert){.key = subject_key,
							.signer = signer,
							.subject = subject,
							.issuer = issuer,
							.not_before = "20100101000000Z",
							.not_after = "20110101000000Z"});
}

static void make_authority(X509 *x509, EVP_PKEY *signer)
{
	X509_EXTENSION *ca =
		X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");

	ck_assert(X509_add_ext(x509, ca, -1) == 1);
	ck_assert(X509_sign(x509, signer, EVP_sha256()) > 0);
	X509_EXTENSION_free(ca);
}

/* Each certificate of a chain is an anchor, dates do not matter; without the middle only it and the leaf. */
START_TEST(chain)
{
	EVP_PKEY *leaf_key = testkeys_new("P-256");
	X509 *leaf = issue(leaf_key, key, "leaf", "signer");
	X509 *other = issue(leaf_key, leaf_key, "signer", "signer");
	struct trustanchor *plain = anchor_of(cert), *own = anchor_of(leaf), *root, *wrong;
	struct authenticode_message *m;

	make_authority(cert, key);
	make_authority(other, leaf_key);
	root = anchor_of(cert);
	wrong = anchor_of(other);
	testimage_sign(&image, &(struct testimage_signature){.key = leaf_key, .cert = leaf});
	decode();
	m = message();
	ck_assert(authenticode_intact(m));
	ck_assert(authenticode_verify(m, &digests.of[1], own));
	ck_assert(authenticode_verify(m, &digests.of[1], root));
	/* One that is no authority, and the same name with another key. */
	ck_assert(!authenticode_verify(m, &digests.of[1], plain));
	ck_assert(!authenticode_verify(m, &digests.of[1], wrong));
	authenticode_message_free(m);
	trustanchor_free(root);
	trustanchor_free(plain);
	trustanchor_free(own);
	trustanchor_free(wrong);
	X509_free(leaf);
	X509_free(other);
	EVP_PKEY_free(leaf_key);
}
END_TEST

/* --- Time stamps --- */

static X509 *authority(EVP_PKEY *tsa_key)
{
	X509 *x509 = X509_new();
	X509_EXTENSION *usage =
		X509V3_EXT_conf_nid(NULL, NULL, NID_ext_key_usage, "critical,timeStamping");

	X509_set_version(x509, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), 5);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
				   (const unsigned char *)"stamps", -1, -1, 0);
	X509_set_issuer_name(x509, X509_get_subject_name(x509));
	ASN1_TIME_set_string(X509_getm_notBefore(x509), "20100101000000Z");
	ASN1_TIME_set_string(X509_getm_notAfter(x509), "20400101000000Z");
	X509_set_pubkey(x509, tsa_key);
	ck_assert(X509_add_ext(x509, usage, -1) == 1);
	ck_assert(X509_sign(x509, tsa_key, EVP_sha256()) > 0);
	X509_EXTENSION_free(usage);
	return x509;
}

START_TEST(time_stamp)
{
	EVP_PKEY *tsa_key = testkeys_new("rsa2048");
	X509 *tsa = authority(tsa_key);
	struct trustanchor *right = anchor_of(tsa), *wrong = anchor_of(cert);
	struct authenticode_message *m;
	struct authenticode_time t;

	/* 2020-02-03 04:05:06 UTC */
	testimage_sign(&image, &(struct testimage_signature){.key = key,
							     .cert = cert,
							     .tsa_key = tsa_key,
							     .tsa_cert = tsa,
							     .stamped_at = 1580702706});
	decode();
	m = message();
	ck_assert(authenticode_intact(m));
	ck_assert(authenticode_timestamp(m, right, &t));
	ck_assert_uint_eq(t.year, 2020);
	ck_assert_uint_eq(t.month, 2);
	ck_assert_uint_eq(t.day, 3);
	ck_assert_uint_eq(t.hour, 4);
	ck_assert_uint_eq(t.minute, 5);
	ck_assert_uint_eq(t.second, 6);
	ck_assert(!authenticode_timestamp(m, wrong, &t));
	authenticode_message_free(m);
	trustanchor_free(right);
	trustanchor_free(wrong);
	X509_free(tsa);
	EVP_PKEY_free(tsa_key);
}
END_TEST

/* --- Certificates --- */

START_TEST(anchors_from_files)
{
	char *dir = testkeys_mkdir();
	struct trustanchor_list list = {0};
	struct fault f = {0};

	testkeys_write_der(testkeys_path(dir, "one.der"), cert);
	testkeys_add_pem(testkeys_path(dir, "two.pem"), cert);
	testkeys_add_pem(testkeys_path(dir, "two.pem"), cert);
	testkeys_write(testkeys_path(dir, "none"), "text\n", 5);
	ck_assert_int_eq(trustanchor_load(&list, testkeys_path(dir, "one.der"), &f), 0);
	ck_assert_uint_eq(list.count, 1);
	ck_assert_int_eq(trustanchor_load(&list, testkeys_path(dir, "two.pem"), &f), 0);
	ck_assert_uint_eq(list.count, 3);
	ck_assert_str_eq(trustanchor_subject(list.items[2]), "CN=signer");
	ck_assert_int_eq(trustanchor_load(&list, testkeys_path(dir, "none"), &f), -1);
	ck_assert_int_eq(trustanchor_load(&list, testkeys_path(dir, "missing"), &f), -1);
	ck_assert_int_eq(trustanchor_load(&list, dir, &f), -1);
	trustanchor_list_done(&list);
	testkeys_rmdir(dir);
}
END_TEST

/* Shim wants a length of two bytes that fits, and no certificate for modules only. */
START_TEST(anchors_of_shim)
{
	unsigned char *der = NULL;
	int size = i2d_X509(cert, &der);
	struct trustanchor *anchor = trustanchor_new(der, (size_t)size);
	uint8_t padded[4096] = {0};

	ck_assert(trustanchor_for_shim(anchor));
	trustanchor_free(anchor);
	memcpy(padded, der, (size_t)size);
	anchor = trustanchor_new(padded, (size_t)size + 1);
	ck_assert_ptr_nonnull(anchor);
	ck_assert(!trustanchor_for_shim(anchor));
	trustanchor_free(anchor);
	ck_assert_ptr_null(trustanchor_new(der, (size_t)size - 1));
	ck_assert_ptr_null(trustanchor_new(der, 0));
	OPENSSL_free(der);
}
END_TEST

START_TEST(module_certificate)
{
	X509_EXTENSION *usage =
		X509V3_EXT_conf_nid(NULL, NULL, NID_ext_key_usage, "1.3.6.1.4.1.2312.16.1.2");
	struct trustanchor *anchor;

	ck_assert(X509_add_ext(cert, usage, -1) == 1);
	ck_assert(X509_sign(cert, key, EVP_sha256()) > 0);
	anchor = anchor_of(cert);
	ck_assert(!trustanchor_for_shim(anchor));
	trustanchor_free(anchor);
	X509_EXTENSION_free(usage);
}
END_TEST

Suite *authenticode_suite(void)
{
	Suite *suite = suite_create("authenticode");
	TCase *tc = tcase_create("authenticode");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, digest_plain);
	tcase_add_test(tc, digest_pe32);
	tcase_add_test(tc, digest_of_trailing_data);
	tcase_add_test(tc, digest_of_odd_file);
	tcase_add_test(tc, signing_keeps_the_digest);
	tcase_add_loop_test(tc, digest_leaves_out, 0, 6);
	tcase_add_test(tc, digest_sorts_sections);
	tcase_add_test(tc, digest_without_directory);
	tcase_add_test(tc, no_digest);
	tcase_add_test(tc, overlapping_sections);
	tcase_add_loop_test(tc, table_damage, 0, (int)(sizeof(tables) / sizeof(tables[0])));
	tcase_add_test(tc, several_entries);
	tcase_add_test(tc, table_without_padding);
	tcase_add_loop_test(tc, good_message, 0, (int)(sizeof(algos) / sizeof(algos[0])));
	tcase_add_loop_test(tc, bad_message, 0, (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(tc, another_algorithm);
	tcase_add_test(tc, sha224);
	tcase_add_test(tc, signer_facts);
	tcase_add_test(tc, long_name);
	tcase_add_test(tc, every_bit);
	tcase_add_test(tc, truncated_message);
	tcase_add_test(tc, chain);
	tcase_add_test(tc, time_stamp);
	tcase_add_test(tc, anchors_from_files);
	tcase_add_test(tc, anchors_of_shim);
	tcase_add_test(tc, module_certificate);
	suite_add_tcase(suite, tc);
	return suite;
}
