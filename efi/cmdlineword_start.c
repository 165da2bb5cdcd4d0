/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parameters that decide what starts, and what the kernel sees of the firmware; cmdlineword.c says where
 * the kernel's facts are from. Those of user space: kernel-command-line(7), systemd-debug-generator(8),
 * dracut.cmdline(7), initramfs-tools(7).
 */
#include "efi/cmdlineword_internal.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* --- What starts --- */

static void judge_initcall(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	/* 6.19 gathered the initcalls of security modules into one function each. */
	static const struct {
		const char *name;
		enum cmdlineword_answer since_6_19;
	} calls[] = {
		{"init_ima", CMDLINEWORD_NO},
		{"init_evm", CMDLINEWORD_NO},
		{"integrity_fs_init", CMDLINEWORD_NO},
		{"security_initcall_late", CMDLINEWORD_YES},
		{"security_initcall_late_sync", CMDLINEWORD_YES},
	};
	enum cmdlineword_answer since = cmdlineword_version_at_least(kernel, 6, 19);

	cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE, "leaves out nothing of IMA or EVM");
	for (size_t i = 0; i < COUNT(calls); i++) {
		if (!cmdlineword_lists(word->value, calls[i].name, ','))
			continue;
		word->findings[0] = "boot.entry.ima-initcall-blacklisted";
		if (!cmdlineword_needs(kernel, word, "KALLSYMS") || since != calls[i].since_6_19) {
			if (word->effect == CMDLINEWORD_EFFECTIVE)
				cmdlineword_settle(word, CMDLINEWORD_UNKNOWN,
						   "which function starts IMA changed with Linux "
						   "6.19");
			word->findings[0] = "boot.entry.cannot-tell";
			continue;
		}
		cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE,
				   "%s is left out, with Secure Boot on, too", calls[i].name);
		return;
	}
}

static void judge_init(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	static const char *const usual[] = {
		"/init",
		"/sbin/init",
		"/usr/sbin/init",
		"/bin/init",
		"/usr/bin/init",
		"/lib/systemd/systemd",
		"/usr/lib/systemd/systemd",
		"/linuxrc",
		"/sbin/openrc-init",
		"/usr/bin/systemd",
		"/bin/systemd",
		"/sbin/runit-init",
	};
	const char *last = strrchr(word->value, '/');

	(void)kernel;
	cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE, "the first program to run");
	for (size_t i = 0; i < COUNT(usual); i++)
		if (strcmp(word->value, usual[i]) == 0)
			return;
	/* NixOS and Guix name the first program of a generation. */
	if ((cmdlineword_starts(word->value, "/nix/store/") ||
	     cmdlineword_starts(word->value, "/gnu/store/")) &&
	    (strcmp(last, "/init") == 0 || strcmp(last, "/boot") == 0) &&
	    !strstr(word->value, "/.."))
		return;
	word->findings[0] = "boot.entry.init-replaced";
}

static void judge_run(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	(void)kernel;
	cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE, "systemd runs this command as root");
	word->findings[0] = "boot.entry.init-replaced";
}

static void judge_rescue(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	(void)kernel;
	cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE, "obeyed by init");
	word->findings[0] = "boot.entry.rescue-mode";
}

static void judge_unit(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE, "systemd starts this unit");
	if (cmdlineword_starts(word->value, "rescue") ||
	    cmdlineword_starts(word->value, "emergency") ||
	    cmdlineword_starts(word->value, "runlevel1") || strcmp(word->value, "single") == 0)
		judge_rescue(kernel, word);
	else if (cmdlineword_starts(word->value, "debug-shell"))
		word->findings[0] = "boot.entry.break-shell";
}

static void judge_shell(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	(void)kernel;
	if (cmdlineword_is_no(word->value)) {
		cmdlineword_settle(word, CMDLINEWORD_INERT, "switched off");
		return;
	}
	cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE, "obeyed by init or the initramfs");
	word->findings[0] = "boot.entry.break-shell";
}

static void judge_setenv(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE, "an environment variable for init");
	if (cmdlineword_starts(word->value, "SYSTEMD_SULOGIN_FORCE=") &&
	    !cmdlineword_is_no(word->value + 22))
		judge_shell(kernel, word);
}

/* --- The firmware as the kernel sees it --- */

static void judge_no_runtime(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	if (kernel->secure_boot == CMDLINEWORD_NO) {
		cmdlineword_settle(word, CMDLINEWORD_INERT, "Secure Boot is off anyway");
		return;
	}
	cmdlineword_settle(
		word, CMDLINEWORD_UNKNOWN,
		"hides Secure Boot from a kernel that was not started by its EFI stub on "
		"x86");
	word->findings[0] = "boot.entry.secure-boot-hidden";
}

static void judge_efi(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	if (cmdlineword_lists(word->value, "noruntime", ','))
		judge_no_runtime(kernel, word);
	else
		cmdlineword_settle(word, CMDLINEWORD_INERT, "nothing to do with Secure Boot");
}

static void judge_efi_storage(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	(void)kernel;
	cmdlineword_settle(word, CMDLINEWORD_INERT,
			   "about room for EFI variables; nothing to do with Secure Boot");
}

static void judge_bootconfig(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	if (cmdlineword_needs(kernel, word, "BOOT_CONFIG"))
		cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE,
				   "words appended to the initramfs join the command line");
}

static const struct cmdlineword_row rows[] = {
	{"initcall_blacklist", 0, judge_initcall},
	{"init", CMDLINEWORD_LAST_WINS, judge_init},
	{"rdinit", CMDLINEWORD_LAST_WINS, judge_init},
	{"systemd.run", CMDLINEWORD_USER_SPACE, judge_run},
	{"systemd.unit", CMDLINEWORD_USER_SPACE, judge_unit},
	{"rd.systemd.unit", CMDLINEWORD_USER_SPACE, judge_unit},
	{"systemd.wants", CMDLINEWORD_USER_SPACE, judge_unit},
	{"systemd.debug_shell", CMDLINEWORD_USER_SPACE, judge_shell},
	{"rd.systemd.debug_shell", CMDLINEWORD_USER_SPACE, judge_shell},
	{"systemd.crash_shell", CMDLINEWORD_USER_SPACE, judge_shell},
	{"systemd.setenv", CMDLINEWORD_USER_SPACE, judge_setenv},
	{"SYSTEMD_SULOGIN_FORCE", CMDLINEWORD_USER_SPACE, judge_shell},
	{"rd.break", CMDLINEWORD_USER_SPACE, judge_shell},
	{"break", CMDLINEWORD_USER_SPACE, judge_shell},
	{"single", CMDLINEWORD_USER_SPACE | CMDLINEWORD_PLAIN, judge_rescue},
	{"emergency", CMDLINEWORD_USER_SPACE | CMDLINEWORD_PLAIN, judge_rescue},
	{"rescue", CMDLINEWORD_USER_SPACE | CMDLINEWORD_PLAIN, judge_rescue},
	{"s", CMDLINEWORD_USER_SPACE | CMDLINEWORD_PLAIN, judge_rescue},
	{"S", CMDLINEWORD_USER_SPACE | CMDLINEWORD_PLAIN, judge_rescue},
	{"1", CMDLINEWORD_USER_SPACE | CMDLINEWORD_PLAIN, judge_rescue},
	{"softlevel", CMDLINEWORD_USER_SPACE, judge_unit},
	{"efi", 0, judge_efi},
	{"noefi", CMDLINEWORD_PLAIN, judge_no_runtime},
	{"efi_no_storage_paranoia", CMDLINEWORD_PLAIN, judge_efi_storage},
	{"bootconfig", CMDLINEWORD_PLAIN, judge_bootconfig},
};

const struct cmdlineword_row *cmdlineword_start_rows(size_t *out_count)
{
	*out_count = COUNT(rows);
	return rows;
}
