/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_SCAN_H
#define SCANNER_SCAN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "scanner/base/fault.h"
#include "scanner/inspect.h"
#include "scanner/links.h"
#include "scanner/report/report.h"
#include "scanner/tally.h"
#include "scanner/walk.h"

/*
 * The pipeline: one walker, N workers, one writer (the caller's thread), joined by bounded queues.
 * With a policy the tree is walked twice: first for the files that a rule may govern, then for the
 * rest. Inodes with several names come at the end of the pass to which they belong.
 * docs/architecture.md has the picture.
 */
struct scan {
	const struct inspect_rules *rules;
	struct walk_options walk;
	struct links *links;
	struct report *report;
	unsigned jobs;
	bool readahead;	   /* help a cold disk (readahead.h) */
	int list_fd;	   /* --files0-from: NUL-separated paths; -1: walk the tree */
	atomic_bool *stop; /* set by whoever wants the scan to end early */
	/* For a progress display: what the workers have done so far. */
	atomic_uint_fast64_t files_done, bytes_done, failures_found;
};

/*
 * Runs it to the end (or until *stop), filling *out. -1 when it could not be run or could not go
 * on; what was found until then has been reported.
 */
int scan_run(struct scan *scan, struct tally *out, struct fault *f) FAULT_MUST_USE;

/* How many workers suit this machine and this disk: reads in flight matter more than cores. */
unsigned scan_default_jobs(bool rotational);

#endif
