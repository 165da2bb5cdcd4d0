/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_QCOW2MAP_H
#define RESCUE_QCOW2MAP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "rescue/qcow2.h"
#include "scanner/base/fault.h"

/*
 * Where in its file a qcow2 image has what its disk is read from. QEMU reads zeros where a file has ended, so that an
 * image that was cut short is a disk with holes nobody is told of: docs/formats/disk-images.md.
 */

/* Bytes of the image, as fd_pread_full() has them: fewer at its end only, -1 with errno set. */
struct qcow2map_file {
	ssize_t (*read)(void *context, void *data, size_t size, uint64_t offset);
	void *context;
	uint64_t size_bytes;
};

enum {
	/* QEMU opens no image whose first table is larger. */
	QCOW2MAP_L1_BYTES_MAX = 32 << 20,
	/* Of the first table: what is read at once. */
	QCOW2MAP_CHUNK_BYTES = 64 << 10,
};

/*
 * All second tables together: enough for a disk of 128 TiB in clusters of 64 KiB. They may lie in a hole of a file
 * that takes no room, and reading them must end.
 */
#define QCOW2MAP_L2_BYTES_MAX (16ULL << 30)

/*
 * Reads the tables of an image that qcow2_check() has nothing against, and looks at where each cluster that the disk
 * is read from lies. A fault (ENODATA) says which bytes of the file are wanted, the last ones of those, and how many
 * bytes the file has. E2BIG: its tables are beyond the bounds above; others: reading failed, or a stop (EINTR).
 */
int qcow2map_check(const struct qcow2 *header, const struct qcow2map_file *file,
		   struct fault *f) FAULT_MUST_USE;

#endif
