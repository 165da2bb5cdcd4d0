/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ima-rescue list` as text: a tree of volumes, the installed systems in them, and what is kept beside them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "efi/command.h"
#include "rescue/assemble.h"
#include "rescue/listreport.h"
#include "rescue/members.h"
#include "scanner/base/escape.h"

enum { NAME_COLUMNS = 22, SIZE_COLUMNS = 9, TYPE_COLUMNS = 14 };

static void size_text(uint64_t bytes, char out[16])
{
	static const char units[] = "BKMGTPE";
	double value = (double)bytes;
	size_t unit = 0;

	for (; value >= 1024 && units[unit + 1]; unit++)
		value /= 1024;
	snprintf(out, 16, unit && value < 10 ? "%.1f%c" : "%.0f%c", value, units[unit]);
}

static void add_word(struct buf *line, const char *before, const char *text)
{
	if (!text || !*text)
		return;
	buf_puts(line, before);
	escape_text(line, text, strlen(text));
}

static const char *type_of(const struct volume *v)
{
	if (v->probe.ambivalent)
		return "contradictory";
	if (*v->probe.type)
		return v->probe.type;
	return *v->probe.table ? v->probe.table : "-";
}

static unsigned depth_of(const struct volume_list *volumes, const struct volume *v)
{
	unsigned depth = 0;

	for (; v->parent != VOLUME_NO_PARENT; v = &volumes->items[v->parent])
		depth++;
	return depth;
}

static void say_installed(struct buf *line, const struct survey_item *item, bool color)
{
	const struct installed *i = &item->installed;
	own_buf struct buf words = {0};

	if (i->part == INSTALLED_NOTHING)
		return;
	if (i->part != INSTALLED_ROOT) {
		buf_printf(line, "  [%s]", installed_part_name(i->part));
		return;
	}
	buf_printf(&words, "[system %u: %s]", item->number,
		   i->pretty_name ? i->pretty_name
		   : i->id	  ? i->id
				  : "no os-release");
	buf_puts(line, "  ");
	command_mark_text(line, color, COMMAND_HEAD, buf_text(&words), 0);
}

/* Layers that nothing here opens, in words beside libblkid's. */
static const char *layer_words(enum volume_layer layer)
{
	static const struct {
		enum volume_layer layer;
		const char *words;
	} rows[] = {
		{VOLUME_BITLOCKER, "locked, not ours to open"},
		{VOLUME_VERITY, "hashes of a dm-verity volume"},
		{VOLUME_BCACHE, "a part of a bcache, not put together"},
		{VOLUME_ZFS, "ZFS, not opened"},
		{VOLUME_BCACHEFS, "bcachefs, not opened"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].layer == layer)
			return rows[i].words;
	return NULL;
}

/* The first device of a btrfs speaks for all of them. */
static void say_members(struct buf *text, const struct volume_list *volumes, size_t index)
{
	int first = members_first(volumes, (int)index);
	struct members members;
	struct fault ignored;

	if (first != (int)index) {
		add_word(text, "  a device of the btrfs of ", volumes->items[first].name);
		return;
	}
	if (volumes->items[index].btrfs_devices < 2 ||
	    members_of(volumes, (int)index, &members, &ignored) < 0)
		return;
	buf_printf(text, "  btrfs of %" PRIu64 " devices, %zu of them here%s", members.wanted,
		   members.count, members.doubled ? ", of which some are copies" : "");
	members_done(&members);
}

static void say_use(struct buf *text, const struct volume *v)
{
	if (v->stick)
		buf_puts(text, "  (this stick)");
	else if (v->in_use)
		buf_puts(text, "  (in use by the running system)");
	if (v->removable && v->parent == VOLUME_NO_PARENT)
		buf_puts(text, "  removable");
	add_word(text, "  ", layer_words(v->layer));
}

static void say_volume(struct buf *text, const struct listreport *r, size_t index)
{
	const struct machine *m = r->machine;
	const struct volume *v = &m->volumes.items[index];
	own_buf struct buf name = {0};
	char size[16];

	buf_printf(&name, "%*s%s", (int)depth_of(&m->volumes, v) * 2, "", v->name);
	size_text(v->size_bytes, size);
	command_mark_text(text, false, COMMAND_PLAIN, buf_text(&name), NAME_COLUMNS);
	buf_printf(text, " %*s  ", SIZE_COLUMNS - 2, size);
	command_mark_text(text, false, COMMAND_PLAIN, type_of(v), TYPE_COLUMNS);
	say_use(text, v);
	if (assemble_is_waiting(&m->volumes, (int)index))
		buf_puts(text, "  not set up (--assemble)");
	add_word(text, "  ", v->model);
	add_word(text, "  ", v->transport);
	add_word(text, "  ", v->mapped_name);
	add_word(text, "  label ", v->probe.label);
	add_word(text, "  ", volume_type_meaning(v->part_type));
	say_members(text, &m->volumes, index);
	for (size_t i = 0; i < m->survey.count; i++)
		if (m->survey.items[i].volume == (int)index &&
		    m->survey.items[i].kind == STORE_NONE)
			say_installed(text, &m->survey.items[i], r->color);
	if (r->options->verbose) {
		add_word(text, "  UUID=", v->probe.uuid);
		add_word(text, "  UUID_SUB=", v->probe.uuid_sub);
		add_word(text, "  PARTUUID=", v->part_uuid);
		add_word(text, "  serial ", v->serial);
	}
	buf_addc(text, '\n');
}

/* --- Installed systems --- */

static void say_place(struct buf *text, const struct machine *m, const struct survey_item *item)
{
	add_word(text, "", m->volumes.items[item->volume].name);
	add_word(text, ", subvolume ", item->subvolume);
	add_word(text, ", directory ", item->inside);
}

static void say_last_use(struct buf *text, const struct installed *i)
{
	char when[32];

	if (!i->last_use)
		return;
	command_time_text(i->last_use, when);
	buf_printf(text, ", last used about %.10s", when);
}

static void say_belongs(struct buf *text, const struct listreport *r, const struct compose *plan)
{
	const struct machine *m = r->machine;

	for (size_t i = 1; i < plan->count; i++) {
		const struct compose_item *item = &plan->items[i];

		buf_puts(text, "     ");
		command_mark_text(text, false, COMMAND_PLAIN, item->dir, 10);
		add_word(text, " on ", m->volumes.items[item->volume].name);
		add_word(text, ", subvolume ", item->subvolume);
		add_word(text, ", directory ", item->inside);
		buf_printf(text, ", by %s\n", compose_from_name(item->from));
	}
	for (size_t i = 0; i < plan->missing_count; i++) {
		buf_puts(text, "     ");
		command_mark_text(text, r->color, COMMAND_WARN, plan->missing[i].dir, 10);
		add_word(text, " would be on ", plan->missing[i].source);
		buf_printf(text, ": %s\n", compose_why_name(plan->missing[i].why));
	}
}

static void say_twins(struct buf *text, const struct listreport *r, const struct survey_item *item)
{
	bool any = false;

	for (size_t i = 0; i < r->count; i++) {
		if (!listreport_are_twins(r, item, r->systems[i].item))
			continue;
		buf_printf(text, "%s%u", any ? ", " : "     one machine with system ",
			   r->systems[i].item->number);
		any = true;
	}
	if (any)
		buf_puts(text, ": an A/B pair, or a copy\n");
}

static void say_system(struct buf *text, const struct listreport *r,
		       const struct listreport_system *system)
{
	const struct survey_item *item = system->item;
	const struct installed *i = &item->installed;

	buf_printf(text, "%3u  ", item->number);
	command_mark_text(text, r->color, COMMAND_HEAD,
			  i->pretty_name ? i->pretty_name : "no os-release", 0);
	buf_puts(text, "\n     on ");
	say_place(text, r->machine, item);
	add_word(text, ", init ", i->init);
	add_word(text, ", packages by ", i->package_manager);
	say_last_use(text, i);
	buf_addc(text, '\n');
	if (i->sampled)
		buf_printf(text, "     security.ima on %zu of %zu programs looked at; ",
			   i->labelled, i->sampled);
	else
		buf_puts(text, "     no programs were looked at; ");
	buf_puts(text, "journal ");
	command_mark_text(text, r->color,
			  item->state == FSKIND_DIRTY || item->state == FSKIND_UNCLEAN
				  ? COMMAND_WARN
				  : COMMAND_PLAIN,
			  fskind_state_name(item->state), 0);
	buf_puts(text, item->state == FSKIND_REPLAYED ? ", into memory\n" : "\n");
	say_belongs(text, r, &system->plan);
	say_twins(text, r, item);
}

/* --- Other roots, and stores --- */

enum { FEW = 3 };

static void say_other(struct buf *text, const struct machine *m, const struct survey_item *item)
{
	const struct installed *i = &item->installed;

	buf_printf(text, "%3u  %-11s", item->number, stores_kind_name(item->kind));
	say_place(text, m, item);
	add_word(text, ": ", i->pretty_name ? i->pretty_name : i->id ? i->id : "no os-release");
	say_last_use(text, i);
	buf_addc(text, '\n');
}

/* Of one kind on one volume the first few. */
static void say_others_like(struct buf *text, const struct machine *m, size_t first, bool all)
{
	const struct survey_item *like = &m->survey.items[first];
	size_t count = 0;

	for (size_t i = first; i < m->survey.count; i++) {
		const struct survey_item *item = &m->survey.items[i];

		if (!item->number || item->volume != like->volume || item->kind != like->kind)
			continue;
		if (all || count < FEW)
			say_other(text, m, item);
		count++;
	}
	if (!all && count > FEW)
		buf_printf(text, "     … and %zu more of this kind (-v names them)\n", count - FEW);
}

static bool is_first_of_its_kind(const struct survey *survey, size_t index)
{
	const struct survey_item *item = &survey->items[index];

	if (!item->number || item->kind == STORE_NONE)
		return false;
	for (size_t i = 0; i < index; i++)
		if (survey->items[i].number && survey->items[i].volume == item->volume &&
		    survey->items[i].kind == item->kind)
			return false;
	return true;
}

static void say_others(struct buf *text, const struct machine *m, bool all)
{
	bool any = false;

	for (size_t i = 0; i < m->survey.count; i++) {
		if (!is_first_of_its_kind(&m->survey, i))
			continue;
		if (!any)
			buf_puts(text, "\nOther roots on these volumes, numbered like systems:\n");
		any = true;
		say_others_like(text, m, i, all);
	}
}

/* Subvolumes that are roots, all of them, have been told already. */
static bool is_told(const struct survey_store *store)
{
	return !*store->place && store->entries == store->roots;
}

static void say_store(struct buf *text, const struct machine *m, const struct survey_store *store,
		      bool all)
{
	size_t shown = all ? store->name_count : FEW;

	buf_printf(text, "     %-11s", stores_kind_name(store->kind));
	add_word(text, "", m->volumes.items[store->volume].name);
	add_word(text, ", subvolume ", store->subvolume);
	add_word(text, ", ", *store->place ? store->place : "among its subvolumes");
	buf_printf(text, ": %zu", store->entries);
	if (store->kind != STORE_IMAGE)
		buf_printf(text, ", %zu of them roots", store->roots);
	for (size_t i = 0; i < store->name_count && i < shown; i++)
		add_word(text, i ? ", " : ": ", store->names[i]);
	buf_puts(text, store->entries > shown ? ", …\n" : "\n");
}

static void say_stores(struct buf *text, const struct machine *m, bool all)
{
	bool any = false;

	for (size_t i = 0; i < m->survey.store_count; i++) {
		if (is_told(&m->survey.stores[i]))
			continue;
		if (!any)
			buf_puts(text, "\nWhere they are kept, and image files, which are not "
				       "opened:\n");
		any = true;
		say_store(text, m, &m->survey.stores[i], all);
	}
}

void listreport_text(const struct listreport *report, struct buf *text)
{
	const struct machine *m = report->machine;
	bool verbose = report->options->verbose;

	for (size_t i = 0; i < m->volumes.count; i++)
		say_volume(text, report, i);
	if (m->volumes.count == 0)
		buf_puts(text, "No block device was found.\n");
	buf_addc(text, '\n');
	command_mark_text(text, report->color, report->count ? COMMAND_HEAD : COMMAND_WARN,
			  report->count ? "Installed systems:" : "No installed system was found.",
			  0);
	buf_addc(text, '\n');
	for (size_t i = 0; i < report->count; i++)
		say_system(text, report, &report->systems[i]);
	say_others(text, m, verbose);
	say_stores(text, m, verbose);
	command_text_remarks(&m->remarks, text);
}
