/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Assignments in shell syntax (POSIX.1-2017, Shell Command Language, 2.2 quoting), as far as files of settings
 * use it. */
#include "efi/loaders/shellvar.h"

#include <ctype.h>
#include <string.h>

void shellvar_done(struct shellvar *var)
{
	buf_done(&var->name);
	buf_done(&var->value);
}

static char take(struct shellvar_reader *r)
{
	if (*r->at == '\n')
		r->line++;
	return *r->at++;
}

static void skip_blanks(struct shellvar_reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r'))
		r->at++;
}

static void skip_line(struct shellvar_reader *r)
{
	while (r->at < r->end && take(r) != '\n')
		;
}

static void single_quoted(struct shellvar_reader *r, struct shellvar *out)
{
	while (r->at < r->end && *r->at != '\'')
		buf_addc(&out->value, take(r));
	if (r->at < r->end)
		take(r);
}

static void double_quoted(struct shellvar_reader *r, struct shellvar *out)
{
	while (r->at < r->end && *r->at != '"') {
		char c = take(r);

		if (c == '\\' && r->at < r->end && strchr("$`\"\\\n", *r->at)) {
			c = take(r);
			if (c == '\n')
				continue;
		} else if (c == '$' || c == '`') {
			out->dynamic = true;
		}
		buf_addc(&out->value, c);
	}
	if (r->at < r->end)
		take(r);
}

static void read_value(struct shellvar_reader *r, struct shellvar *out)
{
	while (r->at < r->end && !strchr(" \t\r\n;&|#", *r->at)) {
		char c = take(r);

		if (c == '\'') {
			single_quoted(r, out);
		} else if (c == '"') {
			double_quoted(r, out);
		} else if (c == '\\' && r->at < r->end) {
			c = take(r);
			if (c != '\n')
				buf_addc(&out->value, c);
		} else {
			out->dynamic |= c == '$' || c == '`';
			buf_addc(&out->value, c);
		}
	}
}

static bool read_name(struct shellvar_reader *r, struct shellvar *out)
{
	static const char word[] = "export";
	const char *at;

	skip_blanks(r);
	if ((size_t)(r->end - r->at) > sizeof(word) && memcmp(r->at, word, sizeof(word) - 1) == 0 &&
	    isblank((unsigned char)r->at[6])) {
		r->at += sizeof(word) - 1;
		skip_blanks(r);
	}
	for (at = r->at; at < r->end && (isalnum((unsigned char)*at) || *at == '_'); at++)
		;
	buf_add(&out->name, r->at, (size_t)(at - r->at));
	r->at = at;
	if (r->end - at >= 2 && at[0] == '+' && at[1] == '=') {
		out->appends = true;
		r->at += 2;
		return out->name.len > 0;
	}
	if (at >= r->end || *at != '=')
		return false;
	r->at++;
	return out->name.len > 0;
}

bool shellvar_next(struct shellvar_reader *reader, struct shellvar *out)
{
	while (reader->at < reader->end) {
		buf_clear(&out->name);
		buf_clear(&out->value);
		out->appends = out->dynamic = false;
		out->line = reader->line + 1;
		if (!read_name(reader, out)) {
			skip_line(reader);
			continue;
		}
		read_value(reader, out);
		skip_line(reader);
		return !out->value.failed && !out->name.failed;
	}
	return false;
}
