/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of an initramfs beside those of the root: which it was copied from, and which are others. */
#include "efi/initroot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scanner/base/fd.h"
#include "scanner/base/own.h"
#include "scanner/base/path.h"
#include "scanner/digest.h"

/* Where a member was copied from: what is left of its name without the prefix, behind the source. */
static const struct {
	const char *prefix, *source;
} sources[] = {
	{"", "/"},
	{"usr/", "/"},
	{"bin/", "/usr/bin/"},
	{"sbin/", "/usr/sbin/"},
	{"sbin/", "/usr/bin/"},
	{"bin/", "/usr/sbin/"},
	{"lib/", "/usr/lib/"},
	{"lib64/", "/usr/lib64/"},
	{"init", "/usr/share/initramfs-tools/init"},
	{"scripts/", "/etc/initramfs-tools/scripts/"},
	{"scripts/", "/usr/share/initramfs-tools/scripts/"},
	{"conf/", "/usr/share/initramfs-tools/conf/"},
	{"hooks/", "/etc/initcpio/hooks/"},
	{"hooks/", "/usr/lib/initcpio/hooks/"},
	{"init", "/usr/lib/initcpio/init"},
	{"init", "/usr/lib/dracut/modules.d/99base/init.sh"},
	{"init", "/usr/share/mkinitfs/initramfs-init"},
	{"bin/busybox", "/usr/lib/initcpio/busybox"},
	{"usr/bin/busybox", "/usr/lib/initcpio/busybox"},
	{"bin/busybox", "/usr/lib/initramfs-tools/bin/busybox"},
	{"usr/bin/busybox", "/usr/lib/initramfs-tools/bin/busybox"},
};

struct comparison {
	const struct targetfs *t;
	struct remark_list *remarks;
	struct digester *digester;
	uint8_t buffer[64 * 1024];
	struct targetfs_names dracut; /* directories of its modules */
};

static int hash_file(struct comparison *c, int fd, uint64_t size, struct digest *out,
		     struct fault *f)
{
	uint64_t at = 0;

	if (digester_begin(c->digester, hashalgo_by_id(HASHALGO_SHA256), f) < 0)
		return -1;
	while (at < size) {
		uint64_t left = size - at;
		size_t want = left < sizeof(c->buffer) ? (size_t)left : sizeof(c->buffer);
		ssize_t n = fd_pread_full(fd, c->buffer, want, at);

		if (n < 0)
			return fault_set(f, errno, "reading");
		if (n == 0)
			break;
		if (digester_update(c->digester, c->buffer, (size_t)n, f) < 0)
			return -1;
		at += (uint64_t)n;
	}
	return digester_end(c->digester, out, f);
}

/* A file of another size is not read. */
static enum initramfs_on_root compare_file(struct comparison *c, const char *path,
					   const struct initramfs_member *member)
{
	struct fault f;
	struct digest digest;
	struct stat st;
	own_fd int fd = -1;

	if (!targetfs_stat(c->t, path, &st) || !S_ISREG(st.st_mode))
		return INITRAMFS_NOT_ON_ROOT;
	if ((uint64_t)st.st_size != member->size)
		return INITRAMFS_DIFFERS;
	fd = targetfs_open_file(c->t, path, &f);
	if (fd < 0 || hash_file(c, fd, member->size, &digest, &f) < 0) {
		remark_add(c->remarks, path, &f);
		return INITRAMFS_NOT_COMPARED;
	}
	return memcmp(digest.value, member->sha256, sizeof(member->sha256)) == 0
		       ? INITRAMFS_SAME
		       : INITRAMFS_DIFFERS;
}

/* The same content in one place is enough; else the first place where there is a file decides. */
static void note(enum initramfs_on_root *known, enum initramfs_on_root now)
{
	if (now == INITRAMFS_SAME || *known == INITRAMFS_NOT_ON_ROOT)
		*known = now;
}

static void compare_sources(struct comparison *c, struct initramfs_member *member)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		size_t n = strlen(sources[i].prefix);
		own_mem char *path = NULL;

		if (member->on_root == INITRAMFS_SAME)
			return;
		if (strncmp(member->name, sources[i].prefix, n) != 0)
			continue;
		if (asprintf(&path, "%s%s", sources[i].source, member->name + n) < 0) {
			path = NULL;
			continue;
		}
		note(&member->on_root, compare_file(c, path, member));
	}
}

static const char dracut_modules[] = "/usr/lib/dracut/modules.d";

/* dracut's hooks: "61-ima-policy-load.sh" was "98integrity/ima-policy-load.sh". */
static void compare_dracut(struct comparison *c, struct initramfs_member *member)
{
	const char *name = path_base(member->name);
	size_t digits = strspn(name, "0123456789");

	if (member->on_root != INITRAMFS_NOT_ON_ROOT || !strstr(member->name, "dracut"))
		return;
	if (digits > 0 && name[digits] == '-')
		name += digits + 1;
	for (size_t i = 0; i < c->dracut.count && member->on_root != INITRAMFS_SAME; i++) {
		own_mem char *path = NULL;

		if (asprintf(&path, "%s/%s/%s", dracut_modules, c->dracut.names[i], name) < 0) {
			path = NULL;
			continue;
		}
		note(&member->on_root, compare_file(c, path, member));
	}
}

static bool is_compared(const struct initramfs_member *member)
{
	return S_ISREG(member->mode) && member->kind != INITRAMFS_EVM_KEY &&
	       member->kind != INITRAMFS_PRIVATE_KEY;
}

static int by_content(const void *a, const void *b)
{
	const struct initramfs_member *first = *(struct initramfs_member *const *)a;
	const struct initramfs_member *second = *(struct initramfs_member *const *)b;
	int order = memcmp(first->sha256, second->sha256, sizeof(first->sha256));

	if (order != 0)
		return order;
	return (second->on_root == INITRAMFS_SAME) - (first->on_root == INITRAMFS_SAME);
}

/* Programs of many names (busybox): what is the root's under one of them is the root's. */
static void spread(struct initramfs *initramfs)
{
	struct initramfs_member **members = calloc(initramfs->found_count + 1, sizeof(*members));
	size_t n = 0;

	if (!members)
		return;
	for (size_t i = 0; i < initramfs->found_count; i++)
		if (initramfs->found[i].on_root != INITRAMFS_NOT_COMPARED)
			members[n++] = &initramfs->found[i];
	qsort(members, n, sizeof(*members), by_content);
	for (size_t i = 1; i < n; i++)
		if (members[i - 1]->on_root == INITRAMFS_SAME &&
		    memcmp(members[i - 1]->sha256, members[i]->sha256,
			   sizeof(members[i]->sha256)) == 0)
			members[i]->on_root = INITRAMFS_SAME;
	free(members);
}

void initroot_compare(const struct targetfs *t, struct initramfs *initramfs,
		      struct remark_list *remarks)
{
	own_mem struct comparison *c = calloc(1, sizeof(*c));
	struct fault f;

	if (c) {
		c->t = t;
		c->remarks = remarks;
		c->digester = digester_new();
	}
	if (!c || !c->digester) {
		fault_set(&f, ENOMEM, "comparing an initramfs with the root");
		remark_add(remarks, initramfs->path, &f);
		return;
	}
	if (targetfs_list(t, dracut_modules, &c->dracut, &f) < 0)
		remark_add(remarks, dracut_modules, &f);
	for (size_t i = 0; i < initramfs->found_count; i++) {
		struct initramfs_member *member = &initramfs->found[i];

		if (!is_compared(member))
			continue;
		member->on_root = INITRAMFS_NOT_ON_ROOT;
		compare_sources(c, member);
		compare_dracut(c, member);
	}
	spread(initramfs);
	targetfs_names_done(&c->dracut);
	digester_free(c->digester);
}
