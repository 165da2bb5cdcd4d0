/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_LOADERS_GRUBEXPAND_H
#define EFI_LOADERS_GRUBEXPAND_H

#include <stdbool.h>
#include <stddef.h>

#include "efi/loaders/grubscript.h"
#include "efi/loaders/grubvars.h"

enum {
	GRUBEXPAND_WORDS_MAX = 1024, /* of one command; it has some thirty */
	GRUBEXPAND_BYTES_MAX = 128 * 1024,
	GRUBEXPAND_CHOICES_MAX = 16, /* of the values that its variables may have */
};

/* A command's words. */
struct grubexpand {
	char **words;
	bool *unknown; /* of each: a part of it is only known at boot, and stands there as "${name}" */
	size_t count;
	bool cut; /* more than the limits */
};

/* $1, $2, … */
struct grubexpand_scope {
	char *const *args;
	size_t count;
};

/*
 * Expands variables as GRUB does. A variable with several values gives several results: `choice` says
 * which, from 0 up to *out_choices - 1, which is the same for every choice. Ends with grubexpand_done().
 */
int grubexpand_words(const struct grubvars *vars, const struct grubexpand_scope *scope,
		     const struct grubscript_word *words, unsigned choice, unsigned *out_choices,
		     struct grubexpand *out, struct fault *f) FAULT_MUST_USE;
void grubexpand_done(struct grubexpand *expanded);

#define own_grubexpand __attribute__((cleanup(grubexpand_done)))

#endif
