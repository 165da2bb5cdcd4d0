/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of rescue/lukscost.c: headers as cryptsetup makes them, and what a hostile one may ask for. */
#include "rescue/lukscost.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "scanner/base/buf.h"
#include "scanner/base/own.h"
#include "tests/suites.h"

/* As cryptsetup luksFormat writes it: a slot and its key derivation, a digest. */
#define SLOT(number, key_size, kdf)                                                                \
	"\"" number "\":{\"type\":\"luks2\",\"key_size\":64,\"af\":{\"type\":\"luks1\","           \
	"\"stripes\":4000,\"hash\":\"sha256\"},\"area\":{\"type\":\"raw\",\"offset\":\"32768\","   \
	"\"size\":\"258048\",\"encryption\":\"aes-xts-plain64\",\"key_size\":" key_size            \
	"},\"kdf\":" kdf "}"
#define PBKDF2(hash, rounds)                                                                       \
	"{\"type\":\"pbkdf2\",\"hash\":\"" hash "\",\"iterations\":" rounds ",\"salt\":\"fO4r\"}"
#define ARGON2(passes, memory, cpus)                                                               \
	"{\"type\":\"argon2id\",\"time\":" passes ",\"memory\":" memory ",\"cpus\":" cpus          \
	",\"salt\":\"fO4r\"}"
#define HEADER(slots, digest_rounds)                                                               \
	"{\"keyslots\":{" slots "},\"tokens\":{},\"segments\":{},\"digests\":{\"0\":{\"type\":"    \
	"\"pbkdf2\",\"keyslots\":[\"0\"],\"segments\":[\"0\"],\"hash\":\"sha256\","                \
	"\"iterations\":" digest_rounds ",\"salt\":\"gC9b\",\"digest\":\"6MfA\"}},\"config\":{}}"

#define QUICK PBKDF2("sha256", "1000")
enum { KIB_THERE = 2 << 20 };

/* A header with a slot 0; what is said of trying it. */
static const struct {
	const char *json;
	uint64_t ms;
	const char *complaint; /* "": none */
} headers[] = {
	{HEADER(SLOT("0", "64", QUICK), "1000"), 3, ""},
	/* What cryptsetup's defaults come to on a fast machine. */
	{HEADER(SLOT("0", "64", PBKDF2("sha256", "5500000")), "172463"), 11172, ""},
	{HEADER(SLOT("0", "64", PBKDF2("sha512", "5500000")), "0"), 5500, ""},
	{HEADER(SLOT("0", "64", PBKDF2("sha1", "1000")), "0"), 4, ""},
	{HEADER(SLOT("0", "64", PBKDF2("whatever", "1000")), "0"), 4, ""},
	{HEADER(SLOT("0", "64", ARGON2("4", "1048576", "4")), "172463"), 8365, ""},
	{HEADER(SLOT("0", "64", ARGON2("4", "2097152", "4")), "0"), 16385, ""},
	{HEADER(SLOT("0", "64", ARGON2("4", "2097153", "4")), "0"), 16385,
	 "key slot 0 wants 2048 MiB of memory, and 2048 MiB are available"},
	{HEADER(SLOT("0", "64", ARGON2("4", "-1", "4")), "0"), 33554432, "wants 4194303 MiB"},
	{HEADER(SLOT("0", "64", ARGON2("299", "1048576", "4")), "0"), 612447,
	 "key slot 0 asks for 299 passes of argon2, some 612 s of work"},
	{HEADER(SLOT("0", "64", ARGON2("4", "1024", "65")), "0"), 28,
	 "asks for 65 threads and a key of 64 bytes"},
	/* With little memory, what costs is to begin the threads. */
	{HEADER(SLOT("0", "64", ARGON2("1000", "32", "4")), "0"), 382, ""},
	{HEADER(SLOT("0", "64", ARGON2("4294967295", "0", "0")), "0"), 0, ""},
	{HEADER(SLOT("0", "64", ARGON2("4294967295", "8", "1")), "0"), 410706246,
	 "key slot 0 asks for 4294967295 passes of argon2, some 410706 s"},
	{HEADER(SLOT("0", "513", QUICK), "0"), 17, "0 threads and a key of 513 bytes"},
	{HEADER(SLOT("0", "-1", QUICK), "0"), 134217728, "a key of 4294967295 bytes"},
	{HEADER(SLOT("0", "64", PBKDF2("sha256", "4294967295")), "0"), 8589934,
	 "key slot 0 asks for 4294967295 rounds of PBKDF2, some 8589 s of work with the check of "
	 "its key, and 600 s are the bound"},
	{HEADER(SLOT("0", "64", PBKDF2("sha256", "-5")), "0"), 8589934, "4294967295 rounds"},
	{HEADER(SLOT("0", "64", PBKDF2("sha256", "99999999999999999999999")), "0"), 8589934,
	 "4294967295 rounds"},
	{HEADER(SLOT("0", "64", PBKDF2("sha256", "299999500")), "0"), 599999, ""},
	{HEADER(SLOT("0", "64", PBKDF2("sha256", "300000000")), "0"), 600000, "some 600 s"},
	/* Checking the key may be what costs. */
	{HEADER(SLOT("0", "64", QUICK), "4294967295"), 4294969,
	 "key slot 0 asks for 1000 rounds of PBKDF2, some 4294 s of work with the check of its "
	 "key"},
	{HEADER(SLOT("0", "64", QUICK), "-1"), 4294969, "some 4294 s"},
};

START_TEST(one_slot)
{
	struct lukscost cost;
	struct fault f = {0};

	ck_assert_int_eq(lukscost_decode_luks2(headers[_i].json, &cost, &f), 0);
	ck_assert_uint_eq(cost.count, 1);
	ck_assert_uint_eq(cost.slots[0].ms, headers[_i].ms);
	ck_assert_int_eq(lukscost_check(&cost.slots[0], 0, KIB_THERE, &f),
			 *headers[_i].complaint ? -1 : 0);
	ck_assert_msg(*headers[_i].complaint ? strstr(f.text, headers[_i].complaint) != NULL
					     : !*f.text,
		      "said: %s", f.text);
}
END_TEST

/* Slots that are not understood are not among them, and so never tried. */
static const char *const odd_slots[] = {
	SLOT("0", "\"64\"", QUICK),
	SLOT("0", "64", "{\"type\":\"argon3\",\"time\":1}"),
	SLOT("0", "64", "{\"type\":\"pbkdf2\",\"iterations\":\"1\"}"),
	SLOT("0", "64", "{\"type\":\"argon2id\",\"time\":1,\"memory\":1}"),
	SLOT("0", "64", "7"),
	"\"0\":{\"type\":\"reencrypt\",\"mode\":\"reencrypt\",\"area\":{\"type\":\"none\"}}",
	"\"0\":7",
};

START_TEST(a_slot_not_understood)
{
	own_buf struct buf json = {0};
	struct lukscost cost;
	struct fault f;

	buf_printf(&json, HEADER("%s," SLOT("5", "64", QUICK), "1000"), odd_slots[_i]);
	ck_assert_int_eq(lukscost_decode_luks2(buf_text(&json), &cost, &f), 0);
	ck_assert_uint_eq(cost.count, 1);
	ck_assert_int_eq(cost.slots[0].number, 5);
	ck_assert_ptr_null(lukscost_find(&cost, 0));
	ck_assert_ptr_eq(lukscost_find(&cost, 5), &cost.slots[0]);
}
END_TEST

static const char *const no_headers[] = {
	"",
	"7",
	"[]",
	"{",
	"{}",
	"{\"keyslots\":{}}",
	"{\"keyslots\":[],\"digests\":{}}",
	"{\"keyslots\":{},\"digests\":7}",
	/* Names that are no slot's: libcryptsetup goes by "1" alone, and would do another one's work. */
	HEADER(SLOT("1", "64", PBKDF2("sha256", "4294967295")) "," SLOT("01", "64", QUICK), "0"),
	HEADER(SLOT("00", "64", QUICK), "0"),
	HEADER(SLOT("+1", "64", QUICK), "0"),
	HEADER(SLOT(" 1", "64", QUICK), "0"),
	HEADER(SLOT("32", "64", QUICK), "0"),
	HEADER(SLOT("4294967296", "64", QUICK), "0"),
	HEADER(SLOT("-1", "64", QUICK), "0"),
	HEADER(SLOT("-0", "64", QUICK), "0"),
	HEADER(SLOT("", "64", QUICK), "0"),
	HEADER(SLOT("0x", "64", QUICK), "0"),
	HEADER("\"01\":7", "0"),
};

START_TEST(no_header)
{
	struct lukscost cost;
	struct fault f;

	ck_assert_int_eq(lukscost_decode_luks2(no_headers[_i], &cost, &f), -1);
	ck_assert_int_eq(f.os, EBADMSG);
}
END_TEST

/* Of several of one number, the dearest: which of them is opened is not known. */
START_TEST(the_dearest_of_a_number)
{
	static const struct lukscost cost = {
		.slots = {{.number = 1, .ms = 3}, {.number = 2, .ms = 4}, {.number = 1, .ms = 5}},
		.count = 3};

	ck_assert_ptr_eq(lukscost_find(&cost, 1), &cost.slots[2]);
	ck_assert_ptr_eq(lukscost_find(&cost, 2), &cost.slots[1]);
	ck_assert_ptr_null(lukscost_find(&cost, 0));
}
END_TEST

/* What a hostile header adds comes last, and all of them together have one bound. */
START_TEST(the_cheapest_first)
{
	static const int order[] = {3, 1, 2, 0};
	uint64_t spent = 0;
	struct lukscost cost;
	struct fault f;

	ck_assert_int_eq(
		lukscost_decode_luks2(
			HEADER(SLOT("0", "64", PBKDF2("sha256", "299000000")) "," SLOT(
				       "1", "64",
				       ARGON2("4", "1048576",
					      "4")) "," SLOT("2", "64",
							     PBKDF2("sha256",
								    "5500000")) "," SLOT("3", "64",
											 QUICK),
			       "0"),
			&cost, &f),
		0);
	ck_assert_uint_eq(cost.count, 4);
	for (size_t i = 0; i < cost.count; i++) {
		ck_assert_int_eq(cost.slots[i].number, order[i]);
		ck_assert_int_eq(lukscost_check(&cost.slots[i], spent, KIB_THERE, &f),
				 i < 3 ? 0 : -1);
		spent += cost.slots[i].ms;
	}
	ck_assert_ptr_nonnull(strstr(f.text, "key slot 0 asks for 299000000 rounds of PBKDF2, some "
					     "617 s of work with those before it"));
}
END_TEST

/* Which digest a slot belongs to is for the header to say: the costliest counts. */
START_TEST(several_digests)
{
	static const char json[] = "{\"keyslots\":{" SLOT(
		"0", "64", QUICK) "},\"digests\":{"
				  "\"0\":{\"iterations\":7000},\"1\":{\"iterations\":9000},"
				  "\"2\":{\"iterations\":8000},\"3\":{}}}";
	struct lukscost cost;
	struct fault f;

	ck_assert_int_eq(lukscost_decode_luks2(json, &cost, &f), 0);
	ck_assert_uint_eq(cost.slots[0].ms, 2 + 9);
}
END_TEST

/* All slots there may be, each as dear as cryptsetup makes them on a fast machine. */
START_TEST(a_full_header)
{
	own_buf struct buf slots = {0}, json = {0};
	uint64_t spent = 0;
	struct lukscost cost;
	struct fault f;

	for (int i = 0; i < LUKSCOST_SLOTS_MAX; i++)
		buf_printf(&slots, "%s" SLOT("%d", "64", ARGON2("6", "1048576", "4")), i ? "," : "",
			   i);
	buf_printf(&json, HEADER("%s", "172463"), buf_text(&slots));
	ck_assert_int_eq(lukscost_decode_luks2(buf_text(&json), &cost, &f), 0);
	ck_assert_uint_eq(cost.count, LUKSCOST_SLOTS_MAX);
	for (size_t i = 0; i < cost.count; i++) {
		ck_assert_int_eq(lukscost_check(&cost.slots[i], spent, KIB_THERE, &f), 0);
		spent += cost.slots[i].ms;
	}
}
END_TEST

static uint8_t luks1[LUKSCOST_LUKS1_BYTES];

static void put(size_t at, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		luks1[at + i] = (uint8_t)(value >> 8 * (3 - i));
}

static void setup(void)
{
	memset(luks1, 0, sizeof(luks1));
	memcpy(luks1, "LUKS\xba\xbe\0\1", 8);
	memcpy(luks1 + 72, "sha256", 6);
	put(108, 64);
	put(164, 1000);
	for (size_t i = 0; i < 8; i++)
		put(208 + i * 48, 0xdead);
	put(208 + 3 * 48, 0x00ac71f3);
	put(212 + 3 * 48, 2000);
}

START_TEST(version_1)
{
	struct lukscost cost;
	struct fault f;

	ck_assert_int_eq(lukscost_decode_luks1(luks1, sizeof(luks1), &cost, &f), 0);
	ck_assert_uint_eq(cost.count, 1);
	ck_assert_int_eq(cost.slots[0].number, 3);
	ck_assert_uint_eq(cost.slots[0].ms, 5);
	put(164, UINT32_MAX);
	put(208 + 7 * 48, 0x00ac71f3);
	put(212 + 7 * 48, UINT32_MAX);
	memset(luks1 + 72, 'x', 32);
	ck_assert_int_eq(lukscost_decode_luks1(luks1, sizeof(luks1), &cost, &f), 0);
	ck_assert_uint_eq(cost.count, 2);
	ck_assert_uint_eq(cost.slots[0].ms, 8 + 4294967);
	ck_assert_int_eq(cost.slots[1].number, 7);
	ck_assert_int_eq(lukscost_check(&cost.slots[0], 0, KIB_THERE, &f), -1);
	put(108, UINT32_MAX);
	ck_assert_int_eq(lukscost_decode_luks1(luks1, sizeof(luks1), &cost, &f), 0);
	ck_assert_int_eq(lukscost_check(&cost.slots[1], UINT64_MAX, KIB_THERE, &f), -1);
	ck_assert_int_eq(lukscost_decode_luks1(luks1, sizeof(luks1) - 1, &cost, &f), -1);
	luks1[7] = 2;
	ck_assert_int_eq(lukscost_decode_luks1(luks1, sizeof(luks1), &cost, &f), -1);
}
END_TEST

Suite *lukscost_suite(void)
{
	Suite *suite = suite_create("lukscost");
	TCase *tcase = tcase_create("lukscost");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_loop_test(tcase, one_slot, 0, sizeof(headers) / sizeof(headers[0]));
	tcase_add_loop_test(tcase, a_slot_not_understood, 0,
			    sizeof(odd_slots) / sizeof(odd_slots[0]));
	tcase_add_loop_test(tcase, no_header, 0, sizeof(no_headers) / sizeof(no_headers[0]));
	tcase_add_test(tcase, the_cheapest_first);
	tcase_add_test(tcase, the_dearest_of_a_number);
	tcase_add_test(tcase, several_digests);
	tcase_add_test(tcase, a_full_header);
	tcase_add_test(tcase, version_1);
	suite_add_tcase(suite, tcase);
	return suite;
}
