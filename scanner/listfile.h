/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_LISTFILE_H
#define SCANNER_LISTFILE_H

#include <stdbool.h>

#include "scanner/base/fault.h"
#include "scanner/walk.h"

/* False: stop reading. `path` is below the root, without a slash before it. */
typedef bool listfile_fn(void *context, const char *path);

/*
 * Reads NUL-separated paths (--files0-from) until the end or until *options->stop. Leading slashes
 * and
 * "./" are taken off; excluded paths are left out; empty ones and those longer than 64 KiB are a
 * fault.
 */
int listfile_read(int fd, const struct walk_options *options, listfile_fn *take, void *context,
		  struct fault *f) FAULT_MUST_USE;

#endif
