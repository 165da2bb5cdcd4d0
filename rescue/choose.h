/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_CHOOSE_H
#define RESCUE_CHOOSE_H

#include "rescue/machine.h"
#include "scanner/base/fault.h"

/*
 * The system that an operator's word means: a number of `list`, or a volume by any of its names, an image or
 * a whole disk too. Of a volume, the only installed system on it or on what lies on it; without one the only
 * other root (a snapshot, a container); without that a file system that holds none. NULL with *f filled:
 * there is none, or several (the text says which).
 */
const struct survey_item *choose_system(const struct machine *machine, const char *target,
					struct fault *f);

#endif
