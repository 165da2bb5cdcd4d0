/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * File systems by device number: magic (statfs(2)), name (/proc/self/mountinfo), UUID
 * (include/uapi/linux/fs.h FS_IOC_GETFSUUID, else libblkid).
 */
#include "scanner/fsinfo.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/btrfs.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include "scanner/base/own.h"

enum {
	TABLE_MAX = 4096, /* more mounts than any target has; beyond it a fault, not a crash */
	DEVICES_MAX = 64, /* kept open; file systems beyond are read as they come */
};

/* A line of mountinfo. */
struct mount {
	uint64_t dev;
	char name[32];
	bool has_uuid;
	uint8_t uuid[16];
	struct readahead_device device;
};

struct fsinfo_table {
	pthread_mutex_t
		lock; /* guards known and count; what they point to never changes or moves */
	struct fsinfo *known[TABLE_MAX]; /* by device number */
	size_t count;
	struct mount *mounts; /* read once, sorted as the kernel lists them */
	size_t mount_count, device_count;
};

/* FS_IOC_GETFSUUID of Linux 6.9, which the build machine's headers may not have. */
struct fsuuid2 {
	uint8_t len;
	uint8_t uuid[16];
};
#define GETFSUUID _IOR(0x15, 0, struct fsuuid2)

enum fs_trait {
	TRAIT_PSEUDO = 1,
	TRAIT_UNVERIFIABLE = 2,
	TRAIT_OVERLAY = 4,
	TRAIT_GATHERS = 8, /* small files lie side by side: measured, docs/performance.md */
};

/* By magic number (include/uapi/linux/magic.h). The name only where the magic has just one. */
static const struct {
	uint64_t magic;
	const char *name;
	unsigned traits;
} magics[] = {
	{0xef53, NULL, TRAIT_GATHERS}, /* ext2, ext3, ext4 */
	{0x9123683e, "btrfs", TRAIT_GATHERS},
	{0x58465342, "xfs", TRAIT_GATHERS},
	{0xf2f52010, "f2fs", 0},
	{0x73717368, "squashfs", 0},
	{0xe0f5e1e2, "erofs", 0},
	{0x9660, "iso9660", 0},
	{0x4d44, "vfat", 0},
	{0x2011bab0, "exfat", 0},
	{0x01021994, "tmpfs", 0},
	{0x858458f6, "ramfs", 0},
	{0x794c7630, "overlay", TRAIT_OVERLAY},
	{0x65735546, "fuse", TRAIT_UNVERIFIABLE},
	{0x9fa0, "proc", TRAIT_PSEUDO},
	{0x62656572, "sysfs", TRAIT_PSEUDO},
	{0x64626720, "debugfs", TRAIT_PSEUDO},
	{0x74726163, "tracefs", TRAIT_PSEUDO},
	{0x73636673, "securityfs", TRAIT_PSEUDO},
	{0xf97cff8c, "selinuxfs", TRAIT_PSEUDO},
	{0x43415d53, "smackfs", TRAIT_PSEUDO},
	{0x1cd1, "devpts", TRAIT_PSEUDO},
	{0x27e0eb, "cgroup", TRAIT_PSEUDO},
	{0x63677270, "cgroup2", TRAIT_PSEUDO},
	{0xcafe4a11, "bpf", TRAIT_PSEUDO},
	{0x6165676c, "pstore", TRAIT_PSEUDO},
	{0xde5e81e4, "efivarfs", TRAIT_PSEUDO},
	{0x42494e4d, "binfmt_misc", TRAIT_PSEUDO},
	{0x19800202, "mqueue", TRAIT_PSEUDO},
	{0x958458f6, "hugetlbfs", TRAIT_PSEUDO},
	{0x62656570, "configfs", TRAIT_PSEUDO},
	{0x0187, "autofs", TRAIT_PSEUDO},
	{0x6e736673, "nsfs", TRAIT_PSEUDO},
	{0x65735543, "fusectl", TRAIT_PSEUDO},
};

static void set_traits(struct fsinfo *fs)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (magics[i].magic != fs->magic)
			continue;
		if (!fs->name[0] && magics[i].name)
			snprintf(fs->name, sizeof(fs->name), "%s", magics[i].name);
		fs->pseudo = magics[i].traits & TRAIT_PSEUDO;
		fs->unverifiable = magics[i].traits & TRAIT_UNVERIFIABLE;
		fs->overlay = magics[i].traits & TRAIT_OVERLAY;
		fs->gathers = magics[i].traits & TRAIT_GATHERS;
	}
	/* devtmpfs says it is a tmpfs; its name tells. */
	if (strcmp(fs->name, "devtmpfs") == 0)
		fs->pseudo = true;
}

/* A blank in a mount point or a source is written as \040 (fs/proc_namespace.c mangle()). */
static void unescape(char *text)
{
	char *to = text;

	for (const char *at = text; *at; to++) {
		unsigned value;

		if (*at == '\\' && sscanf(at + 1, "%3o", &value) == 1 && value < 256) {
			*to = (char)value;
			at += 4;
		} else {
			*to = *at++;
		}
	}
	*to = '\0';
}

/* "1 0 8:2 / /mnt rw - ext4 /dev/sda2 rw": returns false for a line of another shape. */
static bool parse_mount(char *line, struct mount *out, char **out_point, char **out_source)
{
	unsigned major, minor;
	char *save = NULL, *field, *dash = strstr(line, " - ");

	if (!dash || sscanf(line, "%*u %*u %u:%u", &major, &minor) != 2)
		return false;
	*dash = '\0';
	out->dev = makedev(major, minor);
	strtok_r(line, " ", &save);
	for (int i = 0; i < 3; i++)
		strtok_r(NULL, " ", &save);
	*out_point = strtok_r(NULL, " ", &save);
	field = strtok_r(dash + 3, " ", &save);
	*out_source = strtok_r(NULL, " ", &save);
	if (!field || !*out_point || !*out_source)
		return false;
	unescape(*out_point);
	unescape(*out_source);
	/* "fuse.sshfs" is the type "fuse" with a subtype; s_type->name is the part before the dot.
	 */
	snprintf(out->name, sizeof(out->name), "%.*s", (int)strcspn(field, "."), field);
	return true;
}

/*
 * Only for block devices below the target: opening others is none of our business. Not by the high-level
 * calls of libblkid, which write to a cache file.
 */
static int probe_uuid(const char *source, struct mount *mount, struct fault *f)
{
	blkid_probe probe = NULL;
	const char *uuid;
	size_t size;

	if (strncmp(source, "/dev/", 5) != 0)
		return 0;
	probe = blkid_new_probe_from_filename(source);
	if (!probe)
		return errno == ENOMEM ? fault_set(f, errno, "reading the UUID of %s", source) : 0;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_UUIDRAW);
	/* Only a UUID of 16 bytes is what the kernel takes for s_uuid; vfat and the like have less. */
	if (blkid_do_safeprobe(probe) == 0 &&
	    blkid_probe_lookup_value(probe, "UUID_RAW", &uuid, &size) == 0 &&
	    size == sizeof(mount->uuid)) {
		memcpy(mount->uuid, uuid, sizeof(mount->uuid));
		mount->has_uuid = true;
	}
	blkid_free_probe(probe);
	return 0;
}

/*
 * ext4 alone keeps attributes in blocks of the device and tells where. What is mounted in several
 * places is opened once.
 */
static void open_device(struct fsinfo_table *table, const char *source, struct mount *mount)
{
	if (strncmp(source, "/dev/", 5) != 0 || strcmp(mount->name, "ext4") != 0 ||
	    table->device_count == DEVICES_MAX)
		return;
	for (size_t i = 0; i < table->mount_count; i++)
		if (table->mounts[i].dev == mount->dev && table->mounts[i].device.fd >= 0)
			return;
	mount->device = readahead_device_open(source, mount->dev);
	table->device_count += mount->device.fd >= 0;
}

static bool is_below(const char *point, const char *target)
{
	size_t n = strlen(target);

	if (strcmp(target, "/") == 0)
		return true;
	return strncmp(point, target, n) == 0 && (point[n] == '/' || point[n] == '\0');
}

/* The mount that holds the target lies above it: the longest mount point that is a prefix. */
static bool holds(const char *point, const char *target)
{
	return is_below(target, point);
}

static int read_mounts(struct fsinfo_table *table, const char *target, struct fault *f)
{
	own_file FILE *file = fopen("/proc/self/mountinfo", "re");
	own_mem char *line = NULL;
	size_t size = 0, cap = 0;

	if (!file && errno == ENOENT)
		return 0; /* no /proc: names and UUIDs from the magic table and ioctls only */
	if (!file)
		return fault_set(f, errno, "reading the list of mounts");
	while (getline(&line, &size, file) > 0) {
		struct mount mount = {.device = {.fd = -1}};
		char *point, *source;

		line[strcspn(line, "\n")] = '\0';
		if (!parse_mount(line, &mount, &point, &source))
			continue;
		if (table->mount_count == cap) {
			struct mount *more;

			cap = cap ? cap * 2 : 64;
			more = reallocarray(table->mounts, cap, sizeof(*more));
			if (!more)
				return fault_set(f, ENOMEM, "reading the list of mounts");
			table->mounts = more;
		}
		if (is_below(point, target) || holds(point, target)) {
			if (probe_uuid(source, &mount, f) < 0)
				return -1;
			open_device(table, source, &mount);
		}
		table->mounts[table->mount_count++] = mount;
	}
	/* Half a list would take names and UUIDs from file systems that have them. */
	if (!feof(file))
		return fault_set(f, errno, "reading the list of mounts");
	return 0;
}

struct fsinfo_table *fsinfo_open(const char *target, struct fault *f)
{
	own_mem char *resolved = realpath(target, NULL);
	bool no_memory = !resolved && errno == ENOMEM;
	struct fsinfo_table *table = no_memory ? NULL : calloc(1, sizeof(*table));

	if (!table) {
		fault_set(f, ENOMEM, "reading the list of mounts");
		return NULL;
	}
	pthread_mutex_init(&table->lock, NULL);
	if (read_mounts(table, resolved ? resolved : target, f) < 0) {
		fsinfo_close(table);
		return NULL;
	}
	return table;
}

void fsinfo_close(struct fsinfo_table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->count; i++)
		free(table->known[i]);
	for (size_t i = 0; i < table->mount_count; i++)
		readahead_device_close(&table->mounts[i].device);
	free(table->mounts);
	pthread_mutex_destroy(&table->lock);
	free(table);
}

/*
 * Does the disk seek? The queue belongs to the disk, and a partition's directory lies inside the disk's.
 * Virtual disks and loop devices call themselves rotational whatever lies below them: not believed.
 */
static bool is_rotational(uint64_t dev)
{
	static const char *const places[] = {"", "/.."};
	char path[96], real[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(dev), minor(dev));
	if (!realpath(path, real) || strstr(real, "/virtio") || strstr(real, "/block/loop"))
		return false;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		own_fd int fd = -1;
		char digit = '0';

		snprintf(path, sizeof(path), "/sys/dev/block/%u:%u%s/queue/rotational", major(dev),
			 minor(dev), places[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && read(fd, &digit, 1) == 1)
			return digit == '1';
	}
	return false;
}

static void read_uuid(int fd, struct fsinfo *fs)
{
	struct btrfs_ioctl_fs_info_args btrfs = {0};
	struct fsuuid2 uuid = {0};

	if (ioctl(fd, GETFSUUID, &uuid) == 0 && uuid.len == sizeof(fs->uuid)) {
		fs->has_uuid = true;
		memcpy(fs->uuid, uuid.uuid, sizeof(fs->uuid));
	} else if (fs->magic == BTRFS_SUPER_MAGIC && ioctl(fd, BTRFS_IOC_FS_INFO, &btrfs) == 0) {
		/* Its st_dev is not that of the list of mounts, and it has no GETFSUUID. */
		fs->has_uuid = true;
		memcpy(fs->uuid, btrfs.fsid, sizeof(fs->uuid));
	}
}

static int describe(const struct fsinfo_table *table, uint64_t dev, int fd, struct fsinfo *fs,
		    struct fault *f)
{
	struct statfs st;

	if (fstatfs(fd, &st))
		return fault_set(f, errno, "asking for its file system");
	fs->dev = dev;
	fs->magic = (uint64_t)st.f_type & UINT32_MAX;
	fs->read_only = st.f_flags & 1; /* ST_RDONLY */
	fs->device.fd = -1;
	for (size_t i = 0; i < table->mount_count; i++) {
		const struct mount *mount = &table->mounts[i];

		if (mount->dev != dev)
			continue;
		memcpy(fs->name, mount->name, sizeof(fs->name));
		fs->has_uuid = mount->has_uuid;
		memcpy(fs->uuid, mount->uuid, sizeof(fs->uuid));
		if (mount->device.fd >= 0)
			fs->device = mount->device;
	}
	fs->device.block_bytes = (uint32_t)st.f_bsize;
	read_uuid(fd, fs);
	fs->rotational = is_rotational(dev);
	set_traits(fs);
	return 0;
}

/* Where it is or would be. With the lock held. */
static size_t place_of(const struct fsinfo_table *table, uint64_t dev)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->known[middle]->dev < dev)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* With the lock held. */
static struct fsinfo *find(const struct fsinfo_table *table, uint64_t dev)
{
	size_t at = place_of(table, dev);

	return at < table->count && table->known[at]->dev == dev ? table->known[at] : NULL;
}

/* With the lock held. */
static void insert(struct fsinfo_table *table, struct fsinfo *fs)
{
	size_t at = place_of(table, fs->dev);

	memmove(&table->known[at + 1], &table->known[at],
		(table->count - at) * sizeof(table->known[0]));
	table->known[at] = fs;
	table->count++;
}

/* With the lock held. */
static struct fsinfo *find_or_add(struct fsinfo_table *table, uint64_t dev, int fd, struct fault *f)
{
	struct fsinfo *fs = find(table, dev);

	if (fs)
		return fs;
	if (table->count == TABLE_MAX) {
		fault_set(f, ENOSPC, "more than %d file systems", TABLE_MAX);
		return NULL;
	}
	fs = calloc(1, sizeof(*fs));
	if (!fs) {
		fault_set(f, ENOMEM, "asking for its file system");
		return NULL;
	}
	if (describe(table, dev, fd, fs, f) < 0) {
		free(fs);
		return NULL;
	}
	insert(table, fs);
	return fs;
}

const struct fsinfo *fsinfo_get(struct fsinfo_table *table, uint64_t dev, int fd, struct fault *f)
{
	struct fsinfo *fs;

	pthread_mutex_lock(&table->lock);
	fs = find_or_add(table, dev, fd, f);
	pthread_mutex_unlock(&table->lock);
	return fs;
}

const struct fsinfo *fsinfo_find(struct fsinfo_table *table, uint64_t dev)
{
	const struct fsinfo *fs;

	pthread_mutex_lock(&table->lock);
	fs = find(table, dev);
	pthread_mutex_unlock(&table->lock);
	return fs;
}

const struct fsinfo *fsinfo_at(struct fsinfo_table *table, size_t i)
{
	const struct fsinfo *fs = NULL;

	pthread_mutex_lock(&table->lock);
	if (i < table->count)
		fs = table->known[i];
	pthread_mutex_unlock(&table->lock);
	return fs;
}
