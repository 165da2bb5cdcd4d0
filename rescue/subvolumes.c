/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tree of tree roots of btrfs, as libbtrfsutil reads it by BTRFS_IOC_TREE_SEARCH (for root only). */
#include "rescue/subvolumes.h"

#include <btrfsutil.h>
#include <errno.h>
#include <limits.h>
#include <linux/btrfs_tree.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/bytes.h"
#include "scanner/base/own.h"

static void end_iterator(struct btrfs_util_subvolume_iterator **iterator)
{
	btrfs_util_destroy_subvolume_iterator(*iterator);
}

#define own_iterator __attribute__((cleanup(end_iterator)))

static int refuse(enum btrfs_util_error error, struct fault *f)
{
	return fault_set(f, error == BTRFS_UTIL_ERROR_NO_MEMORY ? ENOMEM : errno,
			 "listing subvolumes: %s", btrfs_util_strerror(error));
}

/* Takes the path. */
static int add(struct subvolume_list *list, char *path,
	       const struct btrfs_util_subvolume_info *info, uint64_t id_of_default,
	       struct fault *f)
{
	struct subvolume *items = reallocarray(list->items, list->count + 1, sizeof(*items));

	if (!items) {
		free(path);
		return fault_set(f, ENOMEM, "listing subvolumes");
	}
	list->items = items;
	items[list->count++] = (struct subvolume){
		.id = info->id,
		.path = path,
		.snapshot = !bytes_all_zero(info->parent_uuid, sizeof(info->parent_uuid)),
		.read_only = info->flags & BTRFS_ROOT_SUBVOL_RDONLY,
		.is_default = info->id == id_of_default,
	};
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return strverscmp(((const struct subvolume *)a)->path, ((const struct subvolume *)b)->path);
}

static int list_all(int fd, struct subvolume_list *list, struct fault *f)
{
	own_iterator struct btrfs_util_subvolume_iterator *iterator = NULL;
	uint64_t id_of_default = 0;
	enum btrfs_util_error error = btrfs_util_get_default_subvolume_fd(fd, &id_of_default);

	if (!error)
		error = btrfs_util_create_subvolume_iterator_fd(fd, BTRFS_FS_TREE_OBJECTID, 0,
								&iterator);
	while (!error) {
		struct btrfs_util_subvolume_info info;
		char *path;

		error = btrfs_util_subvolume_iterator_next_info(iterator, &path, &info);
		if (error)
			break;
		/* References in a ring would make paths without an end. */
		if (list->count == SUBVOLUMES_MAX || strlen(path) >= PATH_MAX) {
			list->truncated = true;
			free(path);
			return 0;
		}
		if (add(list, path, &info, id_of_default, f) < 0)
			return -1;
	}
	return error == BTRFS_UTIL_ERROR_STOP_ITERATION ? 0 : refuse(error, f);
}

int subvolumes_list(int fd, struct subvolume_list *out, struct fault *f)
{
	struct subvolume_list list = {0};

	if (list_all(fd, &list, f) < 0) {
		subvolumes_done(&list);
		return -1;
	}
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), by_path);
	*out = list;
	return 0;
}

void subvolumes_done(struct subvolume_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].path);
	free(list->items);
	*list = (struct subvolume_list){0};
}
