/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_AUDITREPORT_H
#define EFI_AUDITREPORT_H

#include <stdbool.h>

#include "efi/audit.h"
#include "scanner/base/buf.h"

/* An audit as text for people and as NDJSON (docs/formats/ndjson.md). No I/O; whatever is of the target is
 * escaped. A buffer that failed is for the caller to notice. */

struct auditreport_style {
	bool color, verbose, quiet;
};

void auditreport_text(const struct audit *audit, const char *target,
		      const struct auditreport_style *style, struct buf *out);
/* Adds -v's part: images, kernels, initramfs files, deliveries. */
void auditreport_details(const struct audit *audit, const struct auditreport_style *style,
			 struct buf *out);
/* Every record between `run` and the remarks, each with its newline. */
void auditreport_ndjson(const struct audit *audit, struct buf *out);
/* The members of the summary, behind "record". */
void auditreport_counts(const struct audit *audit, struct buf *line);

#endif
