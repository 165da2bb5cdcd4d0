/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_CRYPTOMEM_H
#define SCANNER_CRYPTOMEM_H

#include <stdio.h>

#include "scanner/base/fault.h"

/*
 * The report that is to end with a whole line when the program does: whoever writes a line of it by more than
 * one call, while other threads may use libcrypto, holds flockfile() on it. NULL: none (again). Before threads
 * start and after they have ended.
 */
void cryptomem_set_report(FILE *report);

/*
 * From now on a failed allocation inside libcrypto ends the program with status 70 and one
 * sentence on standard error, after what was reported so far has been written. Why:
 * docs/adr/0014-no-memory-in-libcrypto.md. Call it first thing in main(), before any other use of
 * libcrypto; it fails when that comes too late.
 */
int cryptomem_end_when_exhausted(struct fault *f) FAULT_MUST_USE;

#endif
