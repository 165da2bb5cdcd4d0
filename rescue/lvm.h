/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_LVM_H
#define RESCUE_LVM_H

#include "rescue/ledger.h"
#include "rescue/lvmreport.h"
#include "scanner/base/fault.h"

/*
 * LVM by lvm2's own program, which is shown nothing but the devices it is given: no configuration, no
 * devices file, no udev, no monitoring, no backups, no locks of the running system.
 */

/* To which group a physical volume belongs. */
int lvm_read_pv(const char *device, const struct ledger *ledger, struct lvmreport_pv *out,
		struct fault *f) FAULT_MUST_USE;
/* The logical volumes of the group that these devices (ended by NULL) are part of. */
int lvm_read_lvs(const char *const *devices, const struct ledger *ledger, struct lvmreport_lvs *out,
		 struct fault *f) FAULT_MUST_USE;

/* Writes the group into the ledger, with the devices (ended by NULL) that it is to stand on. EEXIST: some of it is set up already, or its name is taken in /dev. */
int lvm_begin(const char *const *devices, const struct lvmreport_pv *group, struct ledger *ledger,
	      struct fault *f) FAULT_MUST_USE;
/* Activates one volume of a group that was begun, read-only. out_minor: of /dev/dm-N. EEXIST: a mapping
 * of its name is there. */
int lvm_activate(const char *const *devices, const struct lvmreport_pv *group,
		 const struct lvmreport_lv *lv, const struct ledger *ledger, unsigned *out_minor,
		 struct fault *f) FAULT_MUST_USE;
/* Takes down all of the group that the ledger's entry names, where it stands on the devices named there. ESTALE: there is some
 * that stands on others, which is left alone; or the entry names no devices. */
int lvm_end(const char *entry, struct fault *f) FAULT_MUST_USE;

#endif
