/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_MEMBERS_H
#define RESCUE_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/remark.h"
#include "rescue/volume.h"
#include "scanner/base/fault.h"

/*
 * The devices of one btrfs file system. Each says how many there are, carries the file system's UUID, and
 * a UUID of its own. Any other volume is the only member of itself.
 */
struct members {
	int *items; /* indexes of volumes, in their order */
	size_t count;
	uint64_t wanted; /* how many there should be */
	bool doubled; /* two say that they are the same device: copies, of which none is believed */
};

int members_of(const struct volume_list *volumes, int index, struct members *out,
	       struct fault *f) FAULT_MUST_USE;
void members_done(struct members *members);
/* The member by which the file system is called: the first one. */
int members_first(const struct volume_list *volumes, int index);
/* Is it named by what names the first member too, so that both are one and the same? */
bool members_is_repeated(const struct volume_list *volumes, int index, const char *what);
/* That devices are missing, or doubled, if so. */
void members_remark(const struct volume_list *volumes, int index, const char *path,
		    struct remark_list *remarks);

/* How many devices a btrfs superblock speaks of; 0: it cannot be read. */
uint64_t members_read_count(int fd, uint64_t offset_bytes, uint64_t size_bytes);

#endif
