/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_EXPLAIN_H
#define SCANNER_EXPLAIN_H

#include <stdio.h>

#include "scanner/base/fault.h"
#include "scanner/inspect.h"

/*
 * Tells all about one file of the target: its label decoded, the key, the digest, each rule tried
 * and why it did or did not apply, the verdict. *out_status gets the exit status that the verdict
 * calls for.
 */
int explain_file(const struct inspect_rules *rules, int root_fd, const char *path, FILE *out,
		 int *out_status, struct fault *f) FAULT_MUST_USE;

#endif
