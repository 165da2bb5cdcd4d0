/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of rescue/dirty*.c on superblocks made here, for what the file systems of tests/e2e/file-systems.sh do
 * not show: journals elsewhere, chains that are loops, what leaves the device.
 */
#include "rescue/dirty.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rescue/bcachefs.h"
#include "tests/suites.h"

enum { IMAGE_BYTES = 1 << 20, BLOCK = 4096 };

struct poke {
	uint64_t at, value;
	unsigned bytes; /* little-endian; 0 ends the list */
};

static void write_pokes(int fd, const struct poke *pokes)
{
	for (const struct poke *p = pokes; p->bytes; p++) {
		uint8_t bytes[8];

		for (unsigned b = 0; b < 8; b++)
			bytes[b] = (uint8_t)(p->value >> (8 * b));
		ck_assert_int_eq(pwrite(fd, bytes, p->bytes, (off_t)p->at), p->bytes);
	}
}

static int image_of(const struct poke *pokes, const struct poke *more)
{
	int fd = memfd_create("image", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, IMAGE_BYTES), 0);
	write_pokes(fd, pokes);
	write_pokes(fd, more);
	return fd;
}

static void check_state(enum fskind_state (*state)(int, uint64_t, uint64_t),
			const struct poke *pokes, const struct poke *more,
			enum fskind_state expected)
{
	int fd = image_of(pokes, more);

	ck_assert_str_eq(fskind_state_name(state(fd, 0, IMAGE_BYTES)), fskind_state_name(expected));
	close(fd);
}

static const struct poke none[] = {{0, 0, 0}};
static const struct poke ext[] = {{1024 + 56, 0xef53, 2}, {0, 0, 0}};
static const struct {
	struct poke pokes[4];
	enum fskind_state state;
} exts[] = {
	{{{1024 + 58, 1, 2}}, FSKIND_CLEAN},
	{{{1024 + 58, 0, 2}}, FSKIND_UNCLEAN},
	{{{1024 + 92, 4, 4}}, FSKIND_CLEAN},
	{{{1024 + 92, 4, 4}, {1024 + 96, 4, 4}, {1024 + 224, 8, 4}}, FSKIND_DIRTY},
	{{{1024 + 92, 4, 4}, {1024 + 96, 4, 4}}, FSKIND_ELSEWHERE},
	{{{1024 + 56, 0, 2}}, FSKIND_NOT_KNOWN},
};

START_TEST(ext_states)
{
	check_state(dirty_ext, ext, exts[_i].pokes, exts[_i].state);
}
END_TEST

enum { BTRFS_AT = 64 * 1024 };
static const struct poke btrfs[] = {{BTRFS_AT + 64, 0x4d5f53665248425f, 8}, {0, 0, 0}};
static const struct {
	struct poke pokes[3];
	enum fskind_state state;
} btrfses[] = {
	{{{BTRFS_AT + 136, 1, 8}}, FSKIND_CLEAN},
	{{{BTRFS_AT + 136, 1, 8}, {BTRFS_AT + 96, 1 << 20, 8}}, FSKIND_DIRTY},
	{{{BTRFS_AT + 136, 2, 8}, {BTRFS_AT + 96, 1 << 20, 8}}, FSKIND_ELSEWHERE},
	{{{BTRFS_AT + 64, 0, 8}}, FSKIND_NOT_KNOWN},
};

START_TEST(btrfs_states)
{
	check_state(dirty_btrfs, btrfs, btrfses[_i].pokes, btrfses[_i].state);
}
END_TEST

START_TEST(xfs_log_elsewhere)
{
	/* "XFSB", blocks of 4096, and a log that starts nowhere. */
	static const struct poke xfs[] = {{0, 0x42534658, 4}, {4, 0x00100000, 4}, {0, 0, 0}};

	check_state(dirty_xfs, xfs, none, FSKIND_ELSEWHERE);
}
END_TEST

/*
 * F2FS of 4 KiB blocks and segments of two blocks: packs at 4 and 6, nodes from block 16 on; the newest checkpoint has version 7 and says that the
 * next warm node goes to segment 3, block 1, which is 16 + 3 * 2 + 1.
 */
enum { PACK = 4 * BLOCK, NODE = 23, FOOTER = BLOCK - 24 };
#define NODE_AT(block, field) ((uint64_t)(block)*BLOCK + FOOTER + (field))

static const struct poke f2fs[] = {
	{1024, 0xf2f52010, 4}, {1024 + 16, 12, 4}, {1024 + 20, 1, 4},	 {1024 + 76, 4, 4},
	{1024 + 92, 16, 4},    {PACK, 7, 8},	   {PACK + 40, 3, 4},	 {PACK + 70, 1, 2},
	{PACK + 132, 1, 4},    {PACK + 136, 2, 4}, {PACK + BLOCK, 7, 8}, {0, 0, 0},
};
static const struct {
	struct poke pokes[8];
	enum fskind_state state;
} f2fses[] = {
	{{{0}}, FSKIND_CLEAN},
	{{{PACK + 132, 0, 4}}, FSKIND_DIRTY},
	{{{PACK + 132, 0x11, 4}}, FSKIND_UNCLEAN},
	{{{PACK + BLOCK, 8, 8}}, FSKIND_NOT_KNOWN},
	{{{PACK + 136, 513, 4}}, FSKIND_NOT_KNOWN},
	/* A synced node behind the checkpoint, of an older one, and one that was not synced. */
	{{{NODE_AT(NODE, 8), 2, 4}, {NODE_AT(NODE, 12), 7, 8}}, FSKIND_DIRTY},
	{{{NODE_AT(NODE, 8), 2, 4}, {NODE_AT(NODE, 12), 6, 8}}, FSKIND_CLEAN},
	{{{NODE_AT(NODE, 12), 7, 8}, {NODE_AT(NODE, 20), 40, 4}}, FSKIND_CLEAN},
	/* It is the second of the chain. */
	{{{NODE_AT(NODE, 12), 7, 8},
	  {NODE_AT(NODE, 20), 40, 4},
	  {NODE_AT(40, 8), 2, 4},
	  {NODE_AT(40, 12), 7, 8}},
	 FSKIND_DIRTY},
	/* A loop ends, and a chain that leaves the device. */
	{{{NODE_AT(NODE, 12), 7, 8}, {NODE_AT(NODE, 20), NODE, 4}}, FSKIND_DIRTY},
	{{{NODE_AT(NODE, 12), 7, 8}, {NODE_AT(NODE, 20), UINT32_MAX, 4}}, FSKIND_CLEAN},
	/* The checkpoint's checksum is part of the version, or is to be ignored. */
	{{{PACK + 132, 0x41, 4},
	  {PACK + 164, 4092, 4},
	  {PACK + 4092, 0xabcd, 4},
	  {NODE_AT(NODE, 8), 2, 4},
	  {NODE_AT(NODE, 12), 7 | 0xabcdull << 32, 8}},
	 FSKIND_DIRTY},
	{{{PACK + 132, 0x41, 4},
	  {PACK + 164, 4092, 4},
	  {PACK + 4092, 0xabcd, 4},
	  {NODE_AT(NODE, 8), 2, 4},
	  {NODE_AT(NODE, 12), 7, 8}},
	 FSKIND_CLEAN},
	{{{PACK + 132, 0x241, 4}, {NODE_AT(NODE, 8), 2, 4}, {NODE_AT(NODE, 12), 7 | 5ull << 32, 8}},
	 FSKIND_DIRTY},
};

START_TEST(f2fs_states)
{
	check_state(dirty_f2fs, f2fs, f2fses[_i].pokes, f2fses[_i].state);
}
END_TEST

START_TEST(bcachefs_is_known)
{
	/* The magic number c6 85 73 f6 … as two little-endian numbers. */
	static const struct poke magic[] = {{4096 + 24, 0xa990ce66f67385c6, 8},
					    {4096 + 32, 0xeff73d80cf606ad9, 8},
					    {4096 + 56, 0x1122, 2},
					    {4096 + 72, 0x6c6562616c, 5},
					    {0, 0, 0}};
	struct probe probe = {0};
	int fd = image_of(magic, none), empty = image_of(none, none);

	ck_assert(bcachefs_look(fd, 0, IMAGE_BYTES, &probe));
	ck_assert_str_eq(probe.type, "bcachefs");
	ck_assert_str_eq(probe.uuid, "22110000-0000-0000-0000-000000000000");
	ck_assert_str_eq(probe.label, "label");
	ck_assert(!bcachefs_look(fd, 0, 4096, &probe));
	ck_assert(!bcachefs_look(empty, 0, IMAGE_BYTES, &probe));
	close(fd);
	close(empty);
}
END_TEST

Suite *dirty_suite(void)
{
	Suite *suite = suite_create("dirty");
	TCase *tcase = tcase_create("dirty");

	tcase_add_loop_test(tcase, ext_states, 0, sizeof(exts) / sizeof(exts[0]));
	tcase_add_loop_test(tcase, btrfs_states, 0, sizeof(btrfses) / sizeof(btrfses[0]));
	tcase_add_test(tcase, xfs_log_elsewhere);
	tcase_add_loop_test(tcase, f2fs_states, 0, sizeof(f2fses) / sizeof(f2fses[0]));
	tcase_add_test(tcase, bcachefs_is_known);
	suite_add_tcase(suite, tcase);
	return suite;
}
