/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_LOADERS_SHELLVAR_H
#define EFI_LOADERS_SHELLVAR_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/buf.h"

/* Assignments of a file that a shell reads (/etc/default/grub, kdump, dracut.conf), not executed. */
struct shellvar_reader {
	const char *at, *end;
	unsigned line;
};

struct shellvar {
	struct buf name;
	struct buf value; /* quotes and backslashes are gone; "$x" stays as it is */
	unsigned line;
	bool appends; /* += */
	bool dynamic; /* something in it only a shell knows: $x, `…`, or it is behind an if */
};

/* The next assignment that begins a line ("export" may stand before it). Clears *out, which ends with
 * shellvar_done(). false: none is left, or no memory (out->value.failed). */
bool shellvar_next(struct shellvar_reader *reader, struct shellvar *out);
void shellvar_done(struct shellvar *var);

#endif
