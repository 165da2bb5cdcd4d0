/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the word on the command line to one of the systems found. */
#include "rescue/choose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rescue/assemble.h"
#include "rescue/members.h"
#include "scanner/base/buf.h"

/* Does any device of the item's file system lie on the volume? */
static bool is_on(const struct machine *machine, const struct survey_item *item, int base)
{
	const struct volume_list *volumes = &machine->volumes;

	for (int i = item->volume; i < (int)volumes->count; i++)
		if (members_first(volumes, i) == item->volume && volume_is_on(volumes, i, base))
			return true;
	return false;
}

/* How many an error message names. */
enum { NAMED_MAX = 20 };

struct candidates {
	const struct survey_item *first;
	unsigned count;
	struct buf numbers;
};

static void add_candidate(struct candidates *c, const struct survey_item *item)
{
	if (c->count++ == 0)
		c->first = item;
	if (c->count <= NAMED_MAX)
		buf_printf(&c->numbers, "%s%u", c->count > 1 ? ", " : "", item->number);
	else if (c->count == NAMED_MAX + 1)
		buf_puts(&c->numbers, ", …");
}

static void find_candidates(const struct machine *machine, int base, bool others,
			    struct candidates *out)
{
	for (size_t i = 0; i < machine->survey.count; i++) {
		const struct survey_item *item = &machine->survey.items[i];

		if (item->number && (item->kind != STORE_NONE) == others &&
		    is_on(machine, item, base))
			add_candidate(out, item);
	}
}

static const struct survey_item *only_one(const struct candidates *c, const char *target,
					  const char *what, struct fault *f)
{
	if (c->count == 1)
		return c->first;
	fault_set(f, 0, "%s holds %u %s: say which by its number (%s)", target, c->count, what,
		  buf_text(&c->numbers));
	return NULL;
}

static const struct survey_item *by_number(const struct machine *machine, const char *target,
					   struct fault *f)
{
	char *end;
	unsigned long number = strtoul(target, &end, 10);
	const struct survey_item *item =
		*end || number > UINT32_MAX ? NULL
					    : survey_system(&machine->survey, (unsigned)number);

	if (!item)
		fault_set(f, ENOENT, "there is no system %s", target);
	return item;
}

static bool has_volumes_on_it(const struct volume_list *volumes, int index)
{
	for (size_t i = 0; i < volumes->count; i++)
		if ((int)i != index && volume_is_on(volumes, (int)i, index))
			return true;
	return false;
}

/* A system may be where a journal could not be replayed: that is not "none". */
static const struct volume *not_replayed_on(const struct volume_list *volumes, int index)
{
	for (size_t i = 0; i < volumes->count; i++)
		if (volumes->items[i].not_replayed && volume_is_on(volumes, (int)i, index))
			return &volumes->items[i];
	return NULL;
}

/* Why there is nothing to be had of a volume. */
static void say_why_not(const struct machine *machine, int index, const char *target,
			struct fault *f)
{
	const struct volume *volume = &machine->volumes.items[index];
	const struct volume *unreplayed = not_replayed_on(&machine->volumes, index);

	if (volume->in_use)
		fault_set(f, EBUSY, "%s is in use by the running system", volume->name);
	else if (volume->stick)
		fault_set(f, EBUSY, "%s is the medium this system runs from", volume->name);
	else if (unreplayed)
		fault_set(f, 0,
			  "no installed system was found in %s, where the journal of %s could "
			  "not be replayed: %s",
			  target, unreplayed->name, unreplayed->not_replayed);
	else if (has_volumes_on_it(&machine->volumes, index) || volume->kind == VOLUME_IMAGE)
		fault_set(f, ENOENT, "no installed system was found in %s", target);
	else if (assemble_is_waiting(&machine->volumes, index))
		fault_set(f, ENOTSUP, "%s holds %s, which is not set up (--assemble brings it up)",
			  volume->name, volume_layer_name(volume->layer));
	else if (volume->layer != VOLUME_NO_LAYER)
		fault_set(f, ENOTSUP, "%s holds %s, which is not opened", volume->name,
			  volume_layer_name(volume->layer));
	else
		fault_set(f, ENOTSUP, "%s holds no file system that could be looked into",
			  volume->name);
}

static const struct survey_item *of_volume(const struct machine *machine, int index,
					   const char *target, struct fault *f)
{
	struct candidates own = {0}, others = {0};
	const struct survey_item *item;

	find_candidates(machine, index, false, &own);
	find_candidates(machine, index, true, &others);
	item = survey_part(&machine->survey, members_first(&machine->volumes, index));
	if (own.count)
		item = only_one(&own, target, "systems", f);
	else if (others.count)
		item = only_one(&others, target, "other roots and no installed system", f);
	else if (!item)
		say_why_not(machine, index, target, f);
	buf_done(&own.numbers);
	buf_done(&others.numbers);
	return item;
}

const struct survey_item *choose_system(const struct machine *machine, const char *target,
					struct fault *f)
{
	int index;

	if (*target && strspn(target, "0123456789") == strlen(target))
		return by_number(machine, target, f);
	index = volume_find(&machine->volumes, target, f);
	return index < 0 ? NULL : of_volume(machine, index, target, f);
}
