/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_SOURCE_H
#define RESCUE_SOURCE_H

#include "rescue/evidence.h"
#include "rescue/volume.h"

/* How a volume is opened as evidence. Borrows the volume and the subvolume's name. */
struct evidence_source source_of_volume(const struct volume *volume, const char *subvolume);

#endif
