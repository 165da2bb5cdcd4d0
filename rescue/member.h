/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_MEMBER_H
#define RESCUE_MEMBER_H

#include <stddef.h>

#include "rescue/blockdev.h"
#include "rescue/ledger.h"
#include "rescue/volume.h"
#include "scanner/base/fault.h"

/* Volumes that something is assembled of, each behind a read-only loop device. */
struct member {
	int volume;
	int loop_fd; /* the loop device goes with its last user; until something stands on it, that is us */
	char path[BLOCKDEV_PATH_BYTES];
};

struct member_list {
	struct member *items;
	size_t count;
};

/* Sets the device read-only (in the ledger first) and puts a loop device over the volume; appended. */
int member_open(const struct volume_list *volumes, int volume, struct ledger *ledger,
		struct member_list *list, struct fault *f) FAULT_MUST_USE;
/* The loop device of a volume; NULL: it was not opened. */
const char *member_path(const struct member_list *list, int volume);
void member_list_done(struct member_list *list);

#endif
