/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes SBAT: the text before the first '\xff' is a section, the rest a level. */
#include <stdlib.h>
#include <string.h>

#include "efi/sbat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct sbat *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (!*s->lines[i].component || !s->lines[i].version)
			abort();
	if ((s->malformed != NULL) != (s->malformed_line != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *mark = memchr(data, 0xff, size);
	size_t first = mark ? (size_t)(mark - data) : size;
	struct sbat section, level;

	if (sbat_decode(data, first, SBAT_SECTION, &section, NULL) < 0 ||
	    sbat_decode(data + first + !!mark, size - first - !!mark, SBAT_LEVEL, &level, NULL) < 0)
		abort();
	check(&section);
	check(&level);
	sbat_revoked(&section, &level);
	sbat_names(&section, "shim");
	if (sbat_level_newer(&level, &level) && level.count)
		abort();
	sbat_done(&section);
	sbat_done(&level);
	return 0;
}
