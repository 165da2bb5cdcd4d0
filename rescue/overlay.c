/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Overlays in memory by libdevmapper (Documentation/admin-guide/device-mapper/snapshot.rst; in
 * drivers/md/dm-snap.c a snapshot opens its origin for reading only).
 */
#include "rescue/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <libdevmapper.h>
#include <linux/btrfs.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "rescue/blockdev.h"
#include "scanner/base/own.h"

enum { SECTOR_BYTES = 512 };

static const char target_name[] = "snapshot";

static void free_task(struct dm_task **task)
{
	if (*task)
		dm_task_destroy(*task);
}

#define own_task __attribute__((cleanup(free_task)))

/* What went wrong is in our fault; the library would print it too. */
__attribute__((format(printf, 5, 6))) static void silent_log(int level, const char *file, int line,
							     int os, const char *format, ...)
{
	(void)level;
	(void)file;
	(void)line;
	(void)os;
	(void)format;
}

static struct dm_task *new_task(int type, const char *name)
{
	struct dm_task *task;

	dm_log_with_errno_init(silent_log);
	task = dm_task_create(type);
	if (task && !dm_task_set_name(task, name)) {
		dm_task_destroy(task);
		return NULL;
	}
	return task;
}

static int refuse(struct dm_task *task, struct fault *f, const char *what, const char *name)
{
	int os = task ? dm_task_get_errno(task) : ENOMEM;

	return fault_set(f, os ? os : EIO, "%s %s", what, name);
}

/* --- What the kernel has --- */

static bool has_device_mapper(void)
{
	char version[64];

	dm_log_with_errno_init(silent_log);
	return dm_driver_version(version, sizeof(version));
}

int overlay_check(struct fault *f)
{
	own_task struct dm_task *task = NULL;

	if (!has_device_mapper())
		return fault_set(f, 0,
				 "--replay: this kernel has no device mapper (modprobe dm_mod "
				 "dm_snapshot, or look without --replay)");
	/* Asking for the target's version loads its module. */
	task = new_task(DM_DEVICE_GET_TARGET_VERSION, target_name);
	if (!task || !dm_task_run(task))
		return fault_set(f, 0,
				 "--replay: this kernel's device mapper has no target \"%s\" "
				 "(modprobe dm_snapshot, or look without --replay)",
				 target_name);
	return 0;
}

/* --- Values --- */

uint64_t overlay_store_size(uint64_t available_bytes, size_t shares, uint64_t origin_bytes)
{
	uint64_t share = shares ? available_bytes / 2 / shares : 0;

	if (share > origin_bytes)
		share = origin_bytes;
	/* A device that is smaller than this has room for all of itself. */
	if (share < OVERLAY_STORE_MIN && share < origin_bytes)
		return 0;
	return (share + OVERLAY_CHUNK_BYTES - 1) / OVERLAY_CHUNK_BYTES * OVERLAY_CHUNK_BYTES;
}

void overlay_table(struct buf *out, dev_t origin, dev_t store, unsigned chunk_bytes)
{
	buf_printf(out, "%u:%u %u:%u N %u", major(origin), minor(origin), major(store),
		   minor(store), chunk_bytes / SECTOR_BYTES);
}

/* --- Making --- */

/* Memory that is taken when it is written to, as a loop device. */
static int open_store(uint64_t store_bytes, dev_t *out_device, struct fault *f)
{
	own_fd int memory = memfd_create("ima-rescue-overlay", MFD_CLOEXEC), loop_fd = -1;
	char path[BLOCKDEV_PATH_BYTES];
	struct stat st;

	if (memory < 0 || ftruncate(memory, (off_t)store_bytes) < 0)
		return fault_set(f, errno, "taking memory for an overlay");
	loop_fd = blockdev_open_store(memory, path, f);
	if (loop_fd < 0)
		return -1;
	if (fstat(loop_fd, &st) < 0)
		return fault_set(f, errno, "looking at %s", path);
	*out_device = st.st_rdev;
	return take_fd(&loop_fd);
}

struct origin {
	dev_t device;
	uint64_t sectors;
	unsigned chunk_bytes;
};

/* A chunk holds whole blocks of the device. */
static int look_at_origin(const char *path, struct origin *out, struct fault *f)
{
	own_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	int block = 0, read_only = 0;
	uint64_t bytes = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || ioctl(fd, BLKGETSIZE64, &bytes) < 0 ||
	    ioctl(fd, BLKSSZGET, &block) < 0 || ioctl(fd, BLKROGET, &read_only) < 0)
		return fault_set(f, errno, "looking at %s", path);
	if (!read_only)
		return fault_set(f, EINVAL, "%s is not read-only, so nothing is put over it", path);
	*out = (struct origin){
		.device = st.st_rdev,
		.sectors = bytes / SECTOR_BYTES,
		.chunk_bytes = block > OVERLAY_CHUNK_BYTES ? (unsigned)block : OVERLAY_CHUNK_BYTES,
	};
	return 0;
}

/*
 * udev makes the name below /dev/mapper and looks at nothing inside: names by UUID and btrfs's list of
 * devices are the origin's, which has the same UUIDs.
 */
static int run_with_udev(struct dm_task *task)
{
	const uint16_t flags = DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG |
			       DM_UDEV_DISABLE_DISK_RULES_FLAG | DM_UDEV_DISABLE_OTHER_RULES_FLAG;
	uint32_t cookie = 0;
	int good;

	if (!dm_task_set_cookie(task, &cookie, flags))
		return 0;
	good = dm_task_run(task);
	dm_udev_wait(cookie);
	return good;
}

static int create(const char *name, const struct origin *origin, const char *table, struct fault *f)
{
	own_task struct dm_task *task = new_task(DM_DEVICE_CREATE, name);

	if (!task || !dm_task_add_target(task, 0, origin->sectors, target_name, table) ||
	    !run_with_udev(task))
		return refuse(task, f, "making the overlay", name);
	return 0;
}

int overlay_open(const char *name, const char *origin_path, uint64_t store_bytes,
		 struct buf *out_path, struct fault *f)
{
	own_buf struct buf table = {0};
	struct origin origin = {0};
	dev_t store = 0;
	own_fd int store_fd = -1;

	if (look_at_origin(origin_path, &origin, f) < 0)
		return -1;
	store_fd = open_store(store_bytes, &store, f);
	if (store_fd < 0)
		return -1;
	overlay_table(&table, origin.device, store, origin.chunk_bytes);
	buf_printf(out_path, "%s/%s", dm_dir(), name);
	if (table.failed || out_path->failed)
		return fault_set(f, ENOMEM, "making the overlay %s", name);
	return create(name, &origin, buf_text(&table), f);
}

/* --- Looking, taking away --- */

/* "34/512 0" while there is room, in sectors; "Invalid" or "Overflow" afterwards. */
bool overlay_is_full(const char *path)
{
	const char *slash = strrchr(path, '/');
	own_task struct dm_task *task = new_task(DM_DEVICE_STATUS, slash ? slash + 1 : path);
	uint64_t start, length;
	char *type = NULL, *status = NULL;

	if (!task || !dm_task_run(task))
		return false;
	dm_get_next_target(task, NULL, &start, &length, &type, &status);
	return status && (*status == 'I' || *status == 'O');
}

static bool exists(const char *name)
{
	own_task struct dm_task *task = new_task(DM_DEVICE_INFO, name);
	struct dm_info info = {0};

	return !task || !dm_task_run(task) || !dm_task_get_info(task, &info) || info.exists;
}

/*
 * btrfs remembers devices by the UUID of their file system, which the origin shares: without this, the
 * origin could be refused later on for being older than what was replayed (BTRFS_IOC_FORGET_DEV, Linux 5.1).
 */
static void forget_btrfs(const char *name)
{
	struct btrfs_ioctl_vol_args args = {0};
	own_fd int fd = -1;

	/* The device's name would load the module. */
	if (access("/sys/fs/btrfs", F_OK) < 0)
		return;
	fd = open("/dev/btrfs-control", O_RDWR | O_CLOEXEC);
	snprintf(args.name, sizeof(args.name), "%s/%s", dm_dir(), name);
	if (fd >= 0)
		(void)ioctl(fd, BTRFS_IOC_FORGET_DEV, &args);
}

int overlay_close(const char *name, struct fault *f)
{
	own_task struct dm_task *task = NULL;

	/* Written down, and a crash came before it was made. */
	if (!has_device_mapper() || !exists(name))
		return 0;
	forget_btrfs(name);
	task = new_task(DM_DEVICE_REMOVE, name);
	/* Whoever looked at it a moment ago (udev) lets go soon. */
	if (!task || !dm_task_retry_remove(task) || !run_with_udev(task))
		return refuse(task, f, "taking away the overlay", name);
	return 0;
}
