/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_LOADERS_GRUBVARS_H
#define EFI_LOADERS_GRUBVARS_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/fault.h"

/*
 * GRUB's variables, for a reader that cannot know how every "if" ends: a variable has all the values
 * that it may have. What happened since a mark can be taken back, and put beside what happened instead.
 */

enum {
	GRUBVARS_MAX = 4096,	 /* variables; real scripts have some forty */
	GRUBVARS_VALUES_MAX = 8, /* of one variable */
	/* Of all values together: "set a=$a$a" doubles. */
	GRUBVARS_BYTES_MAX = 4 * 1024 * 1024,
};

struct grubvars_value {
	char **texts;
	size_t count;
	bool unset;   /* may be none */
	bool unknown; /* may be something that is only known at boot */
};

struct grubvars;
struct grubvars_change; /* variables that were changed, with their values */

struct grubvars *grubvars_new(struct fault *f) FAULT_MUST_USE;
void grubvars_free(struct grubvars *vars);

/* Never NULL. Borrowed, until the variable changes. */
const struct grubvars_value *grubvars_get(const struct grubvars *vars, const char *name);
/* One value instead of all. When there are too many variables or bytes, it becomes unknown and
 * grubvars_overflowed() says so. */
int grubvars_set(struct grubvars *vars, const char *name, const char *text,
		 struct fault *f) FAULT_MUST_USE;
/* One more value beside those there are. */
int grubvars_add(struct grubvars *vars, const char *name, const char *text,
		 struct fault *f) FAULT_MUST_USE;
int grubvars_unset(struct grubvars *vars, const char *name, struct fault *f) FAULT_MUST_USE;
int grubvars_set_unknown(struct grubvars *vars, const char *name, struct fault *f) FAULT_MUST_USE;
/* It may also be something that is only known at boot. */
int grubvars_add_unknown(struct grubvars *vars, const char *name, struct fault *f) FAULT_MUST_USE;
int grubvars_export(struct grubvars *vars, const char *name, struct fault *f) FAULT_MUST_USE;
/* Unsets all that is not exported, as in a new menu. */
int grubvars_hide(struct grubvars *vars, struct fault *f) FAULT_MUST_USE;
bool grubvars_overflowed(const struct grubvars *vars);

size_t grubvars_mark(const struct grubvars *vars);
/* Takes back what was done since the mark. out_change (may be NULL) gets what it had led to, for
 * grubvars_merge(). */
int grubvars_rewind(struct grubvars *vars, size_t mark, struct grubvars_change **out_change,
		    struct fault *f) FAULT_MUST_USE;
/* Either a or b happened (NULL: nothing). Both are freed. */
int grubvars_merge(struct grubvars *vars, struct grubvars_change *a, struct grubvars_change *b,
		   struct fault *f) FAULT_MUST_USE;
void grubvars_change_free(struct grubvars *vars, struct grubvars_change *change);

#endif
