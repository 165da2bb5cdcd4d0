/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_SBAT_H
#define EFI_SBAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"

/* SBAT, as shim reads it: docs/formats/authenticode.md. No I/O. */
enum {
	SBAT_BYTES_MAX = 64 * 1024, /* real sections have some 300 bytes */
	SBAT_LINES_MAX = 256,	    /* and up to ten lines */
};

enum sbat_kind { SBAT_SECTION, SBAT_LEVEL };

struct sbat_line {
	const char *component; /* bytes of the target, borrowed from the sbat */
	uint16_t generation;   /* as shim reads it */
	const char *version; /* of a section: the fifth column; of a level's first line: its date */
};

struct sbat {
	char *text; /* what the lines point into */
	struct sbat_line *lines;
	size_t count;
	const char *malformed; /* NULL: shim takes it */
	unsigned malformed_line;
	bool too_much; /* for us: nothing was decoded */
};

/* Copies `data`. Fails only for lack of memory. */
int sbat_decode(const void *data, size_t size, enum sbat_kind kind, struct sbat *out,
		struct fault *f) FAULT_MUST_USE;
void sbat_done(struct sbat *sbat);

/* The line whose component the level revokes; NULL: none. */
const struct sbat_line *sbat_revoked(const struct sbat *section, const struct sbat *level);
/* Is there a line of this component, or of one derived from it ("grub", "grub.debian")? */
bool sbat_names(const struct sbat *section, const char *component);
/* Shim keeps the newer of two levels: does b replace a? (The first line's generation, then its date.) */
bool sbat_level_newer(const struct sbat *a, const struct sbat *b);

#endif
