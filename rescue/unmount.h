/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_UNMOUNT_H
#define RESCUE_UNMOUNT_H

#include <stdbool.h>

#include "scanner/base/fault.h"

/*
 * Unmounts everything at and below a directory, what was mounted last first. What is in use stays, and that which it is mounted on; all
 * else goes. The fault (EBUSY) names the first one that stayed.
 */
int unmount_below(const char *dir, struct fault *f) FAULT_MUST_USE;

/* Is there anything that unmount_below() would take away? */
int unmount_finds_any(const char *dir, bool *out_any, struct fault *f) FAULT_MUST_USE;

#endif
