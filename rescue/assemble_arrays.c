/* SPDX-License-Identifier: GPL-2.0-or-later */
/* md arrays out of the volumes that are their members. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rescue/array.h"
#include "rescue/assemble_internal.h"
#include "rescue/volume_internal.h"
#include "rescue/interrupt.h"
#include "scanner/base/own.h"

static const char member_type[] = "linux_raid_member";

/* Candidates of one array: those of the same UUID. */
struct array_set {
	struct side_member *members;
	size_t count;
	struct member_list opened;
};

static bool is_of(const struct assemble *a, size_t index, const char *uuid)
{
	return assemble_is_candidate(a, index, member_type) &&
	       strcmp(a->volumes->items[index].probe.uuid, uuid) == 0;
}

static int collect(const struct assemble *a, size_t first, struct array_set *set, struct fault *f)
{
	const char *uuid = a->volumes->items[first].probe.uuid;

	set->members = calloc(a->volumes->count, sizeof(*set->members));
	if (!set->members)
		return fault_set(f, ENOMEM, "assembling");
	for (size_t i = first; i < a->volumes->count; i++)
		if (is_of(a, i, uuid) && assemble_open(a, (int)i, &set->opened))
			set->members[set->count++] = (struct side_member){
				.volume = (int)i,
				.identity = a->volumes->items[i].probe.uuid_sub,
			};
	return 0;
}

/* Metadata 0.90 names no members: more of them than the array has are taken for copies. */
static void suspect_copies(struct array_set *set, unsigned devices)
{
	for (size_t i = 0; i < set->count; i++)
		if (*set->members[i].identity || set->count <= devices)
			return;
	for (size_t i = 0; i < set->count; i++)
		set->members[i].identity = "0.90";
}

static size_t taken_of(const struct array_set *set)
{
	size_t taken = 0;

	for (size_t i = 0; i < set->count; i++)
		taken += set->members[i].taken;
	return taken;
}

/* "host:home" is called "home". */
static const char *own_name(const struct volume *v)
{
	const char *colon = strrchr(v->probe.label, ':');

	return colon ? colon + 1 : v->probe.label;
}

static int add_volume(const struct assemble *a, const struct array_set *set, const char *name,
		      const char *level, struct fault *f)
{
	own_mem int *below = calloc(set->count, sizeof(*below));
	char path[32], label[sizeof(a->volumes->items->probe.label)];
	struct volume_top top = {VOLUME_MD, path, name, label, level, below, 0};

	if (!below)
		return fault_set(f, ENOMEM, "assembling");
	for (size_t i = 0; i < set->count; i++)
		if (set->members[i].taken)
			below[top.below_count++] = set->members[i].volume;
	snprintf(path, sizeof(path), "/dev/%s", name);
	/* The list, and with it the label, may move. */
	snprintf(label, sizeof(label), "%s", own_name(&a->volumes->items[below[0]]));
	if (!*label)
		top.mapped_name = NULL;
	return volume_add_top(a->volumes, &top, f);
}

static void remark_degraded(const struct assemble *a, const struct array_set *set, const char *name,
			    const struct array_member *about)
{
	unsigned missing = array_degraded(name);
	struct fault fault;

	if (!missing)
		return;
	fault_set(&fault, 0, "the array (%s) came up without %u of its %u members", about->level,
		  missing, about->devices);
	assemble_remark(a, set->members[0].volume, &fault);
}

static int build(const struct assemble *a, const struct array_set *set,
		 const struct array_member *about, struct fault *f)
{
	own_mem const char **devices = calloc(set->count + 1, sizeof(*devices));
	char name[ARRAY_NAME_BYTES];
	size_t n = 0;

	if (!devices)
		return fault_set(f, ENOMEM, "assembling");
	for (size_t i = 0; i < set->count; i++)
		if (set->members[i].taken)
			devices[n++] = member_path(&set->opened, set->members[i].volume);
	if (array_assemble(devices, a->ledger, name, f) < 0)
		return -1;
	remark_degraded(a, set, name, about);
	return add_volume(a, set, name, about->level, f);
}

/* Nothing of it is tried again, unless it is left for a later round. */
static int assemble_set(const struct assemble *a, struct array_set *set, struct fault *f)
{
	int side = side_of_target(a->volumes, a->target);
	struct array_member about;

	if (set->count == 0)
		return 0;
	if (array_examine(set->opened.items[0].path, a->ledger, &about, f) < 0) {
		assemble_mark_tried(a, set->members, set->count);
		return -1;
	}
	suspect_copies(set, about.devices);
	if (!side_choose(a->volumes, set->members, set->count, side)) {
		assemble_mark_tried(a, set->members, set->count);
		assemble_remark_copies(a, set->members, set->count, "a member of one array");
		return 0;
	}
	if (taken_of(set) < about.devices && !a->incomplete)
		return 0;
	assemble_mark_tried(a, set->members, set->count);
	return build(a, set, &about, f);
}

static void set_done(struct array_set *set)
{
	member_list_done(&set->opened);
	free(set->members);
}

static bool is_first(const struct assemble *a, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (is_of(a, i, a->volumes->items[index].probe.uuid))
			return false;
	return true;
}

int assemble_arrays(const struct assemble *a, struct fault *f)
{
	/* The list grows while it is walked: an array of arrays is met in its turn. */
	for (size_t i = 0; i < a->volumes->count; i++) {
		struct array_set set = {0};
		struct fault fault;
		int result;

		if (!assemble_is_candidate(a, i, member_type) || !is_first(a, i))
			continue;
		result = interrupt_check(&fault);
		if (result == 0)
			result = collect(a, i, &set, &fault);
		if (result == 0)
			result = assemble_set(a, &set, &fault);
		set_done(&set);
		if (result < 0 && (fault.os == ENOMEM || fault.os == EINTR)) {
			*f = fault;
			return -1;
		}
		if (result < 0)
			assemble_remark(a, (int)i, &fault);
	}
	return 0;
}
