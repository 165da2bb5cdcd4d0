/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_FSINFO_H
#define SCANNER_FSINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"
#include "scanner/readahead.h"

/* What IMA rules and EVM hashes want to know of a file system. Values do not change once known. */
struct fsinfo {
	uint64_t dev;	/* st_dev of its files */
	uint64_t magic; /* statfs f_type, the kernel's s_magic */
	char name[32];	/* the kernel's file_system_type name; "" when it cannot be told */
	bool has_uuid;
	uint8_t uuid[16];  /* the kernel's s_uuid, in the order in which it is written */
	bool pseudo;	   /* made by the running kernel (proc, sysfs, …): not part of a target */
	bool unverifiable; /* fuse: SB_I_IMA_UNVERIFIABLE_SIGNATURE */
	bool overlay;
	bool read_only;
	bool rotational;		/* a disk that seeks */
	bool gathers;			/* reading small files ahead together saves requests */
	struct readahead_device device; /* only of ext4; belongs to the table */
};

/* The file systems met so far. Any thread may ask. */
struct fsinfo_table;

/*
 * Reads /proc/self/mountinfo and, for file systems below `target` whose kernel cannot be asked for
 * the UUID (FS_IOC_GETFSUUID, Linux 6.9), the superblock by libblkid; opens the devices of those
 * that are ext4, for reading ahead. Before the sandbox closes.
 */
struct fsinfo_table *fsinfo_open(const char *target, struct fault *f) FAULT_MUST_USE;
void fsinfo_close(struct fsinfo_table *table);

/* The file system of an open file or directory whose st_dev is `dev`. NULL with *f filled. */
const struct fsinfo *fsinfo_get(struct fsinfo_table *table, uint64_t dev, int fd,
				struct fault *f) FAULT_MUST_USE;

/* The same if it was met before, else NULL. */
const struct fsinfo *fsinfo_find(struct fsinfo_table *table, uint64_t dev);

/* Those met, by their device numbers. NULL beyond the last. */
const struct fsinfo *fsinfo_at(struct fsinfo_table *table, size_t i);

#endif
