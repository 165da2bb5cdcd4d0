/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BASE_FD_H
#define SCANNER_BASE_FD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "scanner/base/fault.h"

/*
 * Opens `path` (relative, any length, no "..") below the directory `root_fd`, following no symbolic
 * link in any component. `flags` are open(2) flags; O_NOFOLLOW, O_CLOEXEC and O_NONBLOCK are added.
 * Returns a descriptor, or -1 with *f filled (ELOOP: a component is a symbolic link; EXDEV: the
 * path would lead outside).
 */
int fd_open_beneath(int root_fd, const char *path, int flags, struct fault *f) FAULT_MUST_USE;

/*
 * Reads from offset until `size` bytes or the end of the file. Returns the bytes read, or -1 with
 * errno set. Retries on EINTR and on short reads.
 */
ssize_t fd_pread_full(int fd, void *data, size_t size, uint64_t offset);

/*
 * The whole content of an operator's file (not of a target) in memory, followed by a NUL. Fails on
 * more than `max_bytes`. The caller frees *out_data.
 */
int fd_read_file(const char *path, size_t max_bytes, uint8_t **out_data, size_t *out_size,
		 struct fault *f) FAULT_MUST_USE;

#endif
