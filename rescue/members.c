/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which volumes are one btrfs file system (struct btrfs_super_block, include/uapi/linux/btrfs_tree.h). */
#include "rescue/members.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rescue/volume_internal.h"
#include "scanner/base/bytes.h"
#include "scanner/base/fd.h"

enum { SUPERBLOCK_AT = 64 * 1024, MAGIC_AT = 64, DEVICES_AT = 136, SUPERBLOCK_READ = 160 };

uint64_t members_read_count(int fd, uint64_t offset_bytes, uint64_t size_bytes)
{
	uint8_t super[SUPERBLOCK_READ];
	struct bytes count;

	if (size_bytes < SUPERBLOCK_AT + sizeof(super) ||
	    fd_pread_full(fd, super, sizeof(super), offset_bytes + SUPERBLOCK_AT) !=
		    (ssize_t)sizeof(super) ||
	    memcmp(super + MAGIC_AT, "_BHRfS_M", 8) != 0)
		return 0;
	count = bytes_of(super + DEVICES_AT, 8);
	return bytes_u64le(&count);
}

/* Of a file system of one device there may be copies, which are not each other's members. */
static bool is_of_set(const struct volume *v)
{
	return v->btrfs_devices > 1 && *v->probe.uuid && !v->probe.ambivalent;
}

static bool are_of_one(const struct volume *a, const struct volume *b)
{
	return a == b ||
	       (is_of_set(a) && is_of_set(b) && strcmp(a->probe.uuid, b->probe.uuid) == 0);
}

static bool is_doubled(const struct volume_list *volumes, const struct members *members, int index)
{
	const char *own = volumes->items[index].probe.uuid_sub;

	for (size_t i = 0; i < members->count; i++)
		if (strcmp(volumes->items[members->items[i]].probe.uuid_sub, own) == 0)
			return true;
	return false;
}

int members_of(const struct volume_list *volumes, int index, struct members *out, struct fault *f)
{
	const struct volume *one = &volumes->items[index];
	struct members members = {.wanted = is_of_set(one) ? one->btrfs_devices : 1};

	members.items = calloc(volumes->count, sizeof(*members.items));
	if (!members.items)
		return fault_set(f, ENOMEM, "looking for the devices of a file system");
	for (size_t i = 0; i < volumes->count; i++) {
		if (!are_of_one(one, &volumes->items[i]))
			continue;
		members.doubled = members.doubled || is_doubled(volumes, &members, (int)i);
		members.items[members.count++] = (int)i;
	}
	*out = members;
	return 0;
}

void members_done(struct members *members)
{
	free(members->items);
	*members = (struct members){0};
}

int members_first(const struct volume_list *volumes, int index)
{
	for (int i = 0; i < index; i++)
		if (are_of_one(&volumes->items[i], &volumes->items[index]))
			return i;
	return index;
}

bool members_is_repeated(const struct volume_list *volumes, int index, const char *what)
{
	int first = members_first(volumes, index);

	return first != index && volume_matches(&volumes->items[first], what);
}

void members_remark(const struct volume_list *volumes, int index, const char *path,
		    struct remark_list *remarks)
{
	struct members members = {0};
	struct fault fault;

	if (members_of(volumes, index, &members, &fault) < 0) {
		remark_add(remarks, path, &fault);
		return;
	}
	if (members.count < members.wanted) {
		fault_set(&fault, 0,
			  "%zu of the %" PRIu64 " devices of this btrfs are here: it is shown "
			  "degraded, and what was on the others may be missing",
			  members.count, members.wanted);
		remark_add(remarks, path, &fault);
	}
	members_done(&members);
}
