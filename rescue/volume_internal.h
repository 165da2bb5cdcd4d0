/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_VOLUME_INTERNAL_H
#define RESCUE_VOLUME_INTERNAL_H

#include "rescue/volume.h"

/* What the files that fill a list of volumes share. */

/* A new volume at the end; the pointer holds until the next one. NULL with *f filled. */
struct volume *volume_add(struct volume_list *list, enum volume_kind kind, const char *path,
			  const char *name, struct fault *f) FAULT_MUST_USE;
/* Fills what libblkid finds, through a descriptor of the volume's path. */
int volume_probe(struct volume *volume, int fd, struct fault *f) FAULT_MUST_USE;
/* Adds those partitions of a probed volume that the list does not hold yet, and names the others. */
int volume_add_partitions(struct volume_list *list, int parent, int fd,
			  struct fault *f) FAULT_MUST_USE;
/* A device that was made of other volumes of the list, and what it is called. Texts and the array are
 * copied; NULL where there is none. */
struct volume_top {
	enum volume_kind kind;
	const char *path, *name, *mapped_name, *model;
	const int *below;
	size_t below_count; /* at least one; the first becomes its parent */
};

/* Adds it and its partitions. A device that can be written is a fault: it has to be read-only already. */
int volume_add_top(struct volume_list *list, const struct volume_top *top,
		   struct fault *f) FAULT_MUST_USE;
enum volume_layer volume_layer_of(const struct probe *probe);
/* Is this volume the one that "/dev/…", "UUID=…" and so on name? */
bool volume_matches(const struct volume *volume, const char *what);

#endif
