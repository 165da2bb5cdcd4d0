/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading ahead for several files at once.
 *
 * Attribute blocks of ext4: FS_IOC_FIEMAP with FIEMAP_FLAG_XATTR tells where they are
 * (Documentation/filesystems/fiemap.rst; fs/ext4/extents.c answers from the inode, without reading
 * the block), and ext4 looks for them in the page cache of its device, into which
 * posix_fadvise(2) brings them.
 *
 * Content: the files are mapped side by side and given to one madvise(2), which collects the
 * requests it causes before it sends them off (the plug in mm/madvise.c): files that lie side by
 * side on the disk, too, become one request. Asked for one by one they would not.
 */
#include "scanner/readahead.h"

#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scanner/base/bytes.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"

enum {
	BLOCK_BYTES_MAX = 64 * 1024, /* the largest block that ext4 knows */
	GAP_BYTES = 32 * 1024,	     /* reading so much for nothing is cheaper than a request */
	FILE_BYTES_MAX = 64 * 1024,  /* ext4 lays smaller ones side by side (s_mb_stream_req) */
};

struct readahead_device readahead_device_open(const char *path, uint64_t dev)
{
	struct readahead_device device = {.fd = -1};
	own_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	off_t size;

	if (fd < 0 || fstat(fd, &st) || !S_ISBLK(st.st_mode) || st.st_rdev != dev)
		return device;
	size = lseek(fd, 0, SEEK_END);
	if (size <= 0)
		return device;
	device.size_bytes = (uint64_t)size;
	device.fd = take_fd(&fd);
	return device;
}

void readahead_device_close(struct readahead_device *device)
{
	own_close_fd(&device->fd);
	device->fd = -1;
}

/* --- Ranges --- */

static int by_start(const void *a, const void *b)
{
	const struct readahead_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static size_t drop_bad(struct readahead_range *ranges, size_t count, uint64_t device_bytes)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (ranges[i].start < ranges[i].end && ranges[i].end <= device_bytes)
			ranges[kept++] = ranges[i];
	return kept;
}

size_t readahead_join(struct readahead_range *ranges, size_t count, uint64_t gap_bytes,
		      uint64_t device_bytes)
{
	size_t joined = 0;

	count = drop_bad(ranges, count, device_bytes);
	if (!count)
		return 0;
	qsort(ranges, count, sizeof(*ranges), by_start);
	for (size_t i = 1; i < count; i++) {
		struct readahead_range *last = &ranges[joined];

		/* Not "end + gap", which could wrap around. */
		if (ranges[i].start > last->end && ranges[i].start - last->end > gap_bytes)
			ranges[++joined] = ranges[i];
		else if (ranges[i].end > last->end)
			last->end = ranges[i].end;
	}
	return joined + 1;
}

/* --- Samples --- */

/* Is the page at this place in memory? Nothing is read for the answer. */
static bool is_in_memory(int fd, uint64_t offset)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char resident = 0;
	void *at = mmap(NULL, page, PROT_NONE, MAP_SHARED, fd, (off_t)(offset - offset % page));

	/* Where it is not told, no hint is given either. */
	if (at == MAP_FAILED)
		return true;
	if (mincore(at, page, &resident))
		resident = 1;
	munmap(at, page);
	return resident & 1;
}

bool readahead_pays(const struct readahead_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (files[i].size_bytes)
			return !is_in_memory(files[i].fd, 0);
	return false;
}

/* --- Attributes --- */

/*
 * Where a file has attributes in its inode and in a block, the kernel tells of those in the inode
 * alone. But the number of the block is in the inode, too (i_file_acl_lo and l_i_file_acl_high:
 * Documentation/filesystems/ext4/inodes.rst), and that part of the device is in memory, since the
 * inode is. What it tells of the inode is where its block begins, not where in it the inode is
 * (Linux 6.18), so that follows from the inode's number. A lie leads to another place of the
 * device and no further.
 */
static bool find_by_inode(const struct readahead_device *device, const struct fiemap_extent *extent,
			  uint64_t ino, struct readahead_range *out)
{
	enum { INODE_BYTES_MIN = 256, ACL_AT = 0x68, HIGH_AT = 0x76, BYTES = HIGH_AT + 2 - ACL_AT };
	uint64_t block = device->block_bytes, inode_bytes = INODE_BYTES_MIN, place, number;
	uint8_t raw[BYTES];
	struct bytes acl = bytes_of(raw, sizeof(raw));

	/* A power of two, of which the attributes are a part. */
	while (inode_bytes <= extent->fe_length)
		inode_bytes *= 2;
	if (inode_bytes > block || !ino)
		return false;
	place = extent->fe_physical - extent->fe_physical % block +
		(ino - 1) % (block / inode_bytes) * inode_bytes + ACL_AT;
	if (place > device->size_bytes ||
	    fd_pread_full(device->fd, raw, sizeof(raw), place) != sizeof(raw))
		return false;
	number = bytes_u32le(&acl);
	(void)bytes_take(&acl, HIGH_AT - ACL_AT - 4);
	number |= (uint64_t)bytes_u16le(&acl) << 32;
	*out = (struct readahead_range){.start = number * block, .end = number * block + block};
	return number != 0;
}

/* Where a file's attribute block is. False: it has none, or that cannot be told. */
static bool find_attrs(const struct readahead_device *device, const struct readahead_file *file,
		       struct readahead_range *out)
{
	/* The answer is an array at the end of the question. */
	union {
		struct fiemap map;
		uint8_t room[sizeof(struct fiemap) + sizeof(struct fiemap_extent)];
	} ask = {.map = {
			 .fm_length = FIEMAP_MAX_OFFSET,
			 .fm_flags = FIEMAP_FLAG_XATTR,
			 .fm_extent_count = 1,
		 }};
	const struct fiemap_extent *extent = ask.map.fm_extents;
	uint64_t end;

	if (ioctl(file->fd, FS_IOC_FIEMAP, &ask) || ask.map.fm_mapped_extents != 1 ||
	    extent->fe_length > BLOCK_BYTES_MAX ||
	    __builtin_add_overflow(extent->fe_physical, extent->fe_length, &end))
		return false;
	if (extent->fe_flags & FIEMAP_EXTENT_DATA_INLINE)
		return find_by_inode(device, extent, file->ino, out);
	*out = (struct readahead_range){.start = extent->fe_physical, .end = end};
	return true;
}

/* Files without attribute blocks are seldom among others that have them: a few are asked. */
static bool have_blocks(const struct readahead_device *device, const struct readahead_file *files,
			size_t count)
{
	const size_t samples[] = {0, count / 2, count - 1};
	struct readahead_range block;

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		if (find_attrs(device, &files[samples[i]], &block))
			return !is_in_memory(device->fd, block.start);
	return false;
}

void readahead_attrs(const struct readahead_device *device, const struct readahead_file *files,
		     size_t count)
{
	struct readahead_range ranges[READAHEAD_FILES_MAX];
	size_t n = 0;

	if (device->fd < 0 || !count || !have_blocks(device, files, count))
		return;
	for (size_t i = 0; i < count && n < READAHEAD_FILES_MAX; i++)
		n += find_attrs(device, &files[i], &ranges[n]);
	n = readahead_join(ranges, n, GAP_BYTES, device->size_bytes);
	for (size_t i = 0; i < n; i++)
		(void)posix_fadvise(device->fd, (off_t)ranges[i].start,
				    (off_t)(ranges[i].end - ranges[i].start), POSIX_FADV_WILLNEED);
}

/* --- Content --- */

/* The room of a file in the row, in whole pages; 0: it is not for us. */
static size_t room_of(const struct readahead_file *file, size_t page)
{
	if (file->size_bytes > FILE_BYTES_MAX)
		return 0;
	return ((size_t)file->size_bytes + page - 1) / page * page;
}

/*
 * Maps the files side by side from `row` on; returns the bytes mapped. Their pages are not for touching:
 * a file may become shorter.
 */
static size_t map_row(uint8_t *row, const struct readahead_file *files, size_t count, size_t page)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		size_t room = room_of(&files[i], page);

		if (room && mmap(row + used, room, PROT_NONE, MAP_SHARED | MAP_FIXED, files[i].fd,
				 0) != MAP_FAILED)
			used += room;
	}
	return used;
}

void readahead_content(const struct readahead_file *files, size_t count)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), room = 0, n = 0, used;
	uint8_t *row;

	if (count > READAHEAD_FILES_MAX)
		count = READAHEAD_FILES_MAX;
	for (size_t i = 0; i < count; i++) {
		room += room_of(&files[i], page);
		n += room_of(&files[i], page) > 0;
	}
	/* One file alone has no neighbour. */
	if (n < 2)
		return;
	row = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (row == MAP_FAILED)
		return;
	used = map_row(row, files, count, page);
	if (used)
		(void)madvise(row, used, MADV_WILLNEED);
	munmap(row, room);
}
