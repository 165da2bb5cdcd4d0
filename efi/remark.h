/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_REMARK_H
#define EFI_REMARK_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/fault.h"

/*
 * What went wrong on the way without ending it: a file of the target that could not be read or was not
 * understood. Every remark is reported and counts as "could not decide"; none is dropped.
 */
struct remark {
	char *path; /* targetfs path, or the name of a variable */
	struct fault fault;
};

struct remark_list {
	struct remark *items;
	size_t count, capacity;
	size_t dropped; /* beyond REMARK_MAX, or no memory for them */
};

enum { REMARK_MAX = 1000 };

void remark_add(struct remark_list *list, const char *path, const struct fault *fault);
void remark_list_done(struct remark_list *list);

#endif
