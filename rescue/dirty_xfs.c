/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether an XFS log ends with the record of an unmount (fs/xfs/xfs_log_recover.c xlog_find_tail();
 * fs/xfs/libxfs/xfs_log_format.h, xfs_format.h). The log is a ring of 512-byte blocks; each begins with
 * the number of the round it was written in, so the newest block is where that number drops.
 */
#include "rescue/dirty.h"

#include <string.h>

#include "scanner/base/bytes.h"
#include "scanner/base/fd.h"

enum {
	BLOCK = 512,
	RECORD_BLOCKS_MAX = 2048, /* 1 MiB: records end at 256 KiB and stripe units too */
	CYCLE_BYTES = 32 * 1024,  /* of a record that one header block can stand for */
	H_SIZE_AT =
		16 + 8 * 2 + 4 * 3 + 4 * 64 + 4 + 16, /* h_size, behind h_cycle_data and h_fmt */
	UNMOUNT = 0x20,
};
static const uint32_t super_magic = 0x58465342, record_magic = 0xfeedbabe;

struct ring {
	int fd;
	uint64_t start; /* byte offset in the descriptor */
	uint64_t blocks;
};

static bool read_block(const struct ring *ring, uint64_t i, uint8_t block[BLOCK])
{
	return fd_pread_full(ring->fd, block, BLOCK, ring->start + i * BLOCK) == BLOCK;
}

static uint32_t u32be_at(const uint8_t *block, size_t at)
{
	struct bytes b = bytes_of(block + at, 4);

	return bytes_u32be(&b);
}

/* The round in which a block was written; a record's header has its magic number there instead. */
static uint32_t round_of(const uint8_t block[BLOCK])
{
	uint32_t first = u32be_at(block, 0);

	return first == record_magic ? u32be_at(block, 4) : first;
}

static bool read_round(const struct ring *ring, uint64_t i, uint32_t *out)
{
	uint8_t block[BLOCK];

	if (!read_block(ring, i, block))
		return false;
	*out = round_of(block);
	return true;
}

/* The first block of the last round but one, which is where the next write would go. */
static bool find_head(const struct ring *ring, uint64_t *out)
{
	uint64_t low = 0, high = ring->blocks - 1;
	uint32_t first, last, middle;

	if (!read_round(ring, low, &first) || !read_round(ring, high, &last))
		return false;
	if (first == last) {
		*out = ring->blocks;
		return true;
	}
	while (high - low > 1) {
		uint64_t i = low + (high - low) / 2;

		if (!read_round(ring, i, &middle))
			return false;
		if (middle == last)
			high = i;
		else
			low = i;
	}
	*out = high;
	return true;
}

/* Looks backwards from the head for the header of the newest record. */
static bool find_record(const struct ring *ring, uint64_t head, uint64_t *out, uint8_t block[BLOCK])
{
	uint64_t i = head;

	for (unsigned n = 0; n < RECORD_BLOCKS_MAX && n < ring->blocks; n++) {
		i = (i ? i : ring->blocks) - 1;
		if (!read_block(ring, i, block))
			return false;
		if (u32be_at(block, 0) == record_magic) {
			*out = i;
			return true;
		}
	}
	return false;
}

/* Version 2 records have a header block for each 32 KiB of their buffer. */
static uint64_t header_blocks(const uint8_t header[BLOCK])
{
	uint32_t version = u32be_at(header, 8), size = u32be_at(header, H_SIZE_AT);

	if (!(version & 2) || size <= CYCLE_BYTES)
		return 1;
	return (size + (uint64_t)CYCLE_BYTES - 1) / CYCLE_BYTES;
}

static enum fskind_state state_of(const struct ring *ring)
{
	uint8_t header[BLOCK], data[BLOCK];
	uint64_t head, record, body, after;

	if (!find_head(ring, &head) || !find_record(ring, head, &record, header))
		return FSKIND_NOT_KNOWN;
	body = (record + header_blocks(header)) % ring->blocks;
	after = (body + ((uint64_t)u32be_at(header, 12) + BLOCK - 1) / BLOCK) % ring->blocks;
	if (after != head % ring->blocks || u32be_at(header, 40) != 1)
		return FSKIND_DIRTY;
	if (!read_block(ring, body, data))
		return FSKIND_NOT_KNOWN;
	return data[9] & UNMOUNT ? FSKIND_CLEAN : FSKIND_DIRTY;
}

/* Where the log lies: FSKIND_DIRTY, in *out. FSKIND_ELSEWHERE: on a device of its own. Otherwise what the
 * superblock says cannot be. */
static enum fskind_state find_ring(int fd, uint64_t offset_bytes, uint64_t size_bytes,
				   struct ring *out)
{
	uint8_t super[BLOCK];
	struct bytes b;
	uint64_t log_start, group, start, size, end;
	uint32_t block_size, group_blocks, log_blocks;
	uint8_t group_log;

	if (size_bytes < BLOCK || fd_pread_full(fd, super, BLOCK, offset_bytes) != BLOCK ||
	    u32be_at(super, 0) != super_magic)
		return FSKIND_NOT_KNOWN;
	block_size = u32be_at(super, 4);
	b = bytes_of(super + 48, 8);
	log_start = (uint64_t)bytes_u32be(&b) << 32;
	log_start |= bytes_u32be(&b);
	group_blocks = u32be_at(super, 84);
	log_blocks = u32be_at(super, 96);
	group_log = super[124];
	if (log_start == 0)
		return FSKIND_ELSEWHERE;
	if (group_log > 31 || block_size < BLOCK || block_size > 64 * 1024 || log_blocks == 0)
		return FSKIND_NOT_KNOWN;
	group = log_start >> group_log;
	start = group * group_blocks + (log_start & ((1ull << group_log) - 1));
	size = (uint64_t)log_blocks * block_size;
	if (group > UINT32_MAX || __builtin_mul_overflow(start, block_size, &start) ||
	    __builtin_add_overflow(start, size, &end) || end > size_bytes)
		return FSKIND_NOT_KNOWN;
	*out = (struct ring){fd, offset_bytes + start, size / BLOCK};
	return FSKIND_DIRTY;
}

enum fskind_state dirty_xfs(int fd, uint64_t offset_bytes, uint64_t size_bytes)
{
	struct ring ring;
	enum fskind_state state = find_ring(fd, offset_bytes, size_bytes, &ring);

	return state == FSKIND_DIRTY ? state_of(&ring) : state;
}
