/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_COMPOSE_H
#define RESCUE_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "efi/targetfs.h"
#include "rescue/fstab.h"
#include "rescue/survey.h"
#include "rescue/volume.h"
#include "scanner/base/fault.h"

/* Which volumes make up an installed system's tree. Nothing is mounted. */
enum compose_from {
	COMPOSE_CHOSEN,	   /* the root itself */
	COMPOSE_FSTAB,	   /* the target's fstab says so */
	COMPOSE_PARTITION, /* its partition type says so, on the root's disk */
	COMPOSE_OSTREE,	   /* what a deployment of ostree shares with the others of its system */
};

struct compose_item {
	char *dir; /* where it belongs: "/", "/boot", …; parents before children */
	int volume;
	char *subvolume; /* NULL: none */
	char *inside;	 /* the directory of it that is meant; NULL: the whole */
	enum compose_from from;
	unsigned line; /* of fstab */
};

/* What fstab names and is not to be had. */
struct compose_missing {
	char *dir, *source;
	unsigned line;
	enum compose_why { COMPOSE_NOT_FOUND, COMPOSE_SEVERAL, COMPOSE_LOCKED, COMPOSE_IN_USE } why;
};

struct compose {
	struct compose_item *items;
	size_t count;
	struct compose_missing *missing;
	size_t missing_count;
	size_t refused[FSTAB_REFUSALS]; /* lines of fstab that say nothing we take */
};

/*
 * `tree` is the root's own file system, asked for directories that are there; fstab may be NULL. When several volumes carry the name that fstab says (a cloned disk), the one on the
 * root's own disk is meant; when that does not decide, none is.
 */
int compose_plan(const struct volume_list *volumes, const struct survey_item *root,
		 const struct targetfs *tree, const struct fstab *fstab, struct compose *out,
		 struct fault *f) FAULT_MUST_USE;
void compose_done(struct compose *compose);
const char *compose_from_name(enum compose_from from);
const char *compose_why_name(enum compose_why why);

#endif
