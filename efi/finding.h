/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_FINDING_H
#define EFI_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/*
 * A weakness of the set-up. Its kind has a stable id (docs/findings.md lists them all); what was seen
 * and where is said anew each time.
 */
enum finding_severity { FINDING_INFO, FINDING_LOW, FINDING_MEDIUM, FINDING_HIGH, FINDING_CRITICAL };

struct finding_kind {
	const char *id; /* "boot.entry.ima-appraise-off" */
	enum finding_severity severity;
	const char *why;    /* why it matters, one or two sentences */
	const char *remedy; /* what to do */
};

struct finding {
	const struct finding_kind *kind;
	char *what;  /* what was seen, one sentence; bytes of the target are escaped when printed */
	char *where; /* targetfs path, variable, or NULL */
};

struct finding_list {
	struct finding *items;
	size_t count, capacity;
};

/* By id; NULL: no such kind. */
const struct finding_kind *finding_kind_by_id(const char *id);
size_t finding_kind_count(void);
const struct finding_kind *finding_kind_at(size_t i);
/* One that is there already, in the same words, is not added again. */
int finding_add(struct finding_list *list, const char *id, const char *where, struct fault *f,
		const char *what, ...) __attribute__((format(printf, 5, 6))) FAULT_MUST_USE;
void finding_list_done(struct finding_list *list);
bool finding_list_has(const struct finding_list *list, const char *id);
const char *finding_severity_name(enum finding_severity severity);

#endif
