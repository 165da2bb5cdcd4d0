/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File kinds by their first bytes (elf(5), Documentation/arch/x86/boot.rst, …) and usual places. */
#include "scanner/content.h"
#include "scanner/base/path.h"

#include <elf.h>
#include <string.h>

static const struct {
	size_t offset, size;
	const char *magic;
	unsigned kind;
} heads[] = {
	{0, 2, "#!", CONTENT_SCRIPT},
	{0x202, 4, "HdrS", CONTENT_KERNEL},   /* x86 bzImage */
	{0x38, 4, "ARM\x64", CONTENT_KERNEL}, /* arm64 Image */
	{0x38, 4, "RSC\x05", CONTENT_KERNEL}, /* riscv Image */
	{0, 2, "MZ", CONTENT_KERNEL},	      /* PE: EFI stub kernels, unified kernel images */
	{0, 2, "\x1f\x8b", CONTENT_COMPRESSED},
	{0, 6,
	 "\xfd"
	 "7zXZ\0",
	 CONTENT_COMPRESSED},
	{0, 4, "\x28\xb5\x2f\xfd", CONTENT_COMPRESSED}, /* zstd */
	{0, 3, "BZh", CONTENT_COMPRESSED},
	{0, 4, "\x04\x22\x4d\x18", CONTENT_COMPRESSED}, /* lz4 */
};

static const char *const policy_words[] = {"measure ",	     "dont_measure ", "appraise ",
					   "dont_appraise ", "audit func",    "hash func"};

/* The first line that is neither empty nor a comment begins with an action word. */
static bool is_policy_text(const uint8_t *head, size_t size)
{
	size_t at = 0;

	while (at < size && (head[at] == '#' || head[at] == '\n')) {
		const uint8_t *end = memchr(head + at, '\n', size - at);

		if (!end)
			return false;
		at = (size_t)(end - head) + 1;
	}
	for (size_t i = 0; i < sizeof(policy_words) / sizeof(policy_words[0]); i++) {
		size_t n = strlen(policy_words[i]);

		if (size - at >= n && memcmp(head + at, policy_words[i], n) == 0)
			return true;
	}
	return false;
}

unsigned content_of_head(const uint8_t *head, size_t size)
{
	unsigned kinds = 0;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (size >= heads[i].offset + heads[i].size &&
		    memcmp(head + heads[i].offset, heads[i].magic, heads[i].size) == 0)
			kinds |= heads[i].kind;
	if (size >= EI_NIDENT + 2 && memcmp(head, ELFMAG, SELFMAG) == 0) {
		/* e_type, in the byte order that the header names. */
		unsigned low = head[EI_DATA] == ELFDATA2MSB ? head[EI_NIDENT + 1] : head[EI_NIDENT];

		kinds |= CONTENT_ELF;
		if (low == ET_REL)
			kinds |= CONTENT_ELF_RELOCATABLE;
	}
	if (is_policy_text(head, size))
		kinds |= CONTENT_POLICY_TEXT;
	return kinds;
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n >= m && strcmp(name + n - m, suffix) == 0;
}

static const struct {
	const char *suffix;
	unsigned places;
} suffixes[] = {
	{".ko", CONTENT_AT_MODULE},
	{".ko.xz", CONTENT_AT_MODULE | CONTENT_AT_COMPRESSED_MODULE},
	{".ko.zst", CONTENT_AT_MODULE | CONTENT_AT_COMPRESSED_MODULE},
	{".ko.gz", CONTENT_AT_MODULE | CONTENT_AT_COMPRESSED_MODULE},
};

static const struct {
	const char *dir, *name_prefix;
	unsigned places;
} prefixes[] = {
	{"boot/", "vmlinuz", CONTENT_AT_KERNEL},
	{"boot/", "vmlinux", CONTENT_AT_KERNEL},
	{"boot/", "bzImage", CONTENT_AT_KERNEL},
	{"boot/", "kernel", CONTENT_AT_KERNEL},
	{"boot/", "Image", CONTENT_AT_KERNEL},
	{"boot/", "initrd", CONTENT_AT_INITRAMFS},
	{"boot/", "initramfs", CONTENT_AT_INITRAMFS},
	{"lib/modules/", "vmlinuz", CONTENT_AT_KERNEL},
	{"usr/lib/modules/", "vmlinuz", CONTENT_AT_KERNEL},
	{"lib/modules/", "initramfs", CONTENT_AT_INITRAMFS},
	{"usr/lib/modules/", "initramfs", CONTENT_AT_INITRAMFS},
	{"lib/firmware/", "", CONTENT_AT_FIRMWARE},
	{"usr/lib/firmware/", "", CONTENT_AT_FIRMWARE},
	{"etc/ima/", "", CONTENT_AT_POLICY},
	{"etc/sysconfig/", "ima-policy", CONTENT_AT_POLICY},
	{"etc/", "", CONTENT_AT_CONFIG},
};

unsigned content_of_path(const char *path)
{
	const char *name = path_base(path);
	unsigned places = 0;

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (has_suffix(name, suffixes[i].suffix))
			places |= suffixes[i].places;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(path, prefixes[i].dir, strlen(prefixes[i].dir)) == 0 &&
		    strncmp(name, prefixes[i].name_prefix, strlen(prefixes[i].name_prefix)) == 0)
			places |= prefixes[i].places;
	if (strstr(name, ".so.") || has_suffix(name, ".so"))
		places |= CONTENT_AT_LIBRARY;
	return places;
}
