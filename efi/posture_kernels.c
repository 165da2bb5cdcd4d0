/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings about kernels: what their configuration lets root, or a word on the command line, do. Options
 * as of Linux 6.12 (security/integrity/ima/Kconfig, kernel/module/Kconfig, kernel/Kconfig.kexec,
 * security/lockdown/Kconfig).
 */
#include <string.h>

#include "efi/posture_internal.h"

enum { OLDEST_MAJOR = 5, OLDEST_MINOR = 10 };

static bool is_set(const struct posture_entry *entry, const char *option)
{
	return posture_has_option(entry->kernel, option) == CMDLINEWORD_YES;
}

/* The rules and switches that the kernel sets by itself under Secure Boot (ima_efi.c). Where its state is not
 * known they may hold: that it is not known is a finding of its own. */
static bool arch_policy_holds(const struct posture_work *work, const struct posture_entry *entry)
{
	return work->secure_boot != CMDLINEWORD_NO && is_set(entry, "IMA_ARCH_POLICY") &&
	       is_set(entry, "IMA_SECURE_AND_OR_TRUSTED_BOOT");
}

bool posture_locked_down(const struct posture_work *work, const struct posture_entry *entry)
{
	if (!is_set(entry, "SECURITY_LOCKDOWN_LSM"))
		return false;
	return is_set(entry, "LOCK_DOWN_KERNEL_FORCE_INTEGRITY") ||
	       is_set(entry, "LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY") ||
	       posture_effective_word(entry, "lockdown") ||
	       (work->secure_boot != CMDLINEWORD_NO &&
		(is_set(entry, "LOCK_DOWN_IN_EFI_SECURE_BOOT") ||
		 is_set(entry, "EFI_SECURE_BOOT_LOCK_DOWN")));
}

bool posture_modules_checked(const struct posture_work *work, const struct posture_entry *entry)
{
	if (posture_has_option(entry->kernel, "MODULES") == CMDLINEWORD_NO ||
	    entry->scope.checks_modules || is_set(entry, "IMA_APPRAISE_REQUIRE_MODULE_SIGS"))
		return true;
	if (!is_set(entry, "MODULE_SIG"))
		return arch_policy_holds(work, entry);
	return is_set(entry, "MODULE_SIG_FORCE") ||
	       posture_effective_word(entry, "module.sig_enforce") ||
	       posture_locked_down(work, entry) || arch_policy_holds(work, entry);
}

bool posture_kexec_checked(const struct posture_work *work, const struct posture_entry *entry)
{
	bool any = posture_has_option(entry->kernel, "KEXEC") != CMDLINEWORD_NO ||
		   posture_has_option(entry->kernel, "KEXEC_FILE") != CMDLINEWORD_NO;

	return !any || entry->scope.checks_kexec ||
	       is_set(entry, "IMA_APPRAISE_REQUIRE_KEXEC_SIGS") ||
	       posture_locked_down(work, entry) || arch_policy_holds(work, entry) ||
	       (posture_has_option(entry->kernel, "KEXEC") == CMDLINEWORD_NO &&
		is_set(entry, "KEXEC_SIG_FORCE"));
}

static int add(struct posture_work *work, const struct posture_entry *entry, const char *id,
	       const char *what)
{
	return finding_add(&work->out->findings, id, entry->entry->kernel, work->f, "%s", what);
}

static int check_ima(struct posture_work *work, const struct posture_entry *entry)
{
	if (posture_has_option(entry->kernel, "IMA") == CMDLINEWORD_NO)
		return add(work, entry, "kernel.no-ima", "CONFIG_IMA is not set");
	if (posture_has_option(entry->kernel, "IMA_APPRAISE") == CMDLINEWORD_NO)
		return add(work, entry, "kernel.no-appraise", "CONFIG_IMA_APPRAISE is not set");
	return 0;
}

/* Is ima_appraise= obeyed, were it there? */
static int check_bootparam(struct posture_work *work, const struct posture_entry *entry)
{
	struct cmdlineword_kernel kernel = posture_circumstances(work, entry->kernel);
	char because[200];

	if (cmdlineword_of_appraise_off(&kernel, because) != CMDLINEWORD_EFFECTIVE)
		return 0;
	return add(work, entry,
		   work->secure_boot == CMDLINEWORD_YES ? "kernel.fix-mode-accepted"
							: "kernel.bootparam",
		   because);
}

/* The kernel's own words: those of CONFIG_CMDLINE are at fault when the entry says nothing. */
static int check_own_cmdline(struct posture_work *work, const struct posture_entry *entry)
{
	own_buf struct buf own = {0};
	const struct cmdlineword *word = posture_effective_word(entry, "ima_appraise");

	if (!word || !kconfig_string(kernelimage_kconfig(entry->kernel), "CMDLINE", &own) ||
	    !strstr(buf_text(&own), word->word) ||
	    (entry->entry->cmdline && strstr(entry->entry->cmdline, word->word)))
		return 0;
	return finding_add(&work->out->findings, "kernel.cmdline-builtin-off", entry->entry->kernel,
			   work->f, "CONFIG_CMDLINE has %s", word->word);
}

static int check_modules(struct posture_work *work, const struct posture_entry *entry)
{
	if (posture_modules_checked(work, entry))
		return 0;
	if (!is_set(entry, "MODULE_SIG"))
		return add(work, entry, "kernel.no-module-sig", "CONFIG_MODULE_SIG is not set");
	return add(work, entry, "kernel.module-sig-not-forced",
		   "CONFIG_MODULE_SIG_FORCE is not set, and nothing else refuses unsigned modules");
}

static int check_runtime(struct posture_work *work, const struct posture_entry *entry)
{
	if (!posture_kexec_checked(work, entry) &&
	    add(work, entry, "kernel.kexec-unsigned",
		"kexec is built in, and nothing asks it for signed kernels") < 0)
		return -1;
	/* Whether Debian's and Fedora's lockdown holds hangs on Secure Boot, which is not known then. */
	if (posture_locked_down(work, entry) || (work->secure_boot == CMDLINEWORD_NOT_KNOWN &&
						 is_set(entry, "LOCK_DOWN_IN_EFI_SECURE_BOOT")))
		return 0;
	return add(work, entry, "kernel.no-lockdown", "the kernel is not locked down");
}

static bool policy_must_be_signed(const struct posture_work *work,
				  const struct posture_entry *entry)
{
	return is_set(entry, "IMA_APPRAISE_REQUIRE_POLICY_SIGS") ||
	       (entry->cmdline && posture_effective_word(entry, "ima_policy") &&
		strstr(entry->cmdline, "secure_boot")) ||
	       (arch_policy_holds(work, entry) && is_set(entry, "INTEGRITY_MACHINE_KEYRING") &&
		is_set(entry, "IMA_KEYRINGS_PERMIT_SIGNED_BY_BUILTIN_OR_SECONDARY"));
}

/* What concerns the loading of policies and the trust in keys: of interest when there is a policy. */
static int check_trust(struct posture_work *work, const struct posture_entry *entry)
{
	if (!entry->scope_known || entry->scope.refused)
		return 0;
	if (is_set(entry, "IMA_WRITE_POLICY") && !entry->scope.checks_policy &&
	    add(work, entry, "kernel.write-policy", "CONFIG_IMA_WRITE_POLICY is set") < 0)
		return -1;
	if (entry->delivery && entry->delivery->way != DELIVERY_INITRAMFS_EMBEDDED &&
	    !policy_must_be_signed(work, entry) &&
	    add(work, entry, "kernel.load-policy-unsigned",
		"nothing makes this kernel refuse a policy without a signature") < 0)
		return -1;
	if (entry->scope.needs_signatures && !is_set(entry, "INTEGRITY_TRUSTED_KEYRING") &&
	    !is_set(entry, "IMA_TRUSTED_KEYRING"))
		return add(work, entry, "kernel.no-trusted-keyring",
			   "CONFIG_INTEGRITY_TRUSTED_KEYRING is not set");
	return 0;
}

static int check_one(struct posture_work *work, const struct posture_entry *entry)
{
	static int (*const checks[])(struct posture_work * work,
				     const struct posture_entry *entry) = {
		check_bootparam, check_own_cmdline, check_modules, check_runtime, check_trust,
	};
	const struct kernelimage *kernel = entry->kernel;

	if (!kernel || !kernel->config)
		return add(work, entry, "kernel.no-config",
			   kernel ? "no configuration of it was found"
				  : "the kernel could not be read");
	/* Where there is no appraisal there is nothing to get round. */
	if (posture_has_option(kernel, "IMA_APPRAISE") == CMDLINEWORD_NO)
		return check_ima(work, entry);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i](work, entry) < 0)
			return -1;
	return 0;
}

int posture_check_kernels(struct posture_work *work)
{
	for (size_t i = 0; i < work->out->entry_count; i++) {
		const struct posture_entry *entry = &work->out->entries[i];
		const struct kernelimage *kernel = entry->kernel;

		if (!entry->counts)
			continue;
		if (check_one(work, entry) < 0)
			return -1;
		if (kernel && kernel->major &&
		    (kernel->major < OLDEST_MAJOR ||
		     (kernel->major == OLDEST_MAJOR && kernel->minor < OLDEST_MINOR)) &&
		    finding_add(&work->out->findings, "kernel.old", kernel->path, work->f,
				"Linux %u.%u", kernel->major, kernel->minor) < 0)
			return -1;
	}
	return 0;
}
