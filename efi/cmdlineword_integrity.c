/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters of IMA, EVM, security modules and module signatures; cmdlineword.c says where the facts are from. */
#include "efi/cmdlineword_internal.h"

#include <stdio.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

bool cmdlineword_starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Is `name` one of the parts of a list? */
bool cmdlineword_lists(const char *list, const char *name, char separator)
{
	size_t n = strlen(name);

	for (const char *at = list;; at++) {
		if (strncmp(at, name, n) == 0 && (!at[n] || at[n] == separator))
			return true;
		at = strchr(at, separator);
		if (!at)
			return false;
	}
}

/* What systemd and the kernel take for "no". */
bool cmdlineword_is_no(const char *value)
{
	static const char *const words[] = {"0", "no", "n", "N", "false", "off"};

	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(value, words[i]) == 0)
			return true;
	return false;
}

/* --- IMA's mode --- */

/*
 * Does the kernel ask for Secure Boot before it obeys ima_appraise=? From 5.9 (commit 311aa6aafea4) on
 * when built with IMA_ARCH_POLICY and its platform part; before, that option and BOOTPARAM excluded each
 * other. From 7.1 on, and in stable kernels that took it over, HAVE_ARCH_GET_SECUREBOOT alone decides.
 * openSUSE has a switch of its own that gives the old behaviour back.
 */
static enum cmdlineword_answer asks_secure_boot(const struct cmdlineword_kernel *kernel)
{
	if (!kernel->config_known)
		return CMDLINEWORD_NOT_KNOWN;
	if (cmdlineword_config(kernel, "IMA_APPRAISE_SB_BOOTPARAM") == CMDLINEWORD_YES)
		return CMDLINEWORD_NO;
	if (cmdlineword_config(kernel, "HAVE_ARCH_GET_SECUREBOOT") == CMDLINEWORD_YES)
		return CMDLINEWORD_YES;
	if (cmdlineword_version_at_least(kernel, 7, 1) == CMDLINEWORD_YES)
		return CMDLINEWORD_NO;
	return cmdlineword_config(kernel, "IMA_SECURE_AND_OR_TRUSTED_BOOT");
}

static void judge_mode_by_secure_boot(const struct cmdlineword_kernel *kernel,
				      struct cmdlineword *word)
{
	enum cmdlineword_answer asks = asks_secure_boot(kernel);

	if (kernel->secure_boot == CMDLINEWORD_NO)
		cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE,
				   "Secure Boot is off, and the kernel has "
				   "CONFIG_IMA_APPRAISE_BOOTPARAM");
	else if (asks == CMDLINEWORD_NO)
		cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE,
				   "this kernel obeys it whatever Secure Boot says: it is built "
				   "without CONFIG_IMA_ARCH_POLICY");
	else if (kernel->secure_boot == CMDLINEWORD_YES && asks == CMDLINEWORD_YES)
		cmdlineword_settle(word, CMDLINEWORD_INERT,
				   "Secure Boot is on: the kernel ignores it");
	else
		cmdlineword_settle(word, CMDLINEWORD_UNKNOWN,
				   "obeyed with Secure Boot off, whose state is not known");
}

static void judge_mode(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	if (cmdlineword_needs(kernel, word, "IMA_APPRAISE") &&
	    cmdlineword_needs(kernel, word, "IMA_APPRAISE_BOOTPARAM"))
		judge_mode_by_secure_boot(kernel, word);
}

static void judge_ima_appraise(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	static const struct {
		const char *mode, *finding;
	} modes[] = {
		{"off", "boot.entry.ima-appraise-off"},
		{"log", "boot.entry.ima-appraise-log"},
		{"fix", "boot.entry.ima-appraise-fix"},
	};

	for (size_t i = 0; i < COUNT(modes); i++) {
		if (!cmdlineword_starts(word->value, modes[i].mode))
			continue;
		judge_mode(kernel, word);
		word->findings[0] = word->effect == CMDLINEWORD_EFFECTIVE ? modes[i].finding
				    : word->effect == CMDLINEWORD_INERT
					    ? "boot.entry.ima-appraise-inert"
					    : "boot.entry.cannot-tell";
		return;
	}
	if (cmdlineword_starts(word->value, "enforce"))
		cmdlineword_settle(word, CMDLINEWORD_INERT, "the kernel enforces by itself");
	else
		cmdlineword_settle(word, CMDLINEWORD_INERT, "no mode that the kernel knows");
}

enum cmdlineword_effect cmdlineword_of_appraise_off(const struct cmdlineword_kernel *kernel,
						    char because[200])
{
	struct cmdlineword word = {.value = "off"};

	judge_mode(kernel, &word);
	snprintf(because, sizeof(word.because), "%s", word.because);
	return word.effect;
}

/* --- IMA's policy and measurement --- */

static void judge_ima_policy(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	static const char *const known[] = {"tcb", "appraise_tcb", "secure_boot", "critical_data",
					    "fail_securely"};
	bool any = false;

	for (size_t i = 0; i < COUNT(known); i++)
		any = any || cmdlineword_lists(word->value, known[i], '|') ||
		      cmdlineword_lists(word->value, known[i], ' ');
	if (!any)
		cmdlineword_settle(word, CMDLINEWORD_INERT, "no policy that the kernel knows");
	else if (cmdlineword_needs(kernel, word, "IMA"))
		cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE,
				   "a policy of the kernel's own, until another is loaded");
}

static void judge_ima(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	if (cmdlineword_needs(kernel, word, "IMA"))
		cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE, "an IMA parameter");
}

static void judge_measurement(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	if (cmdlineword_needs(kernel, word, "IMA"))
		cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE,
				   "changes the measurement list only, not what is appraised");
}

static void judge_ima_kdump(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	(void)kernel;
	cmdlineword_settle(word, CMDLINEWORD_INERT,
			   "only the kernel that saves a crash dump obeys it, if at all");
}

/* --- EVM --- */

static void judge_evm(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	enum cmdlineword_answer asks = cmdlineword_version_at_least(kernel, 7, 1);

	if (!cmdlineword_starts(word->value, "fix")) {
		cmdlineword_settle(word, CMDLINEWORD_INERT, "no mode that the kernel knows");
		return;
	}
	word->findings[0] = "boot.entry.evm-fix";
	if (!cmdlineword_needs(kernel, word, "EVM")) {
		word->findings[0] = "boot.entry.cannot-tell";
		return;
	}
	if (asks == CMDLINEWORD_YES)
		asks = cmdlineword_config(kernel, "HAVE_ARCH_GET_SECUREBOOT");
	if (asks == CMDLINEWORD_NO)
		cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE,
				   "Linux before 7.1 obeys it whatever Secure Boot says");
	else if (kernel->secure_boot == CMDLINEWORD_NO)
		cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE, "Secure Boot is off");
	else if (kernel->secure_boot == CMDLINEWORD_YES && asks == CMDLINEWORD_YES)
		cmdlineword_settle(word, CMDLINEWORD_INERT,
				   "Secure Boot is on: Linux 7.1 and newer ignores it");
	else {
		cmdlineword_settle(word, CMDLINEWORD_UNKNOWN,
				   "Linux 7.1 and newer ignores it with Secure Boot on");
		word->findings[0] = "boot.entry.cannot-tell";
	}
}

static void judge_evm_key(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	(void)kernel;
	cmdlineword_settle(word, CMDLINEWORD_UNKNOWN,
			   "read by dracut's integrity module, where the initramfs has it");
}

/* --- Security modules --- */

static void judge_lsm(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	bool integrity = cmdlineword_lists(word->value, "integrity", ',');
	bool lockdown = cmdlineword_lists(word->value, "lockdown", ',');
	size_t n = 0;

	cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE, "decides which security modules run");
	if (!integrity && cmdlineword_version_at_least(kernel, 6, 4) == CMDLINEWORD_NO &&
	    cmdlineword_config(kernel, "IMA") == CMDLINEWORD_YES)
		word->findings[n++] = "boot.entry.lsm-without-integrity";
	if (!lockdown && cmdlineword_config(kernel, "SECURITY_LOCKDOWN_LSM") == CMDLINEWORD_YES &&
	    cmdlineword_config(kernel, "SECURITY_LOCKDOWN_LSM_EARLY") == CMDLINEWORD_NO)
		word->findings[n++] = "boot.entry.lockdown-off";
}

static void judge_security(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	(void)kernel;
	cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE,
			   "chooses among SELinux, AppArmor, Smack and TOMOYO; IMA is not touched");
	if (!*word->value || strcmp(word->value, "none") == 0)
		word->findings[0] = "boot.entry.mac-off";
}

static void judge_off_by_zero(const struct cmdlineword_kernel *kernel, struct cmdlineword *word,
			      const char *option, const char *finding)
{
	if (!cmdlineword_is_no(word->value)) {
		cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE, "switches it on");
		return;
	}
	if (cmdlineword_needs(kernel, word, option))
		cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE, "switched off");
	if (word->effect == CMDLINEWORD_EFFECTIVE)
		word->findings[0] = finding;
}

static void judge_selinux(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	judge_off_by_zero(kernel, word, "SECURITY_SELINUX_BOOTPARAM", "boot.entry.mac-off");
}

static void judge_enforcing(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	judge_off_by_zero(kernel, word, "SECURITY_SELINUX_DEVELOP", "boot.entry.mac-off");
}

static void judge_apparmor(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	judge_off_by_zero(kernel, word, "SECURITY_APPARMOR", "boot.entry.mac-off");
}

static void judge_audit(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	judge_off_by_zero(kernel, word, "AUDIT", "boot.entry.audit-off");
}

static void judge_lockdown(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	if (strcmp(word->value, "integrity") != 0 && strcmp(word->value, "confidentiality") != 0)
		cmdlineword_settle(word, CMDLINEWORD_INERT,
				   "no level that the kernel knows; lockdown can only be raised");
	else if (cmdlineword_needs(kernel, word, "SECURITY_LOCKDOWN_LSM"))
		cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE, "locks the kernel down");
}

static void judge_sig_enforce(const struct cmdlineword_kernel *kernel, struct cmdlineword *word)
{
	if (cmdlineword_is_no(word->value))
		cmdlineword_settle(word, CMDLINEWORD_INERT, "it can only be switched on");
	else if (cmdlineword_needs(kernel, word, "MODULE_SIG"))
		cmdlineword_settle(word, CMDLINEWORD_EFFECTIVE, "unsigned modules are refused");
}

static const struct cmdlineword_row rows[] = {
	{"ima_appraise", CMDLINEWORD_LAST_WINS, judge_ima_appraise},
	{"ima_policy", 0, judge_ima_policy},
	{"ima_appraise_tcb", CMDLINEWORD_PLAIN, judge_ima},
	{"ima_tcb", CMDLINEWORD_PLAIN, judge_ima},
	{"ima_hash", 0, judge_ima},
	{"ima_template", 0, judge_measurement},
	{"ima_template_fmt", 0, judge_measurement},
	{"ima_canonical_fmt", CMDLINEWORD_PLAIN, judge_measurement},
	{"ima", 0, judge_ima_kdump},
	{"integrity_audit", 0, judge_measurement},
	{"evm", 0, judge_evm},
	{"evmkey", CMDLINEWORD_USER_SPACE, judge_evm_key},
	{"evmx509", CMDLINEWORD_USER_SPACE, judge_evm_key},
	{"lsm", CMDLINEWORD_LAST_WINS, judge_lsm},
	{"security", CMDLINEWORD_LAST_WINS, judge_security},
	{"selinux", CMDLINEWORD_LAST_WINS, judge_selinux},
	{"enforcing", CMDLINEWORD_LAST_WINS, judge_enforcing},
	{"apparmor", CMDLINEWORD_LAST_WINS, judge_apparmor},
	{"audit", CMDLINEWORD_LAST_WINS, judge_audit},
	{"lockdown", 0, judge_lockdown},
	{"module.sig_enforce", 0, judge_sig_enforce},
};

const struct cmdlineword_row *cmdlineword_integrity_rows(size_t *out_count)
{
	*out_count = COUNT(rows);
	return rows;
}
