/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The usual places of snapshots, deployments, containers and image files: one table, one walk by it. */
#include "rescue/stores.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "rescue/interrupt.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

/*
 * "*" stands for one name (which may go on: "*.raw"); "|" is where a file system may begin instead of at
 * the root: /var, /home and the stores themselves are often volumes of their own.
 */
static const struct place {
	enum store_kind kind;
	const char *pattern;
} places[] = {
	{STORE_DEPLOYMENT, "/ostree/deploy/*/deploy/*"},
	/* Docker, Podman and Buildah by root and by users, containerd, Kubernetes by k3s. */
	{STORE_CONTAINER, "/var|/lib/docker|/overlay2/*/diff"},
	{STORE_CONTAINER, "/var|/lib/docker|/btrfs/subvolumes/*"},
	{STORE_CONTAINER, "/var|/lib/docker|/vfs/dir/*"},
	{STORE_CONTAINER, "/var|/lib/containers/storage|/overlay/*/diff"},
	{STORE_CONTAINER, "/var|/lib/containers/storage/btrfs/subvolumes/*"},
	{STORE_CONTAINER, "/var|/lib/containers/storage/vfs/dir/*"},
	{STORE_CONTAINER, "/root|/.local/share/containers/storage/overlay/*/diff"},
	{STORE_CONTAINER, "/root|/.local/share/containers/storage/vfs/dir/*"},
	{STORE_CONTAINER, "/home|/*/.local/share/containers/storage/overlay/*/diff"},
	{STORE_CONTAINER, "/home|/*/.local/share/containers/storage/vfs/dir/*"},
	{STORE_CONTAINER, "/home|/*/.local/share/docker/overlay2/*/diff"},
	{STORE_CONTAINER,
	 "/var|/lib/containerd|/io.containerd.snapshotter.v1.overlayfs/snapshots/*/fs"},
	{STORE_CONTAINER, "/var|/lib/rancher/k3s/agent/containerd"
			  "/io.containerd.snapshotter.v1.overlayfs/snapshots/*/fs"},
	{STORE_MACHINE, "/var|/lib/machines/*"},
	{STORE_MACHINE, "/var|/lib/portables/*"},
	{STORE_MACHINE, "/var|/lib/lxc/*/rootfs"},
	{STORE_MACHINE, "/home|/*/.local/share/lxc/*/rootfs"},
	{STORE_MACHINE, "/var|/lib/lxd/storage-pools/*/containers/*/rootfs"},
	{STORE_MACHINE, "/var|/snap/lxd/common/lxd/storage-pools/*/containers/*/rootfs"},
	{STORE_MACHINE, "/var|/lib/incus/storage-pools/*/containers/*/rootfs"},
	{STORE_CHROOT, "/srv|/chroot/*"},
	{STORE_CHROOT, "/var|/chroot/*"},
	{STORE_CHROOT, "/var|/lib/schroot/chroots/*"},
	{STORE_IMAGE, "/var|/lib/machines/*.raw"},
	{STORE_IMAGE, "/var|/lib/portables/*.raw"},
	{STORE_IMAGE, "/var|/lib/extensions/*.raw"},
	{STORE_IMAGE, "/var|/lib/confexts/*.raw"},
	{STORE_IMAGE, "/var|/lib/snapd/snaps/*.snap"},
	{STORE_IMAGE, "/var|/lib/libvirt/images/*"},
	{STORE_IMAGE, "/var|/lib/vz/images/*/*"},
	{STORE_IMAGE, "/home|/*/.local/share/libvirt/images/*"},
	{STORE_IMAGE, "/home|/*/.local/share/gnome-boxes/images/*"},
	{STORE_IMAGE, "/home|/*/VirtualBox VMs/*/*.vdi"},
};

/* The same of paths of subvolumes, by fnmatch(3), where "*" matches "/" too. */
static const struct place subvolume_places[] = {
	{STORE_SNAPSHOT, "*.snapshots/*/snapshot"},	 /* snapper */
	{STORE_SNAPSHOT, "*snapshots/*/snapshot"},	 /* the same in a subvolume of its own */
	{STORE_SNAPSHOT, "timeshift-btrfs/snapshots/*"}, /* timeshift */
	{STORE_SNAPSHOT, "*btrbk_snapshots/*"},		 /* btrbk */
	{STORE_CONTAINER, "*btrfs/subvolumes/*"},	 /* Docker, containers/storage */
	{STORE_MACHINE, "*lib/machines/*"},
	{STORE_MACHINE, "*lib/portables/*"},
	{STORE_MACHINE, "*/storage-pools/*/containers/*"},
	{STORE_SNAPSHOT, "*/storage-pools/*/containers-snapshots/*"},
};

enum store_kind stores_kind_of_subvolume(const char *path)
{
	for (size_t i = 0; i < sizeof(subvolume_places) / sizeof(subvolume_places[0]); i++)
		if (fnmatch(subvolume_places[i].pattern, path, 0) == 0)
			return subvolume_places[i].kind;
	return STORE_NONE;
}

const char *stores_kind_name(enum store_kind kind)
{
	static const char *const names[STORE_KINDS] = {
		[STORE_SNAPSHOT] = "snapshot",	 [STORE_DEPLOYMENT] = "deployment",
		[STORE_CONTAINER] = "container", [STORE_MACHINE] = "machine",
		[STORE_CHROOT] = "chroot",	 [STORE_IMAGE] = "image",
	};

	return names[kind];
}

/* --- The list --- */

struct finding {
	const struct targetfs *t;
	struct store_list *list;
	struct remark_list *remarks;
	enum store_kind kind;
	dev_t dev; /* of the tree: a btrfs subvolume in it has one of its own, and a look of its own */
	size_t paths; /* of all stores */
	bool full;
};

/* The store of a place, begun when it is the first of it. NULL: no memory. */
static struct store *store_of(struct finding *s, const char *place)
{
	struct store *items;
	char *copy;

	for (size_t i = 0; i < s->list->count; i++)
		if (s->list->items[i].kind == s->kind &&
		    strcmp(s->list->items[i].place, place) == 0)
			return &s->list->items[i];
	items = reallocarray(s->list->items, s->list->count + 1, sizeof(*items));
	if (items)
		s->list->items = items;
	copy = items ? strdup(place) : NULL;
	if (!copy)
		return NULL;
	items[s->list->count] = (struct store){.kind = s->kind, .place = copy};
	return &items[s->list->count++];
}

static void remark_full(struct finding *s, const char *path)
{
	struct fault fault;

	s->full = true;
	fault_set(&fault, E2BIG, "more than %d systems and images within: the rest is left out",
		  STORES_PATHS_MAX);
	remark_add(s->remarks, path, &fault);
}

/* Is there something of this type in this file system, its last name not taken for a link? */
static bool has_type(const struct finding *s, const char *path, mode_t type)
{
	const char *slash = strrchr(path, '/');
	own_mem char *dir = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	struct fault ignored;
	own_fd int fd = dir ? targetfs_open_dir(s->t, dir, &ignored) : -1;
	struct stat st;

	return fd >= 0 && fstatat(fd, slash + 1, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (st.st_mode & S_IFMT) == type && st.st_dev == s->dev;
}

static int add_path(struct finding *s, const char *place, const char *path, struct fault *f)
{
	struct store *store;
	char **paths, *copy;

	if (!has_type(s, path, s->kind == STORE_IMAGE ? S_IFREG : S_IFDIR))
		return 0;
	if (s->paths == STORES_PATHS_MAX) {
		if (!s->full)
			remark_full(s, place);
		return 0;
	}
	store = store_of(s, place);
	paths = store ? reallocarray(store->paths, store->count + 1, sizeof(*paths)) : NULL;
	if (paths)
		store->paths = paths;
	copy = paths ? strdup(path) : NULL;
	if (!copy)
		return fault_set(f, ENOMEM, "looking for other systems");
	paths[store->count++] = copy;
	s->paths++;
	return 0;
}

/* --- Walking by a pattern --- */

static char *joined(const char *a, const char *b, size_t n)
{
	own_buf struct buf text = {0};

	buf_puts(&text, a);
	buf_add(&text, b, n);
	return text.failed ? NULL : take_ptr(text.data);
}

static int expand(struct finding *s, const char *base, const char *pattern, const char *place,
		  struct fault *f);

/* The entries of a directory that fit the pattern's first name, and what is below each. */
static int expand_names(struct finding *s, const char *dir, const char *name_pattern,
			const char *rest, struct fault *f)
{
	struct targetfs_names names;
	struct fault fault;
	int result = 0;

	if (targetfs_list(s->t, *dir ? dir : "/", &names, &fault) < 0) {
		remark_add(s->remarks, dir, &fault);
		return 0;
	}
	if (names.count > STORES_NAMES_MAX) {
		fault_set(&fault, E2BIG, "%zu names: %d of them were looked at", names.count,
			  STORES_NAMES_MAX);
		remark_add(s->remarks, *dir ? dir : "/", &fault);
	}
	for (size_t i = 0; i < names.count && i < STORES_NAMES_MAX && result == 0 && !s->full;
	     i++) {
		own_mem char *path = NULL;

		if (interrupt_check(f) < 0)
			result = -1;
		if (result < 0 || fnmatch(name_pattern, names.names[i], FNM_NOESCAPE) != 0)
			continue;
		path = targetfs_join(*dir ? dir : "/", names.names[i]);
		if (!path)
			result = fault_set(f, ENOMEM, "looking for other systems");
		else if (!*rest)
			result = add_path(s, dir, path, f);
		else if (has_type(s, path, S_IFDIR))
			result = expand(s, path, rest, dir, f);
	}
	targetfs_names_done(&names);
	return result;
}

static int expand(struct finding *s, const char *base, const char *pattern, const char *place,
		  struct fault *f)
{
	const char *star = strchr(pattern, '*'), *slash = star, *end;
	own_mem char *dir = NULL, *name = NULL;

	if (!star) {
		own_mem char *path = joined(base, pattern, strlen(pattern));

		return path ? add_path(s, place, path, f)
			    : fault_set(f, ENOMEM, "looking for other systems");
	}
	while (*slash != '/')
		slash--;
	end = star + strcspn(star, "/");
	dir = joined(base, pattern, (size_t)(slash - pattern));
	name = strndup(slash + 1, (size_t)(end - slash) - 1);
	if (!dir || !name)
		return fault_set(f, ENOMEM, "looking for other systems");
	return expand_names(s, dir, name, end, f);
}

/* The pattern as it is, and from each place where a file system may begin. */
static int look_for(struct finding *s, const struct place *place, struct fault *f)
{
	s->kind = place->kind;
	for (const char *from = place->pattern; from;) {
		own_buf struct buf pattern = {0};

		for (const char *p = from; *p; p++)
			if (*p != '|')
				buf_addc(&pattern, *p);
		if (pattern.failed)
			return fault_set(f, ENOMEM, "looking for other systems");
		if (expand(s, "", buf_text(&pattern), "", f) < 0)
			return -1;
		from = strchr(from, '|');
		from = from ? from + 1 : NULL;
	}
	return 0;
}

int stores_find(const struct targetfs *t, struct store_list *out, struct remark_list *remarks,
		struct fault *f)
{
	struct store_list list = {0};
	struct finding s = {.t = t, .list = &list, .remarks = remarks};
	struct stat top;

	if (!targetfs_stat(t, "/", &top))
		return fault_set(f, errno, "looking for other systems");
	s.dev = top.st_dev;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (look_for(&s, &places[i], f) == 0)
			continue;
		stores_done(&list);
		return -1;
	}
	*out = list;
	return 0;
}

void stores_done(struct store_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		for (size_t j = 0; j < list->items[i].count; j++)
			free(list->items[i].paths[j]);
		free(list->items[i].paths);
		free(list->items[i].place);
	}
	free(list->items);
	*list = (struct store_list){0};
}
