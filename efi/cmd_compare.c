/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ima-efi compare FILE`: what changed since FILE was saved. */
#include <string.h>

#include "efi/command.h"
#include "efi/varcompare.h"
#include "scanner/base/escape.h"
#include "scanner/base/json.h"

enum { WHAT_COLUMNS = 11, NAME_COLUMNS = 21 };

static enum command_mark mark_of(enum varcompare_what what)
{
	switch (what) {
	case VARCOMPARE_RESET:
	case VARCOMPARE_ENROLLED:
	case VARCOMPARE_REMOVED: return COMMAND_BAD;
	default: return COMMAND_WARN;
	}
}

static void text_change(const struct varcompare_change *change, bool color, struct buf *text)
{
	command_mark_text(text, color, mark_of(change->what), varcompare_what_name(change->what),
			  WHAT_COLUMNS);
	command_mark_text(text, false, COMMAND_PLAIN, change->variable, NAME_COLUMNS);
	buf_addc(text, ' ');
	command_mark_text(text, false, COMMAND_PLAIN, change->text, 0);
	buf_addc(text, '\n');
}

static int write_text(const struct efioptions *o, const struct varcompare_list *list,
		      const struct remark_list *remarks, FILE *out, struct fault *f)
{
	bool color = command_wants_color(o, out);
	own_buf struct buf text = {0};

	for (size_t i = 0; i < list->count; i++)
		text_change(&list->items[i], color, &text);
	if (!list->count && !o->quiet) {
		buf_puts(&text, "Nothing changed since ");
		escape_text(&text, o->argument, strlen(o->argument));
		buf_puts(&text, " was saved.\n");
	}
	if (list->ignored && o->verbose)
		buf_printf(&text, "Left out: %zu that are another at each start.\n", list->ignored);
	command_text_remarks(remarks, &text);
	return command_write_text(out, &text, f);
}

static void json_change(const struct varcompare_change *change, struct buf *line)
{
	char guid[GUID_TEXT_BYTES];

	guid_text(&change->guid, guid);
	json_open(line, NULL, '{');
	json_text(line, "record", "change");
	json_text(line, "what", varcompare_what_name(change->what));
	json_path(line, "variable", "variable_hex", change->variable);
	json_text(line, "guid", guid);
	json_text(line, "database", change->database);
	json_text(line, "type", change->type);
	json_text(line, "digest", change->digest);
	json_text(line, "text", change->text);
	json_close(line, '}');
}

static int write_ndjson(const struct efioptions *o, const struct varcompare_list *list,
			const struct remark_list *remarks, int status, FILE *out, struct fault *f)
{
	own_buf struct buf line = {0};

	if (command_write_run(o, out, f) < 0)
		return -1;
	for (size_t i = 0; i < list->count; i++) {
		json_change(&list->items[i], &line);
		if (command_write_line(out, &line, f) < 0)
			return -1;
	}
	if (command_write_remarks(remarks, out, f) < 0)
		return -1;
	command_begin_summary(&line);
	json_number(&line, "changes", list->count);
	json_number(&line, "ignored", list->ignored);
	return command_write_summary(&line, status, out, f);
}

static int compare(const struct efioptions *o, const struct efistore *before,
		   const struct efistore *after, FILE *out, struct fault *f)
{
	struct varcompare_list list = {0};
	struct remark_list remarks = {0};
	int status = COMMAND_GOOD, result;

	if (varcompare_stores(before, after, &list, &remarks, f) < 0) {
		remark_list_done(&remarks);
		return COMMAND_INTERNAL;
	}
	if (list.count)
		status |= COMMAND_WEAK;
	if (remarks.count || remarks.dropped)
		status |= COMMAND_UNDECIDED;
	result = command_is_ndjson(o) ? write_ndjson(o, &list, &remarks, status, out, f)
				      : write_text(o, &list, &remarks, out, f);
	varcompare_list_done(&list);
	remark_list_done(&remarks);
	return result < 0 ? COMMAND_INTERNAL : status;
}

int cmd_compare_run(const struct efioptions *o, FILE *out, struct fault *f)
{
	struct efistore *before = efistore_open(o->argument, f);
	struct efistore *after = before ? efistore_open(o->efivars, f) : NULL;
	int status = COMMAND_USAGE;

	if (before && after)
		status = command_close_files(f) < 0 ? COMMAND_INTERNAL
						    : compare(o, before, after, out, f);
	efistore_close(after);
	efistore_close(before);
	return status;
}
