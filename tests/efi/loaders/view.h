/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_EFI_LOADERS_VIEW_H
#define TESTS_EFI_LOADERS_VIEW_H

#include "efi/loaders/loaders.h"

/* A target that is a table: no file system, every file a text. */
struct view_file {
	const char *path; /* ends the table when NULL */
	const char *text;
};

struct view {
	const struct view_file *files;
	struct loaders_files functions;
	struct loaders l;
	struct bootentry_list out;
	struct remark_list remarks;
};

/* With the root and, as "ESP:", what the table has below that. */
void view_init(struct view *v, const struct view_file *files);
void view_done(struct view *v);
const char *view_text(const struct view *v, const char *path);
/* A target's files, what one loader's reader finds there, and what it remarks. */
struct view_case {
	struct view_file files[12];
	const char *entries, *remarks;
};

typedef int view_find_fn(struct loaders *l, struct fault *f);

void view_check(const struct view_case *c, view_find_fn *find);

/* The list as text, an entry a line and its parts below it, for an exact comparison. Owned. */
char *view_list(const struct bootentry_list *list);
/* The remarks, one a line: "path: text". Owned. */
char *view_remarks(const struct remark_list *remarks);
/* Fails the test unless both texts are equal; says both. Takes `got`. */
void view_expect(char *got, const char *wanted);

#endif
