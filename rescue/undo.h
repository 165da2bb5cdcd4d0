/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_UNDO_H
#define RESCUE_UNDO_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/fault.h"

/* What a ledger can hold beside mounts, and how each kind is undone. */
enum undo_kind {
	UNDO_DEVICE, /* a device that was set read-only: which it is (deviceid.h), blank, its path */
	UNDO_MAPPING, /* name of an unlocked volume's mapping */
	UNDO_ARRAY, /* name of an array that was assembled, "md5120", and the devices it stands on */
	UNDO_GROUP, /* a volume group that was brought up: its UUID without hyphens, blank, its name, and its devices */
	UNDO_PROCESS, /* of a program in the background: "PID START" */
	UNDO_OVERLAY, /* name of an overlay's mapping */
	UNDO_KINDS,
};

/* What is written into the ledger: "device", "mapping", …. */
const char *undo_kind_name(enum undo_kind kind);
/* Of the first `length` bytes of a text; false: no such kind. */
bool undo_kind_from_name(const char *name, size_t length, enum undo_kind *out_kind);
/*
 * Undoes one. What was written down and never made, or is gone already, is no fault. ESTALE: what is there is not, or may
 * not be, what was made, or a device stays read-only, and is left so for good.
 */
int undo_one(enum undo_kind kind, const char *what, struct fault *f) FAULT_MUST_USE;

#endif
