/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/imaxattr.c: every label kind, every malformation, and the hash the kernel takes.
 */
#include "scanner/imaxattr.h"

#include <string.h>

#include "tests/suites.h"

#define ZERO4	    "\0\0\0\0"
#define ZERO16	    ZERO4 ZERO4 ZERO4 ZERO4
#define A16	    "aaaaaaaaaaaaaaaa"
#define A20	    A16 "aaaa"
#define A32	    A16 A16
#define A64	    A32 A32
#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

enum { NONE = 0xff };

/* collect: what Linux 6.12 with ima_hash=sha256 hashes the file with; NULL means that default. */
static const struct row {
	const uint8_t *raw;
	size_t size;
	const char *name;
	unsigned oddities;
	uint8_t algo_byte;
	const char *algo;
	int digest_size; /* -1: no digest */
	int sig_size;	 /* -1: no signature */
	const char *collect;
} rows[] = {
	{BYTES(""), "empty", 0, NONE, NULL, -1, -1, NULL},
	/* 01 */
	{BYTES("\1"), "digest", IMAXATTR_SHORT, NONE, NULL, 0, -1, NULL},
	{BYTES("\1aaa"), "digest", IMAXATTR_SHORT, NONE, NULL, 3, -1, NULL},
	{BYTES("\1" A16), "digest", 0, NONE, "md5", 16, -1, "md5"},
	{BYTES("\1" A16 ZERO4), "digest", 0, NONE, "md5", 20, -1, "md5"},
	{BYTES("\1" A20), "digest", 0, NONE, "sha1", 20, -1, "sha1"},
	{BYTES("\1" A16 "\0\0\0a"), "digest", 0, NONE, "sha1", 20, -1, "sha1"},
	{BYTES("\1" A20 "a"), "digest", 0, NONE, NULL, 21, -1, NULL},
	{BYTES("\1" A32), "digest", 0, NONE, NULL, 32, -1, NULL},
	{BYTES("\1" A64), "digest", 0, NONE, NULL, 64, -1, NULL},
	{BYTES("\1" A64 "a"), "digest", IMAXATTR_TRAILING, NONE, NULL, 65, -1, NULL},
	{BYTES("\1" ZERO16 ZERO4), "digest", IMAXATTR_ALL_ZERO, NONE, "md5", 20, -1, "md5"},
	/* 02 */
	{BYTES("\2"), "hmac", IMAXATTR_SHORT, NONE, "sha1", 0, -1, NULL},
	{BYTES("\2" A20), "hmac", 0, NONE, "sha1", 20, -1, NULL},
	{BYTES("\2" A20 "a"), "hmac", IMAXATTR_TRAILING, NONE, "sha1", 21, -1, NULL},
	/* 04 */
	{BYTES("\4"), "digest-ng", IMAXATTR_SHORT, NONE, NULL, -1, -1, NULL},
	{BYTES("\4\4"), "digest-ng", IMAXATTR_SHORT, 4, "sha256", 0, -1, "sha256"},
	{BYTES("\4\4" A32), "digest-ng", 0, 4, "sha256", 32, -1, "sha256"},
	{BYTES("\4\4" A32 "a"), "digest-ng", IMAXATTR_TRAILING, 4, "sha256", 33, -1, "sha256"},
	{BYTES("\4\6" A32), "digest-ng", IMAXATTR_SHORT, 6, "sha512", 32, -1, "sha512"},
	{BYTES("\4\0" A16), "digest-ng", 0, 0, "md4", 16, -1, "md4"},
	{BYTES("\4\26" A64), "digest-ng", 0, 22, "sha3-512", 64, -1, "sha3-512"},
	{BYTES("\4\27" A32), "digest-ng", IMAXATTR_UNKNOWN_ALGO, 23, NULL, 32, -1, NULL},
	{BYTES("\4\377" A32), "digest-ng", IMAXATTR_UNKNOWN_ALGO, 255, NULL, 32, -1, NULL},
	{BYTES("\4\0" ZERO16), "digest-ng", IMAXATTR_ALL_ZERO, 0, "md4", 16, -1, "md4"},
	/* 03 */
	{BYTES("\3"), "signature", IMAXATTR_SHORT, NONE, NULL, -1, -1, NULL},
	{BYTES("\3\0"), "signature", IMAXATTR_UNKNOWN_VERSION | IMAXATTR_ALL_ZERO, NONE, NULL, -1,
	 -1, NULL},
	{BYTES("\3\4\4kkkk\0\1s"), "signature", IMAXATTR_UNKNOWN_VERSION, NONE, NULL, -1, -1, NULL},
	{BYTES("\3\2"), "signature-v2", IMAXATTR_SHORT, NONE, NULL, -1, -1, NULL},
	{BYTES("\3\2\6kkkk\0"), "signature-v2", IMAXATTR_SHORT, 6, "sha512", -1, -1, NULL},
	{BYTES("\3\2\6kkkk\0\1"), "signature-v2", IMAXATTR_SHORT, 6, "sha512", -1, -1, NULL},
	{BYTES("\3\2\6kkkk\0\1s"), "signature-v2", 0, 6, "sha512", -1, 1, "sha512"},
	{BYTES("\3\2\6kkkk\0\2s"), "signature-v2", IMAXATTR_WRONG_SIZE, 6, "sha512", -1, 1,
	 "sha512"},
	{BYTES("\3\2\6kkkk\0\1ss"), "signature-v2", IMAXATTR_WRONG_SIZE, 6, "sha512", -1, 2,
	 "sha512"},
	{BYTES("\3\2\27kkkk\0\1s"), "signature-v2", IMAXATTR_UNKNOWN_ALGO, 23, NULL, -1, 1, NULL},
	{BYTES("\3\3\6kkkk\0\1s"), "signature-v3", 0, 6, "sha512", -1, 1, NULL},
	{BYTES("\3\1tttt\0\0kkkkkkkk\1"), "signature-v1", IMAXATTR_SHORT, 0, "sha1", -1, -1, NULL},
	{BYTES("\3\1tttt\0\1kkkkkkkk\1\0"), "signature-v1", IMAXATTR_SHORT, 1, "sha256", -1, 1,
	 NULL},
	{BYTES("\3\1tttt\0\1kkkkkkkk\1\0\11mm"), "signature-v1", 0, 1, "sha256", -1, 4, NULL},
	{BYTES("\3\1tttt\0\1kkkkkkkk\1\0\11mmm"), "signature-v1", IMAXATTR_TRAILING, 1, "sha256",
	 -1, 5, NULL},
	{BYTES("\3\1tttt\0\2kkkkkkkk\1\0\21mm"), "signature-v1", IMAXATTR_WRONG_SIZE, 2, NULL, -1,
	 4, NULL},
	{BYTES("\3\1ttt"), "signature-v1", IMAXATTR_SHORT, NONE, NULL, -1, -1, NULL},
	/* 05, 06: the kernel asks no other type of security.ima for an algorithm */
	{BYTES("\5\2\6kkkk\0\1s"), "portable-v2", 0, 6, "sha512", -1, 1, NULL},
	{BYTES("\6\3\6kkkk\0\1s"), "verity-signature-v3", 0, 6, "sha512", -1, 1, "sha512"},
	{BYTES("\6\2\6kkkk\0\1s"), "verity-signature-v2", 0, 6, "sha512", -1, 1, NULL},
	/* others */
	{BYTES("\7"), "unknown", 0, NONE, NULL, -1, -1, NULL},
	{BYTES("\0"), "unknown", IMAXATTR_ALL_ZERO, NONE, NULL, -1, -1, NULL},
	{BYTES(ZERO16), "unknown", IMAXATTR_ALL_ZERO, NONE, NULL, -1, -1, NULL},
	{BYTES("\377" A32), "unknown", 0, NONE, NULL, -1, -1, NULL},
};

static struct kernel_profile linux_of(unsigned major, unsigned minor)
{
	return (struct kernel_profile){
		.major = major, .minor = minor, .default_hash = hashalgo_by_id(HASHALGO_SHA256)};
}

START_TEST(decodes)
{
	const struct row *row = &rows[_i];
	struct kernel_profile profile = linux_of(6, 12);
	struct imaxattr label;

	imaxattr_decode(row->raw, row->size, &label);
	ck_assert_str_eq(imaxattr_type_name(&label), row->name);
	ck_assert_uint_eq(label.oddities, row->oddities);
	ck_assert_uint_eq(label.algo_byte, row->algo_byte);
	ck_assert_pstr_eq(label.algo ? label.algo->name : NULL, row->algo);
	ck_assert_int_eq(label.digest ? (int)label.digest_size : -1, row->digest_size);
	ck_assert_int_eq(label.sig ? (int)label.sig_size : -1, row->sig_size);
	/* What was found lies at the end of what was given. */
	if (label.digest)
		ck_assert_ptr_eq(label.digest + label.digest_size, row->raw + row->size);
	if (label.sig)
		ck_assert_ptr_eq(label.sig + label.sig_size, row->raw + row->size);
	ck_assert_str_eq(imaxattr_collect_algo(&label, &profile)->name,
			 row->collect ? row->collect : "sha256");
}
END_TEST

START_TEST(reads_key_ids)
{
	struct imaxattr label;

	imaxattr_decode(BYTES("\3\2\4\x0e\x71\x5c\x05\0\1s"), &label);
	ck_assert(label.has_keyid);
	ck_assert_uint_eq(label.keyid, 0x0e715c05);
	ck_assert_uint_eq(*label.sig, 's');
	imaxattr_decode(BYTES("\3\1tttt\0\0\x80\x02\x03\x04\x05\x06\x07\xf8\1\0\1m"), &label);
	ck_assert(label.has_keyid);
	ck_assert_uint_eq(label.keyid_v1, 0x80020304050607f8);
	imaxattr_decode(BYTES("\3\2\4\x0e\x71\x5c"), &label);
	ck_assert(!label.has_keyid);
}
END_TEST

START_TEST(knows_absence)
{
	struct kernel_profile profile = linux_of(6, 12);
	struct imaxattr label;

	imaxattr_decode(NULL, 7, &label);
	ck_assert_int_eq(label.type, IMAXATTR_ABSENT);
	ck_assert_str_eq(imaxattr_type_name(&label), "none");
	ck_assert_str_eq(imaxattr_collect_algo(&label, &profile)->name, "sha256");
}
END_TEST

/* The algorithm depends on the kernel as well. */
START_TEST(collects_by_kernel)
{
	static const struct {
		const uint8_t *raw;
		size_t size;
		unsigned major, minor;
		bool sigv3_files;
		const char *collect;
	} cases[] = {
		{BYTES("\4\24" A32), 6, 6, false, "sha256"},
		{BYTES("\4\24" A32), 6, 7, false, "sha3-256"},
		{BYTES("\3\2\25kkkk\0\1s"), 6, 1, false, "sha256"},
		{BYTES("\3\2\25kkkk\0\1s"), 7, 0, false, "sha3-384"},
		{BYTES("\4\22" A32), 4, 20, false, "sha256"},
		{BYTES("\4\22" A32), 5, 0, false, "streebog256"},
		{BYTES("\3\3\6kkkk\0\1s"), 7, 0, false, "sha256"},
		{BYTES("\3\3\6kkkk\0\1s"), 7, 1, true, "sha512"},
		{BYTES("\3\4\6kkkk\0\1s"), 7, 1, true, "sha256"},
		{BYTES("\6\2\6kkkk\0\1s"), 7, 1, true, "sha256"},
	};
	struct kernel_profile profile = linux_of(cases[_i].major, cases[_i].minor);
	struct imaxattr label;

	profile.sigv3_files = cases[_i].sigv3_files;
	imaxattr_decode(cases[_i].raw, cases[_i].size, &label);
	ck_assert_str_eq(imaxattr_collect_algo(&label, &profile)->name, cases[_i].collect);
}
END_TEST

Suite *imaxattr_suite(void)
{
	Suite *suite = suite_create("imaxattr");
	TCase *tcase = tcase_create("imaxattr");

	tcase_add_loop_test(tcase, decodes, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, reads_key_ids);
	tcase_add_test(tcase, knows_absence);
	tcase_add_loop_test(tcase, collects_by_kernel, 0, 10);
	suite_add_tcase(suite, tcase);
	return suite;
}
