/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_LEDGER_H
#define RESCUE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

#include "efi/remark.h"
#include "rescue/undo.h"
#include "scanner/base/fault.h"

/*
 * What has to be undone, written down before it is done: one directory a tree below /run/ima-rescue,
 * with the file "ledger" (where the tree is, and everything else by kind), "root" (where it is
 * attached unless the operator said otherwise) and "ready" (the tree is whole). Whoever works on one holds
 * a lock on its ledger, so that a crash shows: a ledger that nobody holds and that is not ready.
 */
struct ledger_entry {
	enum undo_kind kind;
	char *what;
};

struct ledger {
	unsigned number;
	char *dir;		      /* "/run/ima-rescue/3" */
	char *at;		      /* where the tree is attached */
	char *target;		      /* what the operator called it */
	struct ledger_entry *entries; /* in the order in which they were made */
	size_t count;
	bool ready;
	int lock_fd; /* -1: not ours */
};

struct ledger_list {
	struct ledger *items;
	size_t count;
};

#define LEDGER_BASE "/run/ima-rescue"

/* Makes the directory and the file, locked. at NULL: the "root" inside. */
int ledger_begin(const char *base, const char *at, const char *target, struct ledger *out,
		 struct fault *f) FAULT_MUST_USE;
/* Writes one more thing down, before it is made. */
int ledger_add(struct ledger *ledger, enum undo_kind kind, const char *what,
	       struct fault *f) FAULT_MUST_USE;
/* The same of a device, before it is set read-only. */
int ledger_add_device(struct ledger *ledger, const char *path, struct fault *f) FAULT_MUST_USE;
/* An empty file's descriptor, as standard input of a program that makes what the ledger says: until it is
 * closed everywhere, ledger_undo() waits. -1 with *f filled. */
int ledger_lend(const struct ledger *ledger, struct fault *f) FAULT_MUST_USE;
/* The tree is whole, and stays when we end. */
int ledger_set_ready(struct ledger *ledger, struct fault *f) FAULT_MUST_USE;
/*
 * Undoes all that it says: unmounts everything at and below `at`, then undoes the entries, the last one
 * first, and removes the directory. May be called again after any failure or crash. A mount that is in use is
 * a fault (EBUSY) and keeps the ledger; the others are unmounted nevertheless. What is not what was made any more is left alone,
 * which is a remark.
 */
int ledger_undo(struct ledger *ledger, struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;
void ledger_done(struct ledger *ledger);

/* Those there are, by number; nothing is locked. */
int ledger_find_all(const char *base, struct ledger_list *out, struct fault *f) FAULT_MUST_USE;
void ledger_list_done(struct ledger_list *list);
/*
 * Takes the lock, and reads anew what is locked: it may have become whole since it was found, have gone (then it says nothing), or be another
 * one's of that number. EBUSY: somebody works on it.
 */
int ledger_take(struct ledger *ledger, struct fault *f) FAULT_MUST_USE;
/* Undoes what crashed processes left; what cannot be undone stays in ledger_find_all(), and is a remark. */
void ledger_clean_up(const char *base, struct remark_list *remarks);

#endif
