/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a file system was left unclean, from its own structures (docs/formats/file-systems.md): ext4
 * (fs/ext4/ext4.h), btrfs (include/uapi/linux/btrfs_tree.h), f2fs (include/linux/f2fs_fs.h), vfat
 * (include/uapi/linux/msdos_fs.h), exFAT (fs/exfat/exfat_raw.h). XFS has a file of its own.
 */
#include "rescue/dirty.h"

#include <string.h>

#include "scanner/base/bytes.h"
#include "scanner/base/fd.h"

/* Reads exactly `size` bytes at a place of the file system. */
static bool read_at(int fd, uint64_t offset_bytes, uint64_t size_bytes, uint64_t at, void *data,
		    size_t size)
{
	uint64_t end;

	return !__builtin_add_overflow(at, size, &end) && end <= size_bytes &&
	       fd_pread_full(fd, data, size, offset_bytes + at) == (ssize_t)size;
}

static uint32_t u32le_at(const uint8_t *data, size_t at)
{
	struct bytes b = bytes_of(data + at, 4);

	return bytes_u32le(&b);
}

static uint16_t u16le_at(const uint8_t *data, size_t at)
{
	struct bytes b = bytes_of(data + at, 2);

	return bytes_u16le(&b);
}

static uint64_t u64le_at(const uint8_t *data, size_t at)
{
	struct bytes b = bytes_of(data + at, 8);

	return bytes_u64le(&b);
}

static enum fskind_state dirty_if(bool dirty)
{
	return dirty ? FSKIND_DIRTY : FSKIND_CLEAN;
}

enum {
	EXT_SUPERBLOCK = 1024,
	EXT_MAGIC_AT = 56,
	EXT_STATE_AT = 58,
	EXT_COMPAT_AT = 92,
	EXT_INCOMPAT_AT = 96,
	EXT_MAGIC = 0xef53,
	EXT_STATE_VALID = 1,
	EXT_HAS_JOURNAL = 4,
	EXT_RECOVER = 4,
};

enum fskind_state dirty_ext(int fd, uint64_t offset_bytes, uint64_t size_bytes)
{
	uint8_t super[256];

	if (!read_at(fd, offset_bytes, size_bytes, EXT_SUPERBLOCK, super, sizeof(super)) ||
	    u16le_at(super, EXT_MAGIC_AT) != EXT_MAGIC)
		return FSKIND_NOT_KNOWN;
	if (u32le_at(super, EXT_COMPAT_AT) & EXT_HAS_JOURNAL)
		return dirty_if(u32le_at(super, EXT_INCOMPAT_AT) & EXT_RECOVER);
	return dirty_if(!(u16le_at(super, EXT_STATE_AT) & EXT_STATE_VALID));
}

enum { BTRFS_SUPERBLOCK = 64 * 1024, BTRFS_MAGIC_AT = 64, BTRFS_LOG_ROOT_AT = 96 };

enum fskind_state dirty_btrfs(int fd, uint64_t offset_bytes, uint64_t size_bytes)
{
	uint8_t super[128];

	if (!read_at(fd, offset_bytes, size_bytes, BTRFS_SUPERBLOCK, super, sizeof(super)) ||
	    memcmp(super + BTRFS_MAGIC_AT, "_BHRfS_M", 8) != 0)
		return FSKIND_NOT_KNOWN;
	return dirty_if(u64le_at(super, BTRFS_LOG_ROOT_AT) != 0);
}

enum {
	F2FS_SUPERBLOCK = 1024,
	F2FS_LOG_BLOCKSIZE_AT = 16,
	F2FS_LOG_BLOCKS_PER_SEGMENT_AT = 20,
	F2FS_CHECKPOINT_AT = 76,
	F2FS_PACK_FLAGS_AT = 132,
	F2FS_PACK_BLOCKS_AT = 136,
	F2FS_UMOUNT = 1,
	F2FS_BLOCK_LOG = 12,	  /* the only block size below 64 KiB pages */
	F2FS_SEGMENT_LOG_MAX = 9, /* 512 blocks, as the kernel demands */
};
static const uint32_t f2fs_magic = 0xf2f52010;

/* A checkpoint pack is whole when its first and last blocks carry the same version. */
static bool read_pack(int fd, uint64_t offset_bytes, uint64_t size_bytes, uint64_t at,
		      uint64_t *out_version, uint32_t *out_flags)
{
	uint8_t first[160], last[8];
	uint32_t blocks;

	if (!read_at(fd, offset_bytes, size_bytes, at, first, sizeof(first)))
		return false;
	blocks = u32le_at(first, F2FS_PACK_BLOCKS_AT);
	if (blocks < 2 || blocks > 1u << F2FS_SEGMENT_LOG_MAX ||
	    !read_at(fd, offset_bytes, size_bytes, at + ((uint64_t)(blocks - 1) << F2FS_BLOCK_LOG),
		     last, sizeof(last)))
		return false;
	*out_version = u64le_at(first, 0);
	*out_flags = u32le_at(first, F2FS_PACK_FLAGS_AT);
	return u64le_at(last, 0) == *out_version;
}

enum fskind_state dirty_f2fs(int fd, uint64_t offset_bytes, uint64_t size_bytes)
{
	uint8_t super[128];
	uint64_t at, version[2] = {0, 0};
	uint32_t flags[2] = {0, 0};
	bool whole[2];

	if (!read_at(fd, offset_bytes, size_bytes, F2FS_SUPERBLOCK, super, sizeof(super)) ||
	    u32le_at(super, 0) != f2fs_magic ||
	    u32le_at(super, F2FS_LOG_BLOCKSIZE_AT) != F2FS_BLOCK_LOG ||
	    u32le_at(super, F2FS_LOG_BLOCKS_PER_SEGMENT_AT) > F2FS_SEGMENT_LOG_MAX)
		return FSKIND_NOT_KNOWN;
	at = (uint64_t)u32le_at(super, F2FS_CHECKPOINT_AT) << F2FS_BLOCK_LOG;
	whole[0] = read_pack(fd, offset_bytes, size_bytes, at, &version[0], &flags[0]);
	at += 1ull << (u32le_at(super, F2FS_LOG_BLOCKS_PER_SEGMENT_AT) + F2FS_BLOCK_LOG);
	whole[1] = read_pack(fd, offset_bytes, size_bytes, at, &version[1], &flags[1]);
	if (!whole[0] && !whole[1])
		return FSKIND_NOT_KNOWN;
	at = whole[0] && (!whole[1] || version[0] > version[1]) ? 0 : 1;
	return dirty_if(!(flags[at] & F2FS_UMOUNT));
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

	if (!read_at(fd, offset_bytes, size_bytes, 0, boot, sizeof(boot)))
		return FSKIND_NOT_KNOWN;
	at = u16le_at(boot, FAT_SIZE16_AT) == 0 ? FAT32_STATE_AT : FAT16_STATE_AT;
	return dirty_if(boot[at] & FAT_DIRTY);
}

enum fskind_state dirty_exfat(int fd, uint64_t offset_bytes, uint64_t size_bytes)
{
	uint8_t boot[512];

	if (!read_at(fd, offset_bytes, size_bytes, 0, boot, sizeof(boot)) ||
	    memcmp(boot + 3, "EXFAT   ", 8) != 0)
		return FSKIND_NOT_KNOWN;
	return dirty_if(u16le_at(boot, EXFAT_FLAGS_AT) & EXFAT_DIRTY);
}
