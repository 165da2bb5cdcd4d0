/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a member of an initramfs is, by name and content: docs/formats/initramfs.md. */
#include "efi/initkind.h"

#include <fnmatch.h>
#include <string.h>

#include "efi/policyscript.h"
#include "efi/privkey.h"
#include "scanner/base/path.h"
#include "scanner/content.h"

static bool matches(const char *name, const char *const *patterns)
{
	for (; *patterns; patterns++)
		if (fnmatch(*patterns, name, 0) == 0)
			return true;
	return false;
}

static bool holds(const struct initkind_file *file, const char *word)
{
	return memmem(file->head, file->held, word, strlen(word)) != NULL;
}

static bool is_key_place(const char *name)
{
	return strncmp(name, "etc/keys/", 9) == 0;
}

static bool is_private_key(const struct initkind_file *file)
{
	enum privkey_kind kind;

	/* Only where a key is likely: libcrypto need not see every file. */
	if (file->size > file->held ||
	    !(is_key_place(file->name) || holds(file, "PRIVATE KEY-----")))
		return false;
	return privkey_recognise("", file->head, file->held, &kind) && kind != PRIVKEY_OPENSSH &&
	       kind != PRIVKEY_EVM_BLOB;
}

static bool is_evm_key(const struct initkind_file *file)
{
	static const char *const names[] = {"evm-key*", "evm-*.blob", "kmk*", NULL};

	return (is_key_place(file->name) || strncmp(file->name, "etc/sysconfig/", 14) == 0) &&
	       matches(path_base(file->name), names);
}

static bool is_certificate(const struct initkind_file *file)
{
	static const char *const names[] = {"x509_ima.der", "x509_evm.der", NULL};

	if (holds(file, "-----BEGIN CERTIFICATE-----") ||
	    holds(file, "-----BEGIN TRUSTED CERTIFICATE-----"))
		return is_key_place(file->name);
	if (file->held < 4 || file->head[0] != 0x30 || file->head[1] != 0x82)
		return false;
	return is_key_place(file->name) || matches(path_base(file->name), names);
}

static bool is_policy(const struct initkind_file *file)
{
	return policyscript_is_policy((const char *)file->head, file->held);
}

static int note_hit(void *context, const struct policyscript_hit *hit, struct fault *f)
{
	(void)hit;
	(void)f;
	*(bool *)context = true;
	return 0;
}

static unsigned content_of(const struct initkind_file *file)
{
	return content_of_head(file->head,
			       file->held < CONTENT_HEAD_BYTES ? file->held : CONTENT_HEAD_BYTES);
}

static bool is_text(const struct initkind_file *file)
{
	return file->size <= file->held && !memchr(file->head, 0, file->held);
}

/* Scripts need not begin with "#!": those of dracut and initramfs-tools may be sourced. */
static bool is_policy_writer(const struct initkind_file *file)
{
	bool found = false;
	struct fault f;

	if (file->names_policy_file)
		return true;
	if (!is_text(file) || !holds(file, "/policy"))
		return false;
	if (policyscript_scan((const char *)file->head, file->held, note_hit, &found, &f) < 0)
		return false;
	return found;
}

static bool is_integrity_hook(const struct initkind_file *file)
{
	static const char *const names[] = {"*ima-keys-load.sh",
					    "*ima-policy-load.sh",
					    "*evm-enable.sh",
					    "*masterkey.sh",
					    "evmctl",
					    "keyctl",
					    "ima-*",
					    "*-ima",
					    "*-ima.sh",
					    "evm-*",
					    "*-evm",
					    "*-evm.sh",
					    "ima.sh",
					    "evm.sh",
					    "ima",
					    "evm",
					    "masterkey",
					    NULL};
	static const char *const folders[] = {
		"*bin/*", "*hooks/*", "scripts/*", "etc/sysconfig/*", "*dracut*", "hooks/*", NULL};

	return matches(path_base(file->name), names) && matches(file->name, folders);
}

static bool is_init(const struct initkind_file *file)
{
	return strcmp(file->name, "init") == 0;
}

static bool is_program(const struct initkind_file *file)
{
	return file->mode & 0111 && content_of(file) & (CONTENT_SCRIPT | CONTENT_ELF);
}

/* The first that is so. Private keys before certificates: a file may hold both. */
static const struct {
	bool (*is)(const struct initkind_file *file);
	enum initramfs_kind kind;
	bool keeps_text;
} kinds[] = {
	{is_policy, INITRAMFS_POLICY, true},
	{is_private_key, INITRAMFS_PRIVATE_KEY, false},
	{is_evm_key, INITRAMFS_EVM_KEY, false},
	{is_certificate, INITRAMFS_CERTIFICATE, false},
	{is_policy_writer, INITRAMFS_POLICY_WRITER, true},
	{is_init, INITRAMFS_INIT, true},
	{is_integrity_hook, INITRAMFS_INTEGRITY_HOOK, false},
	{is_program, INITRAMFS_PROGRAM, false},
};

bool initkind_of(const struct initkind_file *file, enum initramfs_kind *out_kind,
		 bool *out_keep_text)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!kinds[i].is(file))
			continue;
		*out_kind = kinds[i].kind;
		*out_keep_text = kinds[i].keeps_text && is_text(file);
		return true;
	}
	return false;
}
