/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BASE_SPOOL_H
#define SCANNER_BASE_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/*
 * Byte strings put aside in a nameless temporary file, so that memory stays flat however many there
 * are. Written in order, read by position. One thread.
 */
struct spool;

/*
 * Opens the file ($TMPDIR, else /tmp, else memory), but not on the file system of `apart_from_fd`,
 * to which nothing may be written (-1: none). Before the sandbox closes.
 */
struct spool *spool_open(int apart_from_fd, struct fault *f) FAULT_MUST_USE;
void spool_close(struct spool *s);
/* Such a file alone, for who keeps something else in it: a descriptor, which the caller closes. */
int spool_open_nameless(int apart_from_fd, struct fault *f) FAULT_MUST_USE;
/* Appends; *out_position is what spool_get() wants. */
int spool_put(struct spool *s, const void *data, size_t size, uint64_t *out_position,
	      struct fault *f) FAULT_MUST_USE;
/* Replaces the content of *out by what was put there. */
int spool_get(struct spool *s, uint64_t position, struct buf *out, struct fault *f) FAULT_MUST_USE;

#endif
