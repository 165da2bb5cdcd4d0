/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The option "device" of btrfs (Documentation/filesystems/btrfs.rst), once for each further device. */
#include "rescue/setdevice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static int open_one(const struct setdevice_source *source, struct setdevice *out, struct fault *f)
{
	size_t n = strlen(source->path) + 1;

	*out = (struct setdevice){.loop_fd = -1, .device_fd = -1};
	if (blockdev_forbid_writing(source->path, &out->device_fd, f) < 0)
		return -1;
	if (!source->whole) {
		out->loop_fd = blockdev_open_loop(source->path, source->offset_bytes,
						  source->size_bytes, out->path, f);
		return out->loop_fd < 0 ? -1 : 0;
	}
	if (n > sizeof(out->path))
		return fault_set(f, ENAMETOOLONG, "opening %s", source->path);
	memcpy(out->path, source->path, n);
	return 0;
}

int setdevice_open(const struct setdevice_source *sources, size_t count, struct setdevice_list *out,
		   struct fault *f)
{
	struct setdevice_list list = {.items = calloc(count ? count : 1, sizeof(*list.items))};

	if (!list.items)
		return fault_set(f, ENOMEM, "opening the devices of a file system");
	for (size_t i = 0; i < count; i++) {
		int result = open_one(&sources[i], &list.items[i], f);

		list.count++;
		if (result == 0)
			continue;
		setdevice_close(&list);
		return -1;
	}
	*out = list;
	return 0;
}

int setdevice_configure(int context, const struct setdevice_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (fsconfig(context, FSCONFIG_SET_STRING, "device", list->items[i].path, 0) < 0)
			return -1;
	return 0;
}

static void end(struct setdevice_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].loop_fd >= 0)
			close(list->items[i].loop_fd);
	free(list->items);
	*list = (struct setdevice_list){0};
}

void setdevice_keep(struct setdevice_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].device_fd >= 0)
			close(list->items[i].device_fd);
	end(list);
}

void setdevice_close(struct setdevice_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		blockdev_allow_writing(list->items[i].device_fd);
	end(list);
}
