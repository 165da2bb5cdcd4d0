/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_TARGETFS_WALK_H
#define EFI_TARGETFS_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "efi/targetfs.h"
#include "scanner/base/fault.h"

/*
 * Searching the directories of a target. Where loaders, kernels, keys and scripts are, some ten thousand names
 * lie on an honest system; a hostile one's have no end. So a search ends after so many names, in all its walks
 * together, and says so: 262144 take at most 80 MB while all are in one path of directories.
 */
enum { TARGETFS_WALK_NAMES_MAX = 262144 };

/* Called for each regular file below a directory (links to directories are not entered), in order.
 * Return -1 with *f filled to stop. */
typedef int targetfs_file_fn(void *context, const char *path, const struct stat *st,
			     struct fault *f);
/* Told of what was not looked at, and the walk goes on: a directory that cannot be read (or not to its end), a
 * file that cannot be asked for, directories deeper than wanted (os 0), and once, with os E2BIG, where the
 * bound on names was met. */
typedef void targetfs_trouble_fn(void *context, const char *path, const struct fault *fault);

/* One search: the same for all of its walks. */
struct targetfs_walk {
	targetfs_file_fn *file;
	targetfs_trouble_fn *trouble;
	void *context;
	size_t names; /* met so far; begin with 0 */
	bool ended;   /* the bound was met and told */
};

/* Nothing there is no trouble. -1: `file` stopped it, or no memory. */
int targetfs_walk_below(const struct targetfs *t, struct targetfs_walk *walk, const char *dir,
			unsigned depth_max, struct fault *f) FAULT_MUST_USE;

#endif
