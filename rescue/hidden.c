/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in a directory, counted and named within bounds. */
#include "rescue/hidden.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "efi/targetfs_walk.h"

/* One file more; past the limit the walk ends by a fault that nobody is told of. */
static int count_file(void *context, const char *path, const struct stat *st, struct fault *f)
{
	struct hidden *hidden = context;

	(void)path;
	if (hidden->files == HIDDEN_FILES_MAX) {
		hidden->more = true;
		return fault_set(f, E2BIG, "counting");
	}
	hidden->files++;
	hidden->executables += (st->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
	return 0;
}

/* What is in there is not counted, which is told. */
static void count_unread(void *context, const char *path, const struct fault *fault)
{
	(void)path;
	(void)fault;
	((struct hidden *)context)->unread++;
}

static int take_names(const struct targetfs_names *names, struct hidden *out, struct fault *f)
{
	out->entries = names->count;
	for (size_t i = 0; i < names->count && i < HIDDEN_NAMES_MAX; i++) {
		out->names[i] = strdup(names->names[i]);
		if (!out->names[i])
			return fault_set(f, ENOMEM, "looking beneath mount points");
		out->name_count++;
	}
	return 0;
}

static int look(const struct targetfs *t, struct hidden *out, struct fault *f)
{
	struct targetfs_walk walk = {.file = count_file, .trouble = count_unread, .context = out};
	struct targetfs_names names;
	int result;

	if (targetfs_list(t, "/", &names, f) < 0)
		return -1;
	result = take_names(&names, out, f);
	targetfs_names_done(&names);
	if (result < 0 || out->entries == 0)
		return result;
	if (targetfs_walk_below(t, &walk, "/", TARGETFS_DEPTH_MAX, f) < 0 && !out->more)
		return -1;
	return 0;
}

static void free_one(struct hidden *hidden)
{
	for (size_t i = 0; i < hidden->name_count; i++)
		free(hidden->names[i]);
	free(hidden->dir);
	free(hidden->at);
	*hidden = (struct hidden){0};
}

static int add(struct hidden_list *list, struct hidden *hidden, struct fault *f)
{
	struct hidden *items = reallocarray(list->items, list->count + 1, sizeof(*items));

	if (!items || !hidden->dir) {
		list->items = items ? items : list->items;
		return fault_set(f, ENOMEM, "looking beneath mount points");
	}
	list->items = items;
	items[list->count++] = *hidden;
	return 0;
}

int hidden_look(struct hidden_list *list, int dir_fd, const char *dir, int volume,
		struct hidden **out_added, struct fault *f)
{
	struct hidden hidden = {.volume = volume};
	struct targetfs *t = targetfs_open_at(dup(dir_fd), f);
	int result = t ? look(t, &hidden, f) : -1;

	targetfs_close(t);
	*out_added = NULL;
	if (result == 0 && hidden.entries) {
		hidden.dir = strdup(dir);
		result = add(list, &hidden, f);
		if (result == 0) {
			*out_added = &list->items[list->count - 1];
			return 0;
		}
	}
	free_one(&hidden);
	return result;
}

void hidden_shorten(struct hidden_list *list, size_t count)
{
	while (list->count > count)
		free_one(&list->items[--list->count]);
}

void hidden_done(struct hidden_list *list)
{
	hidden_shorten(list, 0);
	free(list->items);
	*list = (struct hidden_list){0};
}
