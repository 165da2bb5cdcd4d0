/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_DIRTY_INTERNAL_H
#define RESCUE_DIRTY_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "scanner/base/bytes.h"
#include "scanner/base/fd.h"

/* What the files that read little-endian file systems share. */

/* Reads exactly `size` bytes at a place of the file system. */
static inline bool dirty_read_at(int fd, uint64_t offset_bytes, uint64_t size_bytes, uint64_t at,
				 void *data, size_t size)
{
	uint64_t end;

	return !__builtin_add_overflow(at, size, &end) && end <= size_bytes &&
	       fd_pread_full(fd, data, size, offset_bytes + at) == (ssize_t)size;
}

static inline uint16_t dirty_u16(const uint8_t *data, size_t at)
{
	struct bytes b = bytes_of(data + at, 2);

	return bytes_u16le(&b);
}

static inline uint32_t dirty_u32(const uint8_t *data, size_t at)
{
	struct bytes b = bytes_of(data + at, 4);

	return bytes_u32le(&b);
}

static inline uint64_t dirty_u64(const uint8_t *data, size_t at)
{
	struct bytes b = bytes_of(data + at, 8);

	return bytes_u64le(&b);
}

#endif
