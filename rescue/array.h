/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_ARRAY_H
#define RESCUE_ARRAY_H

#include <stdbool.h>

#include "rescue/ledger.h"
#include "scanner/base/fault.h"

/*
 * md arrays by mdadm. One of ours has a number that nobody else gives: it is derived from the ledger's, far
 * above those that mdadm and installers use, so that whoever cleans up knows it.
 */
enum { ARRAY_NAME_BYTES = 16, ARRAY_LEVEL_BYTES = 16 };

/* What a member says of its array. */
struct array_member {
	char level[ARRAY_LEVEL_BYTES]; /* "raid1" */
	unsigned devices;	       /* that the array is made of, spares not counted */
};

/* Asks mdadm about a member's device. */
int array_examine(const char *device, const struct ledger *ledger, struct array_member *out,
		  struct fault *f) FAULT_MUST_USE;
/* The text that mdadm --examine --export prints, taken apart; no I/O. EBADMSG: it is none. */
int array_decode(const char *text, struct array_member *out, struct fault *f) FAULT_MUST_USE;

/* Assembles these devices (ended by NULL) and nothing else, read-only, also when some members are missing;
 * written into the ledger first. out_name: "md5120". */
int array_assemble(const char *const *devices, struct ledger *ledger,
		   char out_name[ARRAY_NAME_BYTES], struct fault *f) FAULT_MUST_USE;
/* Of how many members it runs without; 0: it is whole. */
unsigned array_degraded(const char *name);
/* Stops the one that a ledger's entry names; one that is not there is none of ours. ESTALE: it stands on other devices than those
 * named there, and is left alone; or none are named. */
int array_stop(const char *entry, struct fault *f) FAULT_MUST_USE;

#endif
