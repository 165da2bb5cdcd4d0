/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_STORES_H
#define RESCUE_STORES_H

#include <stddef.h>

#include "efi/remark.h"
#include "efi/targetfs.h"
#include "scanner/base/fault.h"

/*
 * Where a file system keeps other systems: snapshots, deployments, containers, and image files. Known by
 * their usual places (docs/formats/installed-systems.md), at the top of a file system of their own too.
 */
enum store_kind {
	STORE_NONE, /* an installed system of its own */
	STORE_SNAPSHOT,
	STORE_DEPLOYMENT, /* of ostree: one of several versions of a system */
	STORE_CONTAINER,  /* a layer or the root of a container */
	STORE_MACHINE,	  /* of systemd-nspawn, LXC, LXD, Incus */
	STORE_CHROOT,
	STORE_IMAGE, /* a file that holds a file system or a disk: named, not opened */
	STORE_KINDS,
};

struct store {
	enum store_kind kind;
	char *place;  /* the directory whose entries they are: "/var/lib/docker/overlay2" */
	char **paths; /* of each, in the order of their names: "/var/lib/docker/overlay2/a1/diff" */
	size_t count;
};

struct store_list {
	struct store *items;
	size_t count;
};

/*
 * What one file system may cost us: a container host has some hundred layers, a directory of images no
 * more; a hostile one as many as it likes.
 */
enum { STORES_PATHS_MAX = 4096, STORES_NAMES_MAX = 4096 };

/* A directory that cannot be read, and what is beyond the limits, is a remark. */
int stores_find(const struct targetfs *t, struct store_list *out, struct remark_list *remarks,
		struct fault *f) FAULT_MUST_USE;
void stores_done(struct store_list *list);

/* What a subvolume of btrfs at this path is, by its place; STORE_NONE: its place says nothing. */
enum store_kind stores_kind_of_subvolume(const char *path);
/* "snapshot", "deployment", …; NULL for STORE_NONE. */
const char *stores_kind_name(enum store_kind kind);

#endif
