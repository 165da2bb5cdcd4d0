/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_ATTRS_H
#define SCANNER_ATTRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "scanner/base/fault.h"
#include "scanner/profile.h"

/* No attribute of a Linux file system is larger (include/uapi/linux/limits.h XATTR_SIZE_MAX). */
enum { ATTRS_VALUE_MAX = 65536 };

enum attrs_state {
	ATTRS_ABSENT, /* ENODATA */
	ATTRS_PRESENT,
	ATTRS_UNSUPPORTED, /* EOPNOTSUPP: this file system keeps none */
	ATTRS_UNREADABLE,  /* anything else: a fault */
};

struct attrs_value {
	enum attrs_state state;
	int os;	       /* the errno of an unreadable one */
	uint8_t *data; /* owned by struct attrs; NULL unless present */
	size_t size;
};

/* The extended attributes of one inode that matter to IMA and EVM. Start from {0}. */
struct attrs {
	struct attrs_value protected[PROFILE_XATTR_COUNT];
	struct attrs_value evm;
	uint8_t *pool; /* backs every value; grows as needed and is reused */
	size_t pool_size, pool_used;
};

/* The inode's own facts, as statx(2) and a few ioctls tell them. */
struct inode_facts {
	uint64_t dev, ino, size_bytes;
	uint32_t mode, uid, gid, nlink; /* mode with the file type, as st_mode */
	uint32_t generation;		/* FS_IOC_GETVERSION */
	bool has_generation;
	bool immutable, append_only, verity; /* statx attributes; false where not told */
	int64_t mtime_s, ctime_s;
};

#define ATTRS_IMA(a)	    (&(a)->protected[PROFILE_XATTR_IMA])
#define ATTRS_CAPABILITY(a) (&(a)->protected[PROFILE_XATTR_CAPABILITY])
#define ATTRS_SELINUX(a)    (&(a)->protected[PROFILE_XATTR_SELINUX])

/*
 * Reads all of them from an open file. Forgets what *attrs held before. Never fails as a whole:
 * each value says how it went. Out of memory makes a value unreadable (ENOMEM).
 */
void attrs_read(int fd, struct attrs *attrs);
void attrs_done(struct attrs *attrs);

#endif
