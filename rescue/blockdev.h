/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_BLOCKDEV_H
#define RESCUE_BLOCKDEV_H

#include <stdint.h>

#include "scanner/base/fault.h"

/* What is done to a device before anything reads a file system from it. */

/*
 * Sets a block device read-only in the kernel (BLKROSET), after making sure that nobody else holds it; a
 * regular file is left as it is. *out_fd is a descriptor by which it is set writable again, or -1 when it
 * was read-only already (or is no device).
 */
int blockdev_forbid_writing(const char *path, int *out_fd, struct fault *f) FAULT_MUST_USE;
/* Takes the descriptor; -1 does nothing. */
void blockdev_allow_writing(int fd);

enum { BLOCKDEV_PATH_BYTES = 32 };

/*
 * A read-only loop device over a part of a file or device. It goes with its last user, which the
 * descriptor returned is one of. -1 with *f filled.
 */
int blockdev_open_loop(const char *path, uint64_t offset_bytes, uint64_t size_bytes,
		       char out_path[BLOCKDEV_PATH_BYTES], struct fault *f) FAULT_MUST_USE;
/* A loop device over the whole of an open file, to be written to; it goes in the same way. */
int blockdev_open_store(int file_fd, char out_path[BLOCKDEV_PATH_BYTES],
			struct fault *f) FAULT_MUST_USE;

#endif
