/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_EXPLAIN_H
#define SCANNER_EXPLAIN_H

#include <stdio.h>

#include "scanner/base/fault.h"
#include "scanner/inspect.h"
#include "scanner/notes.h"

/*
 * Tells all about one file of the target: its label decoded, the key, the digest, each rule tried
 * and why it did or did not apply (several in a row for one reason as one line), the verdict, the notes. *out_status gets the exit status that the verdict
 * calls for.
 */
int explain_file(const struct inspect_rules *rules, const struct notes *notes, int root_fd,
		 const char *path, FILE *out, int *out_status, struct fault *f) FAULT_MUST_USE;

#endif
