/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BASE_OPTABLE_H
#define SCANNER_BASE_OPTABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/* A program's options as one table, from which both the parser and --help are made. */

/* How an option's argument is kept in the program's struct of options. */
enum optable_keep {
	OPTABLE_FLAG, /* a bool becomes true */
	OPTABLE_TEXT, /* a const char *: the last one given */
	OPTABLE_LIST, /* a struct optable_list: all that were given */
	OPTABLE_STOP, /* a bool, and the rest of the line is not looked at: --help */
};

struct optable_row {
	const char *name;
	char letter;	      /* 0: long only */
	const char *argument; /* as --help shows it; NULL: takes none */
	const char *help;
	enum optable_keep keep;
	size_t offset;		  /* of the field */
	const char *const *words; /* of a text: the only values allowed, ended by NULL; NULL: any.
				     Looked at when the whole line is known */
};

struct optable_list {
	const char **items; /* texts of argv */
	size_t count;
};

enum { OPTABLE_ROWS_MAX = 64 };

/*
 * Fills the fields of *options, which starts zeroed; rows end with one whose name is NULL. Sets
 * *out_words to the index of the first word of argv that is no option (argc: there is none), argv having
 * been put in order. A fault says in one sentence what is wrong.
 */
int optable_parse(int argc, char **argv, const struct optable_row *rows, void *options,
		  int *out_words, struct fault *f) FAULT_MUST_USE;
/* Frees the lists. */
void optable_done(const struct optable_row *rows, void *options);
/* A line for each option, as in " -o, --output FILE  where to report": two columns. */
void optable_help(const struct optable_row *rows, struct buf *out);

#endif
