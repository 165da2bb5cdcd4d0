/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_QCOW2_H
#define RESCUE_QCOW2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"

/* What the header of a qcow2 image says of itself: docs/formats/disk-images.md. */
enum {
	QCOW2_HEADER_MAX = 4096, /* as much as is looked at */
	QCOW2_SECTOR_BYTES = 512,
};

struct qcow2 {
	unsigned version; /* 2 or 3 */
	uint64_t size_bytes;
	unsigned cluster_bits;
	/* The first table of clusters: where, and how many entries. */
	uint64_t l1_at;
	uint32_t l1_entries;
	bool extended_l2; /* entries of the second tables are twice as long */
	uint64_t
		tables_end; /* where the last of the tables that the header tells of ends in the file */
	bool backing_file; /* what is not in it is in another image */
	bool data_file;	   /* its data are in another file */
	bool encrypted;
	bool newer;   /* it has features that we do not know */
	bool dirty;   /* it was not closed: its reference counts, not its data, may be wrong */
	bool corrupt; /* a program found it damaged and marked it so */
	uint32_t snapshots;
};

/* From the first bytes of a file. A fault (EINVAL): it begins like a qcow2 image and is none. */
int qcow2_decode(const void *data, size_t size, struct qcow2 *out, struct fault *f) FAULT_MUST_USE;
/* May it be opened, being a file of so many bytes? Else the fault says what stands against it and what to do. */
int qcow2_check(const struct qcow2 *header, uint64_t file_bytes, struct fault *f) FAULT_MUST_USE;

#endif
