/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_ASSEMBLE_H
#define RESCUE_ASSEMBLE_H

#include <stdbool.h>

#include "efi/remark.h"
#include "rescue/ledger.h"
#include "rescue/volume.h"
#include "scanner/base/fault.h"

/*
 * Bringing up md arrays and LVM by the distribution's tools. They are given read-only loop devices over the
 * members and nothing else, since a kernel lets its own drivers write to a device that is merely set
 * read-only (BLKROSET, which is set too). Each array and group is written into the ledger first.
 */
struct assemble {
	struct volume_list *volumes;
	struct ledger *ledger;
	struct remark_list *remarks;
	const char *
		target; /* what the operator named, which says which of several copies is meant; NULL */
	bool incomplete; /* also those of which members are missing */
};

/*
 * One round over the volumes that hold an array's or a group's member, are not in use and were not tried
 * before; what comes up is appended to the list. Incomplete ones are left for a round that asks for them:
 * what another layer still hides may complete them. What does not come up is a remark.
 */
int assemble_round(const struct assemble *a, struct fault *f) FAULT_MUST_USE;
/* Does this volume hold a member of something that is not set up? */
bool assemble_is_waiting(const struct volume_list *volumes, int index);

#endif
