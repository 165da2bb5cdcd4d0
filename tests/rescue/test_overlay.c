/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of what rescue/overlay.c computes; what it makes is in tests/e2e/file-systems.sh. */
#include "rescue/overlay.h"

#include <sys/sysmacros.h>

#include "tests/suites.h"

#define MIB ((uint64_t)1 << 20)

static const struct {
	uint64_t available;
	size_t shares;
	uint64_t origin, expected;
} sizes[] = {
	{1024 * MIB, 1, 8192 * MIB, 512 * MIB}, /* half of the memory */
	{1024 * MIB, 4, 8192 * MIB, 128 * MIB}, /* in equal shares */
	{1024 * MIB, 1, 100 * MIB, 100 * MIB},	/* no more than there is to keep */
	{1024 * MIB, 3, 8192 * MIB, (1024 * MIB / 6 + 4095) / 4096 * 4096},
	{2 * MIB, 1, 8192 * MIB, MIB},
	{2 * MIB - 2, 1, 8192 * MIB, 0}, /* not worth trying */
	{1024 * MIB, 1, 5000, 8192},	 /* whole chunks */
	{1024 * MIB, 1, 0, 0},
	{0, 1, 8192 * MIB, 0},
	{1024 * MIB, 0, 8192 * MIB, 0},
	{UINT64_MAX, 1, UINT64_MAX, UINT64_MAX / 2 + 1},
};

START_TEST(store_size)
{
	ck_assert_uint_eq(
		overlay_store_size(sizes[_i].available, sizes[_i].shares, sizes[_i].origin),
		sizes[_i].expected);
}
END_TEST

/* All shares together never take more than half, but for the rounding. */
START_TEST(half_stays)
{
	for (size_t shares = 1; shares < 40; shares++)
		ck_assert_uint_le(shares * overlay_store_size(1000 * MIB, shares, 8192 * MIB),
				  500 * MIB + shares * OVERLAY_CHUNK_BYTES);
}
END_TEST

START_TEST(table)
{
	own_buf struct buf line = {0};

	overlay_table(&line, makedev(252, 17), makedev(7, 3), 4096);
	ck_assert_str_eq(buf_text(&line), "252:17 7:3 N 8");
}
END_TEST

Suite *overlay_suite(void)
{
	Suite *suite = suite_create("overlay");
	TCase *tcase = tcase_create("overlay");

	tcase_add_loop_test(tcase, store_size, 0, sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_test(tcase, half_stays);
	tcase_add_test(tcase, table);
	suite_add_tcase(suite, tcase);
	return suite;
}
