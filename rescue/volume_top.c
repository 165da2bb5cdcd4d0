/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device that we made of other volumes, as a volume on top of them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rescue/volume_internal.h"
#include "scanner/base/own.h"

static int look_at(struct volume *volume, int fd, struct fault *f)
{
	int read_only = 0;
	struct stat st;

	if (fstat(fd, &st) < 0 || ioctl(fd, BLKGETSIZE64, &volume->size_bytes) < 0 ||
	    ioctl(fd, BLKROGET, &read_only) < 0)
		return fault_set(f, errno, "looking at %s", volume->path);
	volume->rdev = st.st_rdev;
	/* Nothing is mounted from a device of ours that could be written. */
	if (!read_only)
		return fault_set(f, 0, "%s did not become read-only", volume->path);
	volume->read_only = true;
	return volume_probe(volume, fd, f);
}

int volume_add_top(struct volume_list *list, const struct volume_top *top, struct fault *f)
{
	own_fd int fd = open(top->path, O_RDONLY | O_CLOEXEC);
	own_mem int *below = calloc(top->below_count, sizeof(*below));
	struct volume *volume;

	if (fd < 0 || !below)
		return fault_set(f, fd < 0 ? errno : ENOMEM, "opening %s", top->path);
	volume = volume_add(list, top->kind, top->path, top->name, f);
	if (!volume)
		return -1;
	memcpy(below, top->below, top->below_count * sizeof(*below));
	volume->parent = below[0];
	volume->below = take_ptr(below);
	volume->below_count = top->below_count;
	volume->mapped_name = top->mapped_name ? strdup(top->mapped_name) : NULL;
	volume->model = top->model ? strdup(top->model) : NULL;
	if (look_at(volume, fd, f) < 0)
		return -1;
	return volume_add_partitions(list, (int)list->count - 1, fd, f);
}
