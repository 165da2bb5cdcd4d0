/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kernels make of words on their command line, by Secure Boot, version and configuration. */
#include "efi/cmdlineword.h"

#include <stdlib.h>
#include <string.h>

#include "tests/suites.h"

/* Debian 12's, as far as it matters; 6.12 has HAVE_ARCH_GET_SECUREBOOT from a stable update. */
#define DEBIAN                                                                                     \
	"CONFIG_IMA=y\nCONFIG_IMA_APPRAISE=y\nCONFIG_IMA_APPRAISE_BOOTPARAM=y\n"                   \
	"CONFIG_IMA_ARCH_POLICY=y\nCONFIG_IMA_SECURE_AND_OR_TRUSTED_BOOT=y\nCONFIG_EVM=y\n"        \
	"CONFIG_KALLSYMS=y\nCONFIG_MODULE_SIG=y\nCONFIG_SECURITY_LOCKDOWN_LSM=y\n"                 \
	"CONFIG_SECURITY_SELINUX_BOOTPARAM=y\nCONFIG_SECURITY_SELINUX_DEVELOP=y\n"                 \
	"CONFIG_SECURITY_APPARMOR=y\nCONFIG_AUDIT=y\n"
/* Ordinary kernels of one's own: no architecture policy. */
#define PLAIN  "CONFIG_IMA=y\nCONFIG_IMA_APPRAISE=y\nCONFIG_IMA_APPRAISE_BOOTPARAM=y\nCONFIG_EVM=y\n"
#define NEWEST PLAIN "CONFIG_HAVE_ARCH_GET_SECUREBOOT=y\nCONFIG_KALLSYMS=y\n"

#define ON	  CMDLINEWORD_YES
#define OFF	  CMDLINEWORD_NO
#define WHO_KNOWS CMDLINEWORD_NOT_KNOWN

static const struct {
	const char *cmdline, *config; /* config NULL: not known */
	enum cmdlineword_answer secure_boot;
	unsigned major, minor;
	const char *expected; /* "word:effect:finding " of each; findings without "boot.entry." */
} rows[] = {
	{"quiet splash root=/dev/sda2 ro", DEBIAN, ON, 6, 1, ""},
	{"", DEBIAN, ON, 6, 1, ""},
	/* --- ima_appraise= --- */
	{"ima_appraise=off", DEBIAN, ON, 6, 1, "ima_appraise=off:inert:ima-appraise-inert "},
	{"ima_appraise=off", DEBIAN, OFF, 6, 1, "ima_appraise=off:effective:ima-appraise-off "},
	{"ima_appraise=off", DEBIAN, WHO_KNOWS, 6, 1, "ima_appraise=off:unknown:cannot-tell "},
	{"ima_appraise=log", DEBIAN, ON, 6, 1, "ima_appraise=log:inert:ima-appraise-inert "},
	{"ima_appraise=fix", DEBIAN, OFF, 6, 1, "ima_appraise=fix:effective:ima-appraise-fix "},
	{"ima_appraise=log", DEBIAN, OFF, 6, 1, "ima_appraise=log:effective:ima-appraise-log "},
	{"ima_appraise=enforce", DEBIAN, OFF, 6, 1, "ima_appraise=enforce:inert: "},
	{"ima_appraise=maybe", DEBIAN, OFF, 6, 1, "ima_appraise=maybe:inert: "},
	{"ima-appraise=off", DEBIAN, OFF, 6, 1, "ima-appraise=off:effective:ima-appraise-off "},
	{"ima_appraise=offline", DEBIAN, OFF, 6, 1,
	 "ima_appraise=offline:effective:ima-appraise-off "},
	/* Without the architecture's policy nothing asks for Secure Boot, until 7.1. */
	{"ima_appraise=off", PLAIN, ON, 6, 12, "ima_appraise=off:effective:ima-appraise-off "},
	{"ima_appraise=off", PLAIN, ON, 4, 19, "ima_appraise=off:effective:ima-appraise-off "},
	{"ima_appraise=off", PLAIN, WHO_KNOWS, 6, 12,
	 "ima_appraise=off:effective:ima-appraise-off "},
	{"ima_appraise=off", NEWEST, ON, 7, 1, "ima_appraise=off:inert:ima-appraise-inert "},
	{"ima_appraise=off", NEWEST, ON, 6, 12, "ima_appraise=off:inert:ima-appraise-inert "},
	{"ima_appraise=off", DEBIAN "CONFIG_IMA_APPRAISE_SB_BOOTPARAM=y\n", ON, 6, 4,
	 "ima_appraise=off:effective:ima-appraise-off "},
	{"ima_appraise=off", DEBIAN "# CONFIG_IMA_APPRAISE_BOOTPARAM is not set\n", OFF, 6, 1,
	 "ima_appraise=off:effective:ima-appraise-off "}, /* the last line that sets it counts */
	{"ima_appraise=off", "CONFIG_IMA=y\nCONFIG_IMA_APPRAISE=y\n", OFF, 6, 1,
	 "ima_appraise=off:inert:ima-appraise-inert "},
	{"ima_appraise=off", NULL, OFF, 6, 1, "ima_appraise=off:unknown:cannot-tell "},
	{"ima_appraise=off", NULL, ON, 6, 1, "ima_appraise=off:unknown:cannot-tell "},
	/* The last one counts. */
	{"ima_appraise=off ima_appraise=enforce", DEBIAN, OFF, 6, 1,
	 "ima_appraise=off:inert: ima_appraise=enforce:inert: "},
	{"ima_appraise=enforce ima_appraise=off", DEBIAN, OFF, 6, 1,
	 "ima_appraise=enforce:inert: ima_appraise=off:effective:ima-appraise-off "},
	/* Quotes, and the end of what is the kernel's. */
	{"dyndbg=\"file x +p ima_appraise=off\"", DEBIAN, OFF, 6, 1, ""},
	{"\"ima_appraise=off\"", DEBIAN, OFF, 6, 1, "ima_appraise=off:effective:ima-appraise-off "},
	{"quiet -- ima_appraise=off single", DEBIAN, OFF, 6, 1, "single:effective:rescue-mode "},
	{"xima_appraise=off ima_appraises=off", DEBIAN, OFF, 6, 1, ""},
	/* --- EVM --- */
	{"evm=fix", DEBIAN, ON, 6, 12, "evm=fix:effective:evm-fix "},
	{"evm=fix", NEWEST, ON, 7, 1, "evm=fix:inert: "},
	{"evm=fix", NEWEST, OFF, 7, 1, "evm=fix:effective:evm-fix "},
	{"evm=fix", NEWEST, WHO_KNOWS, 7, 1, "evm=fix:unknown:cannot-tell "},
	{"evm=fix", PLAIN, ON, 7, 1, "evm=fix:effective:evm-fix "},
	{"evm=fix", DEBIAN, ON, 0, 0, "evm=fix:unknown:cannot-tell "},
	{"evm=fix", "CONFIG_IMA=y\n", OFF, 6, 1, "evm=fix:inert: "},
	{"evm=on", DEBIAN, OFF, 6, 1, "evm=on:inert: "},
	{"evmkey=/etc/keys/k evmx509=/x", DEBIAN, OFF, 6, 1,
	 "evmkey=/etc/keys/k:unknown: evmx509=/x:unknown: "},
	/* --- Policy and measurement --- */
	{"ima_policy=appraise_tcb", DEBIAN, ON, 6, 1, "ima_policy=appraise_tcb:effective: "},
	{"ima_policy=\"tcb|secure_boot\"", DEBIAN, ON, 6, 1,
	 "ima_policy=tcb|secure_boot:effective: "},
	{"ima_policy=none", DEBIAN, ON, 6, 1, "ima_policy=none:inert: "},
	{"ima_tcb ima_appraise_tcb", DEBIAN, ON, 6, 1,
	 "ima_tcb:effective: ima_appraise_tcb:effective: "},
	{"ima_tcb", "CONFIG_X=y\n", ON, 6, 1, "ima_tcb:inert: "},
	{"ima_hash=sha256 ima_template=ima-sig ima_canonical_fmt ima=off", DEBIAN, ON, 6, 1,
	 "ima_hash=sha256:effective: ima_template=ima-sig:effective: ima_canonical_fmt:effective: "
	 "ima=off:inert: "},
	/* --- Security modules --- */
	{"lsm=landlock,yama", DEBIAN, ON, 6, 1,
	 "lsm=landlock,yama:effective:lsm-without-integrity,lockdown-off "},
	{"lsm=lockdown,yama,integrity", DEBIAN, ON, 6, 1,
	 "lsm=lockdown,yama,integrity:effective: "},
	{"lsm=lockdown,yama", DEBIAN, ON, 6, 12, "lsm=lockdown,yama:effective: "},
	{"lsm=yama", DEBIAN "CONFIG_SECURITY_LOCKDOWN_LSM_EARLY=y\n", ON, 6, 12,
	 "lsm=yama:effective: "},
	/* Empty parts of a list, also at its ends. */
	{"lsm=,yama,,integrity,", DEBIAN, ON, 6, 1,
	 "lsm=,yama,,integrity,:effective:lockdown-off "},
	{"lsm=", DEBIAN, ON, 6, 1, "lsm=:effective:lsm-without-integrity,lockdown-off "},
	{"efi=,noruntime initcall_blacklist=,init_ima", DEBIAN, ON, 6, 1,
	 "efi=,noruntime:unknown:secure-boot-hidden "
	 "initcall_blacklist=,init_ima:effective:ima-initcall-blacklisted "},
	{"security=selinux", DEBIAN, ON, 6, 1, "security=selinux:effective: "},
	{"security=none", DEBIAN, ON, 6, 1, "security=none:effective:mac-off "},
	{"selinux=0 enforcing=0 apparmor=0", DEBIAN, ON, 6, 1,
	 "selinux=0:effective:mac-off enforcing=0:effective:mac-off apparmor=0:effective:mac-off "},
	{"selinux=1", DEBIAN, ON, 6, 1, "selinux=1:effective: "},
	{"selinux=0", PLAIN, ON, 6, 1, "selinux=0:inert: "},
	{"audit=0", DEBIAN, ON, 6, 1, "audit=0:effective:audit-off "},
	{"lockdown=none", DEBIAN, ON, 6, 1, "lockdown=none:inert: "},
	{"lockdown=integrity", DEBIAN, ON, 6, 1, "lockdown=integrity:effective: "},
	{"module.sig_enforce=0", DEBIAN, ON, 6, 1, "module.sig_enforce=0:inert: "},
	{"module.sig_enforce", DEBIAN, ON, 6, 1, "module.sig_enforce:effective: "},
	/* --- What starts --- */
	{"initcall_blacklist=init_ima", DEBIAN, ON, 6, 12,
	 "initcall_blacklist=init_ima:effective:ima-initcall-blacklisted "},
	{"initcall_blacklist=a,init_evm", DEBIAN, ON, 6, 12,
	 "initcall_blacklist=a,init_evm:effective:ima-initcall-blacklisted "},
	{"initcall_blacklist=init_ima", PLAIN, ON, 6, 12, "initcall_blacklist=init_ima:inert: "},
	{"initcall_blacklist=init_ima", NEWEST, ON, 7, 1,
	 "initcall_blacklist=init_ima:unknown:cannot-tell "},
	{"initcall_blacklist=security_initcall_late", NEWEST, ON, 7, 1,
	 "initcall_blacklist=security_initcall_late:effective:ima-initcall-blacklisted "},
	{"initcall_blacklist=other", DEBIAN, ON, 6, 12, "initcall_blacklist=other:effective: "},
	{"init=/bin/bash", DEBIAN, ON, 6, 1, "init=/bin/bash:effective:init-replaced "},
	{"init=/usr/lib/systemd/systemd", DEBIAN, ON, 6, 1,
	 "init=/usr/lib/systemd/systemd:effective: "},
	{"init=/nix/store/abc-nixos/init", DEBIAN, ON, 6, 1,
	 "init=/nix/store/abc-nixos/init:effective: "},
	{"init=/nix/store/../../bin/init", DEBIAN, ON, 6, 1,
	 "init=/nix/store/../../bin/init:effective:init-replaced "},
	{"init=", DEBIAN, ON, 6, 1, "init=:effective:init-replaced "},
	{"rdinit=/bin/sh", DEBIAN, ON, 6, 1, "rdinit=/bin/sh:effective:init-replaced "},
	{"init=/bin/sh init=/sbin/init", DEBIAN, ON, 6, 1,
	 "init=/bin/sh:inert: init=/sbin/init:effective: "},
	{"systemd.run=/bin/true", DEBIAN, ON, 6, 1,
	 "systemd.run=/bin/true:effective:init-replaced "},
	{"systemd.unit=emergency.target", DEBIAN, ON, 6, 1,
	 "systemd.unit=emergency.target:effective:rescue-mode "},
	{"systemd.unit=graphical.target", DEBIAN, ON, 6, 1,
	 "systemd.unit=graphical.target:effective: "},
	{"systemd.debug-shell", DEBIAN, ON, 6, 1, "systemd.debug-shell:effective:break-shell "},
	{"systemd.debug_shell=0", DEBIAN, ON, 6, 1, "systemd.debug_shell=0:inert: "},
	{"rd.break=pre-mount", DEBIAN, ON, 6, 1, "rd.break=pre-mount:effective:break-shell "},
	{"break", DEBIAN, ON, 6, 1, "break:effective:break-shell "},
	{"systemd.setenv=SYSTEMD_SULOGIN_FORCE=1", DEBIAN, ON, 6, 1,
	 "systemd.setenv=SYSTEMD_SULOGIN_FORCE=1:effective:break-shell "},
	{"single", DEBIAN, ON, 6, 1, "single:effective:rescue-mode "},
	{"1 single=2", DEBIAN, ON, 6, 1, "1:effective:rescue-mode "},
	/* --- The firmware --- */
	{"efi=noruntime", DEBIAN, ON, 6, 1, "efi=noruntime:unknown:secure-boot-hidden "},
	{"efi=debug,noruntime", DEBIAN, WHO_KNOWS, 6, 1,
	 "efi=debug,noruntime:unknown:secure-boot-hidden "},
	{"efi=noruntime", DEBIAN, OFF, 6, 1, "efi=noruntime:inert: "},
	{"efi=debug", DEBIAN, ON, 6, 1, "efi=debug:inert: "},
	{"noefi", DEBIAN, ON, 6, 1, "noefi:unknown:secure-boot-hidden "},
	{"efi_no_storage_paranoia", DEBIAN, ON, 6, 1, "efi_no_storage_paranoia:inert: "},
	{"bootconfig", DEBIAN "CONFIG_BOOT_CONFIG=y\n", ON, 6, 1, "bootconfig:effective: "},
	{"bootconfig", DEBIAN, ON, 6, 1, "bootconfig:inert: "},
};

static void describe(const struct cmdlineword_list *list, struct buf *out)
{
	static const char start[] = "boot.entry.";

	for (size_t i = 0; i < list->count; i++) {
		const struct cmdlineword *it = &list->items[i];

		buf_printf(out, "%s:%s:", it->word, cmdlineword_effect_name(it->effect));
		for (size_t k = 0; k < CMDLINEWORD_FINDINGS_MAX && it->findings[k]; k++) {
			ck_assert_int_eq(strncmp(it->findings[k], start, strlen(start)), 0);
			buf_printf(out, "%s%s", k ? "," : "", it->findings[k] + strlen(start));
		}
		buf_puts(out, " ");
		ck_assert_uint_gt(strlen(it->because), 0);
	}
}

START_TEST(test_words)
{
	struct cmdlineword_kernel kernel = {.secure_boot = rows[_i].secure_boot,
					    .major = rows[_i].major,
					    .minor = rows[_i].minor,
					    .config_known = rows[_i].config != NULL};
	struct cmdlineword_list list = {0};
	own_buf struct buf text = {0};
	struct fault f;

	if (rows[_i].config)
		kernel.config = kconfig_of(rows[_i].config, strlen(rows[_i].config));
	ck_assert_int_eq(cmdlineword_judge(rows[_i].cmdline, &kernel, &list, &f), 0);
	describe(&list, &text);
	ck_assert_str_eq(buf_text(&text), rows[_i].expected);
	cmdlineword_list_done(&list);
}
END_TEST

/* A command line of nothing but words ends somewhere. */
START_TEST(test_many)
{
	static const struct cmdlineword_kernel kernel = {0};
	struct cmdlineword_list list = {0};
	own_buf struct buf text = {0};
	struct fault f;

	for (size_t i = 0; i < CMDLINEWORD_WORDS_MAX + 10; i++)
		buf_puts(&text, "single ");
	ck_assert_int_eq(cmdlineword_judge(buf_text(&text), &kernel, &list, &f), 0);
	ck_assert_uint_eq(list.count, CMDLINEWORD_WORDS_MAX);
	cmdlineword_list_done(&list);
}
END_TEST

Suite *cmdlineword_suite(void)
{
	Suite *suite = suite_create("cmdlineword");
	TCase *cases = tcase_create("words");

	tcase_add_loop_test(cases, test_words, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(cases, test_many);
	suite_add_tcase(suite, cases);
	return suite;
}
