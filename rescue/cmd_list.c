/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ima-rescue list`: a tree of volumes, and the installed systems in them. */
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "efi/command.h"
#include "rescue/ledger.h"
#include "rescue/machine.h"
#include "rescue/rescue_command.h"
#include "scanner/base/escape.h"
#include "scanner/base/json.h"

/* --- Text --- */

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

static void say_installed(struct buf *line, const struct survey_item *item)
{
	const struct installed *i = &item->installed;

	if (i->part == INSTALLED_NOTHING)
		return;
	if (i->part != INSTALLED_ROOT) {
		buf_printf(line, "  [%s]", installed_part_name(i->part));
		return;
	}
	buf_printf(line, "  [system %u:", item->number);
	add_word(line, " ", i->pretty_name ? i->pretty_name : i->id ? i->id : "no os-release");
	buf_puts(line, "]");
}

static void say_volume(struct buf *text, const struct machine *m, size_t index, bool verbose)
{
	const struct volume *v = &m->volumes.items[index];
	own_buf struct buf name = {0};
	char size[16];

	buf_printf(&name, "%*s%s", (int)depth_of(&m->volumes, v) * 2, "", v->name);
	size_text(v->size_bytes, size);
	command_mark_text(text, false, COMMAND_PLAIN, buf_text(&name), NAME_COLUMNS);
	buf_printf(text, " %*s  ", SIZE_COLUMNS - 2, size);
	command_mark_text(text, false, COMMAND_PLAIN, type_of(v), TYPE_COLUMNS);
	if (v->stick)
		buf_puts(text, "  (this stick)");
	else if (v->in_use)
		buf_puts(text, "  (in use by the running system)");
	if (v->layer == VOLUME_BITLOCKER)
		buf_puts(text, "  locked, not ours to open");
	add_word(text, "  ", v->model);
	add_word(text, "  ", v->mapped_name);
	add_word(text, "  label ", v->probe.label);
	add_word(text, "  ", volume_type_meaning(v->part_type));
	for (size_t i = 0; i < m->survey.count; i++)
		if (m->survey.items[i].volume == (int)index)
			say_installed(text, &m->survey.items[i]);
	if (verbose) {
		add_word(text, "  UUID=", v->probe.uuid);
		add_word(text, "  PARTUUID=", v->part_uuid);
		add_word(text, "  serial ", v->serial);
	}
	buf_addc(text, '\n');
}

static void say_system(struct buf *text, const struct machine *m, const struct survey_item *item)
{
	const struct volume *v = &m->volumes.items[item->volume];
	const struct installed *i = &item->installed;
	char when[32] = "";

	buf_printf(text, "%3u  ", item->number);
	add_word(text, "", i->pretty_name ? i->pretty_name : "no os-release");
	buf_printf(text, "\n     on %s", v->name);
	add_word(text, ", subvolume ", item->subvolume);
	add_word(text, ", init ", i->init);
	add_word(text, ", packages by ", i->package_manager);
	if (i->last_use) {
		command_time_text(i->last_use, when);
		buf_printf(text, ", last used about %.10s", when);
	}
	buf_printf(text, "\n     security.ima on %zu of %zu programs looked at; journal %s%s\n",
		   i->labelled, i->sampled, fskind_state_name(item->state),
		   item->state == FSKIND_REPLAYED ? ", into memory" : "");
}

static int write_text(const struct rescueoptions *o, const struct machine *m, FILE *out,
		      struct fault *f)
{
	own_buf struct buf text = {0};
	bool any = false;

	for (size_t i = 0; i < m->volumes.count; i++)
		say_volume(&text, m, i, o->verbose);
	if (m->volumes.count == 0)
		buf_puts(&text, "No block device was found.\n");
	for (size_t i = 0; i < m->survey.count; i++) {
		if (!m->survey.items[i].number)
			continue;
		if (!any)
			buf_puts(&text, "\nInstalled systems:\n");
		any = true;
		say_system(&text, m, &m->survey.items[i]);
	}
	if (!any)
		buf_puts(&text, "\nNo installed system was found.\n");
	command_text_remarks(&m->remarks, &text);
	return command_write_text(out, &text, f);
}

/* --- NDJSON --- */

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
	json_path(&line, "path", "path_hex", v->path);
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
	json_bool(&line, "removable", v->removable);
	json_bool(&line, "read_only", v->read_only);
	json_bool(&line, "ambivalent", v->probe.ambivalent);
	json_bool(&line, "in_use", v->in_use);
	json_bool(&line, "stick", v->stick);
	json_close(&line, '}');
	return command_write_line(out, &line, f);
}

static int write_item(const struct machine *m, const struct survey_item *item, FILE *out,
		      struct fault *f)
{
	const struct installed *i = &item->installed;
	own_buf struct buf line = {0};
	char when[32] = "";

	json_open(&line, NULL, '{');
	json_text(&line, "record", item->number ? "system" : "part");
	if (item->number)
		json_number(&line, "number", item->number);
	add_optional(&line, "volume", m->volumes.items[item->volume].name);
	add_optional(&line, "subvolume", item->subvolume);
	json_text(&line, "part", installed_part_name(i->part));
	json_text(&line, "journal", fskind_state_name(item->state));
	if (item->number) {
		add_optional(&line, "id", i->id);
		add_optional(&line, "version", i->version);
		add_optional(&line, "pretty_name", i->pretty_name);
		add_optional(&line, "init", i->init);
		add_optional(&line, "package_manager", i->package_manager);
		if (i->last_use)
			command_time_text(i->last_use, when);
		add_optional(&line, "last_use", when);
		json_number(&line, "sampled", i->sampled);
		json_number(&line, "labelled", i->labelled);
	}
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
	json_text(&line, "command", o->command->name);
	json_text(&line, "started", started);
	json_close(&line, '}');
	return command_write_line(out, &line, f);
}

static int write_ndjson(const struct rescueoptions *o, const struct machine *m, int status,
			FILE *out, struct fault *f)
{
	own_buf struct buf line = {0};

	if (write_run(o, out, f) < 0)
		return -1;
	for (size_t i = 0; i < m->volumes.count; i++)
		if (write_volume(m, i, out, f) < 0)
			return -1;
	for (size_t i = 0; i < m->survey.count; i++)
		if (m->survey.items[i].installed.part != INSTALLED_NOTHING &&
		    write_item(m, &m->survey.items[i], out, f) < 0)
			return -1;
	if (command_write_remarks(&m->remarks, out, f) < 0)
		return -1;
	command_begin_summary(&line);
	json_number(&line, "volumes", m->volumes.count);
	return command_write_summary(&line, status, out, f);
}

static int report(const struct rescueoptions *o, const struct machine *m, FILE *out,
		  struct fault *f)
{
	int status = m->remarks.count || m->remarks.dropped ? RESCUE_INCOMPLETE : RESCUE_GOOD;
	int result = o->format && strcmp(o->format, "ndjson") == 0
			     ? write_ndjson(o, m, status, out, f)
			     : write_text(o, m, out, f);

	return result < 0 ? RESCUE_INTERNAL : status;
}

static int look_and_report(const struct rescueoptions *o, struct ledger *ledger, FILE *out,
			   struct fault *f)
{
	struct machine machine;
	int status;

	if (machine_look(o, o->words, false, ledger, &machine, f) < 0)
		return RESCUE_INTERNAL;
	status = report(o, &machine, out, f);
	machine_done(&machine);
	return status;
}

/* What was made for a look, devices set read-only and unlocked volumes, is undone after it. */
int cmd_list_run(const struct rescueoptions *o, FILE *out, struct fault *f)
{
	struct ledger ledger;
	struct fault undoing;
	int status;

	/* Not for root only: the disks are named to anyone, with remarks on what could not be read. */
	if (geteuid() != 0)
		return look_and_report(o, NULL, out, f);
	ledger_clean_up(LEDGER_BASE);
	if (ledger_begin(LEDGER_BASE, NULL, "list", &ledger, f) < 0)
		return RESCUE_INTERNAL;
	status = look_and_report(o, &ledger, out, f);
	if (ledger_undo(&ledger, &undoing) < 0 && status < RESCUE_USAGE) {
		*f = undoing;
		status = RESCUE_INTERNAL;
	}
	ledger_done(&ledger);
	return status;
}
