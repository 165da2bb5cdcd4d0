/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_READAHEAD_H
#define SCANNER_READAHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Tells the kernel what will be read next of several files together, so that a cold disk is asked
 * for dozens of neighbouring blocks at once instead of for each by itself. Hints only: nothing here
 * can fail, and nothing that is read afterwards differs by it. What a file system says is hostile:
 * every place is held to its device, every size and count to a bound. No state: any thread may
 * call. docs/adr/0018-reading-ahead.md has the reasons.
 */

enum { READAHEAD_FILES_MAX = 64 }; /* at a time; those beyond are left alone */

struct readahead_file {
	int fd;
	uint64_t ino, size_bytes;
};

/* The block device below a file system, whose page cache is where that looks for its own blocks. */
struct readahead_device {
	int fd;		      /* -1: none, and nothing is asked for */
	uint32_t block_bytes; /* of the file system; 0: not known */
	uint64_t size_bytes;
};

/*
 * Opens the node at `path` for reading, if it is the block device `dev` (the st_dev of the files on
 * it); otherwise, or when it cannot be opened, there is none. Before the sandbox closes.
 */
struct readahead_device readahead_device_open(const char *path, uint64_t dev);
void readahead_device_close(struct readahead_device *device);

/*
 * Is it worth while? A sample: not where content of these files is in memory already, so that a
 * warm scan is not slowed down by hints that nobody needs.
 */
bool readahead_pays(const struct readahead_file *files, size_t count);

/* Before the attributes of these files, all of one ext4 on `device`, are read. */
void readahead_attrs(const struct readahead_device *device, const struct readahead_file *files,
		     size_t count);

/*
 * Before these files are read to their ends, in about their order on the disk. Large ones are left
 * to the kernel, which reads ahead in each of them as well.
 */
void readahead_content(const struct readahead_file *files, size_t count);

/* Bytes of a device, from `start` up to but not including `end`. */
struct readahead_range {
	uint64_t start, end;
};

/*
 * Sorts ranges and joins those that overlap or have no more than `gap_bytes` between them; drops
 * those that are empty or do not lie within `device_bytes`. Returns how many are left, at the
 * front. Pure.
 */
size_t readahead_join(struct readahead_range *ranges, size_t count, uint64_t gap_bytes,
		      uint64_t device_bytes);

#endif
