/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which volumes belong to which system, and which systems belong together. */
#include "rescue/listreport.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rescue/attach.h"

static bool is_system(const struct survey_item *item)
{
	return item->number && item->kind == STORE_NONE;
}

static void plan(struct machine *machine, struct listreport_system *system)
{
	struct fault fault;

	if (attach_plan(machine, system->item, &system->plan, &machine->remarks, &fault) == 0)
		return;
	system->plan = (struct compose){0};
	remark_add(&machine->remarks, machine->volumes.items[system->item->volume].name, &fault);
}

static void remark_unplanned(struct machine *machine, size_t count)
{
	struct fault fault;

	fault_set(&fault, E2BIG, "%zu systems: what belongs to which is told of %d", count,
		  LISTREPORT_PLANS_MAX);
	remark_add(&machine->remarks, "systems", &fault);
}

int listreport_init(const struct rescueoptions *options, struct machine *machine,
		    struct listreport *out, struct fault *f)
{
	const struct survey *survey = &machine->survey;
	struct listreport report = {.options = options, .machine = machine};

	report.systems = calloc(survey->count + 1, sizeof(*report.systems));
	if (!report.systems)
		return fault_set(f, ENOMEM, "listing systems");
	for (size_t i = 0; i < survey->count; i++) {
		struct listreport_system *system = &report.systems[report.count];

		if (!is_system(&survey->items[i]))
			continue;
		system->item = &survey->items[i];
		if (report.count++ < LISTREPORT_PLANS_MAX)
			plan(machine, system);
	}
	if (report.count > LISTREPORT_PLANS_MAX)
		remark_unplanned(machine, report.count);
	*out = report;
	return 0;
}

void listreport_done(struct listreport *report)
{
	for (size_t i = 0; i < report->count; i++)
		compose_done(&report->systems[i].plan);
	free(report->systems);
	*report = (struct listreport){0};
}

bool listreport_are_twins(const struct listreport *report, const struct survey_item *a,
			  const struct survey_item *b)
{
	const struct volume_list *volumes = &report->machine->volumes;
	const struct installed *x = &a->installed, *y = &b->installed;

	if (a == b || !is_system(a) || !is_system(b))
		return false;
	if (*x->machine_id && strcmp(x->machine_id, y->machine_id) == 0)
		return true;
	return a->volume != b->volume && x->id && y->id && strcmp(x->id, y->id) == 0 &&
	       volumes->items[a->volume].size_bytes == volumes->items[b->volume].size_bytes &&
	       volume_bottom(volumes, a->volume) == volume_bottom(volumes, b->volume);
}
