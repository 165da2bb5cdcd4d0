/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_SIDE_H
#define RESCUE_SIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "rescue/volume.h"

/* Which of several copies is meant: cloned disks carry the same identifiers. No I/O. */
enum { SIDE_NOT_SAID = -1 };

/* A member of an array or of a volume group, and what tells it from the others of the set; "": nothing does,
 * so that it is never taken for a copy. */
struct side_member {
	int volume;
	const char *identity;
	bool taken;
};

/* The volume that an operator's target names: a volume, a device or an image. SIDE_NOT_SAID: it names a
 * system by its number, none, or several. */
int side_of_target(const struct volume_list *volumes, const char *target);
/* Is the volume the one that was named, on it, or on the same disk? */
bool side_is_meant(const struct volume_list *volumes, int volume, int side);
/*
 * Takes one member of each identity: the only one, or of several the one at or on the volume that was
 * named, or the one on its disk. False: that does not decide it, and nothing is taken.
 */
bool side_choose(const struct volume_list *volumes, struct side_member *members, size_t count,
		 int side);

#endif
