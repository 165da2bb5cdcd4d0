/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Volumes behind read-only loop devices. */
#include "rescue/member.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scanner/base/own.h"

static bool is_device(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISBLK(st.st_mode);
}

static int forbid_writing(const struct volume *v, struct ledger *ledger, struct fault *f)
{
	own_fd int writable_fd = -1;

	if (!is_device(v->path))
		return 0;
	/* Of a partition that the kernel did not set up, the disk. */
	if (!v->read_only && ledger_add_device(ledger, v->path, f) < 0)
		return -1;
	return blockdev_forbid_writing(v->path, &writable_fd, f);
}

int member_open(const struct volume_list *volumes, int volume, struct ledger *ledger,
		struct member_list *list, struct fault *f)
{
	const struct volume *v = &volumes->items[volume];
	struct member *items = reallocarray(list->items, list->count + 1, sizeof(*items));
	struct member member = {.volume = volume};

	if (!items)
		return fault_set(f, ENOMEM, "opening a member");
	list->items = items;
	if (forbid_writing(v, ledger, f) < 0)
		return -1;
	member.loop_fd =
		blockdev_open_loop(v->path, v->offset_bytes, v->size_bytes, member.path, f);
	if (member.loop_fd < 0)
		return -1;
	list->items[list->count++] = member;
	return 0;
}

const char *member_path(const struct member_list *list, int volume)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].volume == volume)
			return list->items[i].path;
	return NULL;
}

void member_list_done(struct member_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		close(list->items[i].loop_fd);
	free(list->items);
	*list = (struct member_list){0};
}
