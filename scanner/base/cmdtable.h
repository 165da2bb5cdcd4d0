/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BASE_CMDTABLE_H
#define SCANNER_BASE_CMDTABLE_H

#include <stddef.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/* A program's commands as one table, from which both the parser and --help are made. */

/* What `PROGRAM COMMAND` takes. A program's own rows begin with one, and say behind it what runs. */
struct cmdtable_row {
	const char *name;
	const char *argument; /* as --help shows it, "TARGET"; NULL: takes none */
	const char *meaning;  /* for --help */
	int words_min;	      /* words behind the name */
	int words_max;	      /* -1: any number */
};

/* Rows of `row_size` bytes each; the last one's name is NULL. */
struct cmdtable {
	const void *rows;
	size_t row_size;
};

/* The row of that name. NULL and a fault that names them all when there is none, or `name` is NULL. */
const struct cmdtable_row *cmdtable_find(const struct cmdtable *table, const char *name,
					 struct fault *f);

/* Are these as many words as the command takes? A fault says which is missing or too many. */
int cmdtable_check(const struct cmdtable_row *row, int count, char *const *words,
		   struct fault *f) FAULT_MUST_USE;

/* A line for each command, as in " save FILE    write every variable to a file": two columns. */
void cmdtable_help(const struct cmdtable *table, struct buf *out);

#endif
