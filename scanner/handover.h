/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_HANDOVER_H
#define SCANNER_HANDOVER_H

#include <stdbool.h>

#include "scanner/base/fault.h"

/*
 * A target that is no directory but a device, an image or a volume's name is mounted by ima-rescue, which
 * lies beside this program and runs it again on the tree: nothing here can mount or write.
 */

/* A block device, a regular file, or "UUID=…", "LABEL=…", "PARTUUID=…", "PARTLABEL=…"? */
bool handover_wanted(const char *target);
/* Becomes ima-rescue. Returns only on failure. `target` is one of argv. */
int handover_exec(int argc, char **argv, const char *target, struct fault *f) FAULT_MUST_USE;

#endif
