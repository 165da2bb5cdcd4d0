/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header of qcow2 images (QEMU, docs/interop/qcow2). Reads nothing, opens nothing. */
#include "rescue/qcow2.h"

#include <errno.h>

#include "scanner/base/bytes.h"

enum {
	MAGIC = 0x514649fb,
	CLUSTER_BITS_MIN = 9,
	CLUSTER_BITS_MAX = 21, /* QEMU opens none above 2 MiB */
	HEADER_V3_BYTES = 104,
	/* Incompatible features: who does not know one may not open the image. */
	DIRTY = 1 << 0,
	CORRUPT = 1 << 1,
	DATA_FILE = 1 << 2,
	COMPRESSION = 1 << 3, /* another method than zlib */
	EXTENDED_L2 = 1 << 4,
	KNOWN = DIRTY | CORRUPT | DATA_FILE | COMPRESSION | EXTENDED_L2,
};

/* Header extensions that tell of other files or of keys, whatever the header's own fields say. */
enum {
	EXTENSION_END = 0,
	EXTENSION_DATA_FILE = 0x44415441,
	EXTENSION_ENCRYPTION = 0x0537be77,
};

static uint64_t u64be(struct bytes *b)
{
	uint64_t high = bytes_u32be(b);

	return high << 32 | bytes_u32be(b);
}

/* Type, length, that many bytes, up to a multiple of 8; a type of 0 ends them. */
static void read_extensions(struct bytes b, struct qcow2 *out)
{
	while (!b.bad) {
		uint32_t type = bytes_u32be(&b), length = bytes_u32be(&b);

		if (type == EXTENSION_END)
			return;
		out->data_file |= type == EXTENSION_DATA_FILE;
		out->encrypted |= type == EXTENSION_ENCRYPTION;
		(void)bytes_take(&b, ((size_t)length + 7) & ~(size_t)7);
	}
}

/* What version 3 adds, then its extensions. */
static void read_version_3(struct bytes *b, const void *data, size_t size, struct qcow2 *out)
{
	uint64_t incompatible = u64be(b);
	uint32_t header_bytes;

	(void)u64be(b); /* compatible */
	(void)u64be(b); /* cleared by whoever does not know them */
	(void)bytes_u32be(b);
	header_bytes = bytes_u32be(b);
	out->dirty = incompatible & DIRTY;
	out->corrupt = incompatible & CORRUPT;
	out->data_file = incompatible & DATA_FILE;
	out->extended_l2 = incompatible & EXTENDED_L2;
	out->newer = incompatible & ~(uint64_t)KNOWN;
	if (header_bytes < HEADER_V3_BYTES || header_bytes % 8)
		b->bad = true;
	else if (header_bytes <= size)
		read_extensions(bytes_of((const uint8_t *)data + header_bytes, size - header_bytes),
				out);
}

/* Where a table ends; UINT64_MAX: nowhere. */
static uint64_t end_of(uint64_t offset, uint64_t size)
{
	uint64_t end;

	return __builtin_add_overflow(offset, size, &end) ? UINT64_MAX : end;
}

/* The table of clusters, then that of reference counts. */
static void read_tables(struct bytes *b, struct qcow2 *out)
{
	uint64_t end, counts;

	out->l1_entries = bytes_u32be(b);
	out->l1_at = u64be(b);
	end = end_of(out->l1_at, (uint64_t)out->l1_entries * 8);
	counts = u64be(b);
	out->tables_end = end_of(counts, (uint64_t)bytes_u32be(b) << (out->cluster_bits & 31));
	if (out->tables_end < end)
		out->tables_end = end;
}

int qcow2_decode(const void *data, size_t size, struct qcow2 *out, struct fault *f)
{
	struct bytes b = bytes_of(data, size);
	struct qcow2 header = {0};
	uint32_t magic = bytes_u32be(&b);

	header.version = bytes_u32be(&b);
	header.backing_file = u64be(&b) != 0;
	(void)bytes_u32be(&b); /* the length of its name */
	header.cluster_bits = bytes_u32be(&b);
	header.size_bytes = u64be(&b);
	header.encrypted = bytes_u32be(&b) != 0;
	read_tables(&b, &header);
	header.snapshots = bytes_u32be(&b);
	(void)u64be(&b);
	header.newer = header.version > 3;
	if (header.version == 3)
		read_version_3(&b, data, size, &header);
	else if (header.version == 2)
		read_extensions(b, &header);
	if (b.bad || magic != MAGIC || header.version < 2 ||
	    header.cluster_bits < CLUSTER_BITS_MIN || header.cluster_bits > CLUSTER_BITS_MAX ||
	    header.size_bytes > INT64_MAX)
		return fault_set(f, EINVAL, "reading the qcow2 header");
	*out = header;
	return 0;
}

static const char to_be_converted[] =
	"make a raw image of it where all of it is there (qemu-img convert -O raw)";

int qcow2_check(const struct qcow2 *header, uint64_t file_bytes, struct fault *f)
{
	const struct {
		bool is;
		const char *what, *remedy;
	} against[] = {
		{header->backing_file, "needs another image, its backing file", to_be_converted},
		{header->data_file, "keeps its data in another file", to_be_converted},
		{header->encrypted, "is encrypted", to_be_converted},
		{header->newer, "has features that are not known here", to_be_converted},
		{header->size_bytes < QCOW2_SECTOR_BYTES, "is of no size",
		 "there is nothing in it"},
		/* QEMU reads zeros where a file has ended: the disk would look empty. */
		{header->tables_end > file_bytes, "is cut short or damaged",
		 "its tables lie behind its end"},
	};

	for (size_t i = 0; i < sizeof(against) / sizeof(against[0]); i++)
		if (against[i].is)
			return fault_set(f, ENOTSUP, "the qcow2 image %s: %s", against[i].what,
					 against[i].remedy);
	return 0;
}
