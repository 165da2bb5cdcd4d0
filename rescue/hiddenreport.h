/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_HIDDENREPORT_H
#define RESCUE_HIDDENREPORT_H

#include <stdio.h>

#include "rescue/hidden.h"
#include "rescue/volume.h"
#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/* What lies beneath mount points, told. Nothing is written when there is nothing. */
void hiddenreport_text(const struct hidden_list *list, const struct volume_list *volumes,
		       struct buf *text);
int hiddenreport_ndjson(const struct hidden_list *list, const struct volume_list *volumes,
			FILE *out, struct fault *f) FAULT_MUST_USE;

#endif
