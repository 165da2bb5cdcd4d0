/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: a target's fstab. Every place it yields is absolute and plain. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rescue/fstab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fstab fstab;
	struct fault f;

	if (size > FSTAB_BYTES_MAX || fstab_decode((const char *)data, size, &fstab, &f) < 0)
		return 0;
	if (fstab.count > FSTAB_ENTRIES_MAX)
		abort();
	for (size_t i = 0; i < fstab.count; i++) {
		const char *dir = fstab.entries[i].dir;

		if (*dir != '/' || strstr(dir, "//") || strstr(dir, "/../") ||
		    (strlen(dir) >= 3 && strcmp(dir + strlen(dir) - 3, "/..") == 0))
			abort();
	}
	fstab_done(&fstab);
	return 0;
}
