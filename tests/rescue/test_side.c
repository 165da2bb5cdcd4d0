/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of rescue/side.c: which of several copies is meant, and of the names by which volumes are found. */
#include "rescue/side.h"

#include <stdio.h>
#include <string.h>

#include "rescue/volume_internal.h"
#include "scanner/base/buf.h"
#include "tests/suites.h"

static struct volume_list volumes;

static int add(const char *name, enum volume_kind kind, int parent, const char *mapped_name)
{
	struct fault f = {0};
	char path[64];
	struct volume *v;

	snprintf(path, sizeof(path), "/dev/%s", name);
	v = volume_add(&volumes, kind, path, name, &f);
	ck_assert_msg(v != NULL, "%s", f.text);
	v->parent = parent;
	v->mapped_name = mapped_name ? strdup(mapped_name) : NULL;
	return (int)volumes.count - 1;
}

/* Two cloned disks with two physical volumes each, one of them inside LUKS, and a disk of its own. */
static void set_up(void)
{
	add("sda", VOLUME_DISK, -1, NULL);
	add("sda1", VOLUME_PARTITION, 0, NULL);
	add("sda2", VOLUME_PARTITION, 0, NULL);
	add("luks-a", VOLUME_MAPPED, 2, "luks-a");
	add("sdb", VOLUME_DISK, -1, NULL);
	add("sdb1", VOLUME_PARTITION, 4, NULL);
	add("sdb2", VOLUME_PARTITION, 4, NULL);
	add("luks-b", VOLUME_MAPPED, 6, "luks-b");
	add("sdc", VOLUME_DISK, -1, NULL);
	add("md5120", VOLUME_MD, 8, "home");
	add("dm-7", VOLUME_MAPPED, 8, "sys--vg-my--root");
}

static void tear_down(void)
{
	volume_list_done(&volumes);
}

/* "sda1=X luks-b=Y": a member a word. */
static void read_members(const char *text, struct side_member *members, char identities[][16],
			 size_t *out_count)
{
	char name[16];
	int used;

	for (*out_count = 0;
	     sscanf(text, " %15[^=]=%15[^ ]%n", name, identities[*out_count], &used) == 2;
	     text += used, (*out_count)++) {
		struct fault f;
		const char *identity = identities[*out_count];

		members[*out_count] = (struct side_member){
			.volume = volume_find(&volumes, name, &f),
			.identity = strcmp(identity, "-") == 0 ? "" : identity,
		};
		ck_assert_int_ge(members[*out_count].volume, 0);
	}
}

static const struct {
	const char *members, *target, *taken; /* NULL: not decided */
} cases[] = {
	{"sda1=X luks-a=Y", NULL, "sda1 luks-a "},
	/* A copy of all. */
	{"sda1=X luks-a=Y sdb1=X luks-b=Y", NULL, NULL},
	{"sda1=X luks-a=Y sdb1=X luks-b=Y", "1", NULL},
	{"sda1=X luks-a=Y sdb1=X luks-b=Y", "/dev/sdc", NULL},
	{"sda1=X luks-a=Y sdb1=X luks-b=Y", "/dev/sdx", NULL},
	{"sda1=X luks-a=Y sdb1=X luks-b=Y", "/dev/sda", "sda1 luks-a "},
	{"sda1=X luks-a=Y sdb1=X luks-b=Y", "/dev/sdb", "sdb1 luks-b "},
	{"sda1=X luks-a=Y sdb1=X luks-b=Y", "/dev/sdb2", "sdb1 luks-b "},
	{"sda1=X luks-a=Y sdb1=X luks-b=Y", "luks-a", "sda1 luks-a "},
	/* A copy of one, the other is there once. */
	{"sda1=X luks-a=Y sdb1=X", NULL, NULL},
	{"sda1=X luks-a=Y sdb1=X", "sdb", "luks-a sdb1 "},
	/* Copies on one disk: the one that was named, not its neighbour. */
	{"sda1=X sda2=X", "/dev/sda", NULL},
	{"sda1=X sda2=X", "/dev/sda2", "sda2 "},
	{"sda1=X luks-a=X", "/dev/sda2", "luks-a "},
	/* Without an identity nothing is a copy. */
	{"sda1=- sdb1=- sdc=-", NULL, "sda1 sdb1 sdc "},
};

START_TEST(one_side_is_chosen)
{
	struct side_member members[8];
	char identities[8][16];
	own_buf struct buf taken = {0};
	size_t count;
	bool decided;

	read_members(cases[_i].members, members, identities, &count);
	decided = side_choose(&volumes, members, count, side_of_target(&volumes, cases[_i].target));
	for (size_t i = 0; i < count; i++)
		if (members[i].taken)
			buf_printf(&taken, "%s ", volumes.items[members[i].volume].name);
	ck_assert_int_eq(decided, cases[_i].taken != NULL);
	ck_assert_str_eq(buf_text(&taken), cases[_i].taken ? cases[_i].taken : "");
}
END_TEST

static const struct {
	const char *what;
	int volume; /* -1: none */
} names[] = {
	{"/dev/mapper/sys--vg-my--root", 10},
	{"/dev/sys-vg/my-root", 10},
	{"/dev/sys--vg/my-root", -1},
	{"/dev/sys-vg-my-root", -1},
	{"/dev/sys-vg/", -1},
	{"/dev/mapper/", -1},
	{"/dev/md/home", 9},
	{"/dev/mapper/home", -1},
	{"/dev/md5120", 9},
	{"/dev/home", -1},
	{"/dev/mapper/luks-a", 3},
	{"md5120", 9},
};

START_TEST(names_in_dev)
{
	struct fault f;

	ck_assert_int_eq(volume_find(&volumes, names[_i].what, &f), names[_i].volume);
}
END_TEST

Suite *side_suite(void)
{
	Suite *suite = suite_create("side");
	TCase *tcase = tcase_create("side");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, one_side_is_chosen, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_loop_test(tcase, names_in_dev, 0, (int)(sizeof(names) / sizeof(names[0])));
	suite_add_tcase(suite, tcase);
	return suite;
}
