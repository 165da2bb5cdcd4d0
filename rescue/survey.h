/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_SURVEY_H
#define RESCUE_SURVEY_H

#include <stddef.h>

#include "efi/remark.h"
#include "rescue/fskind.h"
#include "rescue/installed.h"
#include "rescue/ledger.h"
#include "rescue/stores.h"
#include "rescue/volume.h"

/* A look into every volume that has a file system: what is installed where. */
struct survey_item {
	int volume;	 /* index in the list; of a btrfs of several devices, the first of them */
	char *subvolume; /* of btrfs, as evidence.h wants it; NULL: the file system's top, or no btrfs */
	char *inside;	      /* the directory of it that this is the root of; NULL: the whole */
	enum store_kind kind; /* STORE_NONE, or what keeps it beside a system of its own */
	enum fskind_state state;
	struct installed installed;
	unsigned number; /* of a root, from 1, those of STORE_NONE first; 0: it is none */
};

/* A place that keeps other systems or image files: how many, and the first names. */
struct survey_store {
	int volume;
	char *subvolume;
	enum store_kind kind;
	char *place;
	size_t entries, roots; /* roots: of these, items of the survey */
	char **names;
	size_t name_count;
};

struct survey {
	struct survey_item *items;
	size_t count;
	struct survey_store *stores;
	size_t store_count;
};

/*
 * How many subvolumes of a file system are looked into, how many roots of its stores are kept, and names
 * of a store: a year of daily snapshots, a container host's images, what fits a screen.
 */
enum { SURVEY_SUBVOLUMES_MAX = 1024, SURVEY_ROOTS_MAX = 512, SURVEY_NAMES_MAX = 8 };

/*
 * Opens each in turn as evidence and closes it again. What the running system uses, and the stick, are
 * left alone; a file system of several devices is looked into once. What cannot be opened is a remark. A
 * device that will be set read-only meanwhile is written into the ledger first, for whoever cleans up after
 * a crash; NULL: who runs this may set none read-only.
 */
int survey_run(const struct volume_list *volumes, struct ledger *ledger, struct survey *out,
	       struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;
void survey_done(struct survey *survey);
/* The installed system of this number; NULL: there is none. */
const struct survey_item *survey_system(const struct survey *survey, unsigned number);
/* Of a volume that may hold no root: what is there first; NULL: it was not looked into. */
const struct survey_item *survey_part(const struct survey *survey, int volume);

#endif
