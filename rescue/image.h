/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_IMAGE_H
#define RESCUE_IMAGE_H

#include "efi/remark.h"
#include "rescue/ledger.h"
#include "rescue/volume.h"
#include "scanner/base/fault.h"

/* Disk images of whatever format, as volumes. */

/*
 * Appends an image with its partitions. format: "raw", "qcow2", or "auto" (and NULL) for what its first bytes
 * say; a file that looks like a disk and like a qcow2 image at once is refused then (EINVAL), since a guest can
 * write the header of one into the first sector of its disk. A raw image is read as it is; qcow2 through
 * qemu-nbd, in the ledger first (NULL: whoever runs this may not). Other formats are a fault (ENOTSUP) that
 * names them and says what to do.
 */
int image_add(struct volume_list *volumes, const char *path, const char *format,
	      struct ledger *ledger, struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;

#endif
