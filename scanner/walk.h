/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_WALK_H
#define SCANNER_WALK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"
#include "scanner/fsinfo.h"
#include "scanner/namestack.h"

/*
 * Finds what is below a directory, by descriptor: never follows a symbolic link, never leaves the
 * root, opens nothing but directories. Entries leave in batches of one directory, in the order of
 * their inode numbers within a window, which is about their order on disk. The order is the same
 * each time an unchanged tree is walked.
 */

/* A directory that batches refer to; its descriptor is open while anyone holds a reference. */
struct walk_dir {
	atomic_uint refs;
	int fd;
	const struct fsinfo *fs;
	size_t path_size;
	char path[]; /* below the root, without a slash at either end; "" is the root itself */
};

struct walk_dir *walk_dir_ref(struct walk_dir *dir);
void walk_dir_unref(struct walk_dir *dir);

enum { WALK_BATCH_MAX = 24, WALK_BATCH_NAMES = WALK_BATCH_MAX * 256 };

struct walk_entry {
	uint64_t ino;
	uint16_t name; /* offset into names */
	uint8_t type;  /* DT_REG, DT_LNK, DT_DIR, …; never DT_UNKNOWN */
};

struct walk_batch {
	uint64_t seq;	      /* counted by whoever takes the batch */
	struct walk_dir *dir; /* NULL when only a fault is reported */
	size_t count, names_used;
	struct walk_entry entries[WALK_BATCH_MAX];
	/* A failure of the walk itself; fault_path is NULL when there is none. */
	char *fault_path;
	struct fault fault;
	char names[WALK_BATCH_NAMES];
};

void walk_batch_free(struct walk_batch *batch);

struct walk_options {
	int root_fd;
	struct fsinfo_table *filesystems;
	struct namestack *names; /* for the walk alone, while it lasts */
	bool one_file_system;
	const char *const *excludes; /* fnmatch(3) patterns against the path; "*" matches "/" too */
	size_t exclude_count;
	const atomic_bool *stop;
};

struct walk_totals {
	uint64_t dirs, excluded;
	uint64_t other_filesystems; /* directories not entered because of one_file_system */
	uint64_t pseudo;	    /* pseudo file systems not entered */
	uint64_t loops;		    /* mounts of a directory inside itself, not entered */
};

/* Takes over the batch. False: stop walking. */
typedef bool walk_emit_fn(void *context, struct walk_batch *batch);

/*
 * Walks the whole tree. What cannot be read is a fault in a batch, and the walk goes on; -1 only
 * when it could not go on (no memory), with *f filled.
 */
int walk_tree(const struct walk_options *options, walk_emit_fn *emit, void *context,
	      struct walk_totals *out_totals, struct fault *f) FAULT_MUST_USE;

/* Does a pattern of the options name this path? */
bool walk_is_excluded(const struct walk_options *options, const char *path);

#endif
