/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ima-rescue list` as NDJSON (docs/formats/ndjson.md). */
#include <string.h>
#include <time.h>

#include "efi/command.h"
#include "rescue/assemble.h"
#include "rescue/listreport.h"
#include "rescue/members.h"
#include "rescue/rescue_command.h"
#include "scanner/base/json.h"

static void add_optional(struct buf *line, const char *key, const char *text)
{
	if (text && *text)
		json_bytes(line, key, text, strlen(text));
	else
		json_null(line, key);
}

static int write_volume(const struct machine *m, size_t index, FILE *out, struct fault *f)
{
	const struct volume *v = &m->volumes.items[index];
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", "volume");
	json_bytes(&line, "name", v->name, strlen(v->name));
	json_path(&line, "path", "path_hex", volume_shown_path(&m->volumes, v));
	json_text(&line, "kind", volume_kind_name(v->kind));
	if (v->parent == VOLUME_NO_PARENT)
		json_null(&line, "parent");
	else
		add_optional(&line, "parent", m->volumes.items[v->parent].name);
	json_number(&line, "offset", v->offset_bytes);
	json_number(&line, "size", v->size_bytes);
	add_optional(&line, "type", v->probe.type);
	add_optional(&line, "table", v->probe.table);
	add_optional(&line, "label", v->probe.label);
	add_optional(&line, "uuid", v->probe.uuid);
	add_optional(&line, "part_uuid", v->part_uuid);
	add_optional(&line, "part_type", v->part_type);
	add_optional(&line, "part_label", v->part_label);
	add_optional(&line, "part_meaning", volume_type_meaning(v->part_type));
	json_text(&line, "layer", volume_layer_name(v->layer));
	add_optional(&line, "model", v->model);
	add_optional(&line, "serial", v->serial);
	add_optional(&line, "transport", v->transport);
	add_optional(&line, "mapped_name", v->mapped_name);
	add_optional(&line, "uuid_sub", v->probe.uuid_sub);
	json_number(&line, "btrfs_devices", v->btrfs_devices);
	if (v->btrfs_devices > 1)
		add_optional(&line, "btrfs_first",
			     m->volumes.items[members_first(&m->volumes, (int)index)].name);
	else
		json_null(&line, "btrfs_first");
	json_bool(&line, "waiting", assemble_is_waiting(&m->volumes, (int)index));
	json_bool(&line, "removable", v->removable);
	json_bool(&line, "read_only", v->read_only);
	json_bool(&line, "ambivalent", v->probe.ambivalent);
	json_bool(&line, "in_use", v->in_use);
	json_bool(&line, "stick", v->stick);
	json_close(&line, '}');
	return command_write_line(out, &line, f);
}

static void add_twins(struct buf *line, const struct listreport *r, const struct survey_item *item)
{
	json_open(line, "twins", '[');
	for (size_t i = 0; i < r->count; i++)
		if (listreport_are_twins(r, item, r->systems[i].item))
			json_number(line, NULL, r->systems[i].item->number);
	json_close(line, ']');
}

static void add_place(struct buf *line, const struct machine *m, int volume, const char *subvolume,
		      const char *inside)
{
	add_optional(line, "volume", m->volumes.items[volume].name);
	add_optional(line, "subvolume", subvolume);
	if (inside)
		json_path(line, "inside", "inside_hex", inside);
	else
		json_null(line, "inside");
}

static void add_root(struct buf *line, const struct listreport *r, const struct survey_item *item)
{
	const struct installed *i = &item->installed;
	char when[32] = "";

	json_text(line, "kind", item->kind == STORE_NONE ? "system" : stores_kind_name(item->kind));
	add_optional(line, "id", i->id);
	add_optional(line, "version", i->version);
	add_optional(line, "pretty_name", i->pretty_name);
	add_optional(line, "init", i->init);
	add_optional(line, "package_manager", i->package_manager);
	add_optional(line, "machine_id", i->machine_id);
	if (i->last_use)
		command_time_text(i->last_use, when);
	add_optional(line, "last_use", when);
	json_number(line, "sampled", i->sampled);
	json_number(line, "labelled", i->labelled);
	add_twins(line, r, item);
}

static int write_item(const struct listreport *r, const struct survey_item *item, FILE *out,
		      struct fault *f)
{
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", item->number ? "system" : "part");
	if (item->number)
		json_number(&line, "number", item->number);
	add_place(&line, r->machine, item->volume, item->subvolume, item->inside);
	json_text(&line, "part", installed_part_name(item->installed.part));
	json_text(&line, "journal", fskind_state_name(item->state));
	if (item->number)
		add_root(&line, r, item);
	json_close(&line, '}');
	return command_write_line(out, &line, f);
}

static int write_belongs(const struct machine *m, unsigned system, const struct compose_item *item,
			 FILE *out, struct fault *f)
{
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", "belongs");
	json_number(&line, "system", system);
	json_path(&line, "dir", "dir_hex", item->dir);
	add_place(&line, m, item->volume, item->subvolume, item->inside);
	json_text(&line, "by", compose_from_name(item->from));
	json_number(&line, "line", item->line);
	json_close(&line, '}');
	return command_write_line(out, &line, f);
}

static int write_missing(unsigned system, const struct compose_missing *missing, FILE *out,
			 struct fault *f)
{
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", "missing");
	json_number(&line, "system", system);
	json_path(&line, "dir", "dir_hex", missing->dir);
	json_bytes(&line, "source", missing->source, strlen(missing->source));
	json_number(&line, "line", missing->line);
	json_text(&line, "why", compose_why_name(missing->why));
	json_close(&line, '}');
	return command_write_line(out, &line, f);
}

static int write_plan(const struct machine *m, const struct listreport_system *system, FILE *out,
		      struct fault *f)
{
	const struct compose *plan = &system->plan;

	for (size_t i = 1; i < plan->count; i++)
		if (write_belongs(m, system->item->number, &plan->items[i], out, f) < 0)
			return -1;
	for (size_t i = 0; i < plan->missing_count; i++)
		if (write_missing(system->item->number, &plan->missing[i], out, f) < 0)
			return -1;
	return 0;
}

static int write_store(const struct machine *m, const struct survey_store *store, FILE *out,
		       struct fault *f)
{
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", "store");
	json_text(&line, "kind", stores_kind_name(store->kind));
	add_optional(&line, "volume", m->volumes.items[store->volume].name);
	add_optional(&line, "subvolume", store->subvolume);
	if (*store->place)
		json_path(&line, "place", "place_hex", store->place);
	else
		json_null(&line, "place");
	json_number(&line, "entries", store->entries);
	json_number(&line, "roots", store->roots);
	json_open(&line, "names", '[');
	for (size_t i = 0; i < store->name_count; i++)
		json_bytes(&line, NULL, store->names[i], strlen(store->names[i]));
	json_close(&line, ']');
	json_close(&line, '}');
	return command_write_line(out, &line, f);
}

static int write_run(const struct rescueoptions *o, FILE *out, struct fault *f)
{
	own_buf struct buf line = {0};
	char started[32];

	command_time_text(time(NULL), started);
	json_open(&line, NULL, '{');
	json_text(&line, "record", "run");
	json_text(&line, "tool", "ima-rescue");
	json_text(&line, "version", o->version);
	json_text(&line, "commit", o->commit);
	json_text(&line, "command", o->command->row.name);
	json_text(&line, "started", started);
	json_close(&line, '}');
	return command_write_line(out, &line, f);
}

static int write_found(const struct listreport *r, FILE *out, struct fault *f)
{
	const struct survey *survey = &r->machine->survey;

	for (size_t i = 0; i < survey->count; i++)
		if (survey->items[i].installed.part != INSTALLED_NOTHING &&
		    write_item(r, &survey->items[i], out, f) < 0)
			return -1;
	for (size_t i = 0; i < r->count; i++)
		if (write_plan(r->machine, &r->systems[i], out, f) < 0)
			return -1;
	for (size_t i = 0; i < survey->store_count; i++)
		if (write_store(r->machine, &survey->stores[i], out, f) < 0)
			return -1;
	return 0;
}

int listreport_ndjson(const struct listreport *report, int status, FILE *out, struct fault *f)
{
	const struct machine *m = report->machine;
	own_buf struct buf line = {0};

	if (write_run(report->options, out, f) < 0)
		return -1;
	for (size_t i = 0; i < m->volumes.count; i++)
		if (write_volume(m, i, out, f) < 0)
			return -1;
	if (write_found(report, out, f) < 0 || command_write_remarks(&m->remarks, out, f) < 0)
		return -1;
	command_begin_summary(&line);
	json_number(&line, "volumes", m->volumes.count);
	return command_write_summary(&line, status, out, f);
}
