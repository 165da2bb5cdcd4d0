/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling cloned disks apart by where a volume is. */
#include "rescue/side.h"

#include <string.h>

#include "rescue/volume_internal.h"

/* At the other one, or standing on it. */
static bool is_at_or_on(const struct volume_list *volumes, int index, int other)
{
	while (index != other && volumes->items[index].parent != VOLUME_NO_PARENT)
		index = volumes->items[index].parent;
	return index == other;
}

static bool is_on_disk_of(const struct volume_list *volumes, int index, int other)
{
	return volume_bottom(volumes, index) == volume_bottom(volumes, other);
}

int side_of_target(const struct volume_list *volumes, const char *target)
{
	int found = SIDE_NOT_SAID;

	if (!target || strspn(target, "0123456789") == strlen(target))
		return SIDE_NOT_SAID;
	for (size_t i = 0; i < volumes->count; i++) {
		if (!volume_matches(&volumes->items[i], target))
			continue;
		if (found != SIDE_NOT_SAID)
			return SIDE_NOT_SAID;
		found = (int)i;
	}
	return found;
}

bool side_is_meant(const struct volume_list *volumes, int volume, int side)
{
	return side != SIDE_NOT_SAID && is_on_disk_of(volumes, volume, side);
}

static bool is_same(const struct side_member *a, const struct side_member *b)
{
	return a == b || (*a->identity && strcmp(a->identity, b->identity) == 0);
}

/* The only one of this identity of which `holds` is true; -1: none, or several. */
static int only_one(const struct volume_list *volumes, const struct side_member *members,
		    size_t count, size_t like, int side,
		    bool (*holds)(const struct volume_list *, int, int))
{
	int found = -1;

	for (size_t i = 0; i < count; i++) {
		if (!is_same(&members[like], &members[i]) ||
		    (holds && !holds(volumes, members[i].volume, side)))
			continue;
		if (found >= 0)
			return -1;
		found = (int)i;
	}
	return found;
}

static int choose_one(const struct volume_list *volumes, const struct side_member *members,
		      size_t count, size_t like, int side)
{
	int found = only_one(volumes, members, count, like, side, NULL);

	if (found < 0 && side != SIDE_NOT_SAID)
		found = only_one(volumes, members, count, like, side, is_at_or_on);
	if (found < 0 && side != SIDE_NOT_SAID)
		found = only_one(volumes, members, count, like, side, is_on_disk_of);
	return found;
}

bool side_choose(const struct volume_list *volumes, struct side_member *members, size_t count,
		 int side)
{
	bool decided = true;

	for (size_t i = 0; i < count; i++)
		members[i].taken = false;
	for (size_t i = 0; i < count && decided; i++) {
		int chosen = choose_one(volumes, members, count, i, side);

		decided = chosen >= 0;
		if (decided)
			members[chosen].taken = true;
	}
	for (size_t i = 0; i < count && !decided; i++)
		members[i].taken = false;
	return decided;
}
