/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_SETDEVICE_H
#define RESCUE_SETDEVICE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rescue/blockdev.h"
#include "scanner/base/fault.h"

/* The further devices of a file system that has several: read-only like the first, given to its driver. */
struct setdevice_source {
	const char *path; /* device or image */
	uint64_t offset_bytes, size_bytes;
	bool whole; /* it is the whole of a block device: no loop device is needed */
};

struct setdevice {
	char path[PATH_MAX];
	int loop_fd, device_fd; /* as in struct evidence */
};

struct setdevice_list {
	struct setdevice *items;
	size_t count;
};

int setdevice_open(const struct setdevice_source *sources, size_t count, struct setdevice_list *out,
		   struct fault *f) FAULT_MUST_USE;
/* Names them to a file system's context of fsopen(2); errno says what went wrong. */
int setdevice_configure(int context, const struct setdevice_list *list) FAULT_MUST_USE;
/* Lets go of them; they stay read-only. */
void setdevice_keep(struct setdevice_list *list);
/* After their mount went: sets writable what was so before. */
void setdevice_close(struct setdevice_list *list);

#endif
