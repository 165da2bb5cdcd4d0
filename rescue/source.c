/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a volume to what is opened of it. */
#include "rescue/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rescue/members.h"
#include "scanner/base/own.h"

struct evidence_source source_of_volume(const struct volume *volume, const char *subvolume)
{
	if (volume->overlay)
		return (struct evidence_source){
			.path = volume->overlay,
			.size_bytes = volume->size_bytes,
			.whole = true,
			.type = volume->probe.type,
			.subvolume = subvolume,
			.overlay = true,
		};
	return (struct evidence_source){
		.path = volume->path,
		.offset_bytes = volume->offset_bytes,
		.size_bytes = volume->size_bytes,
		.whole = volume->rdev != 0,
		.type = volume->probe.type,
		.subvolume = subvolume,
		.not_replayed = volume->not_replayed,
	};
}

/* A partition that the kernel does not know is a part of its disk's device. */
static const struct volume *device_of(const struct volume_list *volumes, int index)
{
	const struct volume *v = &volumes->items[index];

	while (!v->rdev && v->parent != VOLUME_NO_PARENT &&
	       strcmp(volumes->items[v->parent].path, v->path) == 0)
		v = &volumes->items[v->parent];
	return v;
}

static int note(const struct volume_list *volumes, int index, struct ledger *ledger,
		struct fault *f)
{
	const struct volume *v = device_of(volumes, index);

	return v->rdev && !v->read_only ? ledger_add_device(ledger, v->path, f) : 0;
}

int source_note(const struct volume_list *volumes, int index, struct ledger *ledger,
		struct fault *f)
{
	struct members members;
	int result = 0;

	if (members_of(volumes, index, &members, f) < 0)
		return -1;
	for (size_t i = 0; i < members.count && result == 0; i++)
		result = note(volumes, members.items[i], ledger, f);
	members_done(&members);
	return result;
}

/* The devices beside the one that is called `index`. */
static size_t list_others(const struct volume_list *volumes, int index,
			  const struct members *members, struct setdevice_source *out)
{
	size_t count = 0;

	for (size_t i = 0; i < members->count; i++) {
		const struct volume *v = &volumes->items[members->items[i]];

		if (members->items[i] != index)
			out[count++] = (struct setdevice_source){
				.path = v->path,
				.offset_bytes = v->offset_bytes,
				.size_bytes = v->size_bytes,
				.whole = v->rdev != 0,
			};
	}
	return count;
}

static int open_members(const struct volume_list *volumes, int index, const char *subvolume,
			const struct members *members, struct evidence *out, struct fault *f)
{
	struct evidence_source source = source_of_volume(&volumes->items[index], subvolume);
	own_mem struct setdevice_source *others = calloc(members->count, sizeof(*others));

	if (!others)
		return fault_set(f, ENOMEM, "opening the devices of a file system");
	if (members->doubled)
		return fault_set(f, ENOTUNIQ,
				 "several volumes say that they are the same device of this btrfs: "
				 "give those that belong together (--image)");
	source.others = others;
	source.other_count = list_others(volumes, index, members, others);
	source.degraded = members->count < members->wanted;
	return evidence_open(&source, out, f);
}

int source_open(const struct volume_list *volumes, int index, const char *subvolume,
		struct evidence *out, struct fault *f)
{
	struct members members;
	int result;

	if (members_of(volumes, index, &members, f) < 0)
		return -1;
	result = open_members(volumes, index, subvolume, &members, out, f);
	members_done(&members);
	return result;
}

int source_open_again(const struct volume_list *volumes, int index, const char *subvolume,
		      const struct evidence *first, struct evidence *out, struct fault *f)
{
	struct evidence_source source = source_of_volume(&volumes->items[index], subvolume);

	return evidence_open_again(first, &source, out, f);
}
