/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ima-efi boot`: what the firmware starts, in which order, and what systemd-boot says of itself. */
#include <string.h>

#include "efi/bootoption.h"
#include "efi/command.h"
#include "efi/sdbootvars.h"
#include "efi/statusreport.h"
#include "scanner/base/json.h"

enum { NAME_COLUMNS = 22, DETAIL_COLUMNS = 9, HEX_SHOWN_MAX = 64 };

/* All that the report is made of. */
struct seen {
	struct secureboot state;
	struct bootoption_list options;
	struct sdbootvars loader;
	struct remark_list remarks;
	bool any; /* there were variables to read */
	int status;
};

/* --- Text --- */

static void detail(struct buf *text, const char *name, const char *value)
{
	buf_puts(text, "            ");
	command_mark_text(text, false, COMMAND_PLAIN, name, DETAIL_COLUMNS);
	command_mark_text(text, false, COMMAND_PLAIN, value, 0);
	buf_addc(text, '\n');
}

static void text_optional(const struct bootoption *option, bool verbose, struct buf *text)
{
	own_buf struct buf hex = {0};
	size_t shown = option->optional_size;

	if (option->optional_text) {
		detail(text, "options", option->optional_text);
		return;
	}
	if (!option->optional || option->automatic)
		return;
	if (!verbose && shown > HEX_SHOWN_MAX)
		shown = HEX_SHOWN_MAX;
	buf_hex(&hex, option->optional, shown);
	if (shown < option->optional_size)
		buf_printf(&hex, "… (%zu bytes)", option->optional_size);
	detail(text, "data", buf_text(&hex));
}

static void text_marks(const struct bootoption *option, bool color, struct buf *text)
{
	if (option->why[0]) {
		command_mark_text(text, color, COMMAND_WARN, option->why, 0);
		return;
	}
	command_mark_text(text, false, COMMAND_PLAIN, option->title, 0);
	if (option->is_next)
		command_mark_text(text, color, COMMAND_WARN, "  [next start only]", 0);
	if (option->is_current)
		command_mark_text(text, color, COMMAND_OK, "  [started this time]", 0);
	if (!option->active)
		command_mark_text(text, color, COMMAND_DIM, "  [inactive]", 0);
	if (option->automatic)
		command_mark_text(text, color, COMMAND_DIM, "  [made by the firmware]", 0);
	if (option->application)
		command_mark_text(text, color, COMMAND_DIM, "  [application]", 0);
	if (option->hidden)
		command_mark_text(text, color, COMMAND_DIM, "  [hidden]", 0);
}

static void text_option(const struct bootoption *option, bool color, bool verbose, struct buf *text)
{
	if (option->position >= 0)
		buf_printf(text, "%3d  ", option->position + 1);
	else
		buf_puts(text, "  -  ");
	buf_printf(text, "%-10s ", option->name);
	text_marks(option, color, text);
	buf_addc(text, '\n');
	if (option->why[0])
		return;
	detail(text, "path", option->path);
	text_optional(option, verbose, text);
}

static void text_options(const struct bootoption_list *list, bool color, bool verbose,
			 struct buf *text)
{
	command_mark_text(text, color, COMMAND_HEAD, "Firmware", 0);
	buf_puts(text, list->has_order ? ": tried in this order" : ": no BootOrder");
	if (list->has_timeout && list->timeout_seconds == UINT16_MAX)
		buf_puts(text, ", after waiting for somebody");
	else if (list->has_timeout)
		buf_printf(text, ", after %u s", list->timeout_seconds);
	buf_addc(text, '\n');
	for (size_t i = 0; i < list->count; i++)
		text_option(&list->items[i], color, verbose, text);
	if (list->has_next)
		buf_printf(text, "  BootNext is Boot%04X: tried first, once\n", list->next);
}

static void text_loader(const struct sdbootvars *loader, bool color, struct buf *text)
{
	if (!loader->any)
		return;
	buf_addc(text, '\n');
	command_mark_text(text, color, COMMAND_HEAD, "systemd-boot and systemd-stub", 0);
	buf_addc(text, '\n');
	for (size_t i = 0; i < SDBOOTVARS_TEXTS; i++) {
		if (!loader->texts[i])
			continue;
		buf_puts(text, "  ");
		command_mark_text(text, false, COMMAND_PLAIN,
				  sdbootvars_meaning((enum sdbootvars_id)i), NAME_COLUMNS);
		command_mark_text(text, false, COMMAND_PLAIN, loader->texts[i], 0);
		buf_addc(text, '\n');
	}
	for (size_t i = 0; i < loader->entry_count; i++) {
		buf_puts(text, "  ");
		command_mark_text(text, false, COMMAND_PLAIN, i ? "" : "menu", NAME_COLUMNS);
		command_mark_text(text, false, COMMAND_PLAIN, loader->entries[i], 0);
		buf_addc(text, '\n');
	}
}

static int write_text(const struct efioptions *o, const struct seen *seen, FILE *out,
		      struct fault *f)
{
	bool color = command_wants_color(o, out);
	own_buf struct buf text = {0};

	if (o->quiet && seen->status == COMMAND_GOOD)
		return 0;
	if (seen->any) {
		text_options(&seen->options, color, o->verbose, &text);
		text_loader(&seen->loader, color, &text);
	} else {
		statusreport_word(&seen->state, color, &text);
	}
	command_text_remarks(&seen->remarks, &text);
	return command_write_text(out, &text, f);
}

/* --- Records --- */

static void json_name(struct buf *line, const char *key, bool there, uint16_t number)
{
	own_buf struct buf name = {0};

	if (!there) {
		json_null(line, key);
		return;
	}
	buf_printf(&name, "Boot%04X", number);
	json_buf(line, key, &name);
}

/* A text of the target, which may not be UTF-8. */
static void json_said(struct buf *line, const char *key, const char *key_hex, const char *text)
{
	if (text)
		json_path(line, key, key_hex, text);
	else
		json_null(line, key);
}

static void json_order(const struct bootoption_list *list, struct buf *line)
{
	json_open(line, NULL, '{');
	json_text(line, "record", "boot-order");
	json_bool(line, "present", list->has_order);
	json_open(line, "order", '[');
	for (size_t i = 0; i < list->count && list->items[i].position >= 0; i++)
		json_text(line, NULL, list->items[i].name);
	json_close(line, ']');
	json_name(line, "next", list->has_next, list->next);
	json_name(line, "current", list->has_current, list->current);
	if (list->has_timeout)
		json_number(line, "timeout", list->timeout_seconds);
	else
		json_null(line, "timeout");
	json_close(line, '}');
}

static void json_option(const struct bootoption *option, struct buf *line)
{
	json_open(line, NULL, '{');
	json_text(line, "record", "boot-option");
	json_text(line, "name", option->name);
	if (option->position >= 0)
		json_number(line, "position", (uint64_t)option->position);
	else
		json_null(line, "position");
	json_bool(line, "next", option->is_next);
	json_bool(line, "current", option->is_current);
	json_text(line, "malformed", option->why[0] ? option->why : NULL);
	if (!option->why[0]) {
		json_number(line, "attributes", option->attributes);
		json_bool(line, "active", option->active);
		json_bool(line, "hidden", option->hidden);
		json_bool(line, "application", option->application);
		json_bool(line, "automatic", option->automatic);
		json_said(line, "title", "title_hex", option->title);
		json_said(line, "path", "path_hex", option->path);
		json_said(line, "file", "file_hex", option->file);
		json_text(line, "optional_text", option->optional_text);
		if (option->optional)
			json_hex(line, "optional_hex", option->optional, option->optional_size);
		else
			json_null(line, "optional_hex");
	}
	json_close(line, '}');
}

static void json_loader(const struct sdbootvars *loader, struct buf *line)
{
	json_open(line, NULL, '{');
	json_text(line, "record", "loader");
	json_open(line, "variables", '{');
	for (size_t i = 0; i < SDBOOTVARS_TEXTS; i++)
		if (loader->texts[i])
			json_text(line, sdbootvars_name((enum sdbootvars_id)i), loader->texts[i]);
	json_close(line, '}');
	json_open(line, "entries", '[');
	for (size_t i = 0; i < loader->entry_count; i++)
		json_text(line, NULL, loader->entries[i]);
	json_close(line, ']');
	json_close(line, '}');
}

static int write_records(const struct seen *seen, FILE *out, struct fault *f)
{
	own_buf struct buf line = {0};

	if (!seen->any) {
		statusreport_json(&seen->state, &line);
		return command_write_line(out, &line, f);
	}
	json_order(&seen->options, &line);
	if (command_write_line(out, &line, f) < 0)
		return -1;
	for (size_t i = 0; i < seen->options.count; i++) {
		json_option(&seen->options.items[i], &line);
		if (command_write_line(out, &line, f) < 0)
			return -1;
	}
	if (!seen->loader.any)
		return 0;
	json_loader(&seen->loader, &line);
	return command_write_line(out, &line, f);
}

static int write_ndjson(const struct efioptions *o, const struct seen *seen, FILE *out,
			struct fault *f)
{
	own_buf struct buf line = {0};

	if (command_write_run(o, out, f) < 0 || write_records(seen, out, f) < 0 ||
	    command_write_remarks(&seen->remarks, out, f) < 0)
		return -1;
	command_begin_summary(&line);
	return command_write_summary(&line, seen->status, out, f);
}

/* --- All of it --- */

static int read_all(const struct efistore *store, struct seen *seen, struct fault *f)
{
	seen->any = store != NULL;
	if (store && (bootoption_read(store, &seen->options, &seen->remarks, f) < 0 ||
		      sdbootvars_read(store, &seen->loader, &seen->remarks, f) < 0))
		return -1;
	if (!store || seen->remarks.count || seen->remarks.dropped)
		seen->status |= COMMAND_UNDECIDED;
	return 0;
}

int cmd_boot_run(const struct efioptions *o, FILE *out, struct fault *f)
{
	struct seen seen = {0};
	struct efistore *store;
	int result;

	if (command_open_only(o, &store, &seen.state, f) < 0)
		return COMMAND_USAGE;
	result = read_all(store, &seen, f);
	if (result == 0)
		result = command_is_ndjson(o) ? write_ndjson(o, &seen, out, f)
					      : write_text(o, &seen, out, f);
	sdbootvars_done(&seen.loader);
	bootoption_list_done(&seen.options);
	remark_list_done(&seen.remarks);
	secureboot_done(&seen.state);
	efistore_close(store);
	return result < 0 ? COMMAND_INTERNAL : seen.status;
}
