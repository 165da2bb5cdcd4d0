/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_TOOL_H
#define RESCUE_TOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "rescue/ledger.h"
#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/* Programs of the distribution, run without a shell, in an environment of ours, and bounded. */
struct tool {
	const char *name;	 /* looked for in the system's own folders only */
	const char *package;	 /* what to install where it is missing */
	const char *const *vars; /* "NAME=value", beside PATH and LC_ALL; ended by NULL */
	unsigned seconds;	 /* how long it may take; 0: TOOL_SECONDS_MAX */
};

enum { TOOL_OUTPUT_MAX = 1 << 20, TOOL_SECONDS_MAX = 120 };

/* Where a program of this name is; false: nowhere. PATH is the operator's, and is not asked. */
bool tool_find(const char *name, struct buf *out_path);
/*
 * Runs it with these arguments (ended by NULL, its own name not among them) and keeps what it prints; out
 * may be NULL. While it runs the ledger (NULL: none) cannot be undone, also when we are killed: it is killed then, and
 * whoever cleans up waits for its end. A fault says what it complained of: hostile text, but one line
 * without control characters. ENOENT: it is not installed.
 */
int tool_run(const struct tool *tool, const char *const *arguments, const struct ledger *ledger,
	     struct buf *out, struct fault *f) FAULT_MUST_USE;
/* The line of a complaint that says most, for a fault: the last one, as printable ASCII; for tests. */
void tool_complaint(const char *text, size_t size, char out[FAULT_TEXT_MAX]);

#endif
