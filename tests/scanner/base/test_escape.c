/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/base/escape.c: nothing hostile reaches a terminal or breaks a JSON line. */
#include "scanner/base/escape.h"

#include <string.h>

#include "tests/suites.h"

static const struct {
	const char *raw;
	size_t size;
	const char *text, *json;
	bool utf8;
} rows[] = {
	{"plain name", 10, "plain name", "plain name", true},
	{"", 0, "", "", true},
	{"a\\b\"c", 5, "a\\\\b\"c", "a\\\\b\\\"c", true},
	{"\033[31m", 5, "\\x1b[31m", "\\u001b[31m", true},
	{"a\nb\tc\r", 6, "a\\nb\\tc\\r", "a\\u000ab\\u0009c\\u000d", true},
	{"nul\0in", 6, "nul\\x00in", "nul\\u0000in", true},
	{"\xc3\xa4", 2, "\xc3\xa4", "\xc3\xa4", true},
	{"\xc3", 1, "\\xc3", "\\ufffd", false},
	{"\xff\xfe", 2, "\\xff\\xfe", "\\ufffd\\ufffd", false},
	{"\xc0\x80", 2, "\\xc0\\x80", "\\ufffd\\ufffd", false},			/* overlong NUL */
	{"\xed\xa0\x80", 3, "\\xed\\xa0\\x80", "\\ufffd\\ufffd\\ufffd", false}, /* surrogate */
	{"\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80", "\\ufffd\\ufffd\\ufffd\\ufffd", false},
	{"\xc2\x9b", 2, "\\xc2\\x9b", "\\u009b", true},		 /* C1 CSI */
	{"\xe2\x80\xae", 3, "\\xe2\\x80\\xae", "\\u202e", true}, /* right-to-left override */
	{"\xf3\xa0\x80\x81", 4, "\\xf3\\xa0\\x80\\x81", "\\udb40\\udc01", true}, /* tag */
	{"\xf0\x9f\x90\xa7", 4, "\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7", true},
	{"\x7f", 1, "\\x7f", "\\u007f", true},
};

START_TEST(renders)
{
	own_buf struct buf text = {0}, json = {0};

	escape_text(&text, rows[_i].raw, rows[_i].size);
	escape_json(&json, rows[_i].raw, rows[_i].size);
	ck_assert_str_eq(buf_text(&text), rows[_i].text);
	ck_assert_str_eq(buf_text(&json), rows[_i].json);
	ck_assert_int_eq(escape_is_utf8(rows[_i].raw, rows[_i].size), rows[_i].utf8);
}
END_TEST

/* Every pair of bytes: no control byte in any output, whatever the input. */
START_TEST(never_emits_controls)
{
	for (unsigned second = 0; second < 256; second++) {
		own_buf struct buf text = {0}, json = {0};
		unsigned char pair[2] = {(unsigned char)_i, (unsigned char)second};

		escape_text(&text, pair, 2);
		escape_json(&json, pair, 2);
		ck_assert(escape_is_utf8(text.data, text.len));
		ck_assert(escape_is_utf8(json.data, json.len));
		for (size_t i = 0; i < text.len; i++)
			ck_assert((unsigned char)text.data[i] >= 0x20 && text.data[i] != 0x7f);
		for (size_t i = 0; i < json.len; i++)
			ck_assert((unsigned char)json.data[i] >= 0x20 && json.data[i] != 0x7f);
	}
}
END_TEST

Suite *escape_suite(void)
{
	Suite *suite = suite_create("escape");
	TCase *tcase = tcase_create("escape");

	tcase_add_loop_test(tcase, renders, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(tcase, never_emits_controls, 0, 256);
	suite_add_tcase(suite, tcase);
	return suite;
}
