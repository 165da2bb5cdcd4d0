/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_SOURCE_H
#define RESCUE_SOURCE_H

#include "rescue/evidence.h"
#include "rescue/ledger.h"
#include "rescue/volume.h"

/* How a volume is opened as evidence. Borrows the volume and the subvolume's name. */
struct evidence_source source_of_volume(const struct volume *volume, const char *subvolume);

/* Writes into a ledger which of its devices will be set read-only. */
int source_note(const struct volume_list *volumes, int index, struct ledger *ledger,
		struct fault *f) FAULT_MUST_USE;
/* Opens the file system that a volume is, or is a device of, as evidence. */
int source_open(const struct volume_list *volumes, int index, const char *subvolume,
		struct evidence *out, struct fault *f) FAULT_MUST_USE;
/* Once more, while `first` is open (evidence_open_again). */
int source_open_again(const struct volume_list *volumes, int index, const char *subvolume,
		      const struct evidence *first, struct evidence *out,
		      struct fault *f) FAULT_MUST_USE;

#endif
