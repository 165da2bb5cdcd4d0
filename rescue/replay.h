/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_REPLAY_H
#define RESCUE_REPLAY_H

#include "rescue/ledger.h"
#include "rescue/volume.h"
#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/*
 * Puts an overlay in memory over every volume whose file system has a journal to replay, and has its driver
 * do so there: volume->overlay. Each is written into the ledger first. Where that cannot be done,
 * volume->not_replayed says why, and the volume is opened no more (evidence.h). Fails when the kernel can
 * do it nowhere.
 */
int replay_all(struct volume_list *volumes, struct ledger *ledger, struct fault *f) FAULT_MUST_USE;

/* That it was done, for reports; nothing where it was not. */
void replay_note(const struct volume *volume, struct buf *out);

#endif
