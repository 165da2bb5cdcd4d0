/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The container that the program lzop writes around LZO1X (docs/formats/kernel-image.md), which
 * lib/decompress_unlzo.c of Linux 6.12 reads. The only user of liblzo2. */
#include "efi/lzop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <lzo/lzo1x.h>

#include "scanner/base/own.h"

const uint8_t lzop_magic[LZOP_MAGIC_BYTES] = {0x89, 'L', 'Z', 'O', 0, 0x0d, 0x0a, 0x1a, 0x0a};

enum {
	LZOP_BLOCK_MAX = 64 * 1024 * 1024, /* what lzop itself takes */
	LZOP_LONG_HEADER = 0x0940, /* the version from which on the header has its later fields */
	LZOP_ADLER_UNPACKED = 0x1,
	LZOP_ADLER_PACKED = 0x2,
	LZOP_CRC_UNPACKED = 0x100,
	LZOP_CRC_PACKED = 0x200,
	LZOP_FILTER = 0x800,
};

/* Moves past the header. */
static bool read_header(struct bytes *b, uint32_t *out_flags)
{
	uint16_t version;

	bytes_take(b, LZOP_MAGIC_BYTES);
	version = bytes_u16be(b);
	/* The library's version, the one needed, the method and its level. */
	bytes_take(b, version >= LZOP_LONG_HEADER ? 6 : 5);
	*out_flags = bytes_u32be(b);
	/* A filter, the mode, the times. */
	bytes_take(b, *out_flags & LZOP_FILTER ? 4 : 0);
	bytes_take(b, version >= LZOP_LONG_HEADER ? 12 : 8);
	bytes_take(b, bytes_u8(b)); /* the file's name */
	bytes_take(b, 4);	    /* a checksum */
	return !b->bad;
}

/* One block, appended to out->data. *out_more: it was not the mark at the end. Returns false when it
 * makes no sense. */
static bool read_block(struct bytes *b, uint32_t flags, size_t limit, struct unpack *out,
		       bool *out_more)
{
	uint32_t unpacked = bytes_u32be(b), packed;
	const uint8_t *from;
	lzo_uint written;

	*out_more = unpacked != 0;
	if (b->bad || unpacked == 0)
		return !b->bad;
	packed = bytes_u32be(b);
	bytes_take(b, flags & LZOP_ADLER_UNPACKED ? 4 : 0);
	bytes_take(b, flags & LZOP_CRC_UNPACKED ? 4 : 0);
	if (packed < unpacked) {
		bytes_take(b, flags & LZOP_ADLER_PACKED ? 4 : 0);
		bytes_take(b, flags & LZOP_CRC_PACKED ? 4 : 0);
	}
	from = bytes_take(b, packed);
	if (!from || packed == 0 || packed > unpacked || unpacked > LZOP_BLOCK_MAX)
		return false;
	written = unpacked;
	if (packed == unpacked)
		memcpy(out->data + out->size, from, unpacked);
	else if (lzo1x_decompress_safe(from, packed, out->data + out->size, &written, NULL) !=
			 LZO_E_OK ||
		 written != unpacked)
		return false;
	out->size += unpacked;
	if (out->size > limit) {
		out->size = limit;
		out->end = UNPACK_TOO_LARGE;
		*out_more = false;
	}
	return true;
}

/* The length of the next block when unpacked, as it says; 0: none. */
static uint32_t next_length(const struct bytes *b)
{
	struct bytes ahead = *b;

	return bytes_u32be(&ahead);
}

/* For a whole block, even if it goes beyond the limit. */
static bool make_room(struct unpack *out, size_t *capacity, size_t more)
{
	size_t want = out->size + more;
	uint8_t *grown;

	/* What is too long for a block is refused by read_block(). */
	if (more > LZOP_BLOCK_MAX || want <= *capacity)
		return true;
	want = want > *capacity * 2 ? want : *capacity * 2;
	grown = realloc(out->data, want + 1);
	if (!grown)
		return false;
	out->data = grown;
	*capacity = want;
	return true;
}

int lzop_unpack(const uint8_t *data, size_t size, size_t limit, struct unpack *out, struct fault *f)
{
	struct bytes b = bytes_of(data, size);
	uint32_t flags = 0;
	size_t capacity = 0;
	bool more = true, good = read_header(&b, &flags);

	out->end = UNPACK_WHOLE;
	while (good && more) {
		if (!make_room(out, &capacity, next_length(&b)))
			return fault_set(f, ENOMEM, "unpacking lzo");
		good = read_block(&b, flags, limit, out, &more);
	}
	if (out->data)
		out->data[out->size] = '\0';
	out->used = size - b.left;
	if (!good) {
		out->end = UNPACK_DAMAGED;
		fault_set(&out->why, EBADMSG, "unpacking lzo");
	} else if (out->end == UNPACK_TOO_LARGE) {
		fault_set(&out->why, EFBIG, "unpacking lzo: more than %zu bytes", limit);
	}
	return 0;
}
