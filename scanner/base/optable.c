/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options by a table, over getopt_long(3). */
#include "scanner/base/optable.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_LONG_ONLY = 256 };

struct tables {
	struct option longs[OPTABLE_ROWS_MAX + 1];
	char shorts[2 + 2 * OPTABLE_ROWS_MAX];
};

static void make_tables(const struct optable_row *rows, struct tables *out)
{
	char *s = out->shorts;
	int n = 0;

	*s++ = ':'; /* tell a missing argument from an unknown option */
	for (; rows[n].name && n < OPTABLE_ROWS_MAX; n++) {
		out->longs[n] = (struct option){
			.name = rows[n].name,
			.has_arg = rows[n].argument ? required_argument : no_argument,
			.val = FIRST_LONG_ONLY + n,
		};
		if (!rows[n].letter)
			continue;
		*s++ = rows[n].letter;
		if (rows[n].argument)
			*s++ = ':';
	}
	*s = '\0';
	out->longs[n] = (struct option){0};
}

static const struct optable_row *find_row(const struct optable_row *rows, int value)
{
	if (value >= FIRST_LONG_ONLY)
		return &rows[value - FIRST_LONG_ONLY];
	while (rows->letter != value)
		rows++;
	return rows;
}

static int add(struct optable_list *list, const char *argument, struct fault *f)
{
	const char **items = reallocarray(list->items, list->count + 1, sizeof(*items));

	if (!items)
		return fault_set(f, ENOMEM, "reading the command line");
	list->items = items;
	list->items[list->count++] = argument;
	return 0;
}

static int keep(const struct optable_row *row, const char *argument, void *options, struct fault *f)
{
	void *field = (char *)options + row->offset;

	switch (row->keep) {
	case OPTABLE_FLAG:
	case OPTABLE_STOP: *(bool *)field = true; return 0;
	case OPTABLE_LIST: return add(field, argument, f);
	case OPTABLE_TEXT: *(const char **)field = argument; return 0;
	}
	return 0;
}

/* One of the words, or a fault that lists them. */
static int check_word(const struct optable_row *row, const char *value, struct fault *f)
{
	own_buf struct buf list = {0};

	for (size_t i = 0; row->words[i]; i++) {
		if (strcmp(value, row->words[i]) == 0)
			return 0;
		buf_printf(&list, "%s%s", i ? ", " : "", row->words[i]);
	}
	return fault_set(f, 0, "--%s is one of %s, not \"%s\"", row->name, buf_text(&list), value);
}

/* What counts is the last one given, so nothing is checked before all are known. */
static int check(const struct optable_row *rows, const void *options, struct fault *f)
{
	for (; rows->name; rows++) {
		const char *const *field = (const void *)((const char *)options + rows->offset);

		if (rows->words && *field && check_word(rows, *field, f) < 0)
			return -1;
	}
	return 0;
}

/* A letter among several, as in "-qZ", is named by itself; a long option by its word. */
static int refuse(int value, char **argv, struct fault *f)
{
	const char letter[] = {'-', (char)optopt, '\0'};
	const char *word = optopt > 0 && optopt < FIRST_LONG_ONLY ? letter : argv[optind - 1];

	if (value == ':')
		return fault_set(f, 0, "option \"%s\" wants an argument", word);
	return fault_set(f, 0, "unknown or ambiguous option \"%s\"", word);
}

int optable_parse(int argc, char **argv, const struct optable_row *rows, void *options,
		  int *out_words, struct fault *f)
{
	struct tables tables;
	bool stopped = false;
	int value;

	make_tables(rows, &tables);
	optind = 0; /* glibc: begin anew, whatever was parsed before */
	opterr = 0;
	while (!stopped &&
	       (value = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
		const struct optable_row *row;

		if (value == '?' || value == ':')
			return refuse(value, argv, f);
		row = find_row(rows, value);
		if (keep(row, optarg, options, f) < 0)
			return -1;
		stopped = row->keep == OPTABLE_STOP;
	}
	/* Help is given whatever else is wrong with the line. */
	if (!stopped && check(rows, options, f) < 0)
		return -1;
	*out_words = optind;
	return 0;
}

void optable_done(const struct optable_row *rows, void *options)
{
	for (; rows->name; rows++) {
		struct optable_list *list = (void *)((char *)options + rows->offset);

		if (rows->keep != OPTABLE_LIST)
			continue;
		free(list->items);
		*list = (struct optable_list){0};
	}
}

static void add_left(const struct optable_row *row, struct buf *out)
{
	if (row->letter)
		buf_printf(out, " -%c, ", row->letter);
	else
		buf_puts(out, "     ");
	buf_printf(out, "--%s%s%s", row->name, row->argument ? " " : "",
		   row->argument ? row->argument : "");
}

static size_t widest(const struct optable_row *rows)
{
	size_t width = 0;

	for (; rows->name; rows++) {
		own_buf struct buf left = {0};

		add_left(rows, &left);
		if (left.len > width)
			width = left.len;
	}
	return width;
}

void optable_help(const struct optable_row *rows, struct buf *out)
{
	int width = (int)widest(rows);

	for (; rows->name; rows++) {
		own_buf struct buf left = {0};

		add_left(rows, &left);
		buf_printf(out, "%-*s  %s\n", width, buf_text(&left), rows->help);
	}
}
