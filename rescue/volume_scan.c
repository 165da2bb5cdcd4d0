/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The block devices of this machine, from sysfs (Documentation/ABI/stable/sysfs-block), and which of them
 * the running system uses (proc(5): mountinfo, swaps).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "rescue/volume.h"
#include "rescue/volume_internal.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

enum { SECTOR_BYTES = 512, LINE_MAX_BYTES = 512 };

struct scanning {
	const struct volume_roots *roots;
	struct volume_list *list;
	struct remark_list *remarks;
};

/* --- Files of sysfs --- */

/* One line without its newline and outer blanks; false when it is not there. */
static bool read_line(int dir, const char *name, char out[LINE_MAX_BYTES])
{
	own_fd int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, LINE_MAX_BYTES - 1);
	char *start = out;

	if (n < 0)
		return false;
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
	for (size_t end = strlen(out); end && out[end - 1] == ' ';)
		out[--end] = '\0';
	start += strspn(start, " ");
	memmove(out, start, strlen(start) + 1);
	return true;
}

static uint64_t read_number(int dir, const char *name)
{
	char line[LINE_MAX_BYTES];

	return read_line(dir, name, line) ? strtoull(line, NULL, 10) : 0;
}

static char *read_text(int dir, const char *name)
{
	char line[LINE_MAX_BYTES];

	return read_line(dir, name, line) && *line ? strdup(line) : NULL;
}

static dev_t read_dev(int dir)
{
	char line[LINE_MAX_BYTES];
	unsigned high, low;

	if (!read_line(dir, "dev", line) || sscanf(line, "%u:%u", &high, &low) != 2)
		return 0;
	return makedev(high, low);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*a)->d_name, (*b)->d_name);
}

static int is_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Calls `each` for the names in a directory, in their natural order. */
static int each_name(const char *path,
		     int (*each)(void *context, const char *name, struct fault *f), void *context,
		     struct fault *f)
{
	struct dirent **names = NULL;
	int count = scandir(path, &names, is_name, by_name), result = 0;

	if (count < 0)
		return errno == ENOENT ? 0 : fault_set(f, errno, "reading %s", path);
	for (int i = 0; i < count; i++) {
		if (result == 0)
			result = each(context, names[i]->d_name, f);
		free(names[i]);
	}
	free(names);
	return result;
}

/* --- One device --- */

static enum volume_kind kind_of(const char *name)
{
	static const struct {
		const char *prefix;
		enum volume_kind kind;
	} prefixes[] = {
		{"loop", VOLUME_LOOP},	{"dm-", VOLUME_MAPPED}, {"md", VOLUME_MD},
		{"sr", VOLUME_OPTICAL}, {"ram", VOLUME_OTHER},	{"zram", VOLUME_OTHER},
		{"nbd", VOLUME_OTHER},	{"fd", VOLUME_OTHER},
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(name, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0)
			return prefixes[i].kind;
	return VOLUME_DISK;
}

/* The bus a disk hangs on, from the device's place in sysfs. */
static char *transport_of(const char *sys_path)
{
	static const struct {
		const char *part, *name;
	} buses[] = {{"/usb", "usb"},  {"/nvme", "nvme"}, {"/virtio", "virtio"},
		     {"/ata", "sata"}, {"/mmc", "mmc"},	  {"/host", "scsi"}};
	own_mem char *real = realpath(sys_path, NULL);

	for (size_t i = 0; real && i < sizeof(buses) / sizeof(buses[0]); i++)
		if (strstr(real, buses[i].part))
			return strdup(buses[i].name);
	return NULL;
}

/* sysfs writes "/" of a device's name as "!". */
static void dev_path(const struct volume_roots *roots, const char *name, struct buf *out)
{
	buf_puts(out, roots->dev);
	buf_addc(out, '/');
	for (const char *p = name; *p; p++)
		buf_addc(out, *p == '!' ? '/' : *p);
}

static void probe_device(struct scanning *s, size_t index)
{
	struct volume *volume = &s->list->items[index];
	own_fd int fd = open(volume->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct fault fault;

	if (fd < 0)
		fault_set(&fault, errno, "opening");
	else if (volume_probe(volume, fd, &fault) == 0)
		return;
	/* An empty drive is no news. */
	if (fault.os != ENOMEDIUM)
		remark_add(s->remarks, volume->path, &fault);
}

static struct volume *add_device(struct scanning *s, enum volume_kind kind, const char *name,
				 int dir, struct fault *f)
{
	own_buf struct buf path = {0};
	struct volume *volume;

	dev_path(s->roots, name, &path);
	if (path.failed) {
		fault_set(f, ENOMEM, "listing volumes");
		return NULL;
	}
	volume = volume_add(s->list, kind, buf_text(&path),
			    buf_text(&path) + strlen(s->roots->dev) + 1, f);
	if (!volume)
		return NULL;
	volume->size_bytes = read_number(dir, "size") * SECTOR_BYTES;
	volume->read_only = read_number(dir, "ro") != 0;
	volume->rdev = read_dev(dir);
	return volume;
}

struct disk {
	struct scanning *s;
	const char *path; /* of the disk in sysfs */
	int index;
};

/* A subdirectory of a disk with a file "partition" is one. */
static int add_known_partition(void *context, const char *name, struct fault *f)
{
	struct disk *disk = context;
	own_buf struct buf path = {0};
	own_fd int dir = -1;
	struct volume *volume;
	unsigned number;

	buf_printf(&path, "%s/%s", disk->path, name);
	dir = open(buf_text(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	number = dir < 0 ? 0 : (unsigned)read_number(dir, "partition");
	if (number == 0)
		return 0;
	volume = add_device(disk->s, VOLUME_PARTITION, name, dir, f);
	if (!volume)
		return -1;
	volume->parent = disk->index;
	volume->number = number;
	volume->removable = disk->s->list->items[disk->index].removable;
	probe_device(disk->s, disk->s->list->count - 1);
	return 0;
}

static void describe_disk(struct volume *volume, int dir, const char *sys_path)
{
	volume->removable = read_number(dir, "removable") != 0;
	volume->model = read_text(dir, volume->kind == VOLUME_MD ? "md/level" : "device/model");
	volume->serial = read_text(dir, "device/serial");
	volume->mapped_name = read_text(dir, "dm/name");
	volume->mapped_uuid = read_text(dir, "dm/uuid");
	volume->transport = transport_of(sys_path);
}

/* Partitions of its table that the running kernel did not make devices of. */
static int add_other_partitions(struct scanning *s, int index, struct fault *f)
{
	own_fd int fd = -1;

	if (s->list->items[index].probe.partition_count == 0)
		return 0;
	fd = open(s->list->items[index].path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0; /* it was read a moment ago, so there is a remark */
	return volume_add_partitions(s->list, index, fd, f);
}

static int add_disk(void *context, const char *name, struct fault *f)
{
	struct scanning *s = context;
	own_buf struct buf path = {0};
	own_fd int dir = -1;
	struct volume *volume;
	struct disk disk;

	buf_printf(&path, "%s/block/%s", s->roots->sys, name);
	if (path.failed)
		return fault_set(f, ENOMEM, "listing volumes");
	dir = open(buf_text(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* A device may go while we look; one of no size is a socket without a card. */
	if (dir < 0 || read_number(dir, "size") == 0)
		return 0;
	volume = add_device(s, kind_of(name), name, dir, f);
	if (!volume)
		return -1;
	describe_disk(volume, dir, buf_text(&path));
	disk = (struct disk){s, buf_text(&path), (int)s->list->count - 1};
	probe_device(s, s->list->count - 1);
	if (each_name(disk.path, add_known_partition, &disk, f) < 0)
		return -1;
	return add_other_partitions(s, disk.index, f);
}

/* --- What stands on what --- */

static int index_of(const struct volume_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].rdev && strcmp(list->items[i].name, name) == 0)
			return (int)i;
	return VOLUME_NO_PARENT;
}

struct standing {
	struct volume_list *list;
	struct volume *volume;
};

static int add_below(void *context, const char *name, struct fault *f)
{
	struct standing *standing = context;
	struct volume *v = standing->volume;
	int below = index_of(standing->list, name);
	int *grown;

	if (below == VOLUME_NO_PARENT)
		return 0;
	grown = reallocarray(v->below, v->below_count + 1, sizeof(*grown));
	if (!grown)
		return fault_set(f, ENOMEM, "listing volumes");
	v->below = grown;
	v->below[v->below_count++] = below;
	if (v->parent == VOLUME_NO_PARENT)
		v->parent = below;
	return 0;
}

static int index_of_path(const struct volume_list *list, const char *path)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].rdev && strcmp(list->items[i].path, path) == 0)
			return (int)i;
	return VOLUME_NO_PARENT;
}

/* A loop device over a device: what uses the one uses the other. */
static int find_backing(struct scanning *s, struct volume *v, struct fault *f)
{
	struct standing standing = {s->list, v};
	own_buf struct buf path = {0};
	own_fd int dir = -1;
	char line[LINE_MAX_BYTES];
	int backing;

	buf_printf(&path, "%s/block/%s", s->roots->sys, v->name);
	dir = path.failed ? -1 : open(buf_text(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || !read_line(dir, "loop/backing_file", line))
		return 0;
	backing = index_of_path(s->list, line);
	return backing < 0 ? 0 : add_below(&standing, s->list->items[backing].name, f);
}

static int find_below(struct scanning *s, struct fault *f)
{
	for (size_t i = 0; i < s->list->count; i++) {
		struct standing standing = {s->list, &s->list->items[i]};
		own_buf struct buf path = {0};

		if (standing.volume->kind == VOLUME_LOOP && find_backing(s, standing.volume, f) < 0)
			return -1;
		if (standing.volume->kind != VOLUME_MAPPED && standing.volume->kind != VOLUME_MD)
			continue;
		buf_printf(&path, "%s/block/%s/slaves", s->roots->sys, standing.volume->name);
		if (path.failed || each_name(buf_text(&path), add_below, &standing, f) < 0)
			return -1;
	}
	return 0;
}

/* --- What the running system uses --- */

/* All that a volume is made of, and the disk it is on. */
static void mark_down(struct volume_list *list, int index, void (*mark)(struct volume *))
{
	struct volume *v = &list->items[index];

	mark(v);
	for (size_t i = 0; i < v->below_count; i++)
		if (v->below[i] != index)
			mark_down(list, v->below[i], mark);
	if (v->below_count == 0 && v->parent != VOLUME_NO_PARENT)
		mark_down(list, v->parent, mark);
}

static void mark_in_use(struct volume *volume)
{
	volume->in_use = true;
}

static void mark_stick(struct volume *volume)
{
	volume->stick = true;
}

static void mark_dev(struct volume_list *list, dev_t dev, void (*mark)(struct volume *))
{
	for (size_t i = 0; dev && i < list->count; i++)
		if (list->items[i].rdev == dev)
			mark_down(list, (int)i, mark);
}

static FILE *open_proc(const struct volume_roots *roots, const char *name)
{
	own_buf struct buf path = {0};

	buf_printf(&path, "%s/%s", roots->proc, name);
	return path.failed ? NULL : fopen(buf_text(&path), "re");
}

/* The device that a mount's source names: btrfs mounts carry a number of their own. */
static dev_t source_of(const char *line)
{
	const char *source = strstr(line, " - ");
	char path[LINE_MAX_BYTES];
	struct stat st;

	if (!source || sscanf(source, " - %*s %511s", path) != 1 || *path != '/' ||
	    stat(path, &st) < 0)
		return 0;
	return S_ISBLK(st.st_mode) ? st.st_rdev : 0;
}

static void mark_mount(struct volume_list *list, dev_t dev, dev_t source, bool is_root)
{
	mark_dev(list, dev, mark_in_use);
	mark_dev(list, source, mark_in_use);
	if (!is_root)
		return;
	mark_dev(list, dev, mark_stick);
	mark_dev(list, source, mark_stick);
}

/* "36 35 98:0 /root /mount … - ext4 /dev/sda2 rw": "/" carries the running system. */
static void mark_mounts(struct scanning *s)
{
	own_file FILE *file = open_proc(s->roots, "self/mountinfo");
	own_mem char *line = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0) {
		unsigned high, low;
		char where[3] = "";

		if (sscanf(line, "%*u %*u %u:%u %*s %2s", &high, &low, where) < 3)
			continue;
		mark_mount(s->list, makedev(high, low), source_of(line), strcmp(where, "/") == 0);
	}
}

static void mark_swaps(struct scanning *s)
{
	own_file FILE *file = open_proc(s->roots, "swaps");
	own_mem char *line = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0) {
		struct stat st;

		line[strcspn(line, " \t\n")] = '\0';
		if (*line == '/' && stat(line, &st) == 0)
			mark_dev(s->list, S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev,
				 mark_in_use);
	}
}

/* The partition the boot loader started us from, by its UUID, marks its whole disk. */
static void mark_boot_medium(struct scanning *s)
{
	for (size_t i = 0; s->roots->boot_part_uuid && i < s->list->count; i++)
		if (*s->list->items[i].part_uuid &&
		    strcasecmp(s->list->items[i].part_uuid, s->roots->boot_part_uuid) == 0)
			mark_down(s->list, (int)i, mark_stick);
}

/* What lies on a disk of the stick belongs to it. */
static void mark_up(struct volume_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct volume *v = &list->items[i];

		if (v->parent == VOLUME_NO_PARENT || v->kind != VOLUME_PARTITION)
			continue;
		v->stick = v->stick || list->items[v->parent].stick;
	}
}

/* What somebody holds whom we cannot see, such as a mount in another namespace (O_EXCL, open(2)). */
static void mark_held(struct volume_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct volume *v = &list->items[i];
		own_fd int fd = -1;

		if (!v->rdev || volume_has_child(list, (int)i))
			continue;
		fd = open(v->path, O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0 && errno == EBUSY)
			mark_down(list, (int)i, mark_in_use);
	}
}

int volume_scan(const struct volume_roots *roots, struct volume_list *out,
		struct remark_list *remarks, struct fault *f)
{
	struct volume_list list = {0};
	struct scanning s = {roots, &list, remarks};
	own_buf struct buf path = {0};

	buf_printf(&path, "%s/block", roots->sys);
	if (path.failed || each_name(buf_text(&path), add_disk, &s, f) < 0 ||
	    find_below(&s, f) < 0) {
		volume_list_done(&list);
		return fault_add(f, "listing block devices");
	}
	mark_mounts(&s);
	mark_swaps(&s);
	mark_held(&list);
	mark_boot_medium(&s);
	mark_up(&list);
	*out = list;
	return 0;
}
