/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of rescue/qcow2.c and rescue/imageformat.c: headers laid out byte by byte. */
#include "rescue/qcow2.h"

#include <errno.h>
#include <string.h>

#include "rescue/imageformat.h"
#include "tests/suites.h"

enum { HEADER_BYTES = 512, FILE_BYTES = 1 << 20 };

static uint8_t header[HEADER_BYTES];

static void put(size_t at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		header[at + i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

/* A good one of version 3: a disk of 4 MiB in clusters of 64 KiB. */
static void setup(void)
{
	memset(header, 0, sizeof(header));
	put(0, 0x514649fb, 4);
	put(4, 3, 4);
	put(20, 16, 4);	     /* bits of a cluster */
	put(24, 4 << 20, 8); /* size */
	put(36, 1, 4);	     /* entries of the table of clusters */
	put(40, 0x30000, 8);
	put(48, 0x10000, 8); /* reference counts */
	put(56, 1, 4);
	put(96, 4, 4);
	put(100, 112, 4); /* length of the header */
}

START_TEST(a_good_one)
{
	struct qcow2 got;
	struct fault f;

	put(60, 3, 4);
	put(72, 3, 8);
	ck_assert_int_eq(qcow2_decode(header, sizeof(header), &got, &f), 0);
	ck_assert_uint_eq(got.version, 3);
	ck_assert_uint_eq(got.size_bytes, 4 << 20);
	ck_assert_uint_eq(got.tables_end, 0x30008);
	ck_assert_uint_eq(got.snapshots, 3);
	ck_assert(got.dirty && got.corrupt && !got.backing_file && !got.data_file &&
		  !got.encrypted && !got.newer);
	ck_assert_int_eq(qcow2_check(&got, FILE_BYTES, &f), 0);
	ck_assert_int_eq(qcow2_check(&got, 0x30007, &f), -1);
}
END_TEST

/* One change to the good one; what is said of it then. */
static const struct {
	size_t at;
	uint64_t value;
	size_t size;
	const char *complaint; /* "": none */
} changes[] = {
	{8, 0x200, 8, "needs another image, its backing file"},
	{72, 1 << 2, 8, "keeps its data in another file"},
	{112, 0x44415441, 4, "keeps its data in another file"},
	{32, 1, 4, "is encrypted"},
	{112, 0x0537be77, 4, "is encrypted"},
	{72, 1 << 5, 8, "has features that are not known here"},
	{72, 1ULL << 63, 8, "has features that are not known here"},
	{4, 4, 4, "has features that are not known here"},
	{24, 0, 8, "is of no size"},
	{24, 511, 8, "is of no size"},
	{40, UINT64_MAX, 8, "is cut short or damaged"},
	{36, UINT32_MAX, 4, "is cut short or damaged"},
	{48, FILE_BYTES, 8, "is cut short or damaged"},
	{56, UINT32_MAX, 4, "is cut short or damaged"},
	{72, 1 << 3 | 1 << 4, 8, ""},
	{80, UINT64_MAX, 8, ""},  /* compatible features */
	{112, 0xe2792aca, 4, ""}, /* the name of a backing file's format, with no such file */
	{0, 0x514649fa, 4, "reading the qcow2 header"},
	{4, 1, 4, "reading the qcow2 header"},
	{4, 0, 4, "reading the qcow2 header"},
	{20, 8, 4, "reading the qcow2 header"},
	{20, 22, 4, "reading the qcow2 header"},
	{20, UINT32_MAX, 4, "reading the qcow2 header"},
	{24, 1ULL << 63, 8, "reading the qcow2 header"},
	{100, 96, 4, "reading the qcow2 header"},
	{100, 113, 4, "reading the qcow2 header"},
	{100, UINT32_MAX - 7, 4, ""}, /* its extensions are not to be had: qemu-nbd will say so */
};

START_TEST(one_change)
{
	struct qcow2 got;
	struct fault f = {0};

	put(changes[_i].at, changes[_i].value, changes[_i].size);
	if (qcow2_decode(header, sizeof(header), &got, &f) == 0)
		(void)!qcow2_check(&got, FILE_BYTES, &f);
	if (*changes[_i].complaint)
		ck_assert_msg(strstr(f.text, changes[_i].complaint) != NULL, "said: %s", f.text);
	else
		ck_assert_str_eq(f.text, "");
}
END_TEST

/* The header of version 2 has extensions behind it, and none of what version 3 added. */
START_TEST(version_2)
{
	struct qcow2 got;
	struct fault f;

	put(4, 2, 4);
	put(72, 0, 8);
	ck_assert_int_eq(qcow2_decode(header, sizeof(header), &got, &f), 0);
	ck_assert(!got.dirty && !got.encrypted && !got.data_file);
	put(72, 0xe2792aca, 4);
	put(76, 5, 4); /* and three to fill up */
	put(88, 0x0537be77, 4);
	ck_assert_int_eq(qcow2_decode(header, sizeof(header), &got, &f), 0);
	ck_assert(got.encrypted);
}
END_TEST

START_TEST(every_length)
{
	struct qcow2 got;
	struct fault f;

	for (size_t size = 0; size < sizeof(header); size++)
		ck_assert_int_eq(qcow2_decode(header, size, &got, &f), size < 104 ? -1 : 0);
}
END_TEST

static const struct {
	const char *bytes;
	size_t offset, size;
	enum imageformat_way way;
	const char *name;
} heads[] = {
	{"", 0, 0, IMAGEFORMAT_RAW, "raw"},
	{"\xeb\x63\x90", 0, 3, IMAGEFORMAT_RAW, "raw"},
	{"QFI\xfb\0\0\0\3", 0, 8, IMAGEFORMAT_QCOW2, "qcow2 (QEMU)"},
	{"QFI\xfb\0\0\0\2", 0, 8, IMAGEFORMAT_QCOW2, "qcow2 (QEMU)"},
	{"QFI\xfb\0\0\0\1", 0, 8, IMAGEFORMAT_OTHER, "qcow version 1 (QEMU)"},
	{"QFI", 0, 3, IMAGEFORMAT_RAW, "raw"},
	{"KDMV\1", 0, 5, IMAGEFORMAT_OTHER, "VMDK (VMware)"},
	{"\x7f\x10\xda\xbe", 64, 4, IMAGEFORMAT_OTHER, "VDI (VirtualBox)"},
	{"\x7f\x10\xda\xbe", 63, 4, IMAGEFORMAT_RAW, "raw"},
	{"vhdxfile", 0, 8, IMAGEFORMAT_OTHER, "VHDX (Hyper-V)"},
	{"conectix", 0, 8, IMAGEFORMAT_OTHER, "VHD (Virtual PC)"},
	{"QED\0", 0, 4, IMAGEFORMAT_OTHER, "QED (QEMU)"},
	{"EVF\x09\r\n\xff\0\1", 0, 9, IMAGEFORMAT_OTHER, "E01 (EnCase)"},
	{"AFF10\r\n\0", 0, 8, IMAGEFORMAT_OTHER, "AFF"},
	{"LUKS\xba\xbe\0\2", 0, 8, IMAGEFORMAT_RAW, "raw"},
};

START_TEST(formats_by_first_bytes)
{
	uint8_t head[128] = {0};
	const struct imageformat *got;

	memcpy(head + heads[_i].offset, heads[_i].bytes, heads[_i].size);
	got = imageformat_of(head, heads[_i].offset + heads[_i].size);
	ck_assert_int_eq(got->way, heads[_i].way);
	ck_assert_str_eq(got->name, heads[_i].name);
	ck_assert(got->way == IMAGEFORMAT_RAW || got->remedy != NULL);
}
END_TEST

Suite *qcow2_suite(void)
{
	Suite *suite = suite_create("qcow2");
	TCase *tcase = tcase_create("qcow2");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, a_good_one);
	tcase_add_loop_test(tcase, one_change, 0, sizeof(changes) / sizeof(changes[0]));
	tcase_add_test(tcase, version_2);
	tcase_add_test(tcase, every_length);
	tcase_add_loop_test(tcase, formats_by_first_bytes, 0, sizeof(heads) / sizeof(heads[0]));
	suite_add_tcase(suite, tcase);
	return suite;
}
