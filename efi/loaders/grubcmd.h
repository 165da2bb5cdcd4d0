/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_LOADERS_GRUBCMD_H
#define EFI_LOADERS_GRUBCMD_H

#include "efi/loaders/grubrun.h"

/* GRUB's commands: a table for each subject, each in a file of its own, grubcmd_NAME.c. */

/* A command with its arguments, expanded. */
struct grubcmd_call {
	const struct grubscript_command *command;
	char *const *args;
	const bool *unknown; /* of each: it has a part that only the machine knows */
	size_t count;
	unsigned choice; /* which of the values its variables may have, from 0 */
};

/* A command has no status of its own but g->status; -1 is a fault, which ends the reading. */
struct grubcmd_row {
	const char *name;
	int (*run)(struct grubrun *g, const struct grubcmd_call *c, struct fault *f);
};

/* Each ends with a row whose name is NULL. */
extern const struct grubcmd_row grubcmd_variables[], grubcmd_files[], grubcmd_menus[],
	grubcmd_start[];

/* One command with its words expanded. `choice` counts the values its variables may have. */
int grubcmd_run(struct grubrun *g, const struct grubscript_command *command,
		const struct grubexpand *words, unsigned choice, struct fault *f) FAULT_MUST_USE;

/* --- What they share --- */

/* "name=value": sets it, or with a later choice adds to what it may be. Without "=" nothing happens. */
int grubcmd_assign(struct grubrun *g, const char *text, bool unknown, unsigned choice,
		   struct fault *f) FAULT_MUST_USE;
/* The argument of an option that is written "--name=x", "--name x" or "-c x"; NULL: it is not there. What
 * is at *at moves on to the last word of it. */
const char *grubcmd_option(const struct grubcmd_call *c, size_t *at, const char *name, char letter);
int grubcmd_no_memory(struct fault *f) FAULT_MUST_USE;

#endif
