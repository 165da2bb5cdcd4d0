/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a file system was left unclean, from its own structures (docs/formats/file-systems.md): ext4
 * (fs/ext4/ext4.h), btrfs (include/uapi/linux/btrfs_tree.h), f2fs (include/linux/f2fs_fs.h), vfat
 * (include/uapi/linux/msdos_fs.h), exFAT (fs/exfat/exfat_raw.h). XFS has a file of its own.
 */
#include "rescue/dirty.h"

#include <string.h>

#include "rescue/dirty_internal.h"

enum {
	EXT_SUPERBLOCK = 1024,
	EXT_MAGIC_AT = 56,
	EXT_STATE_AT = 58,
	EXT_COMPAT_AT = 92,
	EXT_INCOMPAT_AT = 96,
	EXT_JOURNAL_INODE_AT = 224,
	EXT_MAGIC = 0xef53,
	EXT_STATE_VALID = 1,
	EXT_HAS_JOURNAL = 4,
	EXT_RECOVER = 4,
};

enum fskind_state dirty_ext(int fd, uint64_t offset_bytes, uint64_t size_bytes)
{
	uint8_t super[256];

	if (!dirty_read_at(fd, offset_bytes, size_bytes, EXT_SUPERBLOCK, super, sizeof(super)) ||
	    dirty_u16(super, EXT_MAGIC_AT) != EXT_MAGIC)
		return FSKIND_NOT_KNOWN;
	if (!(dirty_u32(super, EXT_COMPAT_AT) & EXT_HAS_JOURNAL))
		return dirty_u16(super, EXT_STATE_AT) & EXT_STATE_VALID ? FSKIND_CLEAN
									: FSKIND_UNCLEAN;
	if (!(dirty_u32(super, EXT_INCOMPAT_AT) & EXT_RECOVER))
		return FSKIND_CLEAN;
	/* No inode of its own: the journal is on another device. */
	return dirty_u32(super, EXT_JOURNAL_INODE_AT) ? FSKIND_DIRTY : FSKIND_ELSEWHERE;
}

enum {
	BTRFS_SUPERBLOCK = 64 * 1024,
	BTRFS_MAGIC_AT = 64,
	BTRFS_LOG_ROOT_AT = 96,
	BTRFS_DEVICES_AT = 136,
};

enum fskind_state dirty_btrfs(int fd, uint64_t offset_bytes, uint64_t size_bytes)
{
	uint8_t super[144];

	if (!dirty_read_at(fd, offset_bytes, size_bytes, BTRFS_SUPERBLOCK, super, sizeof(super)) ||
	    memcmp(super + BTRFS_MAGIC_AT, "_BHRfS_M", 8) != 0)
		return FSKIND_NOT_KNOWN;
	if (dirty_u64(super, BTRFS_LOG_ROOT_AT) == 0)
		return FSKIND_CLEAN;
	return dirty_u64(super, BTRFS_DEVICES_AT) == 1 ? FSKIND_DIRTY : FSKIND_ELSEWHERE;
}

enum {
	FAT_SIZE16_AT = 0x16, /* sectors of a FAT; 0 in FAT32 */
	FAT16_STATE_AT = 0x25,
	FAT32_STATE_AT = 0x41,
	FAT_DIRTY = 1,
	EXFAT_FLAGS_AT = 106,
	EXFAT_DIRTY = 2,
};

enum fskind_state dirty_vfat(int fd, uint64_t offset_bytes, uint64_t size_bytes)
{
	uint8_t boot[512];
	size_t at;

	if (!dirty_read_at(fd, offset_bytes, size_bytes, 0, boot, sizeof(boot)))
		return FSKIND_NOT_KNOWN;
	at = dirty_u16(boot, FAT_SIZE16_AT) == 0 ? FAT32_STATE_AT : FAT16_STATE_AT;
	return boot[at] & FAT_DIRTY ? FSKIND_UNCLEAN : FSKIND_CLEAN;
}

enum fskind_state dirty_exfat(int fd, uint64_t offset_bytes, uint64_t size_bytes)
{
	uint8_t boot[512];

	if (!dirty_read_at(fd, offset_bytes, size_bytes, 0, boot, sizeof(boot)) ||
	    memcmp(boot + 3, "EXFAT   ", 8) != 0)
		return FSKIND_NOT_KNOWN;
	return dirty_u16(boot, EXFAT_FLAGS_AT) & EXFAT_DIRTY ? FSKIND_UNCLEAN : FSKIND_CLEAN;
}
