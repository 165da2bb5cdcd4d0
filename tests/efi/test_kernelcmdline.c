/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/kernelcmdline.c. */
#include "efi/kernelcmdline.h"

#include <errno.h>
#include <string.h>

#include "tests/efi/kernelfake.h"
#include "tests/suites.h"

#define X86	 "CONFIG_X86=y\n"
#define X86_BOOL X86 "CONFIG_CMDLINE_BOOL=y\n"
#define ARM64	 "CONFIG_ARM64=y\n"
#define BUILTIN	 "CONFIG_CMDLINE=\"ima_appraise=enforce quiet\"\n"
#define B	 "ima_appraise=enforce quiet"
#define L	 "root=/dev/sda1"

static const struct {
	const char *config, *loader, *line;
	enum kernelcmdline_rule rule;
	size_t limit;
	bool unknown;
} rows[] = {
	{X86, L, L, KERNELCMDLINE_LOADER, 2048, false},
	{X86, NULL, "", KERNELCMDLINE_LOADER, 2048, false},
	{X86 "# CONFIG_CMDLINE_BOOL is not set\n" BUILTIN, L, L, KERNELCMDLINE_LOADER, 2048, false},
	{X86_BOOL "CONFIG_CMDLINE=\"\"\n", L, L, KERNELCMDLINE_LOADER, 2048, false},
	{X86_BOOL BUILTIN, L, B " " L, KERNELCMDLINE_BUILTIN_FIRST, 2048, false},
	{X86_BOOL BUILTIN, NULL, B, KERNELCMDLINE_BUILTIN_FIRST, 2048, false},
	{X86_BOOL BUILTIN "# CONFIG_CMDLINE_OVERRIDE is not set\n", L, B " " L,
	 KERNELCMDLINE_BUILTIN_FIRST, 2048, false},
	{X86_BOOL BUILTIN "CONFIG_CMDLINE_OVERRIDE=y\n", L, B, KERNELCMDLINE_BUILTIN_ONLY, 2048,
	 false},
	/* Words of another architecture mean nothing. */
	{X86_BOOL BUILTIN "CONFIG_CMDLINE_FORCE=y\n", L, B " " L, KERNELCMDLINE_BUILTIN_FIRST, 2048,
	 false},
	{ARM64 BUILTIN "CONFIG_CMDLINE_FROM_BOOTLOADER=y\n", L, L, KERNELCMDLINE_LOADER, 2048,
	 false},
	{ARM64 BUILTIN "CONFIG_CMDLINE_FROM_BOOTLOADER=y\n", "", B, KERNELCMDLINE_BUILTIN_INSTEAD,
	 2048, false},
	{ARM64 BUILTIN "CONFIG_CMDLINE_FORCE=y\n", L, B, KERNELCMDLINE_BUILTIN_ONLY, 2048, false},
	{ARM64 BUILTIN "CONFIG_CMDLINE_EXTEND=y\n", L, L " " B, KERNELCMDLINE_BUILTIN_LAST, 2048,
	 false},
	{ARM64 "CONFIG_CMDLINE=\"\"\nCONFIG_CMDLINE_FORCE=y\n", L, L, KERNELCMDLINE_LOADER, 2048,
	 false},
	{"CONFIG_RISCV=y\n" BUILTIN "CONFIG_CMDLINE_FALLBACK=y\n", L, L, KERNELCMDLINE_LOADER, 1024,
	 false},
	{"CONFIG_RISCV=y\n" BUILTIN "CONFIG_CMDLINE_EXTEND=y\n", L, L " " B,
	 KERNELCMDLINE_BUILTIN_LAST, 1024, false},
	{"CONFIG_ARM=y\n" BUILTIN "CONFIG_CMDLINE_FORCE=y\n", L, B, KERNELCMDLINE_BUILTIN_ONLY,
	 1024, false},
	{"CONFIG_PPC=y\n" BUILTIN "CONFIG_CMDLINE_FORCE=y\n", L, B, KERNELCMDLINE_BUILTIN_ONLY,
	 2048, false},
	{"CONFIG_LOONGARCH=y\n" BUILTIN "CONFIG_CMDLINE_EXTEND=y\n", L, L " " B,
	 KERNELCMDLINE_BUILTIN_LAST, 0, false},
	{"CONFIG_MIPS=y\n" BUILTIN, L, L, KERNELCMDLINE_LOADER, 4096, false},
	{"CONFIG_MIPS=y\nCONFIG_CMDLINE_BOOL=y\n" BUILTIN, L, L " " B, KERNELCMDLINE_BUILTIN_LAST,
	 4096, false},
	{"CONFIG_MIPS=y\nCONFIG_CMDLINE_BOOL=y\nCONFIG_MIPS_CMDLINE_BUILTIN_EXTEND=y\n" BUILTIN, L,
	 B " " L, KERNELCMDLINE_BUILTIN_FIRST, 4096, false},
	{"CONFIG_MIPS=y\nCONFIG_CMDLINE_BOOL=y\nCONFIG_CMDLINE_OVERRIDE=y\n" BUILTIN, L, B,
	 KERNELCMDLINE_BUILTIN_ONLY, 4096, false},
	{"CONFIG_SUPERH=y\nCONFIG_CMDLINE_OVERWRITE=y\n" BUILTIN, L, B, KERNELCMDLINE_BUILTIN_ONLY,
	 512, false},
	{"CONFIG_S390=y\nCONFIG_COMMAND_LINE_SIZE=8192\n", L, L, KERNELCMDLINE_LOADER, 8192, false},
	{"CONFIG_S390=y\n", L, L, KERNELCMDLINE_LOADER, 4096, false},
	{"", L, L, KERNELCMDLINE_LOADER, 0, true},
	{BUILTIN, L, L, KERNELCMDLINE_LOADER, 0, true},
	{BUILTIN "CONFIG_CMDLINE_FORCE=y\n", L, B, KERNELCMDLINE_BUILTIN_ONLY, 0, true},
	{X86_BOOL "CONFIG_CMDLINE=\"dyndbg=\\\"file a.c +p\\\"\"\n", L, "dyndbg=\"file a.c +p\" " L,
	 KERNELCMDLINE_BUILTIN_FIRST, 2048, false},
};

static void effective(const char *config, const char *loader, struct buf *out,
		      struct kernelcmdline *how)
{
	struct fault f = {0};

	ck_assert_int_eq(
		kernelcmdline_effective(kconfig_of(config, strlen(config)), loader, out, how, &f),
		0);
}

START_TEST(rules)
{
	own_buf struct buf out = {0};
	struct kernelcmdline how;

	effective(rows[_i].config, rows[_i].loader, &out, &how);
	ck_assert_str_eq(buf_text(&out), rows[_i].line);
	ck_assert_str_eq(kernelcmdline_rule_name(how.rule), kernelcmdline_rule_name(rows[_i].rule));
	ck_assert_uint_eq(how.limit, rows[_i].limit);
	ck_assert_int_eq(how.known, !rows[_i].unknown);
	ck_assert(!how.truncated);
	ck_assert_int_eq(how.bootconfig, KERNELCMDLINE_BOOTCONFIG_NEVER);
	ck_assert(!how.bootconfig_taken);
}
END_TEST

/* What does not fit is cut off at its end. */
START_TEST(truncation)
{
	own_buf struct buf loader = {0}, out = {0}, more = {0};
	struct kernelcmdline how;

	while (loader.len < 2047 - strlen(B) - 1)
		buf_addc(&loader, 'x');
	effective(X86_BOOL BUILTIN, buf_text(&loader), &out, &how);
	ck_assert(!how.truncated);
	ck_assert_uint_eq(out.len, 2047);
	buf_addc(&loader, 'y');
	effective(X86_BOOL BUILTIN, buf_text(&loader), &more, &how);
	ck_assert(how.truncated);
	ck_assert_str_eq(buf_text(&more), buf_text(&out));
	/* Where the length is not known, nothing is. */
	buf_clear(&out);
	effective("", buf_text(&loader), &out, &how);
	ck_assert_uint_eq(out.len, loader.len);
}
END_TEST

static const struct {
	const char *config, *loader;
	int bootconfig;
	bool taken, built_in;
} asks[] = {
	{X86, "bootconfig", KERNELCMDLINE_BOOTCONFIG_NEVER, false, false},
	{X86 "CONFIG_BOOT_CONFIG=y\n", "quiet", KERNELCMDLINE_BOOTCONFIG_ASKED, false, false},
	{X86 "CONFIG_BOOT_CONFIG=y\n", "quiet bootconfig", KERNELCMDLINE_BOOTCONFIG_ASKED, true,
	 false},
	{X86 "CONFIG_BOOT_CONFIG=y\n", "bootconfig=x quiet", KERNELCMDLINE_BOOTCONFIG_ASKED, true,
	 false},
	{X86 "CONFIG_BOOT_CONFIG=y\n", "nobootconfig bootconfigs", KERNELCMDLINE_BOOTCONFIG_ASKED,
	 false, false},
	{X86 "CONFIG_BOOT_CONFIG=y\n", "a=\"x bootconfig y\"", KERNELCMDLINE_BOOTCONFIG_ASKED,
	 false, false},
	{X86 "CONFIG_BOOT_CONFIG=y\n", "quiet -- bootconfig", KERNELCMDLINE_BOOTCONFIG_ASKED, false,
	 false},
	{X86 "CONFIG_BOOT_CONFIG=y\nCONFIG_BOOT_CONFIG_FORCE=y\n", NULL,
	 KERNELCMDLINE_BOOTCONFIG_ALWAYS, true, false},
	{X86 "CONFIG_BOOT_CONFIG=y\nCONFIG_BOOT_CONFIG_EMBED=y\n", NULL,
	 KERNELCMDLINE_BOOTCONFIG_ASKED, false, true},
	{X86_BOOL "CONFIG_BOOT_CONFIG=y\nCONFIG_CMDLINE=\"bootconfig\"\n", "quiet",
	 KERNELCMDLINE_BOOTCONFIG_ASKED, true, false},
};

START_TEST(asks_for_bootconfig)
{
	own_buf struct buf out = {0};
	struct kernelcmdline how;

	effective(asks[_i].config, asks[_i].loader, &out, &how);
	ck_assert_int_eq((int)how.bootconfig, asks[_i].bootconfig);
	ck_assert_int_eq(how.bootconfig_taken, asks[_i].taken);
	ck_assert_int_eq(how.bootconfig_built_in, asks[_i].built_in);
}
END_TEST

static void end_with(struct buf *initrd, const char *text)
{
	uint32_t sum = 0;

	for (const char *c = text; *c; c++)
		sum += (uint8_t)*c;
	buf_puts(initrd, text);
	kernelfake_le(initrd, strlen(text), 4);
	kernelfake_le(initrd, sum, 4);
	buf_puts(initrd, "#BOOTCONFIG\n");
}

START_TEST(bootconfig)
{
	own_buf struct buf initrd = {0}, kernel = {0}, init = {0};
	struct fault why;

	buf_puts(&initrd, "archive");
	ck_assert(!kernelcmdline_bootconfig((uint8_t *)initrd.data, initrd.len, &kernel, &init,
					    &why));
	ck_assert_str_eq(why.text, "");
	end_with(&initrd, "kernel.ima_appraise = off\ninit.x = 1, 2\n");
	ck_assert(
		kernelcmdline_bootconfig((uint8_t *)initrd.data, initrd.len, &kernel, &init, &why));
	ck_assert_str_eq(buf_text(&kernel), "ima_appraise=off");
	ck_assert_str_eq(buf_text(&init), "x=1 x=2");
	buf_clear(&kernel);
	end_with(&initrd, "kernel {\n");
	ck_assert(!kernelcmdline_bootconfig((uint8_t *)initrd.data, initrd.len, &kernel, &init,
					    &why));
	ck_assert_int_eq(why.os, EBADMSG);
	ck_assert_str_eq(buf_text(&kernel), "");
}
END_TEST

Suite *kernelcmdline_suite(void)
{
	Suite *suite = suite_create("kernelcmdline");
	TCase *tcase = tcase_create("kernelcmdline");

	tcase_add_loop_test(tcase, rules, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, truncation);
	tcase_add_loop_test(tcase, asks_for_bootconfig, 0, sizeof(asks) / sizeof(asks[0]));
	tcase_add_test(tcase, bootconfig);
	suite_add_tcase(suite, tcase);
	return suite;
}
