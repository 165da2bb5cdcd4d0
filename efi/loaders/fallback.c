/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loaders that firmware starts when no boot option works (UEFI 2.10, 3.5.1.1, table of file names). */
#include <stdio.h>
#include <stdlib.h>

#include "efi/loaders/loaders.h"

static const char *const names[] = {
	"BOOTX64.EFI",	   "BOOTIA32.EFI",	  "BOOTAA64.EFI", "BOOTARM.EFI",
	"BOOTRISCV64.EFI", "BOOTLOONGARCH64.EFI", "BOOTIA64.EFI",
};

static int one(struct loaders *l, const char *tree, const char *name, struct fault *f)
{
	const struct loaders_bases bases = {.at = {tree}, .count = 1};
	struct bootentry *entry;
	char path[64];

	snprintf(path, sizeof(path), "%s/EFI/BOOT/%s", tree, name);
	if (!loaders_has(l, path))
		return 0;
	entry = loaders_entry(l, BOOTENTRY_FALLBACK, path, 0, f);
	if (!entry)
		return -1;
	/* The firmware gives it no options, and has no editor. */
	bootentry_set_editing(entry, BOOTENTRY_EDIT_NONE, "the firmware starts it without options");
	return loaders_set_kernel(l, entry, &bases, path, f);
}

int fallback_find(struct loaders *l, struct fault *f)
{
	for (size_t i = 1; i < l->tree_count; i++)
		for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
			if (one(l, l->trees[i], names[n], f) < 0)
				return -1;
	return 0;
}
