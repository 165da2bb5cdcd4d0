/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_ATTACH_H
#define RESCUE_ATTACH_H

#include "efi/remark.h"
#include "rescue/compose.h"
#include "rescue/ledger.h"
#include "rescue/machine.h"
#include "scanner/base/fault.h"

/* The whole tree of an installed system, attached at one place. */

/* By the number of `list`, a device, a name ("UUID=…"), or, when there is one only, an image. NULL with
 * *f filled: there is none, or several (the text says which). */
const struct survey_item *attach_choose(const struct machine *machine, const char *target,
					struct fault *f) FAULT_MUST_USE;

/* Reads the root's fstab and says which volumes belong where. */
int attach_plan(const struct machine *machine, const struct survey_item *root, struct compose *out,
		struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;

/*
 * Opens each volume as evidence and attaches it, the root at ledger->at, the others below; all of it is in
 * the ledger first. What cannot be attached besides the root is a remark; the root's failure is a fault.
 */
int attach_tree(const struct machine *machine, const struct compose *plan, struct ledger *ledger,
		struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;

#endif
