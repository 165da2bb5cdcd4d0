/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_LISTREPORT_H
#define RESCUE_LISTREPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "rescue/compose.h"
#include "rescue/machine.h"
#include "rescue/rescueoptions.h"
#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/* What `list` tells: the machine, and which volumes belong to each installed system. */
struct listreport_system {
	const struct survey_item *item;
	struct compose plan; /* empty when it could not be made: then there is a remark */
};

struct listreport {
	const struct rescueoptions *options;
	const struct machine *machine;
	bool color;			   /* of the text; false until the caller says otherwise */
	struct listreport_system *systems; /* installed systems, not other roots; by number */
	size_t count;
};

/* Each plan is a mount and a look at fstab; beyond these a machine's systems are told without. */
enum { LISTREPORT_PLANS_MAX = 64 };

/* Borrows options and machine, into whose remarks go those of the plans. */
int listreport_init(const struct rescueoptions *options, struct machine *machine,
		    struct listreport *out, struct fault *f) FAULT_MUST_USE;
void listreport_done(struct listreport *report);

/* Two systems of one machine (the halves of an A/B pair, or a copy): they have the same machine-id, or are the
 * same distribution on volumes of one size on one disk. */
bool listreport_are_twins(const struct listreport *report, const struct survey_item *a,
			  const struct survey_item *b);

void listreport_text(const struct listreport *report, struct buf *text);
/* From `run` to `summary`. */
int listreport_ndjson(const struct listreport *report, int status, FILE *out,
		      struct fault *f) FAULT_MUST_USE;

#endif
