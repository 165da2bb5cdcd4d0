/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_LINKS_H
#define SCANNER_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"

/*
 * Inodes with several names, put aside until all names are known, so that each is hashed once and
 * reported with all of them. Names go to a temporary file; memory is 32 bytes an inode and its
 * share of the index, 8 to 16. One thread.
 *
 * The names of an inode are in memory together, several times over in a report. The bound lets a
 * backup's file of ten thousand names of a hundred bytes through; a file system lets one file have
 * millions, of 64 KiB each.
 */
struct links;

enum { LINKS_BYTES_MAX = 1 << 20 };

/* Before the sandbox closes. The temporary file is not on the file system of target_fd. */
struct links *links_open(int target_fd, struct fault *f) FAULT_MUST_USE;
void links_close(struct links *links);
/* *out_kept is false where the inode has LINKS_BYTES_MAX of names already: this one is not kept. */
int links_add(struct links *links, uint64_t dev, uint64_t ino, const char *path, bool *out_kept,
	      struct fault *f) FAULT_MUST_USE;

/* How many inodes; they keep the order in which their first name came. */
size_t links_count(const struct links *links);
/*
 * All names of inode i, in the order in which they came: *out_paths is an array of *out_count
 * strings in one allocation, which the caller frees.
 */
int links_get(struct links *links, size_t i, char ***out_paths, size_t *out_count,
	      struct fault *f) FAULT_MUST_USE;

#endif
