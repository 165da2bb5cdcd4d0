/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_ATTACH_H
#define RESCUE_ATTACH_H

#include "efi/remark.h"
#include "rescue/compose.h"
#include "rescue/evidence.h"
#include "rescue/hidden.h"
#include "rescue/ledger.h"
#include "rescue/machine.h"
#include "scanner/base/fault.h"

/* The whole tree of an installed system, attached at one place. */

/* Reads the root's fstab and says which volumes belong where. */
int attach_plan(const struct machine *machine, const struct survey_item *root, struct compose *out,
		struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;

struct attach {
	const struct machine *machine;
	const struct compose *plan;
	struct ledger *ledger;
	/* Show what is hidden beneath mount points too: then ledger->at has two directories, "root", the
	   tree, and "beneath", with a directory for each place that hides something. */
	bool beneath;
	struct remark_list *remarks; /* of the machine or of the caller's own */
	struct hidden_list hidden;   /* out: what is covered by what was attached */
	struct evidence *opened; /* of attach_tree() alone: by the plan's items, while it works */
};

/*
 * Opens each volume as evidence and attaches it, the root at ledger->at, the others below; all of it is in
 * the ledger first. What cannot be attached besides the root is a remark, and so is what the plan misses;
 * the root's failure is a fault.
 */
int attach_tree(struct attach *attach, struct fault *f) FAULT_MUST_USE;
void attach_done(struct attach *attach);

#endif
