/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_NAMESTACK_H
#define SCANNER_NAMESTACK_H

#include <limits.h>
#include <stdint.h>

#include "scanner/base/fault.h"

/*
 * Names of directories that are still to be entered: a stack of strings, of which the lower part goes to a
 * temporary file when it grows, since one directory can hold millions. Places are counted in bytes from the bottom. One
 * thread.
 */
struct namestack;

/* Before the sandbox closes. The temporary file is not on the file system of target_fd (-1: anywhere). */
struct namestack *namestack_open(int target_fd, struct fault *f) FAULT_MUST_USE;
void namestack_close(struct namestack *s);
/* A name of at most NAME_MAX bytes. -1 with errno: no memory, or the file cannot be written. */
int namestack_push(struct namestack *s, const char *name) FAULT_MUST_USE;
/* Where the next name will be. */
uint64_t namestack_top(const struct namestack *s);
/* The name that was pushed when the top was `at`. -1 with errno. */
int namestack_get(const struct namestack *s, uint64_t at, char out[NAME_MAX + 1]) FAULT_MUST_USE;
/* Forgets all from a place on that was the top. */
void namestack_cut(struct namestack *s, uint64_t at);

#endif
