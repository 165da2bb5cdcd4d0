/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_WATCH_H
#define SCANNER_WATCH_H

#include <stdbool.h>

#include "scanner/base/fault.h"
#include "scanner/scan.h"

/*
 * The watcher: a thread that turns SIGINT, SIGTERM and SIGHUP into *scan->stop, and shows progress
 * on standard error when asked to. watch_start() blocks the signals for the calling thread and all
 * it starts later.
 */
struct watch;

struct watch *watch_start(struct scan *scan, bool show_progress, struct fault *f) FAULT_MUST_USE;
/* Ends the thread and clears the progress line. */
void watch_end(struct watch *watch);

#endif
