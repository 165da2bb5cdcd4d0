/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_SCAN_PASS_H
#define SCANNER_SCAN_PASS_H

/* What the files of the pipeline share: scan.c runs passes, scan_source.c feeds them,
 * scan_work.c does the work, scan_record.c writes down what came of it. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"
#include "scanner/base/queue.h"
#include "scanner/inspect.h"
#include "scanner/record.h"
#include "scanner/scan.h"
#include "scanner/walk.h"

/* What a worker makes of a task. */
struct scan_outcome {
	size_t count;
	struct record records[WALK_BATCH_MAX];
};

/*
 * What a worker is given: a batch of a directory's entries, or one file by its path; and the room
 * for its outcome, so that a worker always has something to hand on.
 */
struct scan_task {
	uint64_t seq;
	size_t bytes; /* what it may cost at once, as the queue was told */
	struct walk_batch *batch;
	char **paths; /* one allocation; the first is the file's name, the rest further links */
	size_t path_count;
	struct scan_outcome *outcome;
};

/* What a worker saw of one name. Reused for the next. */
struct scan_seen {
	enum inspect_result result;
	struct facts facts;
	struct fault fault; /* where the result says so */
};

/* One pass over one source of files. */
struct scan_pass {
	struct scan *scan;
	enum inspect_phase phase;
	bool defer_links;
	unsigned open_max; /* files that a worker may have open at once; at most WALK_BATCH_MAX */
	struct queue *tasks;
	struct reorder *outcomes;
	uint64_t next_seq; /* of the source thread alone */
	struct walk_totals totals;
	int (*source)(struct scan_pass *pass, struct fault *f);
	int source_result;
	struct fault source_fault;
	atomic_bool out_of_memory;
};

/* A worker: takes tasks until there are no more. `context` is the pass. */
void *scan_work(void *context);

/*
 * Makes a record of a name that was listed as of that type (DT_REG, …), or none. What both passes meet alike
 * is for the first one to report: hard links, what is no file, and what could not even be told
 * apart. -1: no memory.
 */
int scan_record_name(struct scan_pass *pass, int dir_fd, const struct inspect_name *name,
		     uint8_t listed, struct scan_seen *seen,
		     struct scan_outcome *outcome) FAULT_MUST_USE;
/* A record of what nothing can be said about. -1: no memory. */
int scan_record_fault(struct scan_outcome *outcome, const char *path,
		      const struct fault *fault) FAULT_MUST_USE;

/* Where the files of a pass come from. -1 when it cannot go on, with *f filled. */
int scan_source_walk(struct scan_pass *pass, struct fault *f) FAULT_MUST_USE;
int scan_source_links(struct scan_pass *pass, struct fault *f) FAULT_MUST_USE;
int scan_source_list(struct scan_pass *pass, struct fault *f) FAULT_MUST_USE;

/* Ends the scan in good order: what was found is still reported, and then that memory ran out. */
void scan_out_of_memory(struct scan_pass *pass);

void scan_free_outcome(struct scan_outcome *outcome);
void scan_free_task(struct scan_task *task);

#endif
