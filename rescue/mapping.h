/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_MAPPING_H
#define RESCUE_MAPPING_H

#include <stdbool.h>

#include "rescue/deviceid.h"
#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/*
 * Devices of the kernel's device mapper by their UUIDs, which say who made them: "LVM-" with the group's
 * and the volume's identifiers. (libdevmapper; the ones that libcryptsetup makes are unlock.h's.)
 */

/* Is a mapping of this name there? Also true when the kernel cannot be asked. */
bool mapping_has_name(const char *name);
/* Does any have a UUID that begins so? Also true when the kernel cannot be asked. */
bool mapping_has_prefix(const char *uuid_prefix);
/* The minor number of /dev/dm-N. ENOENT: there is none. */
int mapping_find(const char *uuid, unsigned *out_minor, struct fault *f) FAULT_MUST_USE;
/*
 * Removes all whose UUID begins so and that stand on one of these devices, or on nothing, those that stand on others first.
 * *out_others: how many are left since they stand on other devices. EBUSY: something uses one.
 */
int mapping_remove(const char *uuid_prefix, const struct deviceid_list *these, size_t *out_others,
		   struct fault *f) FAULT_MUST_USE;

/* lvm2's name for the mapping of a volume of a group: "my--vg-root" (dm_build_dm_name). */
void mapping_lvm_name(const char *group, const char *volume, struct buf *out);

#endif
