/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of efi/imagecheck.c, imagerules.c and shimimage.c: each rule with images and databases made here,
 * agreement with sbverify about images that sbsign made, and Debian's own boot programs.
 */
#include "efi/imagecheck.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "efi/authenticode.h"
#include "efi/trustanchor.h"
#include "scanner/base/own.h"
#include "scanner/digest.h"
#include "tests/efi/testimage.h"
#include "tests/scanner/testkeys.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

static struct buf image;
static struct testimage_state state;
static struct imagecheck got;
static EVP_PKEY *key, *other_key;
static X509 *good, *other;

static const struct testimage_section with_sbat[] = {
	{".sbat", "sbat,1,a,b,c,d\nthing,3,a,b,c,d\n", 31}};

static void set_up(void)
{
	ck_assert_int_eq(digest_init(NULL), 0);
	testimage_build(&image, true, with_sbat, 1);
	testimage_state_init(&state, SECUREBOOT_ENFORCING);
	testimage_state_sbat(&state, "sbat,1,2025010100\nthing,3\n");
	key = testkeys_new("rsa1024");
	other_key = testkeys_new("rsa1024");
	good = testkeys_certify(&(struct testkeys_cert){.key = key, .subject = "good"});
	other = testkeys_certify(&(struct testkeys_cert){.key = other_key, .subject = "other"});
}

static void tear_down(void)
{
	imagecheck_done(&got);
	testimage_state_done(&state);
	buf_done(&image);
	X509_free(good);
	X509_free(other);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
}

static void sign_good(void)
{
	testimage_sign(&image, &(struct testimage_signature){.key = key, .cert = good});
}

static void sign_other(void)
{
	testimage_sign(&image, &(struct testimage_signature){.key = other_key, .cert = other});
}

static void check_with(const struct imagecheck_anchors *anchors)
{
	struct fault f = {0};

	imagecheck_done(&got);
	ck_assert_msg(imagecheck_decode("ESP:/x.efi", (const uint8_t *)image.data, image.len,
					&state.secureboot, anchors, &got, &f) == 0,
		      "%s", f.text);
}

static const char *const words[] = {"starts", "refused", "unknown"};

#define EXPECT_FIRMWARE(word, why)                                                                 \
	expect(got.by_firmware, got.firmware_because, word, why, __LINE__)
#define EXPECT_SHIM(word, why) expect(got.by_shim, got.shim_because, word, why, __LINE__)

static void expect(enum imagecheck_start start, const char *because, enum imagecheck_start expected,
		   const char *why, int line)
{
	ck_assert_msg(start == expected && strstr(because, why), "line %d: %s: %s", line,
		      words[start], because);
}

static void check(void)
{
	check_with(NULL);
}

static void add_hash(enum secureboot_database_id id, enum siglist_type type, const char *md)
{
	uint8_t digest[64];
	size_t size = testimage_digest(&image, md, digest);

	testimage_state_add(&state, id, type, digest, size);
}

static void db(enum secureboot_database_id id, X509 *cert)
{
	testimage_state_cert(&state, id, cert);
}

/* The hash of a certificate's signed part, and a time: year, month, day, or zero. */
static void add_tbs(X509 *cert, unsigned year, unsigned month, unsigned day)
{
	uint8_t entry[48] = {0};
	struct digest tbs;

	ck_assert(trustanchor_tbs_of(cert, HASHALGO_SHA256, &tbs));
	memcpy(entry, tbs.value, 32);
	entry[32] = (uint8_t)year;
	entry[33] = (uint8_t)(year >> 8);
	entry[34] = (uint8_t)month;
	entry[35] = (uint8_t)day;
	testimage_state_add(&state, SECUREBOOT_DBX, SIGLIST_X509_SHA256, entry, sizeof(entry));
}

/* --- The firmware --- */

START_TEST(state_decides)
{
	static const struct {
		enum secureboot_word word;
		enum imagecheck_start start;
		const char *why;
	} states[] = {
		{SECUREBOOT_SETUP_MODE, IMAGECHECK_STARTS, "setup mode"},
		{SECUREBOOT_DISABLED, IMAGECHECK_STARTS, "is off"},
		{SECUREBOOT_NOT_UEFI, IMAGECHECK_UNKNOWN, "no UEFI"},
		{SECUREBOOT_CANNOT_TELL, IMAGECHECK_UNKNOWN, "with it: refused, it is not signed"},
		{SECUREBOOT_ENFORCING, IMAGECHECK_REFUSED, "it is not signed"},
	};

	state.secureboot.word = states[_i].word;
	check();
	EXPECT_FIRMWARE(states[_i].start, states[_i].why);
}
END_TEST

START_TEST(hash_admits_unsigned)
{
	static const struct {
		const char *md;
		enum siglist_type type;
	} kinds[] = {{"sha1", SIGLIST_SHA1},
		     {"sha256", SIGLIST_SHA256},
		     {"sha384", SIGLIST_SHA384},
		     {"sha512", SIGLIST_SHA512}};

	add_hash(SECUREBOOT_DB, kinds[_i].type, kinds[_i].md);
	check();
	/* Older firmware looks for SHA-256 only. */
	EXPECT_FIRMWARE(_i == 1 ? IMAGECHECK_STARTS : IMAGECHECK_UNKNOWN, "digest is in db");
	/* Shim knows two of them. */
	if (_i < 2)
		EXPECT_SHIM(IMAGECHECK_STARTS, "digest is in db");
	else
		EXPECT_SHIM(IMAGECHECK_UNKNOWN, "it is not signed");
	add_hash(SECUREBOOT_DBX, kinds[3 - _i].type, kinds[3 - _i].md);
	check();
	EXPECT_FIRMWARE(_i == 1 ? IMAGECHECK_UNKNOWN : IMAGECHECK_REFUSED, "digest is in dbx");
}
END_TEST

START_TEST(good_signature)
{
	db(SECUREBOOT_DB, other);
	sign_good();
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "signed by good, for which db does not vouch");
	ck_assert_uint_eq(got.signer_count, 1);
	ck_assert(got.signers[0].valid);
	ck_assert_ptr_null(got.signers[0].anchor);
	db(SECUREBOOT_DB, good);
	check();
	EXPECT_FIRMWARE(IMAGECHECK_STARTS, "signed by good");
	EXPECT_SHIM(IMAGECHECK_STARTS, "in db");
	ck_assert_str_eq(got.signers[0].anchor, "db");
	ck_assert_ptr_null(got.signers[0].revoked);
	ck_assert_str_eq(got.signers[0].subject, "CN=good");
}
END_TEST

START_TEST(changed_after_signing)
{
	db(SECUREBOOT_DB, good);
	sign_good();
	image.data[0x620] ^= 1;
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "changed after good signed");
	EXPECT_SHIM(IMAGECHECK_REFUSED, "changed after good signed");
	ck_assert(!got.signers[0].valid);
	ck_assert_ptr_null(got.signers[0].anchor);
}
END_TEST

START_TEST(broken_signature)
{
	db(SECUREBOOT_DB, good);
	testimage_sign(&image, &(struct testimage_signature){
				       .key = key, .cert = good, .break_signature = true});
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "its signature is bad");
	ck_assert(!got.signers[0].valid);
}
END_TEST

START_TEST(revoked_certificate)
{
	db(SECUREBOOT_DB, good);
	db(SECUREBOOT_DBX, good);
	sign_good();
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "dbx holds good");
	EXPECT_SHIM(IMAGECHECK_REFUSED, "dbx revokes good");
	ck_assert_str_eq(got.signers[0].revoked, "dbx");
}
END_TEST

START_TEST(revoked_hash)
{
	db(SECUREBOOT_DB, good);
	sign_good();
	add_hash(SECUREBOOT_DBX, SIGLIST_SHA256, "sha256");
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "sha256 digest is in dbx");
	EXPECT_SHIM(IMAGECHECK_REFUSED, "digest is in dbx");
}
END_TEST

/* edk2 compares the digest of a signed image only by its signature's algorithm. */
START_TEST(hash_of_another_algorithm)
{
	sign_good();
	add_hash(SECUREBOOT_DB, SIGLIST_SHA512, "sha512");
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "does not vouch");
	add_hash(SECUREBOOT_DB, SIGLIST_SHA256, "sha256");
	check();
	EXPECT_FIRMWARE(IMAGECHECK_STARTS, "sha256 digest is in db");
	add_hash(SECUREBOOT_DBX, SIGLIST_SHA512, "sha512");
	check();
	EXPECT_FIRMWARE(IMAGECHECK_STARTS, "sha256 digest is in db");
}
END_TEST

START_TEST(revoked_by_hash_of_certificate)
{
	db(SECUREBOOT_DB, good);
	sign_good();
	add_tbs(other, 0, 0, 0);
	check();
	EXPECT_FIRMWARE(IMAGECHECK_STARTS, "signed by good");
	add_tbs(good, 0, 0, 0);
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "hash of its signer's certificate");
	ck_assert_str_eq(got.signers[0].revoked, "dbx");
	/* Shim does not look at such entries. */
	EXPECT_SHIM(IMAGECHECK_STARTS, "signed by good");
}
END_TEST

static X509 *authority(EVP_PKEY *tsa_key)
{
	X509 *x509 = testkeys_certify(&(struct testkeys_cert){.key = tsa_key, .subject = "tsa"});
	X509_EXTENSION *usage =
		X509V3_EXT_conf_nid(NULL, NULL, NID_ext_key_usage, "critical,timeStamping");

	ck_assert(X509_add_ext(x509, usage, -1) == 1);
	ck_assert(X509_sign(x509, tsa_key, EVP_sha256()) > 0);
	X509_EXTENSION_free(usage);
	return x509;
}

/* A revocation with a time: a stamp of before admits, by an authority of dbt only. */
START_TEST(revoked_from_a_time_on)
{
	EVP_PKEY *tsa_key = testkeys_new("P-256");
	X509 *tsa = authority(tsa_key);

	db(SECUREBOOT_DB, good);
	/* 2020-02-03 04:05:06 UTC */
	testimage_sign(&image, &(struct testimage_signature){.key = key,
							     .cert = good,
							     .tsa_key = tsa_key,
							     .tsa_cert = tsa,
							     .stamped_at = 1580702706});
	add_tbs(good, 2020, 2, _i == 0 ? 4 : 3);
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "hash of its signer's certificate");
	db(SECUREBOOT_DBT, tsa);
	check();
	if (_i == 0)
		EXPECT_FIRMWARE(IMAGECHECK_STARTS, "signed by good");
	else
		EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "hash of its signer's certificate");
	X509_free(tsa);
	EVP_PKEY_free(tsa_key);
}
END_TEST

/* A root in db whose hash is in dbx; the signer is another certificate. */
START_TEST(anchor_revoked_by_hash)
{
	X509_EXTENSION *ca = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "CA:TRUE");
	X509 *leaf = testkeys_certify(&(struct testkeys_cert){
		.key = other_key, .signer = key, .subject = "leaf", .issuer = "good"});

	X509_add_ext(good, ca, -1);
	ck_assert(X509_sign(good, key, EVP_sha256()) > 0);
	db(SECUREBOOT_DB, good);
	testimage_sign(&image, &(struct testimage_signature){.key = other_key, .cert = leaf});
	check();
	EXPECT_FIRMWARE(IMAGECHECK_STARTS, "signed by leaf, which good in db");
	add_tbs(good, 0, 0, 0);
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "dbx holds the hash of good");
	X509_EXTENSION_free(ca);
	X509_free(leaf);
}
END_TEST

START_TEST(several_signatures)
{
	db(SECUREBOOT_DB, good);
	sign_other();
	sign_good();
	check();
	EXPECT_FIRMWARE(IMAGECHECK_STARTS, "signed by good");
	EXPECT_SHIM(IMAGECHECK_STARTS, "signed by good");
	ck_assert_uint_eq(got.signer_count, 2);
	ck_assert_ptr_null(got.signers[0].anchor);
	ck_assert_str_eq(got.signers[1].anchor, "db");
	/* One that is revoked refuses all of it in the firmware, and takes nothing back in shim. */
	db(SECUREBOOT_DBX, other);
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "dbx holds other");
	EXPECT_SHIM(IMAGECHECK_STARTS, "signed by good");
}
END_TEST

START_TEST(signer_not_in_message)
{
	db(SECUREBOOT_DB, good);
	testimage_sign(&image, &(struct testimage_signature){
				       .key = key, .cert = good, .without_cert = true});
	sign_good();
	check();
	EXPECT_FIRMWARE(IMAGECHECK_STARTS, "signed by good");
	/* As soon as there is a dbx, edk2 refuses what it cannot look up there. */
	testimage_state_add(&state, SECUREBOOT_DBX, SIGLIST_X509, NULL, 0);
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "does not bring its signer's certificate");
	ck_assert_str_eq(got.signers[0].subject, "");
	ck_assert_str_eq(got.signers[0].issuer, "CN=good");
	ck_assert(!got.signers[0].valid);
}
END_TEST

START_TEST(sha384_signature)
{
	db(SECUREBOOT_DB, good);
	testimage_sign(&image,
		       &(struct testimage_signature){.key = key, .cert = good, .md = "sha384"});
	check();
	EXPECT_FIRMWARE(IMAGECHECK_STARTS, "signed by good");
	EXPECT_SHIM(IMAGECHECK_REFUSED, "no sha384 signatures");
}
END_TEST

START_TEST(guid_entry)
{
	db(SECUREBOOT_DB, good);
	testimage_sign(&image,
		       &(struct testimage_signature){.key = key, .cert = good, .as_guid = true});
	check();
	EXPECT_FIRMWARE(IMAGECHECK_STARTS, "signed by good");
	EXPECT_SHIM(IMAGECHECK_REFUSED, "no signature that shim knows");
}
END_TEST

/* A table that does not end where it says: the admission is taken back. */
START_TEST(malformed_table)
{
	size_t directory = testimage_directory(&image);

	db(SECUREBOOT_DB, good);
	sign_good();
	buf_add(&image, "\1\0\0\0\0\0\0\0", 8);
	testimage_put32(&image, directory + 4, testimage_get32(&image, directory + 4) + 8);
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "certificate table is malformed");
	EXPECT_SHIM(IMAGECHECK_REFUSED, "certificate table is malformed");
	ck_assert_str_eq(got.signers[0].anchor, "db");
}
END_TEST

START_TEST(too_many_signatures)
{
	db(SECUREBOOT_DB, good);
	for (size_t i = 0; i <= AUTHENTICODE_ENTRIES_MAX; i++)
		sign_other();
	check();
	EXPECT_FIRMWARE(IMAGECHECK_UNKNOWN, "more or larger signatures");
	EXPECT_SHIM(IMAGECHECK_UNKNOWN, "more or larger signatures");
}
END_TEST

/* Malformed images are started by nobody, Secure Boot or not. */
START_TEST(malformed_image)
{
	state.secureboot.word = SECUREBOOT_DISABLED;
	testimage_put32(&image, testimage_section(&image, 1) + 20, 0x100000);
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "malformed: a section lies outside the file");
	EXPECT_SHIM(IMAGECHECK_REFUSED, "malformed");
}
END_TEST

START_TEST(not_an_image)
{
	struct fault f = {0};

	ck_assert_int_eq(imagecheck_decode("x", (const uint8_t *)"#!/bin/sh", 9, &state.secureboot,
					   NULL, &got, &f),
			 -1);
	ck_assert_int_eq(f.os, ENOEXEC);
}
END_TEST

START_TEST(unreadable_database)
{
	db(SECUREBOOT_DB, good);
	testimage_state_add(&state, SECUREBOOT_DBX, SIGLIST_X509, NULL, 0);
	state.variables[SECUREBOOT_DBX].unreadable = EIO;
	sign_good();
	check();
	EXPECT_FIRMWARE(IMAGECHECK_UNKNOWN, "could not be read");
}
END_TEST

START_TEST(given_anchor)
{
	char *dir = testkeys_mkdir();
	const char *file = testkeys_path(dir, "good.der");
	struct imagecheck_anchors *anchors;
	struct fault f = {0};

	testkeys_write_der(file, good);
	anchors = imagecheck_anchors_new(&state.secureboot, &file, 1, &f);
	ck_assert_msg(anchors != NULL, "%s", f.text);
	sign_good();
	check_with(anchors);
	ck_assert_str_eq(got.signers[0].anchor, "given");
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "does not vouch");
	imagecheck_anchors_free(anchors);
	file = testkeys_path(dir, "missing");
	ck_assert_ptr_null(imagecheck_anchors_new(&state.secureboot, &file, 1, &f));
	ck_assert_msg(strstr(f.text, "missing"), "%s", f.text);
	testkeys_rmdir(dir);
}
END_TEST

/* --- Shim --- */

START_TEST(shim_state)
{
	state.secureboot.mok_validation_off = SECUREBOOT_FLAG_ON;
	check();
	EXPECT_SHIM(IMAGECHECK_STARTS, "MokSBStateRT");
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "not signed");
	state.secureboot.mok_validation_off = SECUREBOOT_FLAG_OFF;
	check();
	EXPECT_SHIM(IMAGECHECK_UNKNOWN, "which digests MokListRT holds is not known");
	state.secureboot.word = SECUREBOOT_DISABLED;
	check();
	EXPECT_SHIM(IMAGECHECK_STARTS, "not enforced");
}
END_TEST

START_TEST(machine_owner_keys)
{
	sign_good();
	check();
	EXPECT_SHIM(IMAGECHECK_UNKNOWN, "whom shim trusts by itself is not known");
	state.secureboot.shim_ran = true;
	db(SECUREBOOT_MOK, other);
	check();
	EXPECT_SHIM(IMAGECHECK_REFUSED, "for which db, MokListRT or shim does not vouch");
	db(SECUREBOOT_MOK, good);
	check();
	EXPECT_SHIM(IMAGECHECK_STARTS, "good in MokListRT");
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "does not vouch");
	ck_assert_str_eq(got.signers[0].anchor, "MokListRT");
	db(SECUREBOOT_MOKX, good);
	check();
	EXPECT_SHIM(IMAGECHECK_REFUSED, "MokListXRT revokes good");
	ck_assert_str_eq(got.signers[0].revoked, "MokListXRT");
}
END_TEST

START_TEST(machine_owner_hashes)
{
	add_hash(SECUREBOOT_MOK, SIGLIST_SHA256, "sha256");
	check();
	EXPECT_SHIM(IMAGECHECK_STARTS, "digest is in MokListRT");
	add_hash(SECUREBOOT_MOKX, SIGLIST_SHA256, "sha256");
	check();
	EXPECT_SHIM(IMAGECHECK_REFUSED, "digest is in MokListXRT");
}
END_TEST

/* Of a list of two shim reads the first. */
START_TEST(second_of_a_list)
{
	struct buf *raw = &state.raw[SECUREBOOT_DB];
	X509 *before =
		testkeys_certify(&(struct testkeys_cert){.key = other_key, .subject = "four"});
	uint32_t first, second;

	for (unsigned i = 0; i < 100; i++) {
		testimage_state_done(&state);
		db(SECUREBOOT_DB, before);
		first = testimage_get32(raw, 16);
		db(SECUREBOOT_DB, good);
		second = testimage_get32(raw, first + 16);
		if (first == second)
			break;
		/* Another signature, perhaps of the same length. */
		ck_assert(X509_sign(good, key, EVP_sha256()) > 0);
	}
	ck_assert_uint_eq(first, second);
	/* One list of both: the second one's header goes. */
	memmove(raw->data + first, raw->data + first + 28, raw->len - first - 28);
	raw->len -= 28;
	testimage_put32(raw, 16, (uint32_t)raw->len);
	testimage_state_add(&state, SECUREBOOT_DB, SIGLIST_X509, NULL, 0);
	ck_assert_uint_eq(state.secureboot.databases[SECUREBOOT_DB].list.count, 2);
	sign_good();
	check();
	EXPECT_FIRMWARE(IMAGECHECK_STARTS, "good in db");
	EXPECT_SHIM(IMAGECHECK_UNKNOWN, "not known");
	X509_free(before);
}
END_TEST

START_TEST(sbat_level)
{
	static const struct {
		const char *level;
		enum imagecheck_start start;
		const char *why;
		bool revoked;
	} levels[] = {
		{"sbat,1,2025\nthing,3\n", IMAGECHECK_STARTS, "signed by", false},
		{"sbat,1,2025\nthing,4\n", IMAGECHECK_REFUSED, "revokes thing of generation 3",
		 true},
		{"sbat,1,2025\nanother,4\n", IMAGECHECK_STARTS, "signed by", false},
		{"sbat\n", IMAGECHECK_UNKNOWN, "SBAT level is not known", false},
		{"", IMAGECHECK_UNKNOWN, "SBAT level is not known", false},
	};

	db(SECUREBOOT_DB, good);
	sign_good();
	testimage_state_sbat(&state, levels[_i].level);
	check();
	EXPECT_SHIM(levels[_i].start, levels[_i].why);
	EXPECT_FIRMWARE(IMAGECHECK_STARTS, "signed by");
	ck_assert_int_eq(got.sbat_revoked, levels[_i].revoked);
	ck_assert_str_eq(got.sbat, with_sbat[0].data);
}
END_TEST

START_TEST(malformed_sbat)
{
	static const struct testimage_section broken[] = {{".sbat", "sbat,1,a\n", 9}};

	testimage_build(&image, true, broken, 1);
	db(SECUREBOOT_DB, good);
	sign_good();
	check();
	EXPECT_SHIM(IMAGECHECK_REFUSED, ".sbat: a line has too few columns");
	EXPECT_FIRMWARE(IMAGECHECK_STARTS, "signed by");
}
END_TEST

/* What shim starts itself must have .sbat; what a loader asks about need not. */
START_TEST(without_sbat)
{
	static const struct testimage_section plain[] = {{".data", "x", 1}};
	static const struct testimage_section loader[] = {
		{".sdmagic", "#### LoaderInfo: systemd-boot 247 ####", 38}};

	db(SECUREBOOT_DB, good);
	testimage_build(&image, true, plain, 1);
	sign_good();
	check();
	EXPECT_SHIM(IMAGECHECK_STARTS, "signed by");
	testimage_build(&image, true, loader, 1);
	sign_good();
	check();
	EXPECT_SHIM(IMAGECHECK_REFUSED, "no .sbat section");
}
END_TEST

/* Elliptic curves: shim knows none, firmware perhaps. A signature by RSA beside it decides. */
START_TEST(other_keys)
{
	EVP_PKEY *ec_key = testkeys_new("P-256");
	X509 *ec = testkeys_certify(&(struct testkeys_cert){.key = ec_key, .subject = "curve"});

	db(SECUREBOOT_DB, ec);
	testimage_sign(&image, &(struct testimage_signature){.key = ec_key, .cert = ec});
	check();
	EXPECT_FIRMWARE(IMAGECHECK_UNKNOWN, "curve in db vouches for, not with RSA");
	EXPECT_SHIM(IMAGECHECK_REFUSED, "but those of RSA keys");
	sign_other();
	check();
	EXPECT_FIRMWARE(IMAGECHECK_UNKNOWN, "curve in db");
	db(SECUREBOOT_DB, other);
	check();
	EXPECT_FIRMWARE(IMAGECHECK_STARTS, "signed by other");
	EXPECT_SHIM(IMAGECHECK_STARTS, "signed by other");
	X509_free(ec);
	EVP_PKEY_free(ec_key);
}
END_TEST

/* The trusted certificate is no CA: firmware minds, shim does not. */
START_TEST(issuer_that_may_not)
{
	X509 *leaf = testkeys_certify(&(struct testkeys_cert){
		.key = other_key, .signer = key, .subject = "leaf", .issuer = "good"});

	db(SECUREBOOT_DB, good);
	testimage_sign(&image, &(struct testimage_signature){.key = other_key, .cert = leaf});
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "signed by leaf, for which db does not vouch");
	EXPECT_SHIM(IMAGECHECK_STARTS, "signed by leaf, which good in db vouches for");
	X509_free(leaf);
}
END_TEST

START_TEST(subsystem)
{
	testimage_put16(&image, testimage_optional(&image) + 68, 3);
	sign_good();
	db(SECUREBOOT_DB, good);
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "subsystem");
	EXPECT_SHIM(IMAGECHECK_STARTS, "signed by");
	state.secureboot.word = SECUREBOOT_DISABLED;
	check();
	EXPECT_FIRMWARE(IMAGECHECK_REFUSED, "subsystem");
	EXPECT_SHIM(IMAGECHECK_STARTS, "not enforced");
}
END_TEST

/* Shim measures before it asks whether it is to verify. */
START_TEST(without_digest)
{
	size_t at;

	sign_good();
	at = testimage_directory(&image) + 4;
	testimage_put32(&image, at, testimage_get32(&image, at) - 8);
	state.secureboot.word = SECUREBOOT_DISABLED;
	check();
	EXPECT_FIRMWARE(IMAGECHECK_STARTS, "is off");
	EXPECT_SHIM(IMAGECHECK_REFUSED, "");
}
END_TEST

/* --- What a unified kernel image says --- */

START_TEST(unified_image)
{
	static const struct testimage_section sections[] = {
		{".osrel", "ID=tests\n", 9},
		{".uname", "6.1.0", 5},
		{".cmdline", "quiet", 5},
		{".linux", "MZ kernel", 9},
		{".initrd", "070701", 6},
		{".pcrsig", "{}", 2},
		{".profile", "ID=a", 4},
		{".profile", "TITLE=B\n", 8},
		{".cmdline", "ima_appraise=off", 16},
	};

	testimage_build(&image, true, sections, 9);
	check();
	ck_assert_int_eq(got.role, IMAGECHECK_UKI);
	ck_assert_str_eq(got.cmdline, "quiet");
	ck_assert_str_eq(got.osrel, "ID=tests\n");
	ck_assert_str_eq(got.uname, "6.1.0");
	ck_assert(got.has_linux && got.has_initrd && got.has_pcrsig && !got.has_ucode);
	ck_assert_uint_eq(got.linux_size, 9);
	ck_assert_mem_eq(image.data + got.linux_offset, "MZ kernel", 9);
	ck_assert_mem_eq(image.data + got.initrd_offset, "070701", 6);
	ck_assert_uint_eq(got.profiles, 2);
	ck_assert_uint_eq(got.profile_list_count, 2);
	ck_assert_str_eq(got.profile_list[0].id, "a");
	ck_assert_str_eq(got.profile_list[0].cmdline, "quiet");
	ck_assert_str_eq(got.profile_list[1].title, "B");
	ck_assert_str_eq(got.profile_list[1].cmdline, "ima_appraise=off");
}
END_TEST

/* --- A target --- */

static struct targetfs *target;
static struct imagecheck_list list;
static struct remark_list remarks;

static void find(void)
{
	struct fault f = {0};
	char path[4200];

	snprintf(path, sizeof(path), "%s/root", tree_path());
	target = targetfs_open(path, &f);
	ck_assert_msg(target != NULL, "%s", f.text);
	targetfs_find_esps(target);
	ck_assert_msg(imagecheck_find(target, &state.secureboot, NULL, &list, &remarks, &f) == 0,
		      "%s", f.text);
}

static void find_done(void)
{
	imagecheck_list_done(&list);
	remark_list_done(&remarks);
	targetfs_close(target);
	tree_close();
}

static void make_dirs(void)
{
	static const char *const dirs[] = {
		"root",
		"root/boot",
		"root/boot/efi",
		"root/boot/efi/EFI",
		"root/lib",
		"root/boot/efi/EFI/Linux",
		"root/boot/efi/EFI/debian",
		"root/lib/modules",
	};

	tree_open();
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		tree_mkdir(dirs[i]);
}

START_TEST(whole_target)
{
	static const char *const expected[] = {"ESP:/EFI/Linux/a.efi", "/boot/vmlinuz-1",
					       "/lib/modules/2/vmlinuz"};

	make_dirs();
	tree_file("root/boot/efi/EFI/Linux/a.efi", image.data, image.len, 0644);
	tree_text("root/boot/efi/EFI/Linux/notes.txt",
		  "MZ is how DOS programs begin, and this text too, "
		  "though it is longer than a header.\n");
	tree_file("root/boot/vmlinuz-1", image.data, image.len, 0644);
	ck_assert_int_eq(linkat(tree_fd, "root/boot/vmlinuz-1", tree_fd, "root/boot/vmlinuz", 0),
			 0);
	tree_text("root/boot/initrd.img-1", "not an image");
	tree_mkdir("root/lib/modules/2");
	tree_file("root/lib/modules/2/vmlinuz", image.data, image.len, 0644);
	find();
	ck_assert_uint_eq(remarks.count, 0);
	ck_assert_uint_eq(list.count, 3);
	for (size_t i = 0; i < 3; i++)
		if (i != 1)
			ck_assert_str_eq(list.items[i].path, expected[i]);
	/* One of the two names of the same file. */
	ck_assert_msg(strncmp(list.items[1].path, "/boot/vmlinuz", 13) == 0, "%s",
		      list.items[1].path);
	find_done();
}
END_TEST

/* --- sbverify --- */

static bool run(const char *command, int *out_status)
{
	int status = system(command);

	*out_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return *out_status != 77;
}

static bool vouched_by_db(const char *dir, const char *name, const char *cert)
{
	char path[4200];
	bool found = false;

	snprintf(path, sizeof(path), "%s/%s.efi", dir, name);
	testimage_load(&image, path);
	testimage_state_done(&state);
	testimage_state_init(&state, SECUREBOOT_ENFORCING);
	snprintf(path, sizeof(path), "%s/%s.der", dir, cert);
	testimage_state_file(&state, SECUREBOOT_DB, path);
	check();
	for (size_t i = 0; i < got.signer_count; i++)
		found |= got.signers[i].valid && got.signers[i].anchor &&
			 strcmp(got.signers[i].anchor, "db") == 0;
	return found;
}

/* hash-to-efi-sig-list pads odd files, as shim does. */
static void compare_hash(const char *dir, const char *name)
{
	struct authenticode_digests digests;
	own_buf struct buf expected = {0}, hex = {0};
	struct peimage pe;
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s.hash", dir, name);
	testimage_load(&expected, path);
	snprintf(path, sizeof(path), "%s/%s.efi", dir, name);
	testimage_load(&image, path);
	ck_assert_int_eq(peimage_decode(image.data, image.len, &pe, NULL), 0);
	ck_assert_int_eq(authenticode_digest(&pe, &digests, NULL), 0);
	buf_hex(&hex, digests.shim_sha256.value, 32);
	buf_addc(&hex, '\n');
	ck_assert_str_eq(buf_text(&hex), buf_text(&expected));
	peimage_done(&pe);
}

START_TEST(agrees_with_sbverify)
{
	char *dir = testkeys_mkdir();
	char command[4200], name[64], cert[64];
	unsigned rows = 0;
	int status, theirs;
	FILE *table;

	snprintf(command, sizeof(command), "tests/efi/images.sh %s", dir);
	if (!run(command, &status)) {
		testkeys_rmdir(dir);
		return;
	}
	ck_assert_int_eq(status, 0);
	snprintf(command, sizeof(command), "%s/table", dir);
	table = fopen(command, "r");
	ck_assert_ptr_nonnull(table);
	while (fscanf(table, "%63s %63s %d", name, cert, &theirs) == 3) {
		bool ours = vouched_by_db(dir, name, cert);

		ck_assert_msg(ours == (theirs == 0), "%s by %s: sbverify %d, we: %s", name, cert,
			      theirs, got.firmware_because);
		/* One certificate in db, nothing revoked: the firmware's answer is the same. */
		ck_assert_msg((got.by_firmware == IMAGECHECK_STARTS) == (theirs == 0), "%s: %s",
			      name, got.firmware_because);
		rows++;
	}
	fclose(table);
	ck_assert_uint_ge(rows, 30);
	ck_assert(vouched_by_db(dir, "uki-good", "good"));
	ck_assert_int_eq(got.role, IMAGECHECK_UKI);
	ck_assert_str_eq(got.cmdline, "root=/dev/vda1 ima_appraise=enforce quiet");
	ck_assert_str_eq(got.uname, "6.1.0-tests");
	ck_assert_uint_eq(got.linux_size, 20000);
	compare_hash(dir, "uki");
	compare_hash(dir, "stub");
	compare_hash(dir, "uki-good");
	testkeys_rmdir(dir);
}
END_TEST

/* --- Debian's own boot programs, with the keys of Microsoft that OVMF brings --- */

static const struct {
	const char *from, *to;
	enum imagecheck_role role;
	enum imagecheck_start firmware, shim;
	const char *shim_why;
} programs[] = {
	{"usr/lib/shim/shimx64.efi.signed", "shimx64.efi", IMAGECHECK_SHIM, IMAGECHECK_STARTS,
	 IMAGECHECK_STARTS, "Microsoft Corporation UEFI CA 2011 in db"},
	{"usr/lib/shim/mmx64.efi.signed", "mmx64.efi", IMAGECHECK_OTHER, IMAGECHECK_REFUSED,
	 IMAGECHECK_STARTS, "Debian Secure Boot CA in shim itself"},
	{"usr/lib/shim/fbx64.efi.signed", "fbx64.efi", IMAGECHECK_OTHER, IMAGECHECK_REFUSED,
	 IMAGECHECK_STARTS, "Debian Secure Boot CA in shim itself"},
	{"usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", "grubx64.efi", IMAGECHECK_GRUB,
	 IMAGECHECK_REFUSED, IMAGECHECK_STARTS, "Debian Secure Boot CA in shim itself"},
	{"usr/lib/systemd/boot/efi/systemd-bootx64.efi", "systemd-bootx64.efi",
	 IMAGECHECK_SYSTEMD_BOOT, IMAGECHECK_REFUSED, IMAGECHECK_REFUSED, "it is not signed"},
	{"boot/vmlinuz", "vmlinuz.efi", IMAGECHECK_KERNEL, IMAGECHECK_REFUSED, IMAGECHECK_STARTS,
	 "Debian Secure Boot CA in shim itself"},
};

static const struct imagecheck *found(const char *name)
{
	for (size_t i = 0; i < list.count; i++)
		if (strcmp(strrchr(list.items[i].path, '/') + 1, name) == 0)
			return &list.items[i];
	ck_abort_msg("%s was not found", name);
	return NULL;
}

static void copy_programs(void)
{
	own_buf struct buf file = {0};
	char from[256], to[256];

	make_dirs();
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		snprintf(from, sizeof(from), "build/e2e/boot/%s", programs[i].from);
		snprintf(to, sizeof(to), "root/boot/efi/EFI/debian/%s", programs[i].to);
		testimage_load(&file, from);
		tree_file(to, file.data, file.len, 0644);
	}
}

static void expect_programs(void)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		const struct imagecheck *item = found(programs[i].to);

		ck_assert_str_eq(imagecheck_role_name(item->role),
				 imagecheck_role_name(programs[i].role));
		ck_assert_msg(item->by_firmware == programs[i].firmware, "%s: %s", item->path,
			      item->firmware_because);
		ck_assert_msg(item->by_shim == programs[i].shim &&
				      strstr(item->shim_because, programs[i].shim_why),
			      "%s: %s", item->path, item->shim_because);
	}
}

START_TEST(debian)
{
	const char *vars = "/usr/share/OVMF/OVMF_VARS_4M.ms.fd";
	struct efistore *store;
	struct secureboot microsoft;
	struct fault f = {0};
	int status;

	if (tree_skips(access(vars, R_OK) == 0, "no OVMF with Microsoft's keys") ||
	    !run("tests/e2e/fetch-boot.sh", &status))
		return;
	ck_assert_int_eq(status, 0);
	store = efistore_open(vars, &f);
	ck_assert_msg(store != NULL, "%s", f.text);
	ck_assert_msg(secureboot_read(store, &microsoft, &f) == 0, "%s", f.text);
	ck_assert_int_eq(microsoft.word, SECUREBOOT_ENFORCING);
	testimage_state_done(&state);
	state.secureboot = microsoft;
	copy_programs();
	find();
	expect_programs();
	ck_assert_uint_eq(remarks.count, 0);
	/* Signed by Microsoft's two authorities; the older is in OVMF's db. */
	ck_assert_uint_eq(found("shimx64.efi")->signer_count, 2);
	ck_assert_str_eq(found("shimx64.efi")->signers[0].anchor, "db");
	ck_assert(found("shimx64.efi")->signers[1].valid);
	ck_assert_str_eq(found("grubx64.efi")->signers[0].anchor, "shim");
	state.secureboot = (struct secureboot){0};
	secureboot_done(&microsoft);
	efistore_close(store);
	find_done();
}
END_TEST

Suite *imagecheck_suite(void)
{
	Suite *suite = suite_create("imagecheck");
	TCase *firmware = tcase_create("firmware"), *shim = tcase_create("shim");
	TCase *whole = tcase_create("whole");

	tcase_add_checked_fixture(firmware, set_up, tear_down);
	tcase_add_loop_test(firmware, state_decides, 0, 5);
	tcase_add_loop_test(firmware, hash_admits_unsigned, 0, 4);
	tcase_add_test(firmware, good_signature);
	tcase_add_test(firmware, changed_after_signing);
	tcase_add_test(firmware, broken_signature);
	tcase_add_test(firmware, revoked_certificate);
	tcase_add_test(firmware, revoked_hash);
	tcase_add_test(firmware, hash_of_another_algorithm);
	tcase_add_test(firmware, revoked_by_hash_of_certificate);
	tcase_add_loop_test(firmware, revoked_from_a_time_on, 0, 2);
	tcase_add_test(firmware, anchor_revoked_by_hash);
	tcase_add_test(firmware, several_signatures);
	tcase_add_test(firmware, signer_not_in_message);
	tcase_add_test(firmware, sha384_signature);
	tcase_add_test(firmware, guid_entry);
	tcase_add_test(firmware, malformed_table);
	tcase_add_test(firmware, too_many_signatures);
	tcase_add_test(firmware, malformed_image);
	tcase_add_test(firmware, not_an_image);
	tcase_add_test(firmware, unreadable_database);
	tcase_add_test(firmware, given_anchor);
	suite_add_tcase(suite, firmware);
	tcase_add_checked_fixture(shim, set_up, tear_down);
	tcase_add_test(shim, shim_state);
	tcase_add_test(shim, machine_owner_keys);
	tcase_add_test(shim, machine_owner_hashes);
	tcase_add_test(shim, second_of_a_list);
	tcase_add_loop_test(shim, sbat_level, 0, 5);
	tcase_add_test(shim, malformed_sbat);
	tcase_add_test(shim, without_sbat);
	tcase_add_test(shim, other_keys);
	tcase_add_test(shim, issuer_that_may_not);
	tcase_add_test(shim, subsystem);
	tcase_add_test(shim, without_digest);
	suite_add_tcase(suite, shim);
	tcase_add_checked_fixture(whole, set_up, tear_down);
	/* Keys are made and packages fetched. */
	tcase_set_timeout(whole, 600);
	tcase_add_test(whole, unified_image);
	tcase_add_test(whole, whole_target);
	tcase_add_test(whole, agrees_with_sbverify);
	tcase_add_test(whole, debian);
	suite_add_tcase(suite, whole);
	return suite;
}
