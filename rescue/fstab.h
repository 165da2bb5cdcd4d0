/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_FSTAB_H
#define RESCUE_FSTAB_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/fault.h"

/*
 * A target's /etc/fstab (fstab(5), getmntent(3)). It is hostile: we take from it which volume belongs
 * to which place and which btrfs subvolume is meant, and nothing else; its options are not used.
 */
struct fstab_entry {
	unsigned line; /* 1-based */
	char *source;  /* "UUID=…", "/dev/…", with its \040 decoded */
	char *dir;     /* absolute, made plain: no "." or "//", ".." refused */
	char *type;
	char *subvolume; /* from subvol= or subvolid= of btrfs, as "path" or "subvolid=N"; NULL */
};

enum fstab_refusal {
	FSTAB_NOT_A_PATH, /* the second field is not absolute, or has ".." */
	FSTAB_TOO_FEW_FIELDS,
	FSTAB_BIND,	 /* bind, rbind, move: no volume */
	FSTAB_NO_VOLUME, /* tmpfs, proc, nfs, /dev/zero: nothing of a disk */
	FSTAB_SWAP,
	FSTAB_LINE_TOO_LONG,
	FSTAB_REFUSALS
};

struct fstab {
	struct fstab_entry *entries; /* by number of components of dir, then as in the file */
	size_t count;
	size_t refused[FSTAB_REFUSALS];
	bool truncated; /* more than FSTAB_ENTRIES_MAX volumes */
};

enum { FSTAB_BYTES_MAX = 4 << 20, FSTAB_ENTRIES_MAX = 256, FSTAB_LINE_MAX = 4096 };

int fstab_decode(const char *text, size_t size, struct fstab *out, struct fault *f) FAULT_MUST_USE;
void fstab_done(struct fstab *fstab);
const char *fstab_refusal_name(enum fstab_refusal refusal);

#endif
