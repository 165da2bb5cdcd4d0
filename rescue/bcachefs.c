/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The superblock of bcachefs (fs/bcachefs/bcachefs_format.h, struct bch_sb; docs/formats/file-systems.md). */
#include "rescue/bcachefs.h"

#include <stdio.h>
#include <string.h>

#include "scanner/base/fd.h"

enum {
	SUPERBLOCK_AT = 4096,
	SUPERBLOCK_BYTES = 104,
	MAGIC_AT = 24,
	DEVICE_UUID_AT = 40,
	UUID_AT = 56,
	LABEL_AT = 72,
	UUID_BYTES = 16,
	LABEL_BYTES = 32,
};

/* The second is of before it was in the kernel, when it still was bcache's successor. */
static const uint8_t magics[][UUID_BYTES] = {
	{0xc6, 0x85, 0x73, 0xf6, 0x66, 0xce, 0x90, 0xa9, 0xd9, 0x6a, 0x60, 0xcf, 0x80, 0x3d, 0xf7,
	 0xef},
	{0xc6, 0x85, 0x73, 0xf6, 0x4e, 0x1a, 0x45, 0xca, 0x82, 0x65, 0xf5, 0x7f, 0x48, 0xba, 0x6d,
	 0x81},
};

static bool is_magic(const uint8_t *bytes)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (memcmp(bytes, magics[i], UUID_BYTES) == 0)
			return true;
	return false;
}

static void write_uuid(const uint8_t *bytes, char *out, size_t size)
{
	size_t n = 0;

	for (int i = 0; i < UUID_BYTES && n + 4 < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%02x",
				      i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes[i]);
}

bool bcachefs_look(int fd, uint64_t offset_bytes, uint64_t size_bytes, struct probe *out)
{
	uint8_t super[SUPERBLOCK_BYTES];

	if (size_bytes < SUPERBLOCK_AT + sizeof(super) ||
	    fd_pread_full(fd, super, sizeof(super), offset_bytes + SUPERBLOCK_AT) !=
		    (ssize_t)sizeof(super) ||
	    !is_magic(super + MAGIC_AT))
		return false;
	strcpy(out->type, "bcachefs");
	strcpy(out->usage, "filesystem");
	write_uuid(super + UUID_AT, out->uuid, sizeof(out->uuid));
	write_uuid(super + DEVICE_UUID_AT, out->uuid_sub, sizeof(out->uuid_sub));
	memcpy(out->label, super + LABEL_AT, LABEL_BYTES);
	out->label[LABEL_BYTES] = '\0';
	return true;
}
