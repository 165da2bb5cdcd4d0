/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_TAKEOUT_H
#define RESCUE_TAKEOUT_H

#include <stdint.h>
#include <sys/stat.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/*
 * One file copied out of a target as evidence: content, mode, owner, times and every extended attribute
 * (libattr's attr_copy_fd), with its digests taken from what was read.
 */
struct takeout {
	struct stat st; /* of the source, before it was read */
	uint8_t sha1[20], sha256[32];
	uint64_t bytes;
	struct buf
		xattrs; /* "NAME HEX", each ended by NUL, as they were at the source, sorted by name */
	/* What the copy lacks, because its file system would not take it; "" for nothing. What is above
	   holds it. */
	char lacking[160];
};

struct digester;

/*
 * Copies the regular file `source` to `name` in the directory `to_fd`, where nothing of that name may be.
 * Links are followed nowhere. A failure leaves no copy behind.
 */
int takeout_file(const char *source, int to_fd, const char *name, struct digester *sha1,
		 struct digester *sha256, struct takeout *out, struct fault *f) FAULT_MUST_USE;
void takeout_done(struct takeout *takeout);

#endif
