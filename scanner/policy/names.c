/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of hooks, masks and options. */
#include "scanner/policy/internal.h"

static const char *const func_names[POLICY_FUNC_COUNT] = {
	[POLICY_FUNC_NONE] = "NONE",
	[POLICY_FUNC_FILE_CHECK] = "FILE_CHECK",
	[POLICY_FUNC_MMAP_CHECK] = "MMAP_CHECK",
	[POLICY_FUNC_MMAP_CHECK_REQPROT] = "MMAP_CHECK_REQPROT",
	[POLICY_FUNC_BPRM_CHECK] = "BPRM_CHECK",
	[POLICY_FUNC_CREDS_CHECK] = "CREDS_CHECK",
	[POLICY_FUNC_POST_SETATTR] = "POST_SETATTR",
	[POLICY_FUNC_MODULE_CHECK] = "MODULE_CHECK",
	[POLICY_FUNC_FIRMWARE_CHECK] = "FIRMWARE_CHECK",
	[POLICY_FUNC_KEXEC_KERNEL_CHECK] = "KEXEC_KERNEL_CHECK",
	[POLICY_FUNC_KEXEC_INITRAMFS_CHECK] = "KEXEC_INITRAMFS_CHECK",
	[POLICY_FUNC_POLICY_CHECK] = "POLICY_CHECK",
	[POLICY_FUNC_KEXEC_CMDLINE] = "KEXEC_CMDLINE",
	[POLICY_FUNC_KEY_CHECK] = "KEY_CHECK",
	[POLICY_FUNC_CRITICAL_DATA] = "CRITICAL_DATA",
	[POLICY_FUNC_SETXATTR_CHECK] = "SETXATTR_CHECK",
};

const char *policy_func_name(enum policy_func func)
{
	return (unsigned)func < POLICY_FUNC_COUNT ? func_names[func] : "NONE";
}

void policy_mask_text(unsigned mask, struct buf *out)
{
	static const struct {
		unsigned bit;
		const char *name;
	} bits[] = {
		{POLICY_MAY_READ, "MAY_READ"},
		{POLICY_MAY_WRITE, "MAY_WRITE"},
		{POLICY_MAY_EXEC, "MAY_EXEC"},
		{POLICY_MAY_APPEND, "MAY_APPEND"},
	};
	const char *separator = "";

	for (size_t i = 0; i < POLICY_COUNT(bits); i++) {
		if (!(mask & bits[i].bit))
			continue;
		buf_printf(out, "%s%s", separator, bits[i].name);
		separator = "|";
	}
}

void policy_options_text(unsigned options, struct buf *out)
{
	static const struct {
		unsigned bits, but;
		const char *word;
	} words[] = {
		{POLICY_DIGSIG_REQUIRED, POLICY_MODSIG_ALLOWED | POLICY_SIGV3_REQUIRED,
		 "appraise_type=imasig"},
		{POLICY_MODSIG_ALLOWED, 0, "appraise_type=imasig|modsig"},
		{POLICY_SIGV3_REQUIRED, 0, "appraise_type=sigv3"},
		{POLICY_VERITY_REQUIRED, 0, "digest_type=verity"},
	};
	const char *separator = "";

	for (size_t i = 0; i < POLICY_COUNT(words); i++) {
		if (!(options & words[i].bits) || options & words[i].but)
			continue;
		buf_printf(out, "%s%s", separator, words[i].word);
		separator = " ";
	}
}
