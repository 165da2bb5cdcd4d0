/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_SUBVOLUMES_H
#define RESCUE_SUBVOLUMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"

/* The subvolumes of a btrfs file system (libbtrfsutil; the only user of it). Reads only. */
struct subvolume {
	uint64_t id;
	char *path;	 /* from the file system's top, without a slash before it */
	bool snapshot;	 /* made from another subvolume */
	bool read_only;	 /* by its own flag */
	bool is_default; /* what is mounted when nothing else is asked for */
};

struct subvolume_list {
	struct subvolume *items; /* by path, in the natural order of numbers in it */
	size_t count;
	bool truncated;
};

/* Snapshots taken by the hour for a quarter of a year are 2000; past this it is no system to look at. */
enum { SUBVOLUMES_MAX = 4096 };

/* All of them at any depth, without the top itself; fd is any directory of the file system. */
int subvolumes_list(int fd, struct subvolume_list *out, struct fault *f) FAULT_MUST_USE;
void subvolumes_done(struct subvolume_list *list);

#endif
