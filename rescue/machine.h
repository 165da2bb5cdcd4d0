/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_MACHINE_H
#define RESCUE_MACHINE_H

#include "efi/remark.h"
#include "rescue/ledger.h"
#include "rescue/rescueoptions.h"
#include "rescue/survey.h"
#include "rescue/volume.h"

/* What every command begins with: the volumes of this machine and of the images named, looked into. */
struct machine {
	struct volume_list volumes;
	struct survey survey;
	struct remark_list remarks;
	char boot_part_uuid[64]; /* of the stick; "": not known */
};

/* images: paths besides those of --image; may be NULL. With any image the machine's own disks are left
 * out unless `with_disks`. ledger: NULL for somebody who may neither unlock nor mount. */
int machine_look(const struct rescueoptions *o, char *const *images, bool with_disks,
		 struct ledger *ledger, struct machine *out, struct fault *f) FAULT_MUST_USE;
/* What a command about one target looks at: the images given, the target among them when it is a file;
 * without any, the machine's disks. */
int machine_look_for(const struct rescueoptions *o, const char *target, struct ledger *ledger,
		     struct machine *out, struct fault *f) FAULT_MUST_USE;
void machine_done(struct machine *machine);

#endif
