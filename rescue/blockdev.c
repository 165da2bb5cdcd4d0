/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices set read-only (BLKROSET), and loop devices (loop(4), LOOP_CONFIGURE, Linux 5.8). */
#include "rescue/blockdev.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scanner/base/own.h"

enum { LOOP_TRIES = 64 }; /* others may take the device that was free a moment ago */

/*
 * Nobody may open it for writing any more, and file systems' drivers ask. A driver that does not ask still
 * writes, with a warning (Linux 4.18 and later): dm-raid was seen to. Only a read-only loop device refuses
 * that, hence member.h. Not while another holds it: a mounted file system would lose its writes (O_EXCL, open(2)).
 */
int blockdev_forbid_writing(const char *path, int *out_fd, struct fault *f)
{
	own_fd int fd = -1;
	int on = 1, was_read_only = 0, again;
	struct stat st;

	*out_fd = -1;
	if (stat(path, &st) < 0)
		return fault_set(f, errno, "looking at %s", path);
	if (!S_ISBLK(st.st_mode))
		return 0;
	fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (fd < 0)
		return fault_set(f, errno, "opening %s for itself alone", path);
	/* One that is read-only by itself must not be left with a mark that nobody takes away. */
	if (ioctl(fd, BLKROGET, &was_read_only) < 0 ||
	    (!was_read_only && ioctl(fd, BLKROSET, &on) < 0))
		return fault_set(f, errno, "setting %s read-only", path);
	if (was_read_only)
		return 0;
	/* Another descriptor, since this one keeps the file system's driver out. */
	again = open(path, O_RDONLY | O_CLOEXEC);
	if (again < 0)
		return fault_set(f, errno, "opening %s", path);
	*out_fd = again;
	return 0;
}

void blockdev_allow_writing(int fd)
{
	int off = 0;

	if (fd < 0)
		return;
	(void)ioctl(fd, BLKROSET, &off);
	close(fd);
}

/* The driver takes a device for read-only when it was opened so. */
static int open_configured(const struct loop_config *config, char out_path[BLOCKDEV_PATH_BYTES],
			   struct fault *f)
{
	const int mode = config->info.lo_flags & LO_FLAGS_READ_ONLY ? O_RDONLY : O_RDWR;
	own_fd int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

	if (control < 0)
		return fault_set(f, errno, "opening /dev/loop-control");
	for (int i = 0; i < LOOP_TRIES; i++) {
		own_fd int loop_fd = -1;
		int number = ioctl(control, LOOP_CTL_GET_FREE);

		if (number < 0)
			return fault_set(f, errno, "asking for a free loop device");
		snprintf(out_path, BLOCKDEV_PATH_BYTES, "/dev/loop%d", number);
		loop_fd = open(out_path, mode | O_CLOEXEC);
		if (loop_fd < 0)
			return fault_set(f, errno, "opening %s", out_path);
		if (ioctl(loop_fd, LOOP_CONFIGURE, config) == 0)
			return take_fd(&loop_fd);
		if (errno != EBUSY)
			return fault_set(f, errno, "setting up %s", out_path);
	}
	return fault_set(f, EBUSY, "setting up a loop device");
}

int blockdev_open_loop(const char *path, uint64_t offset_bytes, uint64_t size_bytes,
		       char out_path[BLOCKDEV_PATH_BYTES], struct fault *f)
{
	own_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct loop_config config = {
		.fd = (uint32_t)fd,
		.info.lo_offset = offset_bytes,
		.info.lo_sizelimit = size_bytes,
		.info.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR,
	};

	if (fd < 0)
		return fault_set(f, errno, "opening %s", path);
	memcpy(config.info.lo_file_name, path, strnlen(path, LO_NAME_SIZE - 1));
	return open_configured(&config, out_path, f);
}

int blockdev_open_store(int file_fd, char out_path[BLOCKDEV_PATH_BYTES], struct fault *f)
{
	const struct loop_config config = {
		.fd = (uint32_t)file_fd,
		.info.lo_flags = LO_FLAGS_AUTOCLEAR,
	};

	return open_configured(&config, out_path, f);
}
