/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_HIDDEN_H
#define RESCUE_HIDDEN_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/fault.h"

/* What lies in a directory that something is attached over, so that nobody sees it. */
enum { HIDDEN_NAMES_MAX = 8, HIDDEN_FILES_MAX = 10000 };

struct hidden {
	char *dir;  /* in the tree: "/boot" */
	int volume; /* whose file system holds it; an index */
	char *at;   /* where it is shown; NULL: nowhere */
	size_t entries;
	size_t files, executables; /* regular files at any depth, and those with an x bit */
	bool more;		   /* there are more than HIDDEN_FILES_MAX files */
	size_t unread;		   /* directories and files that could not be looked at */
	char *names[HIDDEN_NAMES_MAX];
	size_t name_count;
};

struct hidden_list {
	struct hidden *items;
	size_t count;
};

/*
 * Looks into a directory before it is covered. Nothing is added when it is empty, as it should be.
 * *out_added: the entry, which holds until the next is added; NULL: none.
 */
int hidden_look(struct hidden_list *list, int dir_fd, const char *dir, int volume,
		struct hidden **out_added, struct fault *f) FAULT_MUST_USE;
/* Forgets what was added beyond the first `count`. */
void hidden_shorten(struct hidden_list *list, size_t count);
void hidden_done(struct hidden_list *list);

#endif
