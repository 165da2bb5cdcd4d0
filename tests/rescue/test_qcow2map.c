/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of rescue/qcow2map.c: an image in memory in clusters of 512 bytes, its first table at 0x400, a table of the second level at
 * 0x600, data from 0x800 on. A table has 64 entries (32 of the long ones): 32 KiB of the disk.
 */
#include "rescue/qcow2map.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/suites.h"

enum { FILE_BYTES = 0x1000, L1_AT = 0x400, L2_AT = 0x600, DATA_AT = 0x800, L2_COVERS = 32768 };

static uint8_t image[FILE_BYTES];
static struct qcow2 header;
static struct qcow2map_file file;
static unsigned reads;

static ssize_t read_image(void *context, void *data, size_t size, uint64_t offset)
{
	size_t n = offset < file.size_bytes ? (size_t)(file.size_bytes - offset) : 0;

	(void)context;
	reads++;
	n = n < size ? n : size;
	if (offset >= sizeof(image))
		memset(data, 0, n);
	else
		memcpy(data, image + offset, n);
	return (ssize_t)n;
}

static ssize_t read_nothing(void *context, void *data, size_t size, uint64_t offset)
{
	(void)context;
	(void)data;
	(void)size;
	(void)offset;
	errno = EREMOTEIO;
	return -1;
}

/* A first table whose entries are all different. */
static ssize_t read_many(void *context, void *data, size_t size, uint64_t offset)
{
	uint8_t *to = data;

	(void)context;
	reads++;
	for (size_t i = 0; i < size; i++)
		to[i] = (uint8_t)(((offset + i) / 8 + 1) << 21 >> 8 * (7 - (offset + i) % 8));
	return (ssize_t)size;
}

static void put(size_t at, uint64_t value)
{
	for (size_t i = 0; i < 8; i++)
		image[at + i] = (uint8_t)(value >> 8 * (7 - i));
}

static void setup(void)
{
	memset(image, 0, sizeof(image));
	header = (struct qcow2){
		.version = 3,
		.size_bytes =
			L2_COVERS + 512 + 100, /* a second table of two clusters, the last a part */
		.cluster_bits = 9,
		.l1_at = L1_AT,
		.l1_entries = 3, /* of long entries, of which a table has half as many */
	};
	file = (struct qcow2map_file){read_image, NULL, FILE_BYTES};
	reads = 0;
	put(L1_AT, 1ULL << 63 | L2_AT);
}

static void check_is(const char *expected)
{
	struct fault f = {0};
	int result = qcow2map_check(&header, &file, &f);

	ck_assert_int_eq(result, *expected ? -1 : 0);
	ck_assert_msg(*expected ? strstr(f.text, expected) != NULL : !*f.text, "said: %s", f.text);
}

#define COPIED	   (1ULL << 63)
#define COMPRESSED (1ULL << 62)
/* Of a compressed cluster in clusters of 512 bytes: 61 bits of place, one of sectors. */
#define MORE_SECTORS (1ULL << 61)

/* What is at a place, and of how long a file it is complained. */
static const struct {
	const char *what;
	size_t at;
	uint64_t value;
	bool extended;
	uint64_t needs; /* the shortest file that holds it */
} entries[] = {
	{"nothing but the table", L2_AT, 0, false, DATA_AT},
	{"a cluster", L2_AT, COPIED | DATA_AT, false, DATA_AT + 512},
	{"one that is shared with a snapshot", L2_AT, DATA_AT, false, DATA_AT + 512},
	{"the last entry", L2_AT + 63 * 8, COPIED | DATA_AT, false, DATA_AT + 512},
	{"zeros, with room", L2_AT, COPIED | DATA_AT | 1, false, DATA_AT},
	{"zeros, without", L2_AT, 1, false, DATA_AT},
	{"reserved bits", L2_AT, COPIED | DATA_AT | 0x3fULL << 56 | 0xfe, false, DATA_AT + 512},
	{"compressed, of one sector", L2_AT, COMPRESSED | (DATA_AT + 5), false, DATA_AT + 6},
	{"compressed, of two", L2_AT, COMPRESSED | MORE_SECTORS | (DATA_AT + 5), false,
	 DATA_AT + 513},
	{"compressed, and as if it were zeros", L2_AT, COMPRESSED | (DATA_AT + 1), false,
	 DATA_AT + 2},
	{"a table further back", L1_AT, COPIED | DATA_AT, false, DATA_AT + 512},
	/* Two clusters are left of the disk for it. */
	{"a second table, of which two entries count", L1_AT + 8, DATA_AT, false, DATA_AT + 16},
	{"long: none of its parts", L2_AT + 16, COPIED | DATA_AT, true, DATA_AT},
};

START_TEST(one_entry)
{
	char complaint[128];

	header.extended_l2 = entries[_i].extended;
	put(entries[_i].at, entries[_i].value);
	file.size_bytes = entries[_i].needs;
	check_is("");
	file.size_bytes--;
	snprintf(complaint, sizeof(complaint), "to %u of the file, which has %u",
		 (unsigned)entries[_i].needs - 1, (unsigned)entries[_i].needs - 1);
	check_is(complaint);
}
END_TEST

/* Parts of a cluster: 16 bytes each of 512, which QEMU would not make; up to the last that is there. */
static const struct {
	uint64_t parts;
	uint64_t bytes;
} parts[] = {
	{1, 16},	   {1U << 31, 512}, {5, 48},
	{UINT32_MAX, 512}, {1ULL << 32, 0}, {UINT64_MAX - UINT32_MAX, 0},
};

START_TEST(parts_of_a_cluster)
{
	header.extended_l2 = true;
	put(L2_AT, COPIED | DATA_AT | 1); /* the bit of zeros means nothing here */
	put(L2_AT + 8, parts[_i].parts);
	file.size_bytes = DATA_AT + parts[_i].bytes;
	check_is("");
	file.size_bytes--;
	check_is("is cut short");
}
END_TEST

/* The disk ends 100 bytes into the cluster, and so may the file. */
START_TEST(the_last_cluster)
{
	put(L1_AT + 8, DATA_AT);
	put(DATA_AT + 8, DATA_AT + 512);
	put(DATA_AT + 16, 0xfffffffffe00); /* behind the disk's end */
	file.size_bytes = DATA_AT + 512 + 100;
	check_is("");
	file.size_bytes--;
	check_is("name bytes 2560 to 2659 of the file, which has 2659: No data available");
}
END_TEST

/* QEMU fails to read these, and says so. */
START_TEST(out_of_line)
{
	header.cluster_bits = 10;
	put(L1_AT, 0x10600);
	check_is("");
	put(L1_AT, 0x800);
	put(0x800, 0xf00200);
	check_is("");
}
END_TEST

START_TEST(the_furthest_is_named)
{
	put(L2_AT, 0x100000);
	put(L2_AT + 8, 0xfffffffffffe00);
	put(L2_AT + 16, 0x200000);
	check_is("name bytes 72057594037927424 to 72057594037927935 of");
}
END_TEST

START_TEST(one_within_another)
{
	put(L2_AT, DATA_AT);
	put(L2_AT + 8, COMPRESSED | (DATA_AT + 5));
	file.size_bytes = DATA_AT + 511;
	check_is("name bytes 2048 to 2559");
}
END_TEST

/* Of one table each reading is one; of a table that is not there, none. */
START_TEST(tables_named_again_and_again)
{
	struct fault f;

	header.l1_at = 0;
	header.l1_entries = L1_AT / 8;
	header.size_bytes = (uint64_t)header.l1_entries * L2_COVERS - 512 * 3;
	for (size_t i = 0; i < header.l1_entries; i++)
		put(i * 8, i % 2 ? L2_AT : 0x1000000);
	put(L2_AT + 63 * 8, DATA_AT);
	ck_assert_int_eq(qcow2map_check(&header, &file, &f), -1);
	ck_assert_int_eq(f.os, ENODATA);
	ck_assert_uint_eq(reads, 2);
	for (size_t i = 0; i < header.l1_entries; i++)
		put(i * 8, i % 2 ? L2_AT : 0);
	/* The last of them is asked for less than the others: what it leaves out counts nevertheless. */
	file.size_bytes = DATA_AT + 511;
	check_is("name bytes 2048 to 2559");
}
END_TEST

START_TEST(beyond_the_bounds)
{
	header.size_bytes = (uint64_t)INT64_MAX;
	check_is("larger table of clusters than QEMU takes");
	header.size_bytes = L2_COVERS * 4;
	check_is("too small for its disk");
}
END_TEST

/* One table of 2 MiB more than is read: none is, since they may all lie in the hole of a sparse file. */
START_TEST(reading_ends)
{
	struct fault f;

	header.cluster_bits = 21;
	header.l1_at = 0;
	header.l1_entries = (QCOW2MAP_L2_BYTES_MAX >> 21) + 1;
	header.size_bytes = (uint64_t)header.l1_entries << (21 + 18);
	file.read = read_many;
	file.size_bytes = INT64_MAX;
	ck_assert_int_eq(qcow2map_check(&header, &file, &f), -1);
	ck_assert_int_eq(f.os, E2BIG);
	ck_assert_uint_eq(reads, 2); /* chunks of the first table */
}
END_TEST

START_TEST(reading_fails)
{
	file.read = read_nothing;
	check_is("reading the tables of the qcow2 image: Remote I/O error");
}
END_TEST

Suite *qcow2map_suite(void)
{
	Suite *suite = suite_create("qcow2map");
	TCase *tcase = tcase_create("qcow2map");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_loop_test(tcase, one_entry, 0, sizeof(entries) / sizeof(entries[0]));
	tcase_add_loop_test(tcase, parts_of_a_cluster, 0, sizeof(parts) / sizeof(parts[0]));
	tcase_add_test(tcase, the_last_cluster);
	tcase_add_test(tcase, out_of_line);
	tcase_add_test(tcase, the_furthest_is_named);
	tcase_add_test(tcase, one_within_another);
	tcase_add_test(tcase, tables_named_again_and_again);
	tcase_add_test(tcase, beyond_the_bounds);
	tcase_add_test(tcase, reading_ends);
	tcase_add_test(tcase, reading_fails);
	suite_add_tcase(suite, tcase);
	return suite;
}
