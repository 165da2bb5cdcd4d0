/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BASE_PROGRAM_H
#define SCANNER_BASE_PROGRAM_H

#include <stdbool.h>
#include <stdio.h>

#include "scanner/base/fault.h"

/* What every program of ours says in the same way. `program` is its name. */

/* Exit statuses that all of them share (sysexits.h). */
enum { PROGRAM_USAGE = 64, PROGRAM_INTERNAL = 70 };

/*
 * Prints the fault on standard error as one line; what may come from a target or an argument is escaped.
 * PROGRAM_USAGE adds where help is. Returns `status`.
 */
int program_complain(const char *program, int status, const struct fault *fault);

/* Prints "NAME VERSION (COMMIT)" on standard output; `commit` is "" when it is not known. */
void program_print_version(const char *program, const char *version, const char *commit);

/*
 * Colours in a report to `out`? `asked` is what --color says: "always", "never", or "auto", as NULL, which means
 * on a terminal that has them, unless NO_COLOR is set.
 */
bool program_wants_color(const char *asked, FILE *out);

/*
 * The last thing before a program ends: what is still to be written to standard output is. Returns
 * `status`, or PROGRAM_INTERNAL with a fault when a status below PROGRAM_USAGE could not be kept.
 */
int program_flush(int status, struct fault *f);

#endif
