/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_LVMREPORT_H
#define RESCUE_LVMREPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/fault.h"

/*
 * What lvm2 reports in JSON, taken apart; no I/O. lvm2 says what it read on a hostile disk, so every
 * identifier and name is checked before anybody hands it on.
 */
enum {
	LVMREPORT_UUID_BYTES = 33,  /* without its hyphens, as in device-mapper UUIDs */
	LVMREPORT_NAME_BYTES = 128, /* lvm2's NAME_LEN */
	LVMREPORT_LVS_MAX = 1024,
};

/* A physical volume and the group it belongs to. */
struct lvmreport_pv {
	char pv_uuid[LVMREPORT_UUID_BYTES], vg_uuid[LVMREPORT_UUID_BYTES];
	char vg_name[LVMREPORT_NAME_BYTES];
	unsigned pv_count; /* of the group */
	const char *why;   /* NULL, or why nothing of the group can be brought up, in words */
};

struct lvmreport_lv {
	char uuid[LVMREPORT_UUID_BYTES];
	char name[LVMREPORT_NAME_BYTES];
	const char *why; /* NULL, or why it cannot be brought up without writing, in words */
};

struct lvmreport_lvs {
	struct lvmreport_lv *items;
	size_t count;
};

/* The fields that the decoders want (option -o). */
#define LVMREPORT_PV_FIELDS                                                                        \
	"pv_name,pv_uuid,vg_uuid,vg_name,pv_count,vg_exported,vg_systemid,vg_lock_type"
#define LVMREPORT_LV_FIELDS "lv_uuid,lv_name,lv_attr"

/* Of the device that was asked about; others, which are missing, are named too. ENOENT: it is in no
 * group. EBADMSG: not such a report, or a name in it is none. */
int lvmreport_decode_pv(const char *json, const char *device, struct lvmreport_pv *out,
			struct fault *f) FAULT_MUST_USE;
int lvmreport_decode_lvs(const char *json, struct lvmreport_lvs *out,
			 struct fault *f) FAULT_MUST_USE;
void lvmreport_lvs_done(struct lvmreport_lvs *lvs);

/* lvm2's rule for names of groups and volumes (lib/misc/lvm-string.c, validate_name). */
bool lvmreport_is_name(const char *name);

#endif
