/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_UKI_H
#define EFI_UKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/peimage.h"
#include "scanner/base/fault.h"

/* The sections of unified kernel images and addons: docs/formats/uki.md. No I/O. */
enum {
	UKI_PROFILES_MAX = 256,
	UKI_TEXT_MAX = 64 * 1024, /* longer than any kernel's command line */
};

enum uki_section {
	UKI_LINUX,
	UKI_INITRD,
	UKI_CMDLINE,
	UKI_OSREL,
	UKI_UNAME,
	UKI_SBAT,
	UKI_PCRSIG,
	UKI_PCRPKEY,
	UKI_DTB,
	UKI_UCODE,
	UKI_SPLASH,
	UKI_SECTIONS
};

/* Sections of the base, or of one profile alone. NULL: it has none of that kind. */
struct uki_part {
	const struct peimage_section *sections[UKI_SECTIONS];
	const struct peimage_section *profile; /* the `.profile` that begins it; NULL: the base */
};

struct uki {
	struct uki_part base;
	struct uki_part *profiles;
	size_t profile_count;
	bool truncated; /* more than UKI_PROFILES_MAX */
};

/* Borrows the image. Fails only for lack of memory. */
int uki_decode(const struct peimage *image, struct uki *out, struct fault *f) FAULT_MUST_USE;
void uki_done(struct uki *uki);

/* What counts when profile i (base: UKI_PROFILES_MAX) is chosen: its section, or the base's. */
const struct peimage_section *uki_effective(const struct uki *uki, size_t i,
					    enum uki_section which);
/* A section's text up to its first NUL, at most UKI_TEXT_MAX bytes. NULL: no memory, or no section. */
char *uki_text(const struct peimage *image, const struct peimage_section *section);
/* The value of a line "KEY=VALUE" of a .profile section; NULL: none, or no memory. */
char *uki_profile_value(const struct peimage *image, const struct peimage_section *profile,
			const char *key);
/* ".cmdline" */
const char *uki_section_name(enum uki_section which);

#endif
