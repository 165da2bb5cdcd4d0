/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_OVERLAY_H
#define RESCUE_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/*
 * A device that may be written to, over one that may not: what is written stays in memory (device
 * mapper's target "snapshot" without persistence, over a loop device on a memfd). With mapping.c the
 * only user of libdevmapper.
 */
enum {
	/* What file systems write is in blocks of mostly this size: no smaller one costs a copy. */
	OVERLAY_CHUNK_BYTES = 4096,
	/* Below this not even the superblocks and a small log find room. */
	OVERLAY_STORE_MIN = 1 << 20,
};

/* Has this kernel what it needs? The fault says what is missing and what to do. */
int overlay_check(struct fault *f) FAULT_MUST_USE;

/*
 * How many bytes one of `shares` overlays may take: half of the memory that is available, in equal
 * shares, since the other half is for whoever works with them; no more than the device itself has, since
 * no block is kept twice. 0: so little that it is not worth trying.
 */
uint64_t overlay_store_size(uint64_t available_bytes, size_t shares, uint64_t origin_bytes);

/* The target's line in the table: "7:0 7:1 N 8". */
void overlay_table(struct buf *out, dev_t origin, dev_t store, unsigned chunk_bytes);

/*
 * Makes the mapping `name` over the device `origin`, which has to be read-only. *out_path is its device.
 * The memory goes with the mapping. When it is full, every later read of the overlay is an error (EIO).
 */
int overlay_open(const char *name, const char *origin, uint64_t store_bytes, struct buf *out_path,
		 struct fault *f) FAULT_MUST_USE;
/* By what overlay_open() gave as its path. */
bool overlay_is_full(const char *path);
/* Takes the mapping away; one that is not there is none of ours. */
int overlay_close(const char *name, struct fault *f) FAULT_MUST_USE;

#endif
