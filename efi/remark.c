/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What went wrong on the way without ending it. */
#include "efi/remark.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/base/own.h"

static bool grow(struct remark_list *list)
{
	size_t capacity = list->capacity ? list->capacity * 2 : 16;
	struct remark *items;

	if (list->count >= REMARK_MAX)
		return false;
	if (list->count < list->capacity)
		return true;
	items = reallocarray(list->items, capacity, sizeof(*items));
	if (!items)
		return false;
	list->items = items;
	list->capacity = capacity;
	return true;
}

void remark_add(struct remark_list *list, const char *path, const struct fault *fault)
{
	own_mem char *copy = strdup(path);

	if (!copy || !grow(list)) {
		list->dropped++;
		return;
	}
	list->items[list->count++] = (struct remark){.path = take_ptr(copy), .fault = *fault};
}

void remark_list_done(struct remark_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].path);
	free(list->items);
	*list = (struct remark_list){0};
}
