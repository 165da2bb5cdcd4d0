/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_VARCOMPARE_INTERNAL_H
#define EFI_VARCOMPARE_INTERNAL_H

#include <stdbool.h>

#include "efi/guid.h"
#include "efi/varcompare.h"
#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/* The parts of varcompare.h: varcompare.c goes through the variables, varcompare_keys.c knows key
 * databases, varcompare_boot.c the boot options. */

/* Both sides of one variable; either may be NULL. */
struct varcompare_pair {
	const struct efistore_variable *before, *after;
};

/* A comparison on its way. */
struct varcompare {
	const struct efistore *before, *after;
	struct varcompare_list *list;
	struct remark_list *remarks;
};

/* The side that is there, of both the later. */
const struct efistore_variable *varcompare_any_of(const struct varcompare_pair *pair);
/* One more change of this variable. NULL: no memory. */
struct varcompare_change *varcompare_add(struct varcompare *c, const struct varcompare_pair *pair,
					 enum varcompare_what what, struct fault *f,
					 const char *format, ...)
	__attribute__((format(printf, 5, 6))) FAULT_MUST_USE;
int varcompare_say(struct varcompare *c, const struct varcompare_pair *pair,
		   enum varcompare_what what, const char *text, struct fault *f) FAULT_MUST_USE;

/* --- Key databases --- */

struct varcompare_database {
	const char *name;
	const struct guid *guid;
	bool revokes; /* its entries refuse */
};

/* NULL: it is none. */
const struct varcompare_database *varcompare_database_of(const struct efistore_variable *v);
int varcompare_compare_database(struct varcompare *c, const struct varcompare_pair *pair,
				const struct varcompare_database *database,
				struct fault *f) FAULT_MUST_USE;

/* --- Boot options --- */

/* Boot0000 to BootFFFF. */
bool varcompare_is_option(const struct efistore_variable *v);
/* One that came or went. */
int varcompare_say_option(struct varcompare *c, const struct varcompare_pair *pair,
			  struct fault *f) FAULT_MUST_USE;
int varcompare_compare_options(struct varcompare *c, const struct varcompare_pair *pair,
			       struct fault *f) FAULT_MUST_USE;
/* BootOrder and BootNext: numbers of options. */
bool varcompare_is_numbers(const struct efistore_variable *v);
void varcompare_add_numbers(const struct efistore_variable *v, struct buf *text);
int varcompare_compare_numbers(struct varcompare *c, const struct varcompare_pair *pair,
			       struct fault *f) FAULT_MUST_USE;

#endif
