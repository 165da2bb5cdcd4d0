/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_CONFINED_H
#define RESCUE_CONFINED_H

#include <stdnoreturn.h>

#include "scanner/base/fault.h"

/*
 * A program of the distribution (tool.h says where they are found) that reads hostile bytes for as long as
 * it lives: nobody's rights but that of reading any file, no network, nothing written, nothing of
 * our environment.
 */
enum { CONFINED_OUTPUT_MAX = 1 << 20, CONFINED_VARIABLES_MAX = 4 };

struct confined {
	const char *const *words;
	const char *const *
		environment; /* beside PATH and LC_ALL, at most CONFINED_VARIABLES_MAX; NULL: nothing */
	int error_fd;	     /* where it complains to; -1: nowhere */
	unsigned kept;	     /* descriptors from 3 up to this one, not itself, are handed down */
};

/* What a child that was just forked becomes. Signals are as a fresh program expects them. */
noreturn void confined_become(const struct confined *child);
/* A file in memory to complain to; -1 with *f filled. */
int confined_output(struct fault *f) FAULT_MUST_USE;
/* Fills *f with "NAME: " and the last line of what was written to error_fd, or with `otherwise`. Returns -1. */
int confined_complaint(const char *name, int error_fd, const char *otherwise, struct fault *f);

#endif
