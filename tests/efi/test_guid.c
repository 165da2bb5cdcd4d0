/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/guid.c and efi/ucs2.c. */
#include "efi/guid.h"

#include <efivar/efivar.h>
#include <stdlib.h>
#include <string.h>

#include "efi/ucs2.h"
#include "tests/efi/efivars.h"
#include "tests/suites.h"

static const struct {
	const char *text, *name;
	const struct guid *ours; /* NULL: not exported */
} known[] = {
	{"8be4df61-93ca-11d2-aa0d-00e098032b8c", "global", &guid_global},
	{"d719b2cb-3d3a-4596-a3bc-dad00e67656f", "security-database", &guid_security_database},
	{"605dab50-e046-4300-abb6-3dd810dd8b23", "shim", &guid_shim},
	{"4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", "systemd-boot", &guid_systemd_loader},
	{"77fa9abd-0359-4d32-bd60-28f4e78f784b", "microsoft-owner", NULL},
	{"a5c059a1-94e4-4aa7-87b5-ab155c2bf072", "cert-x509", NULL},
	{"f0a30bc7-af08-4556-99c4-001009c93a44", "secure-boot-enable", NULL},
	{"c076ec0c-7028-4399-a072-71ee5c448b9f", "secure-boot-mode", NULL},
};

enum { KNOWN = sizeof(known) / sizeof(known[0]) };

START_TEST(text_and_back)
{
	struct guid guid = efivars_guid(known[_i].text);
	char text[GUID_TEXT_BYTES];

	guid_text(&guid, text);
	ck_assert_str_eq(text, known[_i].text);
	ck_assert_str_eq(guid_name(&guid), known[_i].name);
	if (known[_i].ours)
		ck_assert(guid_equal(&guid, known[_i].ours));
}
END_TEST

/* A second opinion on the byte order. */
START_TEST(libefivar_agrees)
{
	struct guid guid = efivars_guid(known[_i].text);
	efi_guid_t theirs;

	ck_assert_int_eq(efi_str_to_guid(known[_i].text, &theirs), 0);
	ck_assert_mem_eq(&theirs, guid.bytes, 16);
}
END_TEST

START_TEST(upper_case)
{
	struct guid guid = efivars_guid("8BE4DF61-93CA-11D2-AA0D-00E098032B8C");

	ck_assert(guid_equal(&guid, &guid_global));
}
END_TEST

static const char *const bad[] = {
	"",
	"8be4df61",
	"8be4df61-93ca-11d2-aa0d-00e098032b8",
	"8be4df61-93ca-11d2-aa0d-00e098032b8c0",
	"8be4df6193ca-11d2-aa0d-00e098032b8cc",
	"8be4df61-93ca-11d2-aa0d-00e098032b8g",
	"{8be4df61-93ca-11d2-aa0d-00e098032b8}",
	"8be4df61-93ca-11d2-aa0d_00e098032b8c",
};

START_TEST(no_guid)
{
	struct guid guid = guid_shim;

	ck_assert(!guid_from_text(bad[_i], &guid));
	ck_assert(guid_equal(&guid, &guid_shim));
}
END_TEST

START_TEST(unknown_has_no_name)
{
	struct guid guid = efivars_guid("00000000-0000-0000-0000-000000000001");

	ck_assert_ptr_null(guid_name(&guid));
}
END_TEST

/* --- 16-bit text --- */

static const struct {
	const char *units, *utf8;
	size_t size, read;
	bool text;
} texts[] = {
	{"a\0b\0\0\0c\0", "ab", 8, 6, false},
	{"a\0b\0", "ab", 4, 4, true},
	{"a\0b\0\0\0\0\0", "ab", 8, 6, true},
	{"\xe4\0a\0",
	 "\xc3\xa4"
	 "a",
	 4, 4, true},
	{"\xac\x20"
	 "a\0",
	 "\xe2\x82\xac"
	 "a",
	 4, 4, true},
	{"\x3d\xd8\x00\xde"
	 "ab",
	 "\xf0\x9f\x98\x80\xe6\x89\xa1", 6, 6, false},
	{"\x3d\xd8"
	 "a\0",
	 "\xed\xa0\xbd"
	 "a",
	 4, 4, false}, /* a lone surrogate is kept */
	{"\x00\xde"
	 "a\0",
	 "\xed\xb8\x80"
	 "a",
	 4, 4, false},
	{"a\0b", "a", 3, 2, false}, /* an odd byte */
	{"", "", 0, 0, false},
	{"\0\0", "", 2, 2, false},
	{"a\0\x1b\0", "a\x1b", 4, 4, false},			       /* a control character */
	{"\x4e\xac\x08\x81", "\xea\xb1\x8e\xe8\x84\x88", 4, 4, false}, /* bytes of anything */
};

START_TEST(ucs2)
{
	const uint8_t *units = (const uint8_t *)texts[_i].units;
	own_buf struct buf out = {0};

	ck_assert_uint_eq(ucs2_to_utf8(units, texts[_i].size, &out), texts[_i].read);
	ck_assert_str_eq(buf_text(&out), texts[_i].utf8);
	ck_assert_int_eq(ucs2_is_text(units, texts[_i].size), texts[_i].text);
}
END_TEST

START_TEST(ucs2_ends)
{
	size_t after = 99;

	ck_assert(ucs2_end((const uint8_t *)"a\0\0\0b\0", 6, &after));
	ck_assert_uint_eq(after, 4);
	after = 99;
	ck_assert(!ucs2_end((const uint8_t *)"a\0b\0\0", 5, &after));
	ck_assert_uint_eq(after, 99);
}
END_TEST

Suite *guid_suite(void)
{
	Suite *suite = suite_create("guid");
	TCase *tcase = tcase_create("guid");

	tcase_add_loop_test(tcase, text_and_back, 0, KNOWN);
	tcase_add_loop_test(tcase, libefivar_agrees, 0, KNOWN);
	tcase_add_test(tcase, upper_case);
	tcase_add_loop_test(tcase, no_guid, 0, (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(tcase, unknown_has_no_name);
	tcase_add_loop_test(tcase, ucs2, 0, (int)(sizeof(texts) / sizeof(texts[0])));
	tcase_add_test(tcase, ucs2_ends);
	suite_add_tcase(suite, tcase);
	return suite;
}
