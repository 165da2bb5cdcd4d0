/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compressed streams inside kernel images, as lib/decompress.c of Linux 6.12 knows them, unpacked by
 * libarchive's filters and liblzo2 (docs/formats/kernel-image.md). */
#include "efi/unpack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "efi/lzop.h"
#include "scanner/base/buf.h"
#include "scanner/base/bytes.h"

/* --- Where a stream ends ---
 *
 * The kernel's build appends the unpacked length, which some filters take for damage and then drop the last
 * of what they had unpacked. So they get to see the stream only. What makes no sense is left to them. */

enum {
	XZ_FOOTER_BYTES = 12,
	XZ_HEADER_BYTES = 12,
	XZ_FOOTERS_MAX = 4096, /* candidates: by chance there is one in 4 GiB */
};

static uint32_t crc32_of(const uint8_t *data, size_t size)
{
	uint32_t crc = ~0u;

	for (size_t i = 0; i < size; i++) {
		crc ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static bool is_xz_footer(const uint8_t *footer)
{
	struct bytes b = bytes_of(footer, 4);

	return bytes_u32le(&b) == crc32_of(footer + 4, 6);
}

/* Up to the first footer with the header's flags and a checksum that is right. */
static size_t xz_length(const uint8_t *data, size_t size)
{
	size_t from = XZ_HEADER_BYTES + XZ_FOOTER_BYTES - 2;

	for (int i = 0; i < XZ_FOOTERS_MAX && from < size;) {
		const uint8_t *end = memmem(data + from, size - from, "YZ", 2);

		if (!end)
			break;
		from = (size_t)(end - data) + 1;
		if (memcmp(end - 2, data + 6, 2) != 0)
			continue;
		if (is_xz_footer(end - 10))
			return (size_t)(end - data) + 2;
		i++;
	}
	return size;
}

/* RFC 8878, 3.1.1.1: how much of a frame's header follows its magic and descriptor. */
static size_t zstd_header_rest(uint8_t descriptor)
{
	static const uint8_t dictionary[] = {0, 1, 2, 4}, content[] = {0, 2, 4, 8};
	bool single = descriptor & 0x20;
	size_t content_size = content[descriptor >> 6];

	if (single && content_size == 0)
		content_size = 1;
	return (single ? 0 : 1) + dictionary[descriptor & 3] + content_size;
}

static size_t zstd_length(const uint8_t *data, size_t size)
{
	enum { RAW, RLE, PACKED, RESERVED };
	struct bytes b = bytes_of(data, size);
	uint32_t block = 0;
	uint8_t descriptor;

	bytes_take(&b, 4);
	descriptor = bytes_u8(&b);
	bytes_take(&b, zstd_header_rest(descriptor));
	while (!b.bad && !(block & 1)) {
		block = bytes_u16le(&b);
		block |= (uint32_t)bytes_u8(&b) << 16;
		bytes_take(&b, (block >> 1 & 3) == RLE ? 1 : block >> 3);
	}
	bytes_take(&b, descriptor & 4 ? 4 : 0); /* a checksum */
	return b.bad ? size : size - b.left;
}

static size_t lz4_length(const uint8_t *data, size_t size)
{
	enum { BLOCK_MAX = 8 << 20, PACKED_MAX = BLOCK_MAX + BLOCK_MAX / 255 + 16 };
	struct bytes b = bytes_of(data, size), before = b;

	bytes_take(&b, 4);
	while (!b.bad) {
		uint32_t length;

		before = b;
		length = bytes_u32le(&b);
		if (length == 0 || length > PACKED_MAX)
			break;
		bytes_take(&b, length);
	}
	return size - before.left;
}

/* --- Kinds --- */

typedef size_t length_fn(const uint8_t *data, size_t size);
typedef bool check_fn(const uint8_t *data, size_t size);

static bool is_gzip(const uint8_t *data, size_t size)
{
	return size >= 18 && !(data[3] & 0xe0); /* reserved flags */
}

/* A first block, or the end at once. */
static bool is_bzip2(const uint8_t *data, size_t size)
{
	return size >= 10 && data[3] >= '1' && data[3] <= '9' &&
	       (memcmp(data + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
		memcmp(data + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

/* A dictionary of 2^n or 2^n + 2^(n-1) bytes, and an unpacked length that is unknown or sane. */
static bool is_lzma(const uint8_t *data, size_t size)
{
	struct bytes b = bytes_of(data, size);
	uint32_t dictionary;
	uint64_t length;

	bytes_u8(&b);
	dictionary = bytes_u32le(&b);
	length = bytes_u64le(&b);
	if (b.bad || dictionary < 4096)
		return false;
	while (!(dictionary & 1))
		dictionary >>= 1;
	return dictionary <= 3 && (length == UINT64_MAX || length < (uint64_t)1 << 40);
}

/* --- What memory a stream asks for --- */

/* Kernels are packed with dictionaries of 64 MiB (lzma -9), 128 MiB (zstd --ultra -22) at most. */
enum { DICTIONARY_MAX = 256 << 20 };

static uint64_t lzma_dictionary(const uint8_t *data, size_t size)
{
	struct bytes b = bytes_of(data, size);

	bytes_u8(&b);
	return bytes_u32le(&b);
}

/* The .xz format, 1.2 */
static uint64_t xz_number(struct bytes *b)
{
	uint64_t value = 0;
	uint8_t byte = 0x80;

	for (unsigned shift = 0; shift < 63 && byte & 0x80; shift += 7) {
		byte = bytes_u8(b);
		value |= (uint64_t)(byte & 0x7f) << shift;
	}
	return value;
}

/* The .xz format, 3.1: of the first block, as the kernel's build makes one only. */
static uint64_t xz_dictionary(const uint8_t *data, size_t size)
{
	enum { LZMA2 = 0x21, FILTERS = 3, HAS_PACKED_SIZE = 0x40, HAS_SIZE = 0x80, BITS_MAX = 40 };
	struct bytes b = bytes_of(data, size);
	uint8_t flags, bits = 0;

	bytes_take(&b, XZ_HEADER_BYTES + 1);
	flags = bytes_u8(&b);
	if (flags & HAS_PACKED_SIZE)
		xz_number(&b);
	if (flags & HAS_SIZE)
		xz_number(&b);
	for (int i = 0; i <= (flags & FILTERS) && !b.bad; i++) {
		uint64_t filter = xz_number(&b), length = xz_number(&b);
		const uint8_t *properties = bytes_take(&b, length < b.left ? length : b.left + 1);

		if (filter == LZMA2 && properties && length > 0)
			bits = properties[0];
	}
	return bits > BITS_MAX ? 0 : (uint64_t)(2 | (bits & 1)) << (bits / 2 + 11);
}

static const struct kind {
	const char *name, *magic;
	size_t magic_bytes;
	check_fn *check; /* of what follows the magic */
	int filter;	 /* libarchive's */
	length_fn *length;
	uint64_t (*dictionary)(const uint8_t *data, size_t size); /* NULL: bounded anyway */
} kinds[UNPACK_KINDS] = {
	[UNPACK_NONE] = {"none", "", 0, NULL, ARCHIVE_FILTER_NONE, NULL, NULL},
	[UNPACK_GZIP] = {"gzip", "\x1f\x8b\x08", 3, is_gzip, ARCHIVE_FILTER_GZIP, NULL, NULL},
	[UNPACK_XZ] = {"xz",
		       "\xfd"
		       "7zXZ\0",
		       6, NULL, ARCHIVE_FILTER_XZ, xz_length, xz_dictionary},
	[UNPACK_ZSTD] = {"zstd", "\x28\xb5\x2f\xfd", 4, NULL, ARCHIVE_FILTER_ZSTD, zstd_length,
			 NULL},
	[UNPACK_LZ4] = {"lz4", "\x02\x21\x4c\x18", 4, NULL, ARCHIVE_FILTER_LZ4, lz4_length, NULL},
	[UNPACK_BZIP2] = {"bzip2", "BZh", 3, is_bzip2, ARCHIVE_FILTER_BZIP2, NULL, NULL},
	[UNPACK_LZMA] = {"lzma", "\x5d\0\0", 3, is_lzma, ARCHIVE_FILTER_LZMA, NULL,
			 lzma_dictionary},
	/* libarchive may be built to run the program lzop. */
	[UNPACK_LZO] = {"lzo", (const char *)lzop_magic, LZOP_MAGIC_BYTES, NULL,
			ARCHIVE_FILTER_NONE, NULL, NULL},
};

const char *unpack_name(enum unpack_kind kind)
{
	return kinds[kind].name;
}

enum unpack_kind unpack_kind(const uint8_t *data, size_t size)
{
	for (enum unpack_kind i = UNPACK_NONE + 1; i < UNPACK_KINDS; i++)
		if (size >= kinds[i].magic_bytes &&
		    memcmp(data, kinds[i].magic, kinds[i].magic_bytes) == 0 &&
		    (!kinds[i].check || kinds[i].check(data, size)))
			return i;
	return UNPACK_NONE;
}

size_t unpack_find(const uint8_t *data, size_t size, size_t from)
{
	bool first[256] = {false};

	for (enum unpack_kind i = UNPACK_NONE + 1; i < UNPACK_KINDS; i++)
		first[(uint8_t)kinds[i].magic[0]] = true;
	for (size_t i = from; i < size; i++)
		if (first[data[i]] && unpack_kind(data + i, size - i) != UNPACK_NONE)
			return i;
	return size;
}

/* --- Unpacking --- */

static void archive_end(struct archive **archive)
{
	archive_read_free(*archive);
}

static void archive_failed(struct archive *archive, enum unpack_end end, struct unpack *out)
{
	const char *why = archive_error_string(archive);

	out->end = end;
	fault_set(&out->why, end == UNPACK_UNSUPPORTED ? ENOTSUP : EBADMSG, "unpacking %s: %s",
		  unpack_name(out->kind), why ? why : "no reason given");
}

/* Reads all there is. */
static void read_blocks(struct archive *archive, size_t limit, struct buf *content,
			struct unpack *out)
{
	const void *block;
	size_t size;
	la_int64_t offset;
	int result;

	while ((result = archive_read_data_block(archive, &block, &size, &offset)) == ARCHIVE_OK) {
		bool all = size <= limit - content->len;

		buf_add(content, block, all ? size : limit - content->len);
		if (content->failed)
			return;
		if (!all) {
			out->end = UNPACK_TOO_LARGE;
			fault_set(&out->why, EFBIG, "unpacking %s: more than %zu bytes",
				  unpack_name(out->kind), limit);
			return;
		}
	}
	if (result != ARCHIVE_EOF) {
		archive_failed(archive, UNPACK_DAMAGED, out);
		return;
	}
	out->end = UNPACK_WHOLE;
	out->used = (size_t)archive_filter_bytes(archive, -1);
}

static int archive_unpack(const uint8_t *data, size_t size, size_t limit, struct unpack *out,
			  struct fault *f)
{
	__attribute__((cleanup(archive_end))) struct archive *archive = archive_read_new();
	own_buf struct buf content = {0};
	struct archive_entry *entry;
	int result;

	if (!archive || archive_read_support_format_raw(archive) != ARCHIVE_OK)
		return fault_set(f, ENOMEM, "unpacking %s", unpack_name(out->kind));
	/* One filter by its number, so that what is inside is not unpacked too. Anything but OK: there
	 * is none, or it would run a program. */
	if (archive_read_append_filter(archive, kinds[out->kind].filter) != ARCHIVE_OK) {
		archive_failed(archive, UNPACK_UNSUPPORTED, out);
		return 0;
	}
	if (archive_read_open_memory(archive, data, size) != ARCHIVE_OK) {
		archive_failed(archive, UNPACK_DAMAGED, out);
		return 0;
	}
	result = archive_read_next_header(archive, &entry);
	if (result == ARCHIVE_EOF)
		out->used = (size_t)archive_filter_bytes(archive, -1);
	else if (result != ARCHIVE_OK)
		archive_failed(archive, UNPACK_DAMAGED, out);
	else
		read_blocks(archive, limit, &content, out);
	if (content.failed)
		return fault_set(f, ENOMEM, "unpacking %s", unpack_name(out->kind));
	out->size = content.len;
	out->data = (uint8_t *)content.data;
	content = (struct buf){0};
	return 0;
}

int unpack_stream(const uint8_t *data, size_t size, size_t limit, struct unpack *out,
		  struct fault *f)
{
	struct unpack unpack = {.kind = unpack_kind(data, size), .end = UNPACK_WHOLE};
	const struct kind *kind = &kinds[unpack.kind];
	int result;

	if (unpack.kind == UNPACK_NONE) {
		unpack.end = UNPACK_DAMAGED;
		fault_set(&unpack.why, EBADMSG, "no compressed stream");
		*out = unpack;
		return 0;
	}
	if (kind->dictionary && kind->dictionary(data, size) > DICTIONARY_MAX) {
		unpack.end = UNPACK_TOO_LARGE;
		fault_set(&unpack.why, EFBIG, "unpacking %s: its dictionary", kind->name);
		*out = unpack;
		return 0;
	}
	if (kind->length)
		size = kind->length(data, size);
	if (unpack.kind == UNPACK_LZO)
		result = lzop_unpack(data, size, limit, &unpack, f);
	else
		result = archive_unpack(data, size, limit, &unpack, f);
	if (result < 0) {
		unpack_done(&unpack);
		return -1;
	}
	*out = unpack;
	return 0;
}

void unpack_done(struct unpack *unpack)
{
	free(unpack->data);
	*unpack = (struct unpack){0};
}
