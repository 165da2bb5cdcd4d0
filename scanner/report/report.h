/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_REPORT_REPORT_H
#define SCANNER_REPORT_REPORT_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "scanner/base/sandbox.h"
#include "scanner/facts.h"
#include "scanner/inspect.h"
#include "scanner/notes.h"
#include "scanner/record.h"
#include "scanner/tally.h"

/* What a report says about the run as a whole. Const while the run lasts; borrows everything. */
struct report_run {
	const char *version, *commit;
	const char *target;
	const struct inspect_rules *rules;
	bool hooks_all, one_file_system, files_from_list, sandboxed;
	struct sandbox_state sandbox;
	struct notes notes;
	unsigned jobs;
	time_t started;
};

struct report_options {
	bool color, verbose, quiet;
};

/*
 * A report: one format's view of a run, written to one stream. begin, record and end are called by
 * the writer; render by many workers at once.
 */
struct report;

struct report_format {
	const char *name, *meaning;
	int (*begin)(struct report *report);
	/* What this format wants to say about a file, as bytes; may add nothing. */
	void (*render)(const struct report *report, const struct facts *facts, struct buf *out);
	/* In walk order. */
	void (*record)(struct report *report, const struct record *record);
	void (*end)(struct report *report, const struct tally *tally, int status);
	void (*close)(struct report *report);
};

struct report {
	const struct report_format *format;
	const struct report_run *run;
	struct report_options options;
	FILE *out;
	bool broken; /* there was no memory for something that belongs into it */
	void *state; /* the format's own */
};

/* The formats by name ("text", "ndjson", "paths"); NULL: no such. */
const struct report_format *report_format_by_name(const char *name);

extern const struct report_format report_text, report_ndjson, report_paths;

#endif
