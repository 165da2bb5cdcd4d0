/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lies beneath mount points, as text and as NDJSON (docs/formats/ndjson.md). */
#include "rescue/hiddenreport.h"

#include <string.h>

#include "efi/command.h"
#include "scanner/base/escape.h"
#include "scanner/base/json.h"

static void say_names(const struct hidden *hidden, struct buf *text)
{
	for (size_t i = 0; i < hidden->name_count; i++) {
		buf_puts(text, i ? ", " : ": ");
		escape_text(text, hidden->names[i], strlen(hidden->names[i]));
	}
	if (hidden->entries > hidden->name_count)
		buf_puts(text, ", …");
}

static void say_one(const struct hidden *hidden, const struct volume_list *volumes,
		    struct buf *text)
{
	const struct volume *v = &volumes->items[hidden->volume];

	buf_puts(text, "  ");
	command_mark_text(text, false, COMMAND_PLAIN, hidden->dir, 14);
	buf_addc(text, ' ');
	command_mark_text(text, false, COMMAND_PLAIN, v->name, 18);
	buf_printf(text, " %s%zu files, %zu executable", hidden->more ? "more than " : "",
		   hidden->files, hidden->executables);
	if (hidden->unread)
		buf_printf(text, ", %zu not looked into", hidden->unread);
	say_names(hidden, text);
	buf_addc(text, '\n');
	if (!hidden->at)
		return;
	buf_puts(text, "                 shown at ");
	escape_text(text, hidden->at, strlen(hidden->at));
	buf_addc(text, '\n');
}

void hiddenreport_text(const struct hidden_list *list, const struct volume_list *volumes,
		       struct buf *text)
{
	bool shown = true;

	if (list->count)
		buf_puts(text, "\nHidden beneath mount points:\n");
	for (size_t i = 0; i < list->count; i++) {
		say_one(&list->items[i], volumes, text);
		shown = shown && list->items[i].at;
	}
	if (!shown)
		buf_puts(text,
			 "  (none of it is in the tree; --beneath shows it beside the tree)\n");
}

static void add_names(const struct hidden *hidden, struct buf *line)
{
	json_open(line, "names", '[');
	for (size_t i = 0; i < hidden->name_count; i++)
		json_bytes(line, NULL, hidden->names[i], strlen(hidden->names[i]));
	json_close(line, ']');
}

int hiddenreport_ndjson(const struct hidden_list *list, const struct volume_list *volumes,
			FILE *out, struct fault *f)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct hidden *hidden = &list->items[i];
		const struct volume *v = &volumes->items[hidden->volume];
		own_buf struct buf line = {0};

		json_open(&line, NULL, '{');
		json_text(&line, "record", "hidden");
		json_path(&line, "dir", "dir_hex", hidden->dir);
		json_bytes(&line, "volume", v->name, strlen(v->name));
		json_number(&line, "entries", hidden->entries);
		json_number(&line, "files", hidden->files);
		json_number(&line, "executables", hidden->executables);
		json_bool(&line, "more", hidden->more);
		json_number(&line, "unread", hidden->unread);
		add_names(hidden, &line);
		if (hidden->at)
			json_path(&line, "at", "at_hex", hidden->at);
		else
			json_null(&line, "at");
		json_close(&line, '}');
		if (command_write_line(out, &line, f) < 0)
			return -1;
	}
	return 0;
}
