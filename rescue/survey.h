/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_SURVEY_H
#define RESCUE_SURVEY_H

#include <stddef.h>

#include "efi/remark.h"
#include "rescue/fskind.h"
#include "rescue/installed.h"
#include "rescue/ledger.h"
#include "rescue/volume.h"

/* A look into every volume that has a file system: what is installed where. */
struct survey_item {
	int volume;	 /* index in the list */
	char *subvolume; /* of btrfs, as evidence.h wants it; NULL: the file system's top, or no btrfs */
	enum fskind_state state;
	struct installed installed;
	unsigned number; /* of an installed system, from 1; 0: it is none */
};

struct survey {
	struct survey_item *items;
	size_t count;
};

enum { SURVEY_SUBVOLUMES_MAX = 64 };

/*
 * Opens each in turn as evidence and closes it again. What the running system uses, and the stick, are
 * left alone. What cannot be opened is a remark. A device that will be set read-only meanwhile is written
 * into the ledger first, for whoever cleans up after a crash; NULL: who runs this may set none read-only.
 */
int survey_run(const struct volume_list *volumes, struct ledger *ledger, struct survey *out,
	       struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;
void survey_done(struct survey *survey);
/* The installed system of this number; NULL: there is none. */
const struct survey_item *survey_system(const struct survey *survey, unsigned number);
/* Of the volume, a root if there is one, else anything; NULL: it was not looked into. */
const struct survey_item *survey_of(const struct survey *survey, int volume);

#endif
