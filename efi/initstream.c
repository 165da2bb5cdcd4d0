/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Segments of an initramfs (init/initramfs.c, lib/decompress.c of Linux 6.1): docs/formats/initramfs.md. */
#include "efi/initstream.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "efi/unpack.h"
#include "scanner/base/bytes.h"

struct unpacking {
	const struct initstream_reader *reader;
	struct cpio *cpio;
	uint64_t left; /* bytes that may still come out of compressed streams, or be plain */
};

/* --- Where a compressed stream ends ------------------------------------------------------------- */

/* Skips a stream whose sizes are written in it. False: it is damaged, or cut off. *greedy: it wants more memory than
 * we give. */
typedef bool walk_fn(struct bytes *in, bool *greedy);

static bool take(struct bytes *in, uint64_t n)
{
	return n <= in->left && bytes_take(in, (size_t)n) && !in->bad;
}

static uint32_t u24le(struct bytes *in)
{
	uint32_t low = bytes_u16le(in);

	return low | (uint32_t)bytes_u8(in) << 16;
}

/* RFC 8878, 3.1.1: magic, frame header, blocks, checksum. */
static bool skip_zstd_header(struct bytes *in, uint8_t descriptor, bool *greedy)
{
	static const uint8_t dictionary_bytes[] = {0, 1, 2, 4}, content_bytes[] = {0, 2, 4, 8};
	bool single = descriptor & 0x20;
	unsigned content = descriptor >> 6;
	size_t skipped = dictionary_bytes[descriptor & 3];

	if (!single) {
		uint8_t window = bytes_u8(in);
		uint64_t base = (uint64_t)1 << (10 + (window >> 3));

		*greedy = base + base / 8 * (window & 7) > INITSTREAM_WINDOW_MAX;
	}
	/* Of a single segment the window is as large as the content, and no more is taken than
	 * there is: libarchive has a bound of its own, equal to ours. */
	skipped += single && content == 0 ? 1 : content_bytes[content];
	return take(in, skipped);
}

static bool walk_zstd(struct bytes *in, bool *greedy)
{
	uint8_t descriptor;
	uint32_t header;

	if (!take(in, 4))
		return false;
	descriptor = bytes_u8(in);
	if (!skip_zstd_header(in, descriptor, greedy))
		return false;
	do {
		header = u24le(in);
		/* Type 1 is one byte repeated. */
		if (!take(in, (header >> 1 & 3) == 1 ? 1 : header >> 3))
			return false;
	} while (!(header & 1) && !in->bad);
	return take(in, descriptor & 4 ? 4 : 0);
}

/* lib/decompress_unlz4.c: magic, then sizes and chunks; 0 or the end of the bytes ends it. */
static bool walk_lz4(struct bytes *in, bool *greedy)
{
	enum { CHUNK_MAX = (8 << 20) + (8 << 20) / 255 + 16 }; /* of 8 MiB that do not shrink */
	static const uint8_t magic[] = {0x02, 0x21, 0x4c, 0x18};

	(void)greedy;
	if (in->left < 4 || memcmp(in->at, magic, 4) != 0)
		return false;
	while (in->left >= 4) {
		struct bytes ahead = *in;
		uint32_t size = bytes_u32le(&ahead);

		if (size == 0)
			return true;
		*in = ahead;
		if (size != 0x184c2102 && (size > CHUNK_MAX || !take(in, size)))
			return false;
	}
	return true;
}

/* The xz file format 1.1: stream header, blocks, index, footer. */
static uint64_t xz_number(struct bytes *in)
{
	uint64_t value = 0;
	uint8_t byte;

	for (unsigned i = 0; i < 9; i++) {
		byte = bytes_u8(in);
		value |= (uint64_t)(byte & 0x7f) << (i * 7);
		if (!(byte & 0x80))
			return value;
	}
	in->bad = true;
	return 0;
}

static uint64_t lzma2_dictionary(uint8_t bits)
{
	return bits >= 40 ? UINT32_MAX : (uint64_t)(2 | (bits & 1)) << (bits / 2 + 11);
}

/* A block's header without its size byte: flags, sizes, filters. The last filter has to be LZMA2. */
static bool read_xz_filters(struct bytes header, bool *greedy)
{
	uint8_t flags = bytes_u8(&header);
	uint64_t id = 0;

	if (flags & 0x40)
		xz_number(&header);
	if (flags & 0x80)
		xz_number(&header);
	for (unsigned i = 0; i <= (flags & 3u); i++) {
		uint64_t size;

		id = xz_number(&header);
		size = xz_number(&header);
		if (id == 0x21 && header.left > 0 &&
		    lzma2_dictionary(*header.at & 0x3f) > INITSTREAM_WINDOW_MAX)
			*greedy = true;
		if (!take(&header, size))
			return false;
	}
	return id == 0x21;
}

static bool walk_lzma2(struct bytes *in)
{
	for (;;) {
		uint8_t control = bytes_u8(in);

		if (in->bad)
			return false;
		if (control == 0)
			return true;
		if (control >= 0x80) {
			bytes_u16be(in);
			if (!take(in, (uint64_t)bytes_u16be(in) + 1 + (control >= 0xc0)))
				return false;
		} else if (control > 2 || !take(in, (uint64_t)bytes_u16be(in) + 1)) {
			return false;
		}
	}
}

/* From the byte after the size byte of a block's header. */
static bool walk_xz_block(struct bytes *in, uint8_t size, size_t check_bytes, bool *greedy)
{
	size_t before, header = ((size_t)size + 1) * 4 - 1;

	if (header > in->left || !read_xz_filters(bytes_of(in->at, header), greedy))
		return false;
	if (!take(in, header))
		return false;
	before = in->left;
	if (!walk_lzma2(in))
		return false;
	return take(in, (4 - (before - in->left) % 4) % 4 + check_bytes);
}

/* From the byte after its indicator: records, padding, CRC32; then the footer. */
static bool walk_xz_index(struct bytes *in)
{
	size_t before = in->left + 1;
	uint64_t records = xz_number(in);

	for (uint64_t i = 0; i < records; i++) {
		xz_number(in);
		xz_number(in);
		if (in->bad)
			return false;
	}
	return take(in, (4 - (before - in->left) % 4) % 4 + 4 + 12);
}

static bool walk_xz(struct bytes *in, bool *greedy)
{
	static const uint8_t check_bytes[] = {0,  4,  4,  4,  8,  8,  8,  16,
					      16, 16, 32, 32, 32, 64, 64, 64};
	uint8_t check;

	if (!take(in, 7))
		return false;
	check = bytes_u8(in) & 0xf;
	if (!take(in, 4))
		return false;
	for (;;) {
		uint8_t size = bytes_u8(in);

		if (in->bad)
			return false;
		if (size == 0)
			return walk_xz_index(in);
		if (!walk_xz_block(in, size, check_bytes[check], greedy))
			return false;
	}
}

/* LZMA alone has no end to be found, but its header says the size of its dictionary. */
static bool walk_lzma(struct bytes *in, bool *greedy)
{
	struct bytes header = *in;

	bytes_u8(&header);
	*greedy = bytes_u32le(&header) > INITSTREAM_WINDOW_MAX;
	return take(in, in->left);
}

/* --- Compressions ------------------------------------------------------------------------------- */

static const struct compression {
	uint8_t magic[2];
	const char *name;
	int filter; /* libarchive's; -1: ours */
	walk_fn *walk;
	bool has_end; /* that walking finds */
} compressions[] = {
	{{0x1f, 0x8b}, "gzip", ARCHIVE_FILTER_GZIP, NULL, false},
	{{0x1f, 0x9e}, "gzip", ARCHIVE_FILTER_GZIP, NULL, false},
	{{0x42, 0x5a}, "bzip2", ARCHIVE_FILTER_BZIP2, NULL, false},
	{{0x5d, 0x00}, "lzma", ARCHIVE_FILTER_LZMA, walk_lzma, false},
	{{0xfd, 0x37}, "xz", ARCHIVE_FILTER_XZ, walk_xz, true},
	{{0x89, 0x4c}, "lzo", -1, NULL, false},
	{{0x02, 0x21}, "lz4", ARCHIVE_FILTER_LZ4, walk_lz4, true},
	{{0x28, 0xb5}, "zstd", ARCHIVE_FILTER_ZSTD, walk_zstd, true},
};

static const struct compression *compression_of(const uint8_t *data, size_t size)
{
	for (size_t i = 0; size >= 2 && i < sizeof(compressions) / sizeof(compressions[0]); i++)
		if (memcmp(data, compressions[i].magic, 2) == 0)
			return &compressions[i];
	return NULL;
}

static int count(struct unpacking *u, size_t size, struct fault *f)
{
	if (size > u->left)
		return fault_set(f, 0, "unpacks to more than %llu MiB",
				 (unsigned long long)(u->reader->unpacked_max >> 20));
	u->left -= size;
	return 0;
}

/* What came out of a compressed stream: members and zeros, nothing else. */
static int feed_unpacked(struct unpacking *u, const uint8_t *data, size_t size, struct fault *f)
{
	struct bytes in = bytes_of(data, size);
	size_t used;

	if (count(u, size, f) < 0)
		return -1;
	while (in.left > 0) {
		if (cpio_feed(u->cpio, in.at, in.left, &used, f) < 0)
			return -1;
		bytes_take(&in, used);
		if (in.left > 0 && *in.at != '0')
			return fault_set(f, 0, "neither members nor zeros in a compressed archive");
		if (in.left > 0)
			cpio_start(u->cpio);
	}
	return 0;
}

static int archive_fault(struct archive *a, const char *compression, struct fault *f)
{
	const char *why = archive_error_string(a);

	if (archive_errno(a) == ENOMEM)
		return fault_set(f, ENOMEM, "unpacking %s", compression);
	return fault_set(f, 0, "unpacking %s: %s", compression, why ? why : "damaged");
}

/* *out_empty: the stream is well formed, and nothing is in it. */
static int open_stream(struct archive *a, const struct compression *c, struct bytes in,
		       bool *out_empty, struct fault *f)
{
	struct archive_entry *entry;
	int status;

	/* The filter is named, not guessed: nothing is unpacked twice, no program is run. */
	if (archive_read_support_format_raw(a) != ARCHIVE_OK ||
	    archive_read_support_format_empty(a) != ARCHIVE_OK ||
	    archive_read_append_filter(a, c->filter) != ARCHIVE_OK ||
	    archive_read_open_memory(a, in.at, in.left) != ARCHIVE_OK)
		return archive_fault(a, c->name, f);
	status = archive_read_next_header(a, &entry);
	if (status != ARCHIVE_OK && status != ARCHIVE_WARN && status != ARCHIVE_EOF)
		return archive_fault(a, c->name, f);
	*out_empty = status == ARCHIVE_EOF;
	return 0;
}

static int read_stream(struct unpacking *u, struct archive *a, const struct compression *c,
		       struct fault *f)
{
	const void *block;
	size_t size;
	int64_t offset;
	int status;

	for (;;) {
		status = archive_read_data_block(a, &block, &size, &offset);
		if (status == ARCHIVE_EOF)
			return 0;
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
			return archive_fault(a, c->name, f);
		if (size > 0 && feed_unpacked(u, block, size, f) < 0)
			return -1;
	}
}

static int unpack(struct unpacking *u, const struct compression *c, struct bytes in,
		  size_t *out_used, struct fault *f)
{
	struct archive *a = archive_read_new();
	bool empty = false;
	int result;

	if (!a)
		return fault_set(f, ENOMEM, "unpacking %s", c->name);
	result = open_stream(a, c, in, &empty, f);
	if (result == 0 && !empty)
		result = read_stream(u, a, c, f);
	if (result == 0)
		*out_used = (size_t)archive_filter_bytes(a, -1);
	archive_read_free(a);
	return result;
}

/* libarchive would run a program for lzo. What lzop packs comes out in one piece, so it is bounded further. */
static int unpack_lzo(struct unpacking *u, struct bytes in, size_t *out_used, struct fault *f)
{
	size_t limit = u->left < INITSTREAM_LZO_MAX ? (size_t)u->left : INITSTREAM_LZO_MAX;
	struct unpack unpacked;
	int result;

	if (unpack_stream(in.at, in.left, limit, &unpacked, f) < 0)
		return -1;
	result = unpacked.size ? feed_unpacked(u, unpacked.data, unpacked.size, f) : 0;
	if (result == 0 && unpacked.end != UNPACK_WHOLE)
		result = fault_set(f, 0, "%s", unpacked.why.text);
	*out_used = unpacked.used;
	unpack_done(&unpacked);
	return result;
}

/* How many bytes of those left belong to the stream: all, when only its decoder can tell, or when it is damaged: what
 * comes before the damage is unpacked by the kernel too. */
static int extent(const struct compression *c, const struct bytes *in, size_t *out, bool *damaged,
		  struct fault *f)
{
	struct bytes ahead = *in;
	bool greedy = false;

	*out = in->left;
	if (!c->walk)
		return 0;
	*damaged = !c->walk(&ahead, &greedy) || ahead.bad;
	if (greedy)
		return fault_set(f, 0, "%s: asks for more than %u MiB of memory", c->name,
				 INITSTREAM_WINDOW_MAX >> 20);
	if (!*damaged)
		*out = in->left - ahead.left;
	return 0;
}

/* Unpacks the stream and says how long it was. */
static int read_segment(struct unpacking *u, const struct compression *c, const struct bytes *in,
			size_t *out_used, struct fault *f)
{
	bool damaged = false;
	size_t size;

	if (c->filter < 0)
		return unpack_lzo(u, *in, out_used, f);
	if (extent(c, in, &size, &damaged, f) < 0 ||
	    unpack(u, c, bytes_of(in->at, size), out_used, f) < 0)
		return -1;
	/* libarchive takes some damage for an end. */
	if (damaged || *out_used == 0 || (c->has_end && *out_used != size))
		return fault_set(f, 0, "unpacking %s: damaged", c->name);
	return 0;
}

static int read_compressed(struct unpacking *u, struct bytes *in, size_t at, struct fault *f)
{
	const struct compression *c = compression_of(in->at, in->left);
	uint64_t offset = cpio_offset(u->cpio);
	size_t used = 0;

	if (!c)
		return fault_set(f, 0, "neither a cpio member nor a known compression at byte %zu",
				 at);
	if (u->reader->segment(u->reader->cpio.context, at, c->name, f) < 0)
		return -1;
	cpio_set_offset(u->cpio, 0);
	if (read_segment(u, c, in, &used, f) < 0)
		return fault_add(f, "in the segment at byte %zu", at);
	if (!cpio_at_boundary(u->cpio))
		return fault_set(f, 0, "the segment at byte %zu ends inside a member", at);
	if (!bytes_take(in, used))
		return fault_set(f, 0, "the segment at byte %zu has no end", at);
	cpio_set_offset(u->cpio, offset + used);
	return 0;
}

static int read_plain(struct unpacking *u, struct bytes *in, size_t at, bool *in_plain,
		      struct fault *f)
{
	const struct initstream_reader *reader = u->reader;
	size_t used;

	if (!*in_plain && reader->segment(reader->cpio.context, at, "none", f) < 0)
		return -1;
	cpio_start(u->cpio);
	if (cpio_feed(u->cpio, in->at, in->left, &used, f) < 0)
		return -1;
	bytes_take(in, used);
	*in_plain = !cpio_after_trailer(u->cpio);
	return count(u, used, f);
}

static int read_all(struct unpacking *u, const uint8_t *data, size_t size, struct fault *f)
{
	struct bytes in = bytes_of(data, size);
	bool in_plain = false;

	while (in.left > 0) {
		size_t at = size - in.left;

		if (*in.at == '0' && cpio_offset(u->cpio) % 4 == 0) {
			if (read_plain(u, &in, at, &in_plain, f) < 0)
				return -1;
		} else if (*in.at == 0) {
			bytes_take(&in, 1);
			cpio_set_offset(u->cpio, cpio_offset(u->cpio) + 1);
		} else {
			in_plain = false;
			if (read_compressed(u, &in, at, f) < 0)
				return -1;
		}
	}
	if (cpio_is_unused(u->cpio))
		return 0;
	return cpio_at_boundary(u->cpio) ? 0 : fault_set(f, 0, "ends inside a cpio member");
}

int initstream_read(const uint8_t *data, size_t size, const struct initstream_reader *reader,
		    struct fault *f)
{
	struct unpacking u = {.reader = reader, .left = reader->unpacked_max};
	int result;

	u.cpio = cpio_new(&reader->cpio);
	if (!u.cpio)
		return fault_set(f, ENOMEM, "reading an initramfs");
	result = read_all(&u, data, size, f);
	cpio_free(u.cpio);
	return result;
}
