/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/kconfig.c. */
#include "scanner/kconfig.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/base/own.h"
#include "tests/suites.h"

static const char text[] = "#\n"
			   "# Linux/x86 6.12.3 Kernel Configuration\n"
			   "#\n"
			   "CONFIG_IMA=y\n"
			   "CONFIG_EVM=m\n"
			   "# CONFIG_IMA_APPRAISE is not set\n"
			   "CONFIG_IMA_DEFAULT_HASH=\"sha256\"\n"
			   "CONFIG_NUMBER=123\n"
			   "CONFIG_CRLF=y\r\n"
			   "CONFIG_TWICE=y\n"
			   "CONFIG_TWICE=m\n"
			   "CONFIG_THEN_UNSET=y\n"
			   "# CONFIG_THEN_UNSET is not set\n"
			   "CONFIG_EMPTY=\"\"\n"
			   "CONFIG_ESCAPED=\"a \\\"b\\\" \\\\c\"\n"
			   "CONFIG_OPEN=\"open\n"
			   "CONFIG_QUOTE=\"\n"
			   "CONFIG_BACKSLASH=\"x\\\"\n"
			   "CONFIG_YES=yes\n"
			   "CONFIG_UPPER=Y\n"
			   "CONFIG_NOTHING=\n"
			   " CONFIG_INDENTED=y\n"
			   "#CONFIG_NO_SPACE is not set\n"
			   "# CONFIG_LATER is not set yet\n"
			   "CONFIG_WITHOUT_VALUE\n"
			   "XCONFIG_PREFIXED=y\n"
			   "\n"
			   "CONFIG_LAST=y";

/* In memory of exactly its size, for the sanitizer. */
static char *copy;
static struct kconfig config;

static void set_up(void)
{
	size_t size = sizeof(text) - 1;

	copy = malloc(size);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, size);
	config = kconfig_of(copy, size);
}

static void tear_down(void)
{
	free(copy);
}

static const struct {
	const char *name;
	enum kconfig_state state;
	bool named;
	const char *value; /* as it stands there */
} options[] = {
	{"IMA", KCONFIG_YES, true, "y"},
	{"EVM", KCONFIG_MODULE, true, "m"},
	{"IMA_APPRAISE", KCONFIG_NO, true, ""},
	{"IMA_DEFAULT_HASH", KCONFIG_NO, true, "\"sha256\""},
	{"NUMBER", KCONFIG_NO, true, "123"},
	{"CRLF", KCONFIG_YES, true, "y"},
	{"TWICE", KCONFIG_MODULE, true, "m"},
	{"YES", KCONFIG_NO, true, "yes"},
	{"UPPER", KCONFIG_NO, true, "Y"},
	{"NOTHING", KCONFIG_NO, true, ""},
	{"LAST", KCONFIG_YES, true, "y"},
	/* Beginnings and ends of names are other names. */
	{"IM", KCONFIG_NO, false, ""},
	{"IMA_", KCONFIG_NO, false, ""},
	{"IMA_DEFAULT", KCONFIG_NO, false, ""},
	{"MA", KCONFIG_NO, false, ""},
	{"CONFIG_IMA", KCONFIG_NO, false, ""},
	{"INDENTED", KCONFIG_NO, false, ""},
	{"NO_SPACE", KCONFIG_NO, false, ""},
	{"LATER", KCONFIG_NO, false, ""},
	{"WITHOUT_VALUE", KCONFIG_NO, false, ""},
	{"PREFIXED", KCONFIG_NO, false, ""},
	{"ABSENT", KCONFIG_NO, false, ""},
};

START_TEST(looks_up)
{
	struct kconfig value = kconfig_value(config, options[_i].name);
	size_t size = (size_t)(value.end - value.at);

	ck_assert_int_eq(kconfig_state(config, options[_i].name), options[_i].state);
	ck_assert_int_eq(kconfig_names(config, options[_i].name), options[_i].named);
	ck_assert_uint_eq(size, strlen(options[_i].value));
	if (size > 0)
		ck_assert_int_eq(memcmp(value.at, options[_i].value, size), 0);
	ck_assert_int_eq(kconfig_value_is(value, options[_i].value), true);
	ck_assert_int_eq(kconfig_value_is(value, "something else"), false);
}
END_TEST

static const struct {
	const char *name, *content; /* NULL: it is no string */
} strings[] = {
	{"IMA_DEFAULT_HASH", "sha256"},
	{"EMPTY", ""},
	{"ESCAPED", "a \"b\" \\c"},
	{"OPEN", NULL},
	{"QUOTE", NULL},
	{"BACKSLASH", "x\\"},
	{"IMA", NULL},
	{"NOTHING", NULL},
	{"ABSENT", NULL},
	{"NUMBER", NULL},
};

START_TEST(reads_strings)
{
	own_buf struct buf out = {0};

	buf_puts(&out, "before ");
	ck_assert_int_eq(kconfig_string(config, strings[_i].name, &out),
			 strings[_i].content != NULL);
	ck_assert_int_eq(strncmp(buf_text(&out), "before ", 7), 0);
	ck_assert_str_eq(buf_text(&out) + 7, strings[_i].content ? strings[_i].content : "");
}
END_TEST

START_TEST(lines)
{
	static const char *const expected[] = {"a", "", "b", "c\rd", ""};
	static const char lines_text[] = "a\n\nb\r\nc\rd\n\r\n";
	struct kconfig rest = kconfig_of(lines_text, sizeof(lines_text) - 1), line;

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		ck_assert(kconfig_next_line(&rest, &line));
		ck_assert(kconfig_value_is(line, expected[i]));
	}
	ck_assert(!kconfig_next_line(&rest, &line));
}
END_TEST

START_TEST(nothing)
{
	struct kconfig none = kconfig_of("", 0), line;
	own_buf struct buf out = {0};

	ck_assert(!kconfig_next_line(&none, &line));
	ck_assert(!kconfig_names(none, "IMA"));
	ck_assert_int_eq(kconfig_state(none, "IMA"), KCONFIG_NO);
	ck_assert(!kconfig_string(none, "IMA", &out));
	ck_assert(kconfig_value_is(none, ""));
}
END_TEST

START_TEST(skips)
{
	struct kconfig line = kconfig_of("CONFIG_IMA=y", 12), before = line;

	ck_assert(!kconfig_skip(&line, "CONFIG_EVM"));
	ck_assert_ptr_eq(line.at, before.at);
	ck_assert(!kconfig_skip(&line, "CONFIG_IMA=y and more"));
	ck_assert(kconfig_skip(&line, "CONFIG_IMA="));
	ck_assert(kconfig_value_is(line, "y"));
	ck_assert(kconfig_skip(&line, ""));
	ck_assert(kconfig_skip(&line, "y"));
	ck_assert_ptr_eq(line.at, line.end);
}
END_TEST

Suite *kconfig_suite(void)
{
	Suite *suite = suite_create("kconfig");
	TCase *tcase = tcase_create("kconfig");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, looks_up, 0, sizeof(options) / sizeof(options[0]));
	tcase_add_loop_test(tcase, reads_strings, 0, sizeof(strings) / sizeof(strings[0]));
	tcase_add_test(tcase, lines);
	tcase_add_test(tcase, nothing);
	tcase_add_test(tcase, skips);
	suite_add_tcase(suite, tcase);
	return suite;
}
