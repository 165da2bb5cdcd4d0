/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_PROBE_H
#define RESCUE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"

/*
 * What libblkid finds at a place of a device or an image: the file system or layer, and the partition
 * table. The only user of libblkid in rescue/. All texts are of unknown origin: escape them.
 */
enum { PROBE_PARTITIONS_MAX = 256 };

struct probe_partition {
	unsigned number; /* 1-based, as in the table */
	uint64_t offset_bytes, size_bytes;
	char type[64];	/* GPT: the type's GUID; MBR: "0x83" */
	char uuid[64];	/* PARTUUID */
	char name[128]; /* GPT's PARTLABEL */
	uint64_t flags; /* GPT attribute bits; MBR: 0x80 is active */
	bool extended;	/* an MBR container of others: holds nothing itself */
};

struct probe {
	/* "" where there is none. */
	char type
		[64]; /* libblkid's name: "ext4", "crypto_LUKS", "LVM2_member", "linux_raid_member", … */
	char usage[32]; /* "filesystem", "crypto", "raid", "other" */
	char version[32];
	char label[256];
	char uuid[128];
	char uuid_sub[128]; /* of one device of a btrfs or md set */
	bool ambivalent;    /* signatures of more than one kind: nothing of it is believed */
	char table[16];	    /* "gpt", "dos" */
	char table_uuid[64];
	struct probe_partition *partitions;
	size_t partition_count;
	size_t partitions_left_out; /* they lie behind the end, or are too many */
};

/* Looks at size_bytes from offset_bytes of an open device or image. Reads only. */
int probe_read(int fd, uint64_t offset_bytes, uint64_t size_bytes, struct probe *out,
	       struct fault *f) FAULT_MUST_USE;
void probe_done(struct probe *probe);

#endif
