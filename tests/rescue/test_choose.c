/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of rescue/choose.c: the word on the command line, and the system it means. */
#include "rescue/choose.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "rescue/volume_internal.h"
#include "tests/suites.h"

static struct machine machine;
static struct survey_item items[16];

static struct volume *add(enum volume_kind kind, const char *path, const char *name, int parent,
			  const char *type)
{
	struct fault f = {0};
	struct volume *v = volume_add(&machine.volumes, kind, path, name, &f);

	ck_assert_msg(v != NULL, "%s", f.text);
	v->parent = parent;
	snprintf(v->probe.type, sizeof(v->probe.type), "%s", type);
	v->layer = volume_layer_of(&v->probe);
	return v;
}

static void see(int volume, enum store_kind kind, unsigned number)
{
	items[machine.survey.count++] = (struct survey_item){
		.volume = volume,
		.kind = kind,
		.number = number,
		.installed.part = number ? INSTALLED_ROOT : INSTALLED_HOME,
	};
}

static void set_up(void)
{
	static int below[] = {4, 6};

	machine = (struct machine){.survey.items = items};
	add(VOLUME_DISK, "/dev/sda", "sda", -1, "");
	add(VOLUME_PARTITION, "/dev/sda1", "sda1", 0, "ext4");
	add(VOLUME_PARTITION, "/dev/sda2", "sda2", 0, "ext4");
	/* An encrypted disk, in it a part of a volume group, whose other part is on sdc. */
	add(VOLUME_DISK, "/dev/sdb", "sdb", -1, "crypto_LUKS");
	add(VOLUME_MAPPED, "/dev/dm-0", "dm-0", 3, "LVM2_member");
	add(VOLUME_DISK, "/dev/sdc", "sdc", -1, "");
	add(VOLUME_PARTITION, "/dev/sdc1", "sdc1", 5, "LVM2_member");
	add(VOLUME_MAPPED, "/dev/dm-1", "dm-1", 4, "ext4");
	machine.volumes.items[7].below = below;
	machine.volumes.items[7].below_count = 2;
	add(VOLUME_IMAGE, "/tmp/disk.img", "disk.img", -1, "");
	add(VOLUME_PARTITION, "/tmp/disk.img", "disk.img#1", 8, "btrfs")->offset_bytes = 1 << 20;
	add(VOLUME_IMAGE, "/tmp/box.img", "box.img", -1, "ext4");
	add(VOLUME_IMAGE, "/tmp/empty.img", "empty.img", -1, "");
	add(VOLUME_DISK, "/dev/sdd", "sdd", -1, "ext4")->in_use = true;
	/* One btrfs on two disks. */
	add(VOLUME_DISK, "/dev/sde", "sde", -1, "btrfs");
	add(VOLUME_DISK, "/dev/sdf", "sdf", -1, "btrfs");
	for (int i = 13; i <= 14; i++) {
		machine.volumes.items[i].btrfs_devices = 2;
		strcpy(machine.volumes.items[i].probe.uuid, "pool");
	}
	see(1, STORE_NONE, 1);
	see(2, STORE_NONE, 0);
	see(7, STORE_NONE, 2);
	see(9, STORE_NONE, 3);
	see(13, STORE_NONE, 4);
	see(9, STORE_SNAPSHOT, 5);
	see(9, STORE_SNAPSHOT, 6);
	see(10, STORE_CONTAINER, 7);
	see(10, STORE_CONTAINER, 8);
}

static void tear_down(void)
{
	for (size_t i = 0; i < machine.volumes.count; i++)
		machine.volumes.items[i].below = NULL;
	volume_list_done(&machine.volumes);
}

static const struct {
	const char *target;
	unsigned number;   /* of the one chosen; 0: none, or a part */
	const char *fault; /* NULL: something is chosen */
} cases[] = {
	{"1", 1, NULL},
	{"5", 5, NULL},
	{"9", 0, "there is no system 9: No such file or directory"},
	{"4294967297", 0, "there is no system 4294967297: No such file or directory"},
	{"0", 0, "there is no system 0: No such file or directory"},
	/* A disk with a root and a /home; the /home alone. */
	{"/dev/sda", 1, NULL},
	{"sda1", 1, NULL},
	{"/dev/sda2", 0, NULL},
	/* What lies under layers, by either leg. */
	{"/dev/sdb", 2, NULL},
	{"/dev/dm-0", 2, NULL},
	{"/dev/sdc", 2, NULL},
	{"sdc1", 2, NULL},
	/* The system of an image, whose snapshots have numbers too. */
	{"/tmp/disk.img", 3, NULL},
	{"disk.img#1", 3, NULL},
	{"/tmp/box.img", 0,
	 "/tmp/box.img holds 2 other roots and no installed system: say which by its number (7, 8)"},
	{"/tmp/empty.img", 0,
	 "no installed system was found in /tmp/empty.img: No such file or directory"},
	{"/dev/sdd", 0, "sdd is in use by the running system: Device or resource busy"},
	/* Any device of a file system. */
	{"/dev/sde", 4, NULL},
	{"/dev/sdf", 4, NULL},
	{"UUID=pool", 4, NULL},
	{"/dev/sdz", 0, "no volume is called /dev/sdz: No such file or directory"},
};

START_TEST(a_word_means_a_system)
{
	struct fault f = {0};
	const struct survey_item *item = choose_system(&machine, cases[_i].target, &f);

	if (cases[_i].fault) {
		ck_assert_ptr_null(item);
		ck_assert_str_eq(f.text, cases[_i].fault);
		return;
	}
	ck_assert_msg(item != NULL, "%s", f.text);
	ck_assert_uint_eq(item->number, cases[_i].number);
}
END_TEST

/* What sysfs says may be a ring. */
START_TEST(a_ring_of_volumes_ends)
{
	static int ring[] = {7};

	machine.volumes.items[4].below = ring;
	machine.volumes.items[4].below_count = 1;
	machine.volumes.items[7].below_count = 1;
	machine.volumes.items[7].parent = VOLUME_NO_PARENT;
	ck_assert(volume_is_on(&machine.volumes, 7, 3));
	ck_assert(!volume_is_on(&machine.volumes, 7, 0));
}
END_TEST

Suite *choose_suite(void)
{
	Suite *suite = suite_create("choose");
	TCase *tests = tcase_create("choose");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, a_word_means_a_system, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tests, a_ring_of_volumes_ends);
	suite_add_tcase(suite, tests);
	return suite;
}
