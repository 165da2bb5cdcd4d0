/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rounds of bringing up what volumes are members of. */
#include "rescue/assemble.h"

#include <string.h>

#include "rescue/assemble_internal.h"
#include "scanner/base/buf.h"

/* A hostile array or volume can hold itself; real ones stand on two or three layers. */
enum { LAYERS_MAX = 12 };

static unsigned depth_of(const struct volume_list *volumes, int index)
{
	unsigned depth = 0;

	while ((index = volumes->items[index].parent) != VOLUME_NO_PARENT)
		depth++;
	return depth;
}

bool assemble_is_waiting(const struct volume_list *volumes, int index)
{
	const struct volume *v = &volumes->items[index];

	return (v->layer == VOLUME_LVM || v->layer == VOLUME_RAID) && !v->in_use && !v->stick &&
	       !v->probe.ambivalent && !volume_has_child(volumes, index);
}

bool assemble_is_candidate(const struct assemble *a, size_t index, const char *type)
{
	const struct volume *v = &a->volumes->items[index];

	return strcmp(v->probe.type, type) == 0 && !v->tried &&
	       assemble_is_waiting(a->volumes, (int)index) &&
	       depth_of(a->volumes, (int)index) < LAYERS_MAX;
}

bool assemble_open(const struct assemble *a, int volume, struct member_list *members)
{
	struct fault fault;

	if (member_open(a->volumes, volume, a->ledger, members, &fault) == 0)
		return true;
	assemble_remark(a, volume, &fault);
	a->volumes->items[volume].tried = true;
	return false;
}

void assemble_mark_tried(const struct assemble *a, const struct side_member *members, size_t count)
{
	for (size_t i = 0; i < count; i++)
		a->volumes->items[members[i].volume].tried = true;
}

void assemble_remark(const struct assemble *a, int volume, const struct fault *fault)
{
	remark_add(a->remarks, a->volumes->items[volume].name, fault);
}

void assemble_remark_copies(const struct assemble *a, const struct side_member *members,
			    size_t count, const char *what)
{
	own_buf struct buf names = {0};
	struct fault fault;

	for (size_t i = 0; i < count; i++)
		buf_printf(&names, "%s%s", i ? ", " : "",
			   a->volumes->items[members[i].volume].name);
	fault_set(&fault, 0, "%s is there more than once (%s): name a disk to say which is meant",
		  what, buf_text(&names));
	assemble_remark(a, members[0].volume, &fault);
}

int assemble_round(const struct assemble *a, struct fault *f)
{
	size_t before = a->volumes->count;

	if (assemble_arrays(a, f) < 0)
		return -1;
	/* An array that came up without a member may be what completes a group. */
	if (a->incomplete && a->volumes->count > before)
		return 0;
	return assemble_groups(a, f);
}
