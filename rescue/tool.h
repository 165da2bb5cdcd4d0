/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_TOOL_H
#define RESCUE_TOOL_H

#include <stdbool.h>
#include <stdnoreturn.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/*
 * Programs of the distribution, run without a shell: found in a fixed list of folders, whatever PATH says, with
 * LC_ALL=C and nothing else of our environment, and nothing to read.
 */
enum { TOOL_OUTPUT_MAX = 1 << 20, TOOL_COMPLAINT_MAX = 160 };

/* Is there such a program? */
bool tool_is_there(const char *name);
/*
 * Runs words[0], ended by NULL, to its end. Its standard output is added to `out` (NULL: not wanted). Fails when
 * it is not there (ENOENT), ends with another status than 0, or is not done within the time (ETIMEDOUT; it
 * is killed): the fault is the last line of what it complained, of unknown origin like all that is printed.
 */
int tool_run(const char *const words[], unsigned timeout_s, struct buf *out,
	     struct fault *f) FAULT_MUST_USE;

/* What a child that was just forked becomes. */
struct tool_child {
	const char *const *words;
	const char *const *
		environment; /* beside PATH and LC_ALL, at most TOOL_VARIABLES_MAX; NULL: nothing */
	int output_fd, error_fd; /* -1: nowhere */
	bool confined; /* hostile input: nobody's rights but reading any file, no network, nothing written */
};
enum { TOOL_VARIABLES_MAX = 4 };
/* Signals are as a fresh program expects them. */
noreturn void tool_become(const struct tool_child *child);
/* Fills *f with "NAME: " and the last line of what was written to error_fd, or with `otherwise`. Returns -1. */
int tool_complaint(const char *name, int error_fd, const char *otherwise, struct fault *f);
/* A file in memory to write to; -1 with *f filled. */
int tool_output(struct fault *f) FAULT_MUST_USE;

#endif
