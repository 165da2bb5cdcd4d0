/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two levels of tables of a qcow2 image (QEMU, docs/interop/qcow2: "Cluster mapping"; how QEMU reads odd entries:
 * block/qcow2-cluster.c, qcow2_get_host_offset()). What QEMU reads as zeros because a table says so wants no bytes; what it fails
 * to read (entries out of line) it tells by itself. Only places are looked at, never what is there.
 */
#include "rescue/qcow2map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "rescue/interrupt.h"
#include "scanner/base/bytes.h"
#include "scanner/base/own.h"

/* Bits of an entry, of either table. */
static const uint64_t place_bits = 0x00fffffffffffe00;
static const uint64_t compressed_bit = 1ULL << 62;
static const uint64_t zero_bit = 1;

enum {
	L1_ENTRY_BYTES = 8,
	L2_ENTRY_BYTES = 8,
	L2_EXTENDED_BYTES = 16,
	PARTS = 32, /* of a cluster, each with bits of its own in an extended entry */
};

/* The part of the file that ends last. */
struct extent {
	uint64_t at, bytes;
};

struct map {
	const struct qcow2 *header;
	const struct qcow2map_file *file;
	uint64_t cluster_bytes;
	size_t entry_bytes;
	uint64_t clusters;   /* of the disk */
	uint64_t l2_entries; /* of one table */
	uint64_t l1_entries; /* as many as the disk needs */
	struct extent last;
};

/* One table of the second level, and for how many of the disk's clusters it is asked. */
struct table {
	uint64_t at, first, entries;
};

static uint64_t u64be(struct bytes *b)
{
	uint64_t high = bytes_u32be(b);

	return high << 32 | bytes_u32be(b);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void want(struct map *m, uint64_t at, uint64_t bytes)
{
	/* Places have 56 bits and lengths 32: no sum wraps. */
	if (bytes && at + bytes > m->last.at + m->last.bytes)
		m->last = (struct extent){at, bytes};
}

/* --- Entries of the second level --- */

/*
 * A place in bytes, and above it how many more sectors than one it reaches into. In the last of them it may end anywhere, and with it
 * the file of a writer that filled nothing up: so of that sector one byte is wanted.
 */
static void look_at_compressed(struct map *m, uint64_t entry)
{
	const unsigned place_width = 62 - (m->header->cluster_bits - 8);
	const uint64_t at = entry & ((1ULL << place_width) - 1);
	const uint64_t more = (entry & ~compressed_bit & ~(1ULL << 63)) >> place_width;
	const uint64_t end =
		at / QCOW2_SECTOR_BYTES * QCOW2_SECTOR_BYTES + more * QCOW2_SECTOR_BYTES + 1;

	want(m, at, end > at ? end - at : 1);
}

/* Of a cluster that has been written in part, up to the last of its parts that is there. */
static uint64_t end_of_parts(uint64_t cluster_bytes, uint32_t there)
{
	uint64_t parts = 0;

	for (; there; there >>= 1)
		parts++;
	return parts * (cluster_bytes / PARTS);
}

static void look_at_entry(struct map *m, uint64_t cluster, uint64_t entry, uint64_t parts)
{
	const uint64_t place = entry & place_bits;
	/* A disk may end within its last cluster, and the file with it. */
	uint64_t bytes =
		least(m->cluster_bytes, m->header->size_bytes - cluster * m->cluster_bytes);

	if (entry & compressed_bit) {
		look_at_compressed(m, entry);
		return;
	}
	if (place == 0 || place % m->cluster_bytes)
		return;
	if (m->header->extended_l2)
		bytes = least(bytes, end_of_parts(m->cluster_bytes, (uint32_t)parts));
	else if (entry & zero_bit)
		return;
	want(m, place, bytes);
}

/* --- Tables --- */

static int read_exactly(const struct map *m, void *data, size_t size, uint64_t at, struct fault *f)
{
	ssize_t n = m->file->read(m->file->context, data, size, at);

	if (n < 0)
		return fault_set(f, errno, "reading the tables of the qcow2 image");
	/* Its size says that they are there. */
	return (size_t)n < size ? fault_set(f, EIO, "reading the tables of the qcow2 image") : 0;
}

static int look_at_table(struct map *m, const struct table *table, uint8_t *data, struct fault *f)
{
	const size_t size = (size_t)table->entries * m->entry_bytes;
	struct bytes b = bytes_of(data, size);

	want(m, table->at, size);
	if (table->at + size > m->file->size_bytes)
		return 0;
	if (interrupt_check(f) < 0 || read_exactly(m, data, size, table->at, f) < 0)
		return -1;
	for (uint64_t i = 0; i < table->entries; i++) {
		uint64_t entry = u64be(&b), parts = m->header->extended_l2 ? u64be(&b) : 0;

		look_at_entry(m, table->first + i, entry, parts);
	}
	return 0;
}

/* By place; of one place the earliest of the disk, which is asked for as many clusters as any other. */
static int compare_tables(const void *a, const void *b)
{
	const struct table *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* Each once, since a hostile image may name one table four million times. Returns how many are left. */
static size_t drop_repeated(struct table *tables, size_t count)
{
	size_t kept = 0;

	qsort(tables, count, sizeof(*tables), compare_tables);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || tables[i].at != tables[kept - 1].at)
			tables[kept++] = tables[i];
	return kept;
}

static int look_at_tables(struct map *m, struct table *tables, size_t count, struct fault *f)
{
	own_mem uint8_t *data = malloc((size_t)m->cluster_bytes);

	if (!data)
		return fault_set(f, ENOMEM, "reading the tables of the qcow2 image");
	count = drop_repeated(tables, count);
	if (count > QCOW2MAP_L2_BYTES_MAX / m->cluster_bytes)
		return fault_set(f, E2BIG, "the qcow2 image has more tables than are read");
	for (size_t i = 0; i < count; i++)
		if (look_at_table(m, &tables[i], data, f) < 0)
			return -1;
	return 0;
}

/* --- The first level --- */

static void take_entries(const struct map *m, const uint8_t *data, size_t size, uint64_t index,
			 struct table *tables, size_t *count)
{
	struct bytes b = bytes_of(data, size);

	for (; b.left; index++) {
		uint64_t at = u64be(&b) & place_bits, first = index * m->l2_entries;

		if (at && at % m->cluster_bytes == 0)
			tables[(*count)++] = (struct table){
				at, first, least(m->l2_entries, m->clusters - first)};
	}
}

static int read_first(const struct map *m, struct table *tables, size_t *count, struct fault *f)
{
	own_mem uint8_t *data = malloc(QCOW2MAP_CHUNK_BYTES);
	const uint64_t size = m->l1_entries * L1_ENTRY_BYTES;

	if (!data)
		return fault_set(f, ENOMEM, "reading the tables of the qcow2 image");
	for (uint64_t at = 0; at < size; at += QCOW2MAP_CHUNK_BYTES) {
		size_t n = (size_t)least(size - at, QCOW2MAP_CHUNK_BYTES);

		if (read_exactly(m, data, n, m->header->l1_at + at, f) < 0)
			return -1;
		take_entries(m, data, n, at / L1_ENTRY_BYTES, tables, count);
	}
	return 0;
}

static uint64_t divide_up(uint64_t n, uint64_t by)
{
	return n / by + (n % by != 0);
}

static int measure(struct map *m, struct fault *f)
{
	m->cluster_bytes = 1ULL << m->header->cluster_bits;
	m->entry_bytes = m->header->extended_l2 ? L2_EXTENDED_BYTES : L2_ENTRY_BYTES;
	m->clusters = divide_up(m->header->size_bytes, m->cluster_bytes);
	m->l2_entries = m->cluster_bytes / m->entry_bytes;
	m->l1_entries = divide_up(m->clusters, m->l2_entries);
	if (m->l1_entries > QCOW2MAP_L1_BYTES_MAX / L1_ENTRY_BYTES)
		return fault_set(f, E2BIG,
				 "the qcow2 image has a larger table of clusters than QEMU takes");
	if (m->l1_entries > m->header->l1_entries)
		return fault_set(f, EINVAL,
				 "the qcow2 image has a table of clusters too small for its disk");
	return 0;
}

int qcow2map_check(const struct qcow2 *header, const struct qcow2map_file *file, struct fault *f)
{
	struct map m = {.header = header, .file = file};
	own_mem struct table *tables = NULL;
	size_t count = 0;

	if (measure(&m, f) < 0)
		return -1;
	tables = calloc(m.l1_entries ? m.l1_entries : 1, sizeof(*tables));
	if (!tables)
		return fault_set(f, ENOMEM, "reading the tables of the qcow2 image");
	if (read_first(&m, tables, &count, f) < 0 || look_at_tables(&m, tables, count, f) < 0)
		return -1;
	if (m.last.at + m.last.bytes <= file->size_bytes)
		return 0;
	return fault_set(f, ENODATA,
			 "the qcow2 image is cut short or damaged: its tables name bytes %" PRIu64
			 " to %" PRIu64 " of the file, which has %" PRIu64,
			 m.last.at, m.last.at + m.last.bytes - 1, file->size_bytes);
}
