/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/bootconfig.c, against what lib/bootconfig.c answers. */
#include "efi/bootconfig.h"

#include <errno.h>
#include <string.h>

#include "tests/efi/kernelfake.h"
#include "tests/suites.h"

static const struct {
	const char *text, *words; /* under "kernel"; NULL: the kernel refuses the text */
} rows[] = {
	{"kernel.ima_appraise = off\n", "ima_appraise=off"},
	{"kernel.ima_appraise=off", "ima_appraise=off"},
	{"kernel {\n ima_appraise = off\n evm = fix\n}\n", "ima_appraise=off evm=fix"},
	{"kernel { ima_appraise = off; evm = fix }\n", "ima_appraise=off evm=fix"},
	{"kernel{a=1}\nkernel{b=2}", "a=1 b=2"},
	{"kernel.a.b.c = 1\nkernel.d = 2\nkernel.a.x = 3\n", "a.b.c=1 a.x=3 d=2"},
	{"init.x = 1\nother = 2\n", ""},
	{"init.x = 1\nkernel.y\n", "y"},
	{"kernel.y;kernel.z;", "y z"},
	{"kernel.a = 1, 2,3\n", "a=1 a=2 a=3"},
	{"kernel.a = 1\nkernel.a += 2, 3\n", "a=1 a=2 a=3"},
	{"kernel.a += 1\n", "a=1"},
	{"kernel.a = 1, 2\nkernel.a := 3\n", "a=3"},
	{"kernel.a = 1\nkernel.a := 3, 4\n", "a=3 a=4"},
	{"kernel.a = 1\nkernel.a = 2\n", NULL},
	{"kernel.a = \"two words\"\n", "a=\"two words\""},
	{"kernel.a = 'say \"x\"'\n", "a=\"say \"x\"\""},
	{"kernel.a = \"plain\" # why\n", "a=plain"},
	{"kernel.a = two words # why\n", "a=\"two words\""},
	{"kernel.a = # a comment first\n # and one more\n value\n", "a=value"},
	{"kernel.a = 1, # first\n 2 # second\n", "a=1 a=2"},
	{"# a comment\nkernel.a # why\n", "a"},
	{"kernel.a =\n b\n", "a=b"},
	{"kernel.a =;", "a="},
	{"kernel.a = \"\"\n", "a="},
	{"kernel.a = x  ", "a=\"x  \""},
	{"kernel.a = 1\nkernel.a.b = 2\n", "a=1 a.b=2"},
	{"kernel.a.b = 2\nkernel.a = 1\n", "a=1 a.b=2"},
	{"kernel = 1\n", ""},
	{"kernel = 1\nkernel.a = 2\n", ""},
	{"kernel\n", ""},
	{"kernel.b { c = 1 }\nkernel.b.d\n", "b.c=1 b.d"},
	{"a { b { kernel.x = 1 } }\nkernel.y = 2\n", "y=2"},
	{"kernel.\xc3\xa4 = 1\n", NULL}, /* A4 is no letter of Latin-1 */
	{"kernel.\xe4 = 1\n", "\xe4=1"},
	{"kernel.a = 1}\n", NULL},
	{"kernel { a = 1\n", NULL},
	{"kernel { a }\n}\n", NULL},
	{"kernel.a", NULL},
	{"kernel. = 1\n", NULL},
	{".a = 1\n", NULL},
	{"= 1\n", NULL},
	{"{ a }\n", NULL},
	{"kernel.a b = 1\n", NULL},
	{"kernel.a + 1\n", NULL},
	{"kernel.a :", NULL},
	{"kernel.a = \"open\n", NULL},
	{"kernel.a = \"x\" y\n", NULL},
	{"kernel.a = \x1b[31m\n", NULL},
	{"", NULL},
	{"\n\n", NULL},
	{"# nothing but a comment\n", NULL},
	{"a{b{c{d{e{f{g{h{i{j{k{l{m{n{o{p=1}}}}}}}}}}}}}}}\nkernel.x\n", "x"},
	{"a{b{c{d{e{f{g{h{i{j{k{l{m{n{o{p{q=1}}}}}}}}}}}}}}}}\nkernel.x\n", NULL},
};

START_TEST(words)
{
	own_buf struct buf out = {0};
	struct fault f = {0};
	const char *expected = rows[_i].words;
	int result = bootconfig_words(rows[_i].text, strlen(rows[_i].text), "kernel", &out, &f);

	ck_assert_msg((result == 0) == (expected != NULL), "%s: %s", rows[_i].text, f.text);
	if (expected)
		ck_assert_str_eq(buf_text(&out), expected);
	else
		ck_assert_int_eq(f.os, EBADMSG);
}
END_TEST

START_TEST(behind_other_words)
{
	static const char text[] = "kernel.a = 1\ninit.b = 2\n";
	own_buf struct buf out = {0};
	struct fault f = {0};

	buf_puts(&out, "quiet");
	ck_assert_int_eq(bootconfig_words(text, strlen(text), "init", &out, &f), 0);
	ck_assert_str_eq(buf_text(&out), "quiet b=2");
}
END_TEST

START_TEST(bounds)
{
	own_buf struct buf text = {0}, out = {0};
	struct fault f = {0};

	/* 255 characters of a key and its end. */
	buf_puts(&text, "kernel.");
	while (text.len < 255)
		buf_addc(&text, 'k');
	buf_puts(&text, "\n");
	ck_assert_int_eq(bootconfig_words(text.data, text.len, "kernel", &out, &f), 0);
	ck_assert_uint_eq(out.len, 255 - 7);
	buf_clear(&text);
	buf_puts(&text, "kernel.");
	while (text.len < 256)
		buf_addc(&text, 'k');
	buf_puts(&text, "\n");
	ck_assert_int_eq(bootconfig_words(text.data, text.len, "kernel", &out, &f), -1);
	/* Nodes: a key and its values. */
	buf_clear(&text);
	buf_puts(&text, "k=1");
	for (int i = 0; i < BOOTCONFIG_NODES_MAX - 2; i++)
		buf_puts(&text, ",1");
	ck_assert_int_eq(bootconfig_words(text.data, text.len, "kernel", &out, &f), 0);
	buf_puts(&text, ",1");
	ck_assert_int_eq(bootconfig_words(text.data, text.len, "kernel", &out, &f), -1);
	ck_assert_ptr_nonnull(strstr(f.text, "too many nodes"));
	/* Text. */
	buf_clear(&text);
	buf_puts(&text, "kernel.x\n");
	while (text.len < BOOTCONFIG_TEXT_MAX)
		buf_addc(&text, '\n');
	ck_assert_int_eq(bootconfig_words(text.data, text.len, "kernel", &out, &f), 0);
	buf_addc(&text, '\n');
	ck_assert_int_eq(bootconfig_words(text.data, text.len, "kernel", &out, &f), -1);
}
END_TEST

/* --- At the end of an initrd --- */

static void add_bootconfig(struct buf *initrd, const char *text, uint32_t size, uint32_t sum)
{
	buf_puts(initrd, text);
	kernelfake_le(initrd, size, 4);
	kernelfake_le(initrd, sum, 4);
	buf_puts(initrd, "#BOOTCONFIG\n");
}

static bool find(const struct buf *initrd, const char **text, size_t *size, struct fault *why)
{
	return bootconfig_find((const uint8_t *)buf_text(initrd), initrd->len, text, size, why);
}

START_TEST(finds)
{
	own_buf struct buf initrd = {0};
	const char *text = NULL;
	size_t size = 0;
	struct fault why;

	buf_puts(&initrd, "archive");
	add_bootconfig(&initrd, "ab\n", 3, 'a' + 'b' + '\n');
	for (int padding = 0; padding <= 4; padding++) {
		bool found = find(&initrd, &text, &size, &why);

		ck_assert_str_eq(why.text, "");
		ck_assert_int_eq(found, padding < 4);
		if (found) {
			ck_assert_ptr_eq(text, initrd.data + 7);
			ck_assert_uint_eq(size, 3);
		}
		buf_addc(&initrd, '\0');
	}
}
END_TEST

START_TEST(refuses)
{
	static const struct {
		uint32_t size, sum;
		const char *why;
	} wrong[] = {
		{3, 'a' + 'b', "checksum"},	   {2, 'a' + 'b' + '\n', "checksum"},
		{11, 0, "size is 11 bytes"},	   {0xffffffff, 0, "size is 4294967295 bytes"},
		{32768, 0, "size is 32768 bytes"},
	};
	const char *text = NULL;
	size_t size = 0;
	struct fault why;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		own_buf struct buf initrd = {0};

		buf_puts(&initrd, "archive");
		add_bootconfig(&initrd, "ab\n", wrong[i].size, wrong[i].sum);
		ck_assert(!find(&initrd, &text, &size, &why));
		ck_assert_msg(strstr(why.text, wrong[i].why) != NULL, "%s", why.text);
	}
}
END_TEST

START_TEST(short_initrds)
{
	own_buf struct buf initrd = {0};
	const char *text = NULL;
	size_t size = 0;
	struct fault why;

	add_bootconfig(&initrd, "", 0, 0);
	ck_assert(find(&initrd, &text, &size, &why));
	ck_assert_uint_eq(size, 0);
	for (size_t n = 0; n < 20; n++) {
		ck_assert(!bootconfig_find((const uint8_t *)initrd.data + 20 - n, n, &text, &size,
					   &why));
		ck_assert_str_eq(why.text, "");
	}
}
END_TEST

Suite *bootconfig_suite(void)
{
	Suite *suite = suite_create("bootconfig");
	TCase *tcase = tcase_create("bootconfig");

	tcase_add_loop_test(tcase, words, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, behind_other_words);
	tcase_add_test(tcase, bounds);
	tcase_add_test(tcase, finds);
	tcase_add_test(tcase, refuses);
	tcase_add_test(tcase, short_initrds);
	suite_add_tcase(suite, tcase);
	return suite;
}
