/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections of unified kernel images, and how profiles share them out: docs/formats/uki.md. */
#include "efi/uki.h"
#include "scanner/base/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[UKI_SECTIONS] = {
	[UKI_LINUX] = ".linux",	  [UKI_INITRD] = ".initrd",   [UKI_CMDLINE] = ".cmdline",
	[UKI_OSREL] = ".osrel",	  [UKI_UNAME] = ".uname",     [UKI_SBAT] = ".sbat",
	[UKI_PCRSIG] = ".pcrsig", [UKI_PCRPKEY] = ".pcrpkey", [UKI_DTB] = ".dtb",
	[UKI_UCODE] = ".ucode",	  [UKI_SPLASH] = ".splash",
};

static void part_take(struct uki_part *part, const struct peimage_section *section)
{
	for (unsigned i = 0; i < UKI_SECTIONS; i++)
		if (!section->long_name && strcmp(section->name, names[i]) == 0 &&
		    !part->sections[i])
			part->sections[i] = section;
}

static bool is_profile(const struct peimage_section *section)
{
	return !section->long_name && strcmp(section->name, ".profile") == 0;
}

static size_t count_profiles(const struct peimage *image)
{
	size_t count = 0;

	for (size_t i = 0; i < image->section_count; i++)
		count += is_profile(&image->sections[i]);
	return count;
}

int uki_decode(const struct peimage *image, struct uki *out, struct fault *f)
{
	struct uki u = {0};
	struct uki_part *part = &u.base;
	size_t count = count_profiles(image);

	u.truncated = count > UKI_PROFILES_MAX;
	if (u.truncated)
		count = UKI_PROFILES_MAX;
	u.profiles = count ? calloc(count, sizeof(*u.profiles)) : NULL;
	if (count && !u.profiles)
		return fault_set(f, ENOMEM, "profiles of an image");
	for (size_t i = 0; i < image->section_count; i++) {
		if (!is_profile(&image->sections[i])) {
			part_take(part, &image->sections[i]);
			continue;
		}
		if (u.profile_count == count)
			break;
		part = &u.profiles[u.profile_count++];
		part->profile = &image->sections[i];
	}
	*out = u;
	return 0;
}

void uki_done(struct uki *u)
{
	free(u->profiles);
	*u = (struct uki){0};
}

const struct peimage_section *uki_effective(const struct uki *u, size_t i, enum uki_section which)
{
	if (i < u->profile_count && u->profiles[i].sections[which])
		return u->profiles[i].sections[which];
	return u->base.sections[which];
}

char *uki_text(const struct peimage *image, const struct peimage_section *section)
{
	struct bytes b;

	if (!section)
		return NULL;
	b = peimage_content(image, section);
	return bytes_text((const char *)b.at, b.left < UKI_TEXT_MAX ? b.left : UKI_TEXT_MAX);
}

char *uki_profile_value(const struct peimage *image, const struct peimage_section *profile,
			const char *key)
{
	char *text = uki_text(image, profile), *value = NULL;
	size_t n = strlen(key);

	for (char *line = text; line && *line; line += strcspn(line, "\n")) {
		line += *line == '\n';
		if (!value && strncmp(line, key, n) == 0 && line[n] == '=')
			value = bytes_text(line + n + 1, strcspn(line + n + 1, "\r\n"));
	}
	free(text);
	return value;
}

const char *uki_section_name(enum uki_section which)
{
	return names[which];
}
