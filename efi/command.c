/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands of ima-efi share: opening, closing, the frame of a report. */
#include "efi/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scanner/base/escape.h"
#include "scanner/base/json.h"
#include "scanner/base/program.h"
#include "scanner/base/sandbox.h"

/* The store, or why there is none in *out_why. -1: what was asked for cannot be read. */
static int open_variables(const struct efioptions *o, struct efistore **out_store,
			  struct fault *out_why, struct fault *f)
{
	struct fault why = {0};

	*out_store = efistore_open(o->efivars, &why);
	*out_why = why;
	if (*out_store || (!o->efivars && (why.os == ENOENT || why.os == ENOTSUP)))
		return 0;
	*f = why;
	return -1;
}

/* Takes the store when it fails. */
static int read_state(struct efistore *store, const struct fault *why, struct secureboot *out,
		      struct fault *f)
{
	if (!store && why->os == ENOTSUP) {
		secureboot_unknown(out, why->text);
		return 0;
	}
	if (secureboot_read(store, out, f) == 0)
		return 0;
	efistore_close(store);
	return -1;
}

int command_open_store(const struct efioptions *o, struct efistore **out_store,
		       struct secureboot *out_state, struct fault *f)
{
	struct efistore *store;
	struct fault why;

	if (open_variables(o, &store, &why, f) < 0 || read_state(store, &why, out_state, f) < 0)
		return -1;
	*out_store = store;
	return 0;
}

int command_open_only(const struct efioptions *o, struct efistore **out_store,
		      struct secureboot *out_state, struct fault *f)
{
	struct efistore *store;
	struct fault why;

	if (open_variables(o, &store, &why, f) < 0)
		return -1;
	if (command_close_files(f) < 0) {
		efistore_close(store);
		return -1;
	}
	if (read_state(store, &why, out_state, f) < 0)
		return -1;
	*out_store = store;
	return 0;
}

int command_close_files(struct fault *f)
{
	struct sandbox_state state;

	return sandbox_read_only(-1, &state, f);
}

int command_write_text(FILE *out, struct buf *text, struct fault *f)
{
	if (text->failed)
		return fault_set(f, ENOMEM, "making the report");
	if (text->len && fwrite(text->data, 1, text->len, out) != text->len)
		return fault_set(f, errno, "writing the report");
	buf_clear(text);
	return 0;
}

int command_write_line(FILE *out, struct buf *line, struct fault *f)
{
	buf_addc(line, '\n');
	return command_write_text(out, line, f);
}

void command_time_text(time_t when, char out[32])
{
	struct tm tm;

	if (!gmtime_r(&when, &tm) || !strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
		out[0] = '\0';
}

int command_write_run(const struct efioptions *o, FILE *out, struct fault *f)
{
	own_buf struct buf line = {0};
	char started[32];

	command_time_text(time(NULL), started);
	json_open(&line, NULL, '{');
	json_text(&line, "record", "run");
	json_text(&line, "tool", "ima-efi");
	json_text(&line, "version", o->version);
	json_text(&line, "commit", o->commit);
	json_text(&line, "command", o->command->row.name);
	if (o->argument)
		json_path(&line, "target", "target_hex", o->argument);
	else
		json_null(&line, "target");
	if (o->efivars)
		json_path(&line, "efivars", "efivars_hex", o->efivars);
	else
		json_null(&line, "efivars");
	json_open(&line, "esps", '[');
	for (size_t i = 0; i < o->esps.count; i++)
		json_text(&line, NULL, o->esps.items[i]);
	json_close(&line, ']');
	json_text(&line, "started", started);
	json_close(&line, '}');
	return command_write_line(out, &line, f);
}

void command_begin_summary(struct buf *line)
{
	json_open(line, NULL, '{');
	json_text(line, "record", "summary");
}

int command_write_summary(struct buf *line, int status, FILE *out, struct fault *f)
{
	json_number(line, "status", (uint64_t)status);
	json_close(line, '}');
	return command_write_line(out, line, f);
}

static int write_fault(const char *path, const struct fault *fault, FILE *out, struct fault *f)
{
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", "fault");
	if (path)
		json_path(&line, "path", "path_hex", path);
	else
		json_null(&line, "path");
	json_number(&line, "errno", (uint64_t)fault->os);
	json_text(&line, "text", fault->text);
	json_close(&line, '}');
	return command_write_line(out, &line, f);
}

/* What stands for the remarks that found no room. */
static struct fault dropped_fault(const struct remark_list *remarks)
{
	struct fault fault;

	fault_set(&fault, 0, "%zu more things could not be read, beyond what is listed",
		  remarks->dropped);
	return fault;
}

int command_write_remarks(const struct remark_list *remarks, FILE *out, struct fault *f)
{
	struct fault more = dropped_fault(remarks);

	for (size_t i = 0; i < remarks->count; i++)
		if (write_fault(remarks->items[i].path, &remarks->items[i].fault, out, f) < 0)
			return -1;
	return remarks->dropped ? write_fault(NULL, &more, out, f) : 0;
}

void command_text_remarks(const struct remark_list *remarks, struct buf *text)
{
	struct fault more = dropped_fault(remarks);

	if (!remarks->count && !remarks->dropped)
		return;
	buf_puts(text, "\nCould not be read, or not understood:\n");
	for (size_t i = 0; i < remarks->count; i++) {
		const struct remark *remark = &remarks->items[i];

		buf_puts(text, "  ");
		escape_text(text, remark->path, strlen(remark->path));
		buf_puts(text, ": ");
		escape_text(text, remark->fault.text, strlen(remark->fault.text));
		buf_addc(text, '\n');
	}
	if (remarks->dropped)
		buf_printf(text, "  %s\n", more.text);
}

bool command_wants_color(const struct efioptions *o, FILE *out)
{
	return program_wants_color(o->color, out);
}

void command_mark_text(struct buf *out, bool color, enum command_mark mark, const char *text,
		       size_t width)
{
	static const char *const codes[] = {
		[COMMAND_PLAIN] = NULL,	    [COMMAND_OK] = "\033[32m",	[COMMAND_WARN] = "\033[33m",
		[COMMAND_BAD] = "\033[31m", [COMMAND_HEAD] = "\033[1m", [COMMAND_DIM] = "\033[2m",
	};
	const char *code = color ? codes[mark] : NULL;
	own_buf struct buf clean = {0};

	escape_text(&clean, text, strlen(text));
	if (code)
		buf_puts(out, code);
	buf_add_buf(out, &clean);
	if (code)
		buf_puts(out, "\033[0m");
	for (size_t n = buf_columns(&clean); n < width; n++)
		buf_addc(out, ' ');
}

bool command_is_ndjson(const struct efioptions *o)
{
	return o->format && strcmp(o->format, "ndjson") == 0;
}
