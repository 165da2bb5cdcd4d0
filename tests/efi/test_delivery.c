/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/delivery.c and efi/initscript.c. */
#include "efi/delivery.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scanner/digest.h"
#include "tests/efi/testcpio.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

#define KERNEL "/sys/kernel/security/ima/policy"
#define POLICY "appraise func=BPRM_CHECK appraise_type=imasig\n"

static struct targetfs *target;
static struct delivery_list found;
static struct remark_list remarks;
static struct initramfs image;
static struct initramfs_list images;
static struct buf archive;

static void set_up(void)
{
	ck_assert_int_eq(digest_init(NULL), 0);
	tree_open();
}

static void tear_down(void)
{
	delivery_list_done(&found);
	remark_list_done(&remarks);
	initramfs_done(&image);
	buf_done(&archive);
	targetfs_close(target);
	target = NULL;
	tree_close();
}

/* A file, its directories made on the way. */
static void put(const char *path, unsigned mode, const char *text)
{
	char dir[256];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
		if (mkdirat(tree_fd, dir, 0755) < 0)
			ck_assert(faccessat(tree_fd, dir, X_OK, 0) == 0);
	}
	tree_file(path, text, strlen(text), mode);
}

static void find(void)
{
	struct fault f = {0};

	if (!target)
		target = targetfs_open(tree_path(), &f);
	ck_assert_msg(target, "%s", f.text);
	delivery_list_done(&found);
	remark_list_done(&remarks);
	ck_assert_msg(delivery_find(target, &images, &found, &remarks, &f) == 0, "%s", f.text);
}

/* An initramfs of what was put into the archive. */
static void with_image(bool embedded)
{
	struct fault f = {0};

	ck_assert_int_eq(initramfs_decode(embedded ? "/boot/vmlinuz#initramfs" : "/boot/initrd",
					  (uint8_t *)archive.data, archive.len, &image, &remarks,
					  &f),
			 0);
	ck_assert_uint_eq(remarks.count, 0);
	image.embedded = embedded;
	images = (struct initramfs_list){&image, 1};
}

static const struct delivery *only(enum delivery_way way, const char *where, unsigned line)
{
	if (remarks.count > 0)
		ck_abort_msg("%s: %s", remarks.items[0].path, remarks.items[0].fault.text);
	ck_assert_msg(found.count == 1, "%zu found, the last: %s", found.count,
		      found.count ? found.items[found.count - 1].where : "-");
	ck_assert_str_eq(delivery_way_name(found.items[0].way), delivery_way_name(way));
	ck_assert_str_eq(found.items[0].where, where);
	ck_assert_uint_eq(found.items[0].line, line);
	return &found.items[0];
}

static void expect_policy(const struct delivery *d, const char *path, const char *text)
{
	ck_assert_ptr_nonnull(d->policy_path);
	ck_assert_str_eq(d->policy_path, path);
	ck_assert_int_eq(d->policy_missing, text == NULL);
	if (!text) {
		ck_assert_ptr_null(d->policy);
		return;
	}
	ck_assert_ptr_nonnull(d->policy);
	ck_assert_str_eq(d->policy, text);
	ck_assert_uint_eq(d->policy_size, strlen(text));
}

START_TEST(nothing)
{
	find();
	ck_assert_uint_eq(found.count, 0);
	ck_assert_uint_eq(remarks.count, 0);
	put("etc/init.d/other", 0755, "#!/sbin/openrc-run\nstart() { cat " KERNEL "; }\n");
	put("etc/systemd/system/x.service", 0644, "[Service]\nExecStart=/bin/true " KERNEL "\n");
	put("etc/sysconfig/ima", 0644, "IMAPOLICY=/etc/elsewhere\n");
	find();
	ck_assert_uint_eq(found.count, 0);
	ck_assert_uint_eq(remarks.count, 0);
}
END_TEST

/* --- systemd --- */

START_TEST(systemd)
{
	static const char with[] = "ELF with /etc/ima/ima-policy and " KERNEL;
	const struct delivery *d;

	put("etc/ima/ima-policy", 0644, POLICY);
	find();
	d = only(DELIVERY_SYSTEMD, "/etc/ima/ima-policy", 0);
	expect_policy(d, "/etc/ima/ima-policy", POLICY);
	ck_assert(!d->enabled && d->enabled_known && d->online_root_can_change);
	/* Its program without IMA; with; in its library. */
	put("usr/lib/systemd/systemd", 0755, "ELF without");
	put("sbin/README", 0644, "");
	ck_assert_int_eq(symlinkat("/usr/lib/systemd/systemd", tree_fd, "sbin/init"), 0);
	find();
	ck_assert(!only(DELIVERY_SYSTEMD, "/etc/ima/ima-policy", 0)->enabled);
	put("usr/lib/systemd/systemd", 0755, with);
	find();
	ck_assert(only(DELIVERY_SYSTEMD, "/etc/ima/ima-policy", 0)->enabled);
	put("usr/lib/systemd/systemd", 0755, "ELF without");
	put("usr/lib/x86_64-linux-gnu/systemd/libsystemd-core-252.so", 0644, with);
	find();
	ck_assert(only(DELIVERY_SYSTEMD, "/etc/ima/ima-policy", 0)->enabled);
	/* systemd is there, but another program is init. */
	ck_assert_int_eq(unlinkat(tree_fd, "sbin/init", 0), 0);
	put("sbin/init", 0755, "ELF sysvinit");
	find();
	ck_assert(!only(DELIVERY_SYSTEMD, "/etc/ima/ima-policy", 0)->enabled);
}
END_TEST

/* The name lies where two pieces of the reading meet. */
START_TEST(systemd_large)
{
	size_t size = 300000;
	char *program = calloc(1, size + 1);

	put("etc/ima/ima-policy", 0644, POLICY);
	put("sbin/README", 0644, "");
	put("usr/lib/systemd/README", 0644, "");
	ck_assert_int_eq(symlinkat("../usr/lib/systemd/systemd", tree_fd, "sbin/init"), 0);
	for (size_t at = 65536 - 100; at < 65536 + 10; at += 3) {
		memset(program, 'x', size);
		memcpy(program + at, KERNEL, strlen(KERNEL));
		put("usr/lib/systemd/systemd", 0755, program);
		find();
		ck_assert(found.items[0].enabled);
	}
	free(program);
}
END_TEST

/* --- dracut --- */

#define DRACUT_HOOK                                                                                \
	"IMASECDIR=\"${SECURITYFSDIR}/ima\"\n"                                                     \
	"IMAPOLICY=\"/etc/sysconfig/ima-policy\"\n"                                                \
	"P=\"${NEWROOT}${IMAPOLICY}\"\n"                                                           \
	"printf '%s' \"$P\" > \"${IMASECDIR}\"/policy || cat \"$P\" > \"${IMASECDIR}\"/policy\n"
#define DRACUT_NAME "usr/lib/dracut/hooks/pre-pivot/62-ima-policy-load.sh"

START_TEST(dracut)
{
	const struct delivery *d;

	testcpio_file(&archive, DRACUT_NAME, 0755, DRACUT_HOOK);
	with_image(_i == 1);
	find();
	d = only(DELIVERY_DRACUT,
		 _i == 1 ? "/boot/vmlinuz#initramfs#" DRACUT_NAME : "/boot/initrd#" DRACUT_NAME, 4);
	expect_policy(d, "/etc/sysconfig/ima-policy", NULL);
	ck_assert(d->enabled && d->enabled_known);
	/* The policy is the root's, whatever is signed. */
	ck_assert(d->online_root_can_change);
	ck_assert_str_eq(delivery_seed(d->way), "5a");
	put("etc/sysconfig/ima-policy", 0644, POLICY);
	find();
	expect_policy(&found.items[0], "/etc/sysconfig/ima-policy", POLICY);
	put("etc/sysconfig/ima", 0644, "# ours\nIMAPOLICY=\"/etc/p\"\n");
	put("etc/p", 0644, "measure func=FILE_CHECK\n");
	find();
	ck_assert_uint_eq(found.count, 1);
	expect_policy(&found.items[0], "/etc/p", "measure func=FILE_CHECK\n");
}
END_TEST

/* The policy is there, the hook is in no initramfs. */
START_TEST(dracut_without_hook)
{
	const struct delivery *d;

	put("etc/sysconfig/ima-policy", 0644, POLICY);
	images = (struct initramfs_list){0};
	find();
	d = only(DELIVERY_DRACUT, "/etc/sysconfig/ima-policy", 0);
	ck_assert(!d->enabled && !d->enabled_known);
	testcpio_file(&archive, "init", 0755, "#!/bin/sh\n");
	with_image(false);
	find();
	d = only(DELIVERY_DRACUT, "/etc/sysconfig/ima-policy", 0);
	ck_assert(!d->enabled && d->enabled_known);
	image.incomplete = true;
	find();
	ck_assert(!found.items[0].enabled_known);
}
END_TEST

/* --- Initramfs --- */

START_TEST(in_the_initramfs)
{
	const struct delivery *d;
	bool embedded = _i == 1;

	testcpio_file(&archive, "init", 0755, "#!/bin/sh\nmount x\ncat /etc/p > " KERNEL "\n");
	testcpio_file(&archive, "etc/p", 0644, POLICY);
	with_image(embedded);
	find();
	d = only(embedded ? DELIVERY_INITRAMFS_EMBEDDED : DELIVERY_INITRAMFS_FILE,
		 embedded ? "/boot/vmlinuz#initramfs#init" : "/boot/initrd#init", 3);
	expect_policy(d, embedded ? "/boot/vmlinuz#initramfs#etc/p" : "/boot/initrd#etc/p", POLICY);
	ck_assert(d->enabled && d->enabled_known);
	ck_assert_int_eq(d->online_root_can_change, !embedded);
	if (embedded)
		ck_assert_str_eq(delivery_seed(d->way), "5b");
	else
		ck_assert_ptr_null(delivery_seed(d->way));
}
END_TEST

START_TEST(in_the_initramfs_missing)
{
	testcpio_file(&archive, "init", 0755, "#!/bin/sh\ncat /etc/p > " KERNEL "\n");
	with_image(true);
	find();
	expect_policy(only(DELIVERY_INITRAMFS_EMBEDDED, "/boot/vmlinuz#initramfs#init", 2),
		      "/boot/vmlinuz#initramfs#etc/p", NULL);
	/* Of a damaged one nothing is said to be missing. */
	image.incomplete = true;
	find();
	ck_assert(!found.items[0].policy_missing);
}
END_TEST

/* It is there, but does not read as a policy. */
START_TEST(in_the_initramfs_odd)
{
	testcpio_file(&archive, "init", 0755, "#!/bin/sh\ncat /etc/p > " KERNEL "\n");
	testcpio_file(&archive, "etc/p", 0644, "nonsense\n");
	with_image(true);
	find();
	ck_assert(!found.items[0].policy_missing);
	ck_assert_ptr_null(found.items[0].policy);
}
END_TEST

/* The script is inside, the policy on the root. */
START_TEST(policy_of_the_root)
{
	const struct delivery *d;

	put("etc/p", 0644, POLICY);
	testcpio_file(&archive, "scripts/local-bottom/ima", 0755,
		      "#!/bin/sh\ncat ${rootmnt}/etc/p > " KERNEL "\n");
	with_image(true);
	find();
	d = only(DELIVERY_INITRAMFS_EMBEDDED, "/boot/vmlinuz#initramfs#scripts/local-bottom/ima",
		 2);
	expect_policy(d, "/etc/p", POLICY);
	ck_assert(d->online_root_can_change);
}
END_TEST

START_TEST(program_in_the_initramfs)
{
	testcpio_file(&archive, "init", 0755,
		      "\x7f"
		      "ELF " KERNEL);
	with_image(true);
	find();
	ck_assert_ptr_null(
		only(DELIVERY_INITRAMFS_EMBEDDED, "/boot/vmlinuz#initramfs#init", 0)->policy_path);
	initramfs_done(&image);
	testcpio_file(&archive, "my-policy", 0644, POLICY);
	with_image(true);
	find();
	expect_policy(only(DELIVERY_INITRAMFS_EMBEDDED, "/boot/vmlinuz#initramfs#init", 0),
		      "/boot/vmlinuz#initramfs#my-policy", POLICY);
}
END_TEST

START_TEST(systemd_in_the_initramfs)
{
	testcpio_file(&archive, "usr/lib/systemd/systemd", 0755,
		      "\x7f"
		      "ELF " KERNEL);
	with_image(false);
	find();
	ck_assert_uint_eq(found.count, 0);
	initramfs_done(&image);
	testcpio_file(&archive, "etc/ima/ima-policy", 0644, POLICY);
	with_image(false);
	find();
	expect_policy(only(DELIVERY_INITRAMFS_FILE, "/boot/initrd#usr/lib/systemd/systemd", 0),
		      "/boot/initrd#etc/ima/ima-policy", POLICY);
}
END_TEST

START_TEST(idle_policy)
{
	const struct delivery *d;

	testcpio_file(&archive, "etc/p", 0644, POLICY);
	testcpio_file(&archive, "init", 0755, "#!/bin/sh\n");
	with_image(false);
	find();
	d = only(DELIVERY_INITRAMFS_FILE, "/boot/initrd#etc/p", 0);
	expect_policy(d, "/boot/initrd#etc/p", POLICY);
	ck_assert(!d->enabled && d->enabled_known);
}
END_TEST

START_TEST(replaced_members)
{
	testcpio_file(&archive, "init", 0755, "#!/bin/sh\ncat /etc/p > " KERNEL "\n");
	testcpio_file(&archive, "etc/p", 0644, POLICY);
	testcpio_trailer(&archive);
	testcpio_file(&archive, "init", 0755, "#!/bin/sh\n");
	testcpio_file(&archive, "etc/p", 0644, "");
	with_image(false);
	find();
	ck_assert_uint_eq(found.count, 0);
}
END_TEST

/* --- Scripts of the root --- */

/* What a link of a runlevel, or a mode, makes of a script. */
static const struct {
	const char *path;
	unsigned mode;
	const char *text;
	unsigned line;
	const char *link;   /* NULL: none */
	const char *called; /* a script that it calls; it is said to be the place */
	bool enabled, known;
} started[] = {
	{"etc/init.d/ima", 0755, "#!/sbin/openrc-run\nstart() {\n\tcat /etc/p > " KERNEL "\n}\n", 3,
	 "etc/runlevels/boot/ima", NULL, true, true},
	{"etc/init.d/ima", 0755, "#!/sbin/openrc-run\ncat /etc/p > " KERNEL "\n", 2,
	 "etc/runlevels/boot/other", NULL, false, true},
	{"etc/init.d/ima", 0755, "#!/sbin/openrc-run\ncat /etc/p > " KERNEL "\n", 2, NULL, NULL,
	 false, false},
	{"etc/init.d/ima", 0755, "#!/bin/sh\ncat /etc/p > " KERNEL "\n", 2, "etc/rcS.d/S02ima",
	 NULL, true, true},
	{"etc/init.d/ima", 0755, "#!/bin/sh\ncat /etc/p > " KERNEL "\n", 2, "etc/rc2.d/K02ima",
	 NULL, false, true},
	{"etc/init.d/ima", 0755, "#!/bin/sh\n. /lib/x\n/usr/local/sbin/load start\n", 3,
	 "etc/rc3.d/S99ima", "usr/local/sbin/load", true, true},
	{"etc/local.d/ima.start", 0755, "cat /etc/p > " KERNEL "\n", 1,
	 "etc/runlevels/default/local", NULL, true, true},
	{"etc/local.d/ima.start", 0755, "cat /etc/p > " KERNEL "\n", 1,
	 "etc/runlevels/default/other", NULL, false, true},
	{"etc/init.d/Kima", 0755, "#!/sbin/openrc-run\ncat /etc/p > " KERNEL "\n", 2,
	 "etc/runlevels/boot/Kima", NULL, true, true},
	{"etc/local.d/ima.start", 0644, "cat /etc/p > " KERNEL "\n", 1,
	 "etc/runlevels/default/local", NULL, false, true},
	{"etc/local.d/ima.stop", 0755, "cat /etc/p > " KERNEL "\n", 1,
	 "etc/runlevels/default/local", NULL, false, true},
	{"etc/rc.local", 0755, "#!/bin/sh -e\ncat /etc/p > " KERNEL "\nexit 0\n", 2, NULL, NULL,
	 true, true},
	{"etc/rc.local", 0644, "#!/bin/sh -e\ncat /etc/p > " KERNEL "\nexit 0\n", 2, NULL, NULL,
	 false, true},
	{"etc/rc.d/rc.local", 0755, "cat /etc/p > " KERNEL "\n", 1, NULL, NULL, true, true},
	{"etc/sv/ima/run", 0755, "#!/bin/sh\ncat /etc/p > " KERNEL "\n", 2, "var/service/ima", NULL,
	 true, true},
	{"etc/runit/1", 0755, "#!/bin/sh\ncat /etc/p > " KERNEL "\n", 2, NULL, NULL, true, true},
	{"etc/tmpfiles.d/ima.conf", 0644, "# c\nw " KERNEL " - - - - /etc/p\n", 2, NULL, NULL, true,
	 true},
	{"etc/systemd/system/ima.service", 0644,
	 "[Service]\nExecStart=-/bin/sh -c 'cat /etc/p > " KERNEL "'\n[Install]\n", 2,
	 "etc/systemd/system/sysinit.target.wants/ima.service", NULL, true, true},
	{"etc/systemd/system/ima.service", 0644,
	 "[Service]\nExecStartPre=x \\\n y\nExecStart=sh -c \\\n  'cat /etc/p > " KERNEL
	 "'\n[Install]\n",
	 5, NULL, NULL, false, true},
	{"usr/lib/systemd/system/ima.service", 0644,
	 "[Service]\nExecStart=/bin/cp /etc/p " KERNEL "\n", 2, NULL, NULL, false, false},
	{"usr/lib/systemd/system/ima.service", 0644,
	 "[Service]\nExecStart=@/usr/local/sbin/load x\n", 3,
	 "etc/systemd/system/basic.target.requires/ima.service", "usr/local/sbin/load", true, true},
	{"etc/systemd/system/x.service.d/ima.conf", 0644,
	 "[Service]\nExecStartPost=/bin/cp /etc/p " KERNEL "\n", 2,
	 "etc/systemd/system/basic.target.wants/x.service", NULL, true, true},
};

START_TEST(scripts)
{
	const struct delivery *d;
	char where[128];

	for (int present = 0; present < 2; present++) {
		put(started[_i].path, started[_i].mode, started[_i].text);
		if (started[_i].called)
			put(started[_i].called, 0755,
			    "#!/bin/sh\n\ncat /etc/p > " KERNEL "\n/usr/local/sbin/load again\n");
		if (started[_i].link && !present) {
			put(started[_i].link, 0644, "");
			ck_assert_int_eq(unlinkat(tree_fd, started[_i].link, 0), 0);
			ck_assert_int_eq(symlinkat("/nowhere", tree_fd, started[_i].link), 0);
		}
		if (present)
			put("etc/p", 0644, POLICY);
		find();
		snprintf(where, sizeof(where), "/%s",
			 started[_i].called ? started[_i].called : started[_i].path);
		d = only(DELIVERY_RC_SCRIPT, where, started[_i].line);
		expect_policy(d, "/etc/p", present ? POLICY : NULL);
		ck_assert_int_eq(d->enabled, started[_i].enabled);
		ck_assert_int_eq(d->enabled_known, started[_i].known);
		ck_assert(d->online_root_can_change);
		ck_assert_str_eq(delivery_seed(d->way), "5a");
	}
}
END_TEST

/* A unit by the links that want it is one unit. */
START_TEST(unit_by_its_links)
{
	put("usr/lib/systemd/system/ima.service", 0644,
	    "[Service]\nExecStart=/bin/cp /etc/p " KERNEL "\n");
	put("etc/systemd/system/a.target.wants/README", 0644, "");
	ck_assert_int_eq(symlinkat("/usr/lib/systemd/system/ima.service", tree_fd,
				   "etc/systemd/system/a.target.wants/ima.service"),
			 0);
	ck_assert_int_eq(symlinkat("usr/lib", tree_fd, "lib"), 0);
	find();
	ck_assert(only(DELIVERY_RC_SCRIPT, "/usr/lib/systemd/system/ima.service", 2)->enabled);
}
END_TEST

START_TEST(other_languages)
{
	put("etc/rc.local", 0755,
	    "#!/usr/bin/python3\n\nopen('" KERNEL "', 'w').write(open('/etc/p').read())\n");
	find();
	ck_assert_ptr_null(only(DELIVERY_RC_SCRIPT, "/etc/rc.local", 3)->policy_path);
	tree_file("etc/rc.local",
		  "\x7f"
		  "ELF\0" KERNEL,
		  5 + strlen(KERNEL), 0755);
	find();
	ck_assert_ptr_null(only(DELIVERY_RC_SCRIPT, "/etc/rc.local", 0)->policy_path);
}
END_TEST

/* The same two ways to write are one delivery; two policies are two. */
START_TEST(once_each)
{
	put("etc/rc.local", 0755,
	    "echo /etc/p > " KERNEL " || cat /etc/p > " KERNEL "\ncat /etc/q > " KERNEL "\n");
	find();
	ck_assert_uint_eq(found.count, 2);
	ck_assert_str_eq(found.items[0].policy_path, "/etc/p");
	ck_assert_str_eq(found.items[1].policy_path, "/etc/q");
	ck_assert_uint_eq(found.items[1].line, 2);
}
END_TEST

/* --- Sources of the next initramfs --- */

static const struct {
	const char *path, *policy, *policy_path;
} sources[] = {
	{"etc/initramfs-tools/scripts/local-top/ima", "etc/p", "/etc/p"},
	{"etc/initcpio/hooks/ima", "etc/p", "/etc/p"},
	{"usr/src/initramfs/init", "usr/src/initramfs/etc/p", "/usr/src/initramfs/etc/p"},
	{"usr/src/initramfs/init", "etc/p", "/etc/p"},
	{"srv/my-initramfs/init", "srv/my-initramfs/etc/p", "/srv/my-initramfs/etc/p"},
	{"srv/listed", "etc/p", "/etc/p"},
};

START_TEST(source)
{
	const struct delivery *d;
	char where[128];

	put("usr/src/linux-6.12/.config", 0644,
	    "CONFIG_IMA=y\nCONFIG_INITRAMFS_SOURCE=\"/srv/my-initramfs /srv/list\"\n");
	put("srv/list", 0644, "dir /dev 0755 0 0\nfile /init /srv/listed 0755 0 0\nfile /x\n");
	put(sources[_i].path, 0755, "#!/bin/sh\ncat /etc/p > " KERNEL "\n");
	put(sources[_i].policy, 0644, POLICY);
	find();
	snprintf(where, sizeof(where), "/%s", sources[_i].path);
	d = only(DELIVERY_SOURCE, where, 2);
	expect_policy(d, sources[_i].policy_path, POLICY);
	ck_assert(!d->enabled && !d->enabled_known);
	ck_assert_ptr_null(delivery_seed(d->way));
}
END_TEST

/* --- Hostile --- */

START_TEST(hostile_tree)
{
	put("etc/init.d/README", 0644, "");
	put("etc/runlevels/boot/README", 0644, "");
	ck_assert_int_eq(mkfifoat(tree_fd, "etc/init.d/fifo", 0755), 0);
	ck_assert_int_eq(symlinkat("/etc/passwd", tree_fd, "etc/init.d/out"), 0);
	ck_assert_int_eq(symlinkat("../../../../../../etc/passwd", tree_fd, "etc/rc.local"), 0);
	ck_assert_int_eq(symlinkat("loop", tree_fd, "etc/init.d/loop"), 0);
	ck_assert_int_eq(symlinkat("/", tree_fd, "etc/local.d"), 0);
	put("etc/init.d/\x1b[31m\n", 0755, "cat /etc/../../../../etc/passwd > " KERNEL "\n");
	put("etc/init.d/fifo-policy", 0755, "cat /etc/init.d/fifo > " KERNEL "\n");
	put("etc/init.d/directory-policy", 0755, "cat /etc/init.d > " KERNEL "\n");
	find();
	ck_assert_uint_eq(found.count, 3);
	for (size_t i = 0; i < found.count; i++)
		ck_assert_ptr_null(found.items[i].policy);
	/* ".." ends at the root, which has no such file. */
	ck_assert(found.items[0].policy_missing);
}
END_TEST

/* As nobody: what cannot be read is a remark. */
START_TEST(unreadable)
{
	put("etc/rc.local", 0755, "cat /etc/p > " KERNEL "\n");
	put("etc/p", 0, POLICY);
	put("etc/init.d/secret", 0, "cat /etc/p > " KERNEL "\n");
	ck_assert_int_eq(fchmod(tree_fd, 0755), 0);
	ck_assert(geteuid() != 0 || seteuid(65534) == 0);
	find();
	ck_assert(getuid() != 0 || seteuid(0) == 0);
	ck_assert_uint_eq(found.count, 1);
	ck_assert_ptr_null(found.items[0].policy);
	ck_assert(!found.items[0].policy_missing);
	ck_assert_uint_eq(remarks.count, 2);
}
END_TEST

START_TEST(huge)
{
	int fd;

	put("etc/rc.local", 0755, "cat /etc/p > " KERNEL "\n");
	fd = openat(tree_fd, "etc/p", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	ck_assert_int_eq(ftruncate(fd, (off_t)1 << 32), 0);
	close(fd);
	find();
	ck_assert_uint_eq(found.count, 1);
	ck_assert_ptr_null(found.items[0].policy);
	ck_assert(!found.items[0].policy_missing);
	ck_assert_uint_eq(remarks.count, 1);
	ck_assert_str_eq(remarks.items[0].path, "/etc/p");
}
END_TEST

START_TEST(names)
{
	for (int i = 0; i < DELIVERY_WAYS; i++)
		ck_assert_ptr_nonnull(delivery_way_name((enum delivery_way)i));
	ck_assert_str_eq(delivery_way_name(DELIVERY_RC_SCRIPT), "rc-script");
	ck_assert_str_eq(delivery_seed(DELIVERY_INITRAMFS_EMBEDDED), "5b");
	ck_assert_ptr_null(delivery_seed(DELIVERY_SOURCE));
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

Suite *delivery_suite(void)
{
	Suite *suite = suite_create("delivery");
	TCase *tcase = tcase_create("delivery");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, nothing);
	tcase_add_test(tcase, systemd);
	tcase_add_test(tcase, systemd_large);
	tcase_add_loop_test(tcase, dracut, 0, 2);
	tcase_add_test(tcase, dracut_without_hook);
	tcase_add_loop_test(tcase, in_the_initramfs, 0, 2);
	tcase_add_test(tcase, in_the_initramfs_missing);
	tcase_add_test(tcase, in_the_initramfs_odd);
	tcase_add_test(tcase, policy_of_the_root);
	tcase_add_test(tcase, program_in_the_initramfs);
	tcase_add_test(tcase, systemd_in_the_initramfs);
	tcase_add_test(tcase, idle_policy);
	tcase_add_test(tcase, replaced_members);
	tcase_add_loop_test(tcase, scripts, 0, COUNT(started));
	tcase_add_test(tcase, unit_by_its_links);
	tcase_add_test(tcase, other_languages);
	tcase_add_test(tcase, once_each);
	tcase_add_loop_test(tcase, source, 0, COUNT(sources));
	tcase_add_test(tcase, hostile_tree);
	tcase_add_test(tcase, unreadable);
	tcase_add_test(tcase, huge);
	tcase_add_test(tcase, names);
	suite_add_tcase(suite, tcase);
	return suite;
}
