/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hard links of a cpio archive: init/initramfs.c of the kernel, find_link(). */
#include "efi/cpiolinks.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct cpiolinks_link {
	struct cpiolinks_inode inode;
	size_t name; /* offset in the names */
};

static bool same(const struct cpiolinks_inode *a, const struct cpiolinks_inode *b)
{
	return a->ino == b->ino && a->major == b->major && a->minor == b->minor &&
	       a->type == b->type;
}

static int grow(struct cpiolinks *links, struct fault *f)
{
	size_t capacity = links->capacity ? links->capacity * 2 : 16;
	struct cpiolinks_link *larger;

	if (links->count < links->capacity)
		return 0;
	larger = reallocarray(links->links, capacity, sizeof(*larger));
	if (!larger)
		return fault_set(f, ENOMEM, "reading an initramfs");
	links->links = larger;
	links->capacity = capacity;
	return 0;
}

int cpiolinks_add(struct cpiolinks *links, const struct cpiolinks_inode *inode, const char *name,
		  struct fault *f)
{
	if (links->count == CPIOLINKS_MAX)
		return fault_set(f, 0, "more than %d hard links in one archive", CPIOLINKS_MAX);
	if (grow(links, f) < 0)
		return -1;
	links->links[links->count] = (struct cpiolinks_link){*inode, links->names.len};
	buf_add(&links->names, name, strlen(name) + 1);
	if (links->names.failed)
		return fault_set(f, ENOMEM, "reading an initramfs");
	links->count++;
	return 0;
}

const char *cpiolinks_next(const struct cpiolinks *links, const struct cpiolinks_inode *inode,
			   size_t *at)
{
	while (*at < links->count) {
		const struct cpiolinks_link *link = &links->links[(*at)++];

		if (same(&link->inode, inode))
			return links->names.data + link->name;
	}
	return NULL;
}

void cpiolinks_clear(struct cpiolinks *links)
{
	links->count = 0;
	buf_clear(&links->names);
}

void cpiolinks_done(struct cpiolinks *links)
{
	free(links->links);
	buf_done(&links->names);
	*links = (struct cpiolinks){0};
}
