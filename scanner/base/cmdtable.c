/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of a program that has several, by name. */
#include "scanner/base/cmdtable.h"

#include <string.h>

#include "scanner/base/own.h"

enum { LEFT_COLUMNS = 25 }; /* of names and arguments in --help */

/* The row behind this one, or with NULL the first; NULL at the end. */
static const struct cmdtable_row *next_row(const struct cmdtable *table,
					   const struct cmdtable_row *row)
{
	const char *at = row ? (const char *)row + table->row_size : table->rows;

	row = (const struct cmdtable_row *)at;
	return row->name ? row : NULL;
}

const struct cmdtable_row *cmdtable_find(const struct cmdtable *table, const char *name,
					 struct fault *f)
{
	own_buf struct buf list = {0};

	for (const struct cmdtable_row *row = NULL; (row = next_row(table, row));) {
		if (name && strcmp(name, row->name) == 0)
			return row;
		buf_printf(&list, "%s%s", list.len ? ", " : "", row->name);
	}
	if (!name)
		fault_set(f, 0, "no command given: it is one of %s", buf_text(&list));
	else
		fault_set(f, 0, "no command \"%s\": it is one of %s", name, buf_text(&list));
	return NULL;
}

int cmdtable_check(const struct cmdtable_row *row, int count, char *const *words, struct fault *f)
{
	if (count < row->words_min)
		return fault_set(f, 0, "the command %s wants %s", row->name, row->argument);
	if (row->words_max >= 0 && count > row->words_max)
		return fault_set(f, 0, "\"%s\" is one word too many for the command %s",
				 words[row->words_max], row->name);
	return 0;
}

void cmdtable_help(const struct cmdtable *table, struct buf *out)
{
	for (const struct cmdtable_row *row = NULL; (row = next_row(table, row));) {
		own_buf struct buf left = {0};

		buf_printf(&left, " %s%s%s", row->name, row->argument ? " " : "",
			   row->argument ? row->argument : "");
		buf_printf(out, "%s%*s %s\n", buf_text(&left),
			   LEFT_COLUMNS - (int)buf_columns(&left), "", row->meaning);
	}
}
