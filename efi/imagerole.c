/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an image is for, as a report names it: docs/formats/uki.md. */
#include "efi/imagerole.h"

#include <string.h>

#include "efi/sbat.h"

/* Texts are looked for in this much of a file: loaders have some 100 KiB to 5 MiB. */
enum { SEARCH_BYTES_MAX = 16 << 20 };

static bool has_text(const struct peimage *p, const void *text, size_t size)
{
	return memmem(p->data, p->size < SEARCH_BYTES_MAX ? p->size : SEARCH_BYTES_MAX, text, size);
}

/* The same of an ASCII text as UEFI programs hold it: in UTF-16. */
static bool has_wide_text(const struct peimage *p, const char *text)
{
	char wide[128] = {0};
	size_t n = strlen(text);

	if (n > sizeof(wide) / 2)
		return false;
	for (size_t i = 0; i < n; i++)
		wide[2 * i] = text[i];
	return has_text(p, wide, 2 * n);
}

static bool bytes_at(const struct peimage *p, size_t at, const char *expected, size_t size)
{
	return p->size >= at + size && memcmp(p->data + at, expected, size) == 0;
}

static bool has_section(const struct peimage *p, const char *name)
{
	return peimage_find(p, name);
}

static enum imagecheck_role by_sbat(const struct peimage *p)
{
	static const struct {
		const char *component;
		enum imagecheck_role role;
	} names[] = {
		{"grub", IMAGECHECK_GRUB},
		{"systemd-boot", IMAGECHECK_SYSTEMD_BOOT},
		{"refind", IMAGECHECK_REFIND},
		{"limine", IMAGECHECK_LIMINE},
	};
	const struct peimage_section *section = peimage_find(p, ".sbat");
	enum imagecheck_role role = IMAGECHECK_OTHER;
	struct bytes text;
	struct sbat sbat;

	if (!section)
		return role;
	text = peimage_content(p, section);
	if (sbat_decode(text.at, text.left, SBAT_SECTION, &sbat, NULL) < 0)
		return role;
	for (size_t i = 0; role == IMAGECHECK_OTHER && i < sizeof(names) / sizeof(names[0]); i++)
		if (sbat_names(&sbat, names[i].component))
			role = names[i].role;
	sbat_done(&sbat);
	return role;
}

static bool is_addon(const struct peimage *p)
{
	return has_section(p, ".cmdline") || has_section(p, ".dtb") || has_section(p, ".initrd") ||
	       has_section(p, ".ucode");
}

static bool is_kernel(const struct peimage *p)
{
	return bytes_at(p, 0x202, "HdrS", 4) || bytes_at(p, 56, "ARMd", 4) ||
	       bytes_at(p, 56, "RSC\x05", 4) || bytes_at(p, 4, "zimg", 4) ||
	       bytes_at(p, 56, "\xcd\x23\x82\x81", 4);
}

static enum imagecheck_role by_text(const struct peimage *p)
{
	if (has_wide_text(p, "rEFInd"))
		return IMAGECHECK_REFIND;
	if (has_wide_text(p, "UEFI Interactive Shell"))
		return IMAGECHECK_SHELL;
	if (has_section(p, "mods") && has_text(p, "GRUB", 4))
		return IMAGECHECK_GRUB;
	if (has_text(p, "limine", 6) && has_text(p, "Limine", 6))
		return IMAGECHECK_LIMINE;
	return IMAGECHECK_OTHER;
}

enum imagecheck_role imagerole_of(const struct peimage *p)
{
	static const char systemd_boot[] = "LoaderInfo: systemd-boot";
	enum imagecheck_role role;

	if (has_section(p, ".linux"))
		return IMAGECHECK_UKI;
	if (has_section(p, ".vendor_cert"))
		return IMAGECHECK_SHIM;
	role = by_sbat(p);
	if (role != IMAGECHECK_OTHER)
		return role;
	if (has_text(p, systemd_boot, sizeof(systemd_boot) - 1))
		return IMAGECHECK_SYSTEMD_BOOT;
	if (is_addon(p))
		return IMAGECHECK_ADDON;
	return is_kernel(p) ? IMAGECHECK_KERNEL : by_text(p);
}
