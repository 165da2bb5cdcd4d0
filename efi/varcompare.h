/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_VARCOMPARE_H
#define EFI_VARCOMPARE_H

#include <stddef.h>

#include "efi/efistore.h"
#include "efi/remark.h"

/* What changed between two states of one firmware, in an administrator's words. No I/O. */
enum varcompare_what {
	VARCOMPARE_ADDED,     /* a variable that was not there */
	VARCOMPARE_REMOVED,   /* a variable, or an entry of a key database */
	VARCOMPARE_CHANGED,   /* another value */
	VARCOMPARE_REORDERED, /* the same things in another order */
	VARCOMPARE_ENROLLED,  /* a new entry of a key database */
	VARCOMPARE_REVOKED,   /* a new entry of a database of what is refused */
	VARCOMPARE_RESET,     /* a key database is gone, empty, or as the factory made it */
};

struct varcompare_change {
	enum varcompare_what what;
	char *variable;
	struct guid guid;
	const char *database; /* NULL: it is no key database */
	char *text;	      /* one sentence; bytes of the target: escape them */
	/* Of entries: what they are ("x509", "sha256") and the SHA-256 of a certificate, or the hash. */
	const char *type;
	char *digest;  /* "sha256:…"; NULL */
	unsigned rank; /* the list is sorted by it: what matters most has the least */
};

struct varcompare_list {
	struct varcompare_change *items;
	size_t count;
	size_t ignored; /* differences of variables that are another at each start */
};

/* What could not be read on either side is a remark. */
int varcompare_stores(const struct efistore *before, const struct efistore *after,
		      struct varcompare_list *out, struct remark_list *remarks,
		      struct fault *f) FAULT_MUST_USE;
void varcompare_list_done(struct varcompare_list *list);
/* "added", "removed", "changed", "reordered", "enrolled", "revoked", "reset" */
const char *varcompare_what_name(enum varcompare_what what);

#endif
