/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LVM volume groups out of the volumes that are their physical volumes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rescue/assemble_internal.h"
#include "rescue/lvm.h"
#include "rescue/mapping.h"
#include "rescue/volume_internal.h"
#include "rescue/interrupt.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

static const char member_type[] = "LVM2_member";

/* All candidates, with what lvm says of each. */
struct pv {
	int volume;
	struct lvmreport_pv report;
	bool done; /* its group was seen to in this round */
};

struct pv_list {
	struct pv *items;
	size_t count;
	struct member_list opened;
};

/* Those of one group; the devices that are taken, for lvm. */
struct group {
	const struct lvmreport_pv *about;
	struct side_member *members;
	size_t count;
	const char **devices;
	int *below;
	size_t taken;
};

static int is_fatal(const struct fault *fault, struct fault *f)
{
	if (fault->os != ENOMEM && fault->os != EINTR)
		return 0;
	*f = *fault;
	return -1;
}

static int collect(const struct assemble *a, struct pv_list *pvs, struct fault *f)
{
	size_t count = a->volumes->count;

	pvs->items = calloc(count, sizeof(*pvs->items));
	if (!pvs->items)
		return fault_set(f, ENOMEM, "bringing up LVM");
	for (size_t i = 0; i < count; i++) {
		struct pv *pv = &pvs->items[pvs->count];
		struct fault fault;

		if (!assemble_is_candidate(a, i, member_type) ||
		    !assemble_open(a, (int)i, &pvs->opened))
			continue;
		pv->volume = (int)i;
		if (interrupt_check(&fault) == 0 &&
		    lvm_read_pv(member_path(&pvs->opened, (int)i), a->ledger, &pv->report,
				&fault) == 0) {
			pvs->count++;
			continue;
		}
		a->volumes->items[i].tried = true;
		if (is_fatal(&fault, f) < 0)
			return -1;
		assemble_remark(a, (int)i, &fault);
	}
	return 0;
}

/* --- One group --- */

static void group_done(struct group *g)
{
	free(g->members);
	free(g->devices);
	free(g->below);
}

static int gather(const struct pv_list *pvs, const struct lvmreport_pv *about, struct group *g,
		  struct fault *f)
{
	g->about = about;
	g->members = calloc(pvs->count, sizeof(*g->members));
	g->devices = calloc(pvs->count + 1, sizeof(*g->devices));
	g->below = calloc(pvs->count, sizeof(*g->below));
	if (!g->members || !g->devices || !g->below)
		return fault_set(f, ENOMEM, "bringing up LVM");
	for (size_t i = 0; i < pvs->count; i++) {
		struct pv *pv = &pvs->items[i];

		if (strcmp(pv->report.vg_uuid, about->vg_uuid) != 0)
			continue;
		pv->done = true;
		g->members[g->count++] =
			(struct side_member){pv->volume, pv->report.pv_uuid, false};
	}
	return 0;
}

static void take(const struct pv_list *pvs, struct group *g)
{
	for (size_t i = 0; i < g->count; i++) {
		if (!g->members[i].taken)
			continue;
		g->devices[g->taken] = member_path(&pvs->opened, g->members[i].volume);
		g->below[g->taken++] = g->members[i].volume;
	}
}

static void remark_volume(const struct assemble *a, const struct group *g, const char *name,
			  const struct fault *fault)
{
	own_buf struct buf path = {0};

	buf_printf(&path, "%s/%s", g->about->vg_name, name);
	remark_add(a->remarks, buf_text(&path), fault);
}

static int bring_up_volume(const struct assemble *a, const struct group *g,
			   const struct lvmreport_lv *lv, struct fault *f)
{
	own_buf struct buf name = {0};
	char path[32];
	unsigned minor;
	struct volume_top top = {VOLUME_MAPPED, path, NULL, NULL, NULL, g->below, g->taken};

	if (lv->why)
		return fault_set(f, 0, "left out: %s", lv->why);
	if (lvm_activate(g->devices, g->about, lv, a->ledger, &minor, f) < 0)
		return -1;
	mapping_lvm_name(g->about->vg_name, lv->name, &name);
	if (name.failed)
		return fault_set(f, ENOMEM, "bringing up LVM");
	snprintf(path, sizeof(path), "/dev/dm-%u", minor);
	top.name = top.mapped_name = buf_text(&name);
	return volume_add_top(a->volumes, &top, f);
}

static int bring_up_volumes(const struct assemble *a, const struct group *g,
			    const struct lvmreport_lvs *lvs, struct fault *f)
{
	for (size_t i = 0; i < lvs->count; i++) {
		struct fault fault;

		if (interrupt_check(&fault) == 0 &&
		    bring_up_volume(a, g, &lvs->items[i], &fault) == 0)
			continue;
		if (is_fatal(&fault, f) < 0)
			return -1;
		remark_volume(a, g, lvs->items[i].name, &fault);
	}
	return 0;
}

static int bring_up(const struct assemble *a, const struct group *g, struct fault *f)
{
	struct lvmreport_lvs lvs;
	int result;

	if (g->about->why)
		return fault_set(f, 0, "%s is left out: %s", g->about->vg_name, g->about->why);
	if (lvm_read_lvs(g->devices, a->ledger, &lvs, f) < 0)
		return -1;
	result = lvs.count ? lvm_begin(g->devices, g->about, a->ledger, f) : 0;
	if (result == 0)
		result = bring_up_volumes(a, g, &lvs, f);
	lvmreport_lvs_done(&lvs);
	return result;
}

static void remark_missing(const struct assemble *a, const struct group *g)
{
	struct fault fault;

	if (g->taken >= g->about->pv_count)
		return;
	fault_set(&fault, 0, "volume group %s: %zu of its %u physical volumes are there",
		  g->about->vg_name, g->taken, g->about->pv_count);
	assemble_remark(a, g->members[0].volume, &fault);
}

static int see_to(const struct assemble *a, const struct pv_list *pvs, struct group *g,
		  struct fault *f)
{
	if (!side_choose(a->volumes, g->members, g->count, side_of_target(a->volumes, a->target))) {
		assemble_mark_tried(a, g->members, g->count);
		assemble_remark_copies(a, g->members, g->count, g->about->vg_name);
		return 0;
	}
	take(pvs, g);
	if (g->taken < g->about->pv_count && !a->incomplete)
		return 0;
	assemble_mark_tried(a, g->members, g->count);
	remark_missing(a, g);
	return bring_up(a, g, f);
}

static int see_to_group(const struct assemble *a, struct pv_list *pvs, const struct pv *first,
			struct fault *f)
{
	struct group g = {0};
	struct fault fault;
	int result = gather(pvs, &first->report, &g, &fault);

	if (result == 0)
		result = see_to(a, pvs, &g, &fault);
	group_done(&g);
	if (result < 0 && is_fatal(&fault, f) < 0)
		return -1;
	if (result < 0)
		assemble_remark(a, first->volume, &fault);
	return 0;
}

/* Of two groups with one name the first gets it: so those of the disk that was named come first. */
static int see_to_all(const struct assemble *a, struct pv_list *pvs, bool meant_only,
		      struct fault *f)
{
	int side = side_of_target(a->volumes, a->target);

	for (size_t i = 0; i < pvs->count; i++)
		if (!pvs->items[i].done &&
		    (!meant_only || side_is_meant(a->volumes, pvs->items[i].volume, side)) &&
		    see_to_group(a, pvs, &pvs->items[i], f) < 0)
			return -1;
	return 0;
}

int assemble_groups(const struct assemble *a, struct fault *f)
{
	struct pv_list pvs = {0};
	int result = collect(a, &pvs, f);

	if (result == 0)
		result = see_to_all(a, &pvs, true, f);
	if (result == 0)
		result = see_to_all(a, &pvs, false, f);
	member_list_done(&pvs.opened);
	free(pvs.items);
	return result;
}
