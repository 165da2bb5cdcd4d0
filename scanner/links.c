/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names by inode: a hash index in memory over chains of names in a spool. */
#include "scanner/links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/own.h"
#include "scanner/base/spool.h"

struct inode {
	uint64_t dev, ino;
	uint64_t last; /* position of the newest name; each begins with the position of the one
			  before */
	uint32_t count;
	uint32_t bytes; /* of all its names with their NULs */
};

struct links {
	struct spool *spool;
	struct inode *inodes;
	size_t count, cap;
	uint32_t *index; /* of inodes + 1 by hash; 0: free. A power of two in size. */
	size_t index_size;
	struct buf record;
};

enum { INDEX_FIRST = 1024 };

struct links *links_open(int target_fd, struct fault *f)
{
	struct links *links = calloc(1, sizeof(*links));

	if (!links) {
		fault_set(f, ENOMEM, "keeping hard links");
		return NULL;
	}
	links->spool = spool_open(target_fd, f);
	if (!links->spool) {
		free(links);
		return NULL;
	}
	return links;
}

void links_close(struct links *links)
{
	if (!links)
		return;
	spool_close(links->spool);
	buf_done(&links->record);
	free(links->inodes);
	free(links->index);
	free(links);
}

/* Inode numbers run in sequences; a multiplication spreads them (Knuth's constant for 64 bits). */
static size_t slot_of(const struct links *links, uint64_t dev, uint64_t ino)
{
	uint64_t mixed = (ino ^ dev << 40) * 0x9e3779b97f4a7c15ULL;

	return (size_t)(mixed >> 32) & (links->index_size - 1);
}

static uint32_t *find_slot(const struct links *links, uint64_t dev, uint64_t ino)
{
	size_t at = slot_of(links, dev, ino);

	for (;; at = (at + 1) & (links->index_size - 1)) {
		uint32_t *slot = &links->index[at];

		if (!*slot)
			return slot;
		if (links->inodes[*slot - 1].ino == ino && links->inodes[*slot - 1].dev == dev)
			return slot;
	}
}

static int grow(struct links *links)
{
	if (links->count == links->cap) {
		size_t cap = links->cap ? links->cap * 2 : INDEX_FIRST / 2;
		struct inode *more = reallocarray(links->inodes, cap, sizeof(*more));

		if (!more)
			return -1;
		links->inodes = more;
		links->cap = cap;
	}
	if (2 * (links->count + 1) > links->index_size) {
		size_t size = links->index_size ? links->index_size * 2 : INDEX_FIRST;
		uint32_t *index = calloc(size, sizeof(*index));

		if (!index)
			return -1;
		free(links->index);
		links->index = index;
		links->index_size = size;
		for (size_t i = 0; i < links->count; i++)
			*find_slot(links, links->inodes[i].dev, links->inodes[i].ino) =
				(uint32_t)i + 1;
	}
	return 0;
}

int links_add(struct links *links, uint64_t dev, uint64_t ino, const char *path, bool *out_kept,
	      struct fault *f)
{
	size_t size = strlen(path) + 1;
	struct inode *inode;
	uint32_t *slot;

	if (grow(links) < 0)
		return fault_set(f, ENOMEM, "keeping a hard link");
	slot = find_slot(links, dev, ino);
	if (!*slot) {
		links->inodes[links->count] = (struct inode){.dev = dev, .ino = ino};
		*slot = (uint32_t)++links->count;
	}
	inode = &links->inodes[*slot - 1];
	/* One name there is always: no path is longer than the bound. */
	if (inode->count && size > LINKS_BYTES_MAX - inode->bytes) {
		*out_kept = false;
		return 0;
	}
	buf_clear(&links->record);
	buf_add(&links->record, &inode->last, sizeof(inode->last));
	buf_add(&links->record, path, size);
	if (links->record.failed)
		return fault_set(f, ENOMEM, "keeping a hard link");
	if (spool_put(links->spool, links->record.data, links->record.len, &inode->last, f) < 0)
		return -1;
	inode->count++;
	inode->bytes += (uint32_t)size;
	*out_kept = true;
	return 0;
}

size_t links_count(const struct links *links)
{
	return links->count;
}

/* Reads the chain, newest first, into `names`; each is followed by its NUL. */
static int read_names(struct links *links, const struct inode *inode, struct buf *names,
		      struct fault *f)
{
	uint64_t at = inode->last;

	for (uint32_t n = 0; n < inode->count; n++) {
		if (spool_get(links->spool, at, &links->record, f) < 0)
			return -1;
		memcpy(&at, links->record.data, sizeof(at));
		buf_add(names, links->record.data + sizeof(at), links->record.len - sizeof(at));
	}
	return names->failed ? fault_set(f, ENOMEM, "reading hard links") : 0;
}

int links_get(struct links *links, size_t i, char ***out_paths, size_t *out_count, struct fault *f)
{
	const struct inode *inode = &links->inodes[i];
	own_buf struct buf names = {0};
	size_t table = inode->count * sizeof(char *);
	char **paths, *at;

	if (read_names(links, inode, &names, f) < 0)
		return -1;
	paths = malloc(table + names.len);
	if (!paths)
		return fault_set(f, ENOMEM, "reading hard links");
	at = memcpy((char *)paths + table, names.data, names.len);
	for (size_t n = inode->count; n-- > 0; at += strlen(at) + 1)
		paths[n] = at;
	*out_paths = paths;
	*out_count = inode->count;
	return 0;
}
