/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of rescue/compose.c and of finding volumes by name. */
#include "rescue/compose.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "rescue/volume_internal.h"
#include "scanner/base/buf.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

/* Two disks that are clones of each other, and a third with a name of its own. */
static struct volume_list volumes;
static struct targetfs *tree;

static struct volume *add(const char *name, int parent, const char *type, const char *uuid,
			  const char *part_type)
{
	struct fault f = {0};
	char path[64];
	struct volume *v;

	snprintf(path, sizeof(path), "/dev/%s", name);
	v = volume_add(&volumes, parent < 0 ? VOLUME_DISK : VOLUME_PARTITION, path, name, &f);
	ck_assert_msg(v != NULL, "%s", f.text);
	v->parent = parent;
	v->rdev = makedev(8, (unsigned)volumes.count);
	snprintf(v->probe.type, sizeof(v->probe.type), "%s", type);
	snprintf(v->probe.uuid, sizeof(v->probe.uuid), "%s", uuid);
	snprintf(v->part_type, sizeof(v->part_type), "%s", part_type);
	v->layer = volume_layer_of(&v->probe);
	return v;
}

static const char esp[] = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";
static const char home[] = "933ac7e1-2eb4-4f13-b844-0e14e2aef915";

static void set_up(void)
{
	struct fault f = {0};

	tree_open();
	tree_mkdir("efi");
	tree_mkdir("home");
	tree = targetfs_open(tree_path(), &f);
	ck_assert_msg(tree != NULL, "%s", f.text);
	add("sda", -1, "", "", "");
	add("sda1", 0, "vfat", "ESP-1", esp);
	add("sda2", 0, "ext4", "root", "");
	add("sda3", 0, "ext4", "data", home);
	add("sdb", -1, "", "", "");
	add("sdb1", 4, "vfat", "ESP-1", esp);
	add("sdb2", 4, "ext4", "root", "");
	add("sdb3", 4, "ext4", "data", home);
	add("sdc", -1, "xfs", "extra", "");
	add("sdd", -1, "crypto_LUKS", "locked", "");
	add("sde", -1, "ext4", "used", "")->in_use = true;
	add("sdf", -1, "ext4", "twice", "");
	add("sdg", -1, "ext4", "twice", "");
}

static void tear_down(void)
{
	targetfs_close(tree);
	volume_list_done(&volumes);
	tree_close();
}

static void describe(const struct compose *plan, struct buf *out)
{
	for (size_t i = 0; i < plan->count; i++)
		buf_printf(out, "%s %s %s\n", plan->items[i].dir,
			   volumes.items[plan->items[i].volume].name,
			   compose_from_name(plan->items[i].from));
	for (size_t i = 0; i < plan->missing_count; i++)
		buf_printf(out, "%s %s %s\n", plan->missing[i].dir, plan->missing[i].source,
			   compose_why_name(plan->missing[i].why));
}

static const struct {
	int root;
	const char *fstab, *expected;
} cases[] = {
	/* Without a line, the types of the root's own disk. */
	{2, "", "/ sda2 chosen\n/efi sda1 partition-type\n/home sda3 partition-type\n"},
	{6, "", "/ sdb2 chosen\n/efi sdb1 partition-type\n/home sdb3 partition-type\n"},
	{8, "", "/ sdc chosen\n"},
	/* A name that two disks carry is the one of the root's disk. */
	{6, "UUID=root / ext4 x\nUUID=data /srv ext4 x\n",
	 "/ sdb2 chosen\n/efi sdb1 partition-type\n/srv sdb3 fstab\n"},
	{8, "UUID=data /srv ext4 x\n", "/ sdc chosen\n/srv UUID=data several\n"},
	{2, "UUID=twice /t ext4 x\n",
	 "/ sda2 chosen\n/efi sda1 partition-type\n/home sda3 partition-type\n/t UUID=twice several\n"},
	/* Other disks, by any name. */
	{8, "/dev/sda3 /x ext4 x\nuuid=extra /y ext4 x\n", "/ sdc chosen\n/x sda3 fstab\n"},
	{8, "UUID=none /n ext4 x\nUUID=locked /l ext4 x\nUUID=used /u ext4 x\n",
	 "/ sdc chosen\n/n UUID=none not-found\n/l UUID=locked locked\n/u UUID=used in-use\n"},
	/* The first line of a place counts, and parents come first. */
	{8, "/dev/sda3 /a/b ext4 x\n/dev/sda2 /a ext4 x\n/dev/sdb2 /a ext4 x\n",
	 "/ sdc chosen\n/a sda2 fstab\n/a/b sda3 fstab\n"},
	{2, "/dev/sdc /home xfs x\n/dev/sda1 /boot vfat x\n",
	 "/ sda2 chosen\n/boot sda1 fstab\n/home sdc fstab\n"},
};

START_TEST(volumes_find_their_places)
{
	struct survey_item root = {.volume = cases[_i].root};
	own_buf struct buf seen = {0};
	struct compose plan;
	struct fstab fstab;
	struct fault f = {0};

	ck_assert_int_eq(fstab_decode(cases[_i].fstab, strlen(cases[_i].fstab), &fstab, &f), 0);
	ck_assert_int_eq(compose_plan(&volumes, &root, tree, &fstab, &plan, &f), 0);
	describe(&plan, &seen);
	ck_assert_str_eq(buf_text(&seen), cases[_i].expected);
	compose_done(&plan);
	fstab_done(&fstab);
}
END_TEST

START_TEST(a_name_of_several_is_refused)
{
	struct fault f = {0};

	ck_assert_int_eq(volume_find(&volumes, "/dev/sdb3", &f), 7);
	ck_assert_int_eq(volume_find(&volumes, "sdc", &f), 8);
	ck_assert_int_eq(volume_find(&volumes, "UUID=extra", &f), 8);
	ck_assert_int_eq(volume_find(&volumes, "UUID=root", &f), -1);
	ck_assert_str_eq(f.text, "UUID=root is the name of 2 volumes (sda2, sdb2): say which by "
				 "its device");
	ck_assert_int_eq(volume_find(&volumes, "UUID=", &f), -1);
	ck_assert_int_eq(f.os, ENOENT);
	ck_assert_int_eq(volume_find(&volumes, "COLOUR=red", &f), -1);
	ck_assert_int_eq(f.os, ENOENT);
}
END_TEST

/* Two devices of one btrfs have one name, and are one volume. */
START_TEST(devices_of_one_file_system_are_one)
{
	struct survey_item root = {.volume = 8};
	struct volume *a, *b;
	struct compose plan;
	struct fstab fstab;
	struct fault f = {0};
	static const char text[] = "UUID=pool /p btrfs x\n/dev/sdi /q btrfs x\n";

	a = add("sdh", -1, "btrfs", "pool", "");
	a->btrfs_devices = 2;
	b = add("sdi", -1, "btrfs", "pool", "");
	b->btrfs_devices = 2;
	ck_assert_int_eq(volume_find(&volumes, "UUID=pool", &f), 13);
	ck_assert_int_eq(volume_find(&volumes, "sdi", &f), 14);
	ck_assert_int_eq(fstab_decode(text, strlen(text), &fstab, &f), 0);
	ck_assert_int_eq(compose_plan(&volumes, &root, tree, &fstab, &plan, &f), 0);
	ck_assert_uint_eq(plan.count, 3);
	ck_assert_int_eq(plan.items[1].volume, 13);
	ck_assert_int_eq(plan.items[2].volume, 13);
	compose_done(&plan);
	fstab_done(&fstab);
}
END_TEST

static const struct {
	const char *inside, *fstab, *var; /* var: what is attached there, NULL for nothing */
} deployments[] = {
	{"/ostree/deploy/os/deploy/abc.0", "", "/ostree/deploy/os/var"},
	{"/ostree/deploy/os/deploy/abc.0", "/dev/sda3 /var ext4 x\n", NULL},
	{"/var/lib/machines/box", "", NULL},
	{"/ostree/deploy/", "", NULL},
	{NULL, "", NULL},
};

START_TEST(deployments_share_var)
{
	struct survey_item root = {.volume = 8, .inside = (char *)deployments[_i].inside};
	const char *text = deployments[_i].fstab, *seen = NULL;
	struct compose plan;
	struct fstab fstab;
	struct fault f = {0};

	ck_assert_int_eq(fstab_decode(text, strlen(text), &fstab, &f), 0);
	ck_assert_int_eq(compose_plan(&volumes, &root, tree, &fstab, &plan, &f), 0);
	ck_assert_pstr_eq(plan.items[0].inside, deployments[_i].inside);
	for (size_t i = 0; i < plan.count; i++)
		if (plan.items[i].from == COMPOSE_OSTREE)
			seen = plan.items[i].inside;
	ck_assert_pstr_eq(seen, deployments[_i].var);
	compose_done(&plan);
	fstab_done(&fstab);
}
END_TEST

Suite *compose_suite(void)
{
	Suite *suite = suite_create("compose");
	TCase *tests = tcase_create("compose");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, volumes_find_their_places, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tests, a_name_of_several_is_refused);
	tcase_add_test(tests, devices_of_one_file_system_are_one);
	tcase_add_loop_test(tests, deployments_share_var, 0,
			    sizeof(deployments) / sizeof(deployments[0]));
	suite_add_tcase(suite, tests);
	return suite;
}
