/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_INITLINES_H
#define EFI_INITLINES_H

#include <stddef.h>

#include "scanner/base/buf.h"

/*
 * Files that are no scripts, but hold commands, made into one: a line for each of theirs, empty where there is
 * no command, so that line numbers stay.
 */
typedef void initlines_fn(const char *text, size_t size, struct buf *out);

/* Of a unit, what its Exec…= lines start (systemd.service(5)). */
void initlines_of_unit(const char *text, size_t size, struct buf *out);
/* Of tmpfiles.d(5), the lines that write into a file. */
void initlines_of_tmpfiles(const char *text, size_t size, struct buf *out);

#endif
