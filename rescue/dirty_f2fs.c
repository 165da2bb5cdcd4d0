/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether an F2FS was left unclean (include/linux/f2fs_fs.h; fs/f2fs/recovery.c, find_fsync_dnodes(), and
 * fs/f2fs/node.h, is_recoverable_dnode()). A checkpoint says whether it was written when unmounting; that
 * stays so until the next one, while files that are synced meanwhile go into a chain of node blocks behind
 * it, each carrying the checkpoint's version.
 */
#include <string.h>

#include "rescue/dirty.h"
#include "rescue/dirty_internal.h"

enum {
	SUPERBLOCK_AT = 1024,
	LOG_BLOCKSIZE_AT = 16,
	LOG_BLOCKS_PER_SEGMENT_AT = 20,
	CHECKPOINT_AT = 76,
	MAIN_AT = 92,
	BLOCK_LOG = 12, /* the only block size below 64 KiB pages */
	BLOCK = 1 << BLOCK_LOG,
	SEGMENT_LOG_MAX = 9, /* 512 blocks, as the kernel demands */
	PACK_WARM_SEGMENT_AT = 40,
	PACK_WARM_BLOCK_AT = 70,
	PACK_FLAGS_AT = 132,
	PACK_BLOCKS_AT = 136,
	PACK_CHECKSUM_AT = 164,
	UNMOUNTED = 0x1,
	MARKED_FOR_CHECKING = 0x10,
	VERSION_HAS_CHECKSUM = 0x40,
	VERSION_CHECKSUM_IGNORED = 0x200,
	FOOTER_AT = BLOCK - 24,
	FOOTER_BYTES = 24,
	FOOTER_FLAG_AT = 8,
	FOOTER_VERSION_AT = 12,
	FOOTER_NEXT_AT = 20,
	NODE_SYNCED = 0x2,
	CHAIN_MAX =
		1
		<< 16, /* 256 MiB of nodes between two checkpoints: a chain that is longer is a loop */
};
static const uint32_t magic = 0xf2f52010;

struct place {
	int fd;
	uint64_t offset_bytes, size_bytes;
};

static bool read_block_part(const struct place *p, uint64_t block, uint64_t at, void *data,
			    size_t size)
{
	return dirty_read_at(p->fd, p->offset_bytes, p->size_bytes, (block << BLOCK_LOG) + at, data,
			     size);
}

/* A checkpoint pack is whole when its first and last blocks carry the same version. */
static bool read_pack(const struct place *p, uint64_t block, uint8_t first[BLOCK])
{
	uint8_t last[8];
	uint32_t blocks;

	if (!read_block_part(p, block, 0, first, BLOCK))
		return false;
	blocks = dirty_u32(first, PACK_BLOCKS_AT);
	return blocks >= 2 && blocks <= 1u << SEGMENT_LOG_MAX &&
	       read_block_part(p, block + blocks - 1, 0, last, sizeof(last)) &&
	       dirty_u64(last, 0) == dirty_u64(first, 0);
}

/* Of a node that was written behind this checkpoint. */
static bool is_behind(const uint8_t *pack, uint64_t node_version)
{
	uint64_t version = dirty_u64(pack, 0);
	uint32_t flags = dirty_u32(pack, PACK_FLAGS_AT), at = dirty_u32(pack, PACK_CHECKSUM_AT);

	if (flags & VERSION_CHECKSUM_IGNORED)
		return (uint32_t)version == (uint32_t)node_version;
	if (flags & VERSION_HAS_CHECKSUM && at <= BLOCK - 4)
		version |= (uint64_t)dirty_u32(pack, at) << 32;
	return version == node_version;
}

/* Follows the chain from where the checkpoint says that the next warm node goes. */
static bool has_synced_node(const struct place *p, const uint8_t *super, const uint8_t *pack)
{
	uint64_t block = dirty_u32(super, MAIN_AT) +
			 ((uint64_t)dirty_u32(pack, PACK_WARM_SEGMENT_AT)
			  << dirty_u32(super, LOG_BLOCKS_PER_SEGMENT_AT)) +
			 dirty_u16(pack, PACK_WARM_BLOCK_AT);
	uint8_t footer[FOOTER_BYTES];

	for (unsigned n = 0; n < CHAIN_MAX; n++) {
		if (!read_block_part(p, block, FOOTER_AT, footer, sizeof(footer)) ||
		    !is_behind(pack, dirty_u64(footer, FOOTER_VERSION_AT)))
			return false;
		if (dirty_u32(footer, FOOTER_FLAG_AT) & NODE_SYNCED)
			return true;
		block = dirty_u32(footer, FOOTER_NEXT_AT);
	}
	return true;
}

enum fskind_state dirty_f2fs(int fd, uint64_t offset_bytes, uint64_t size_bytes)
{
	const struct place p = {fd, offset_bytes, size_bytes};
	uint8_t super[128], packs[2][BLOCK];
	const uint8_t *newest;
	uint64_t block;
	bool whole[2];
	uint32_t flags;

	if (!dirty_read_at(fd, offset_bytes, size_bytes, SUPERBLOCK_AT, super, sizeof(super)) ||
	    dirty_u32(super, 0) != magic || dirty_u32(super, LOG_BLOCKSIZE_AT) != BLOCK_LOG ||
	    dirty_u32(super, LOG_BLOCKS_PER_SEGMENT_AT) > SEGMENT_LOG_MAX)
		return FSKIND_NOT_KNOWN;
	block = dirty_u32(super, CHECKPOINT_AT);
	whole[0] = read_pack(&p, block, packs[0]);
	block += 1u << dirty_u32(super, LOG_BLOCKS_PER_SEGMENT_AT);
	whole[1] = read_pack(&p, block, packs[1]);
	if (!whole[0] && !whole[1])
		return FSKIND_NOT_KNOWN;
	newest = whole[0] && (!whole[1] || dirty_u64(packs[0], 0) > dirty_u64(packs[1], 0))
			 ? packs[0]
			 : packs[1];
	flags = dirty_u32(newest, PACK_FLAGS_AT);
	if (!(flags & UNMOUNTED) || has_synced_node(&p, super, newest))
		return FSKIND_DIRTY;
	return flags & MARKED_FOR_CHECKING ? FSKIND_UNCLEAN : FSKIND_CLEAN;
}
