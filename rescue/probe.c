/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File systems, layers and partition tables as libblkid finds them. */
#include "rescue/probe.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rescue/bcachefs.h"
#include "scanner/base/own.h"

enum { SECTOR_BYTES = 512 }; /* the unit of libblkid's partitions, whatever the device's */

static void free_probe(blkid_probe *pr)
{
	blkid_free_probe(*pr);
}

#define own_probe __attribute__((cleanup(free_probe)))

static void copy_text(char *to, size_t size, const char *from)
{
	size_t n = from ? strnlen(from, size - 1) : 0;

	if (n)
		memcpy(to, from, n);
	to[n] = '\0';
}

static void copy_value(blkid_probe pr, const char *name, char *to, size_t size)
{
	const char *value = NULL;

	if (blkid_probe_lookup_value(pr, name, &value, NULL) == 0)
		copy_text(to, size, value);
}

static blkid_probe open_at(int fd, uint64_t offset_bytes, uint64_t size_bytes, struct fault *f)
{
	blkid_probe pr = blkid_new_probe();

	if (!pr) {
		fault_set(f, ENOMEM, "looking for a file system");
		return NULL;
	}
	if (blkid_probe_set_device(pr, fd, (blkid_loff_t)offset_bytes, (blkid_loff_t)size_bytes) ==
	    0)
		return pr;
	fault_set(f, errno, "looking for a file system");
	blkid_free_probe(pr);
	return NULL;
}

/* libblkid says -2 when several signatures contradict each other. */
enum { PROBE_AMBIVALENT = -2 };

static int read_superblocks(int fd, uint64_t offset_bytes, uint64_t size_bytes, struct probe *out,
			    struct fault *f)
{
	own_probe blkid_probe pr = open_at(fd, offset_bytes, size_bytes, f);
	int result;

	if (!pr)
		return -1;
	blkid_probe_enable_superblocks(pr, 1);
	blkid_probe_set_superblocks_flags(pr, BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID |
						      BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE |
						      BLKID_SUBLKS_VERSION);
	errno = 0;
	result = blkid_do_safeprobe(pr);
	if (result == PROBE_AMBIVALENT)
		out->ambivalent = true;
	else if (result < 0)
		return fault_set(f, errno ? errno : EIO, "looking for a file system");
	if (result != 0)
		return 0;
	copy_value(pr, "TYPE", out->type, sizeof(out->type));
	copy_value(pr, "USAGE", out->usage, sizeof(out->usage));
	copy_value(pr, "VERSION", out->version, sizeof(out->version));
	copy_value(pr, "LABEL", out->label, sizeof(out->label));
	copy_value(pr, "UUID", out->uuid, sizeof(out->uuid));
	copy_value(pr, "UUID_SUB", out->uuid_sub, sizeof(out->uuid_sub));
	return 0;
}

static void copy_partition(blkid_partition part, uint64_t offset_bytes, struct probe_partition *out)
{
	int number = blkid_partition_get_partno(part);

	*out = (struct probe_partition){
		.number = number > 0 ? (unsigned)number : 0,
		.offset_bytes =
			offset_bytes + (uint64_t)blkid_partition_get_start(part) * SECTOR_BYTES,
		.size_bytes = (uint64_t)blkid_partition_get_size(part) * SECTOR_BYTES,
		.flags = blkid_partition_get_flags(part),
		.extended = blkid_partition_is_extended(part),
	};
	copy_text(out->uuid, sizeof(out->uuid), blkid_partition_get_uuid(part));
	copy_text(out->name, sizeof(out->name), blkid_partition_get_name(part));
	copy_text(out->type, sizeof(out->type), blkid_partition_get_type_string(part));
	if (!*out->type)
		snprintf(out->type, sizeof(out->type), "0x%x",
			 (unsigned)blkid_partition_get_type(part));
}

/* A partition that leaves the disk, or none at all, is not taken. */
static bool lies_within(const struct probe_partition *part, uint64_t offset_bytes,
			uint64_t size_bytes)
{
	uint64_t end;

	return part->size_bytes > 0 && part->offset_bytes >= offset_bytes &&
	       !__builtin_add_overflow(part->offset_bytes, part->size_bytes, &end) &&
	       end <= offset_bytes + size_bytes;
}

static int read_table(int fd, uint64_t offset_bytes, uint64_t size_bytes, struct probe *out,
		      struct fault *f)
{
	own_probe blkid_probe pr = open_at(fd, offset_bytes, size_bytes, f);
	blkid_partlist list;
	blkid_parttable table;
	int count;

	if (!pr)
		return -1;
	blkid_probe_enable_superblocks(pr, 0);
	blkid_probe_enable_partitions(pr, 1);
	list = blkid_probe_get_partitions(pr);
	table = list ? blkid_partlist_get_table(list) : NULL;
	if (!table)
		return 0;
	copy_text(out->table, sizeof(out->table), blkid_parttable_get_type(table));
	copy_text(out->table_uuid, sizeof(out->table_uuid), blkid_parttable_get_id(table));
	count = blkid_partlist_numof_partitions(list);
	if (count <= 0)
		return 0;
	if (count > PROBE_PARTITIONS_MAX) {
		out->partitions_left_out = (size_t)count - PROBE_PARTITIONS_MAX;
		count = PROBE_PARTITIONS_MAX;
	}
	out->partitions = calloc((size_t)count, sizeof(*out->partitions));
	if (!out->partitions)
		return fault_set(f, ENOMEM, "reading the partition table");
	for (int i = 0; i < count; i++) {
		struct probe_partition *part = &out->partitions[out->partition_count];

		copy_partition(blkid_partlist_get_partition(list, i), offset_bytes, part);
		if (lies_within(part, offset_bytes, size_bytes))
			out->partition_count++;
		else
			out->partitions_left_out++;
	}
	return 0;
}

int probe_read(int fd, uint64_t offset_bytes, uint64_t size_bytes, struct probe *out,
	       struct fault *f)
{
	struct probe probe = {0};

	if (read_superblocks(fd, offset_bytes, size_bytes, &probe, f) < 0)
		return -1;
	if (!*probe.type && !probe.ambivalent &&
	    bcachefs_look(fd, offset_bytes, size_bytes, &probe)) {
		*out = probe;
		return 0;
	}
	/* A file system may look like a partition table by chance (vfat does), never the reverse. */
	if ((!*probe.type || strcmp(probe.type, "iso9660") == 0) &&
	    read_table(fd, offset_bytes, size_bytes, &probe, f) < 0) {
		probe_done(&probe);
		return -1;
	}
	*out = probe;
	return 0;
}

void probe_done(struct probe *probe)
{
	free(probe->partitions);
	*probe = (struct probe){0};
}
