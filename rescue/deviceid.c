/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices known by number and sequence number (Documentation/ABI/stable/sysfs-block: diskseq, slaves). */
#include "rescue/deviceid.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "scanner/base/own.h"

int deviceid_of_fd(int fd, struct deviceid *out, struct fault *f)
{
	struct deviceid id = {0};
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fault_set(f, errno, "asking which device it is");
	if (!S_ISBLK(st.st_mode))
		return fault_set(f, ENOTBLK, "asking which device it is");
	id.device = st.st_rdev;
	if (ioctl(fd, BLKGETDISKSEQ, &id.sequence) < 0)
		id.sequence = 0;
	*out = id;
	return 0;
}

int deviceid_of_path(const char *path, struct deviceid *out, struct fault *f)
{
	own_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return fault_set(f, errno, "opening %s", path);
	return deviceid_of_fd(fd, out, f) < 0 ? fault_add(f, "%s", path) : 0;
}

bool deviceid_is_same(const struct deviceid *a, const struct deviceid *b)
{
	return a->device == b->device &&
	       (a->sequence == b->sequence || !a->sequence || !b->sequence);
}

int deviceid_leave(struct fault *f)
{
	f->os = ESTALE;
	return -1;
}

/* --- As text --- */

void deviceid_encode(const struct deviceid *id, struct buf *out)
{
	buf_printf(out, "%u:%u@%" PRIu64, major(id->device), minor(id->device), id->sequence);
}

int deviceid_encode_paths(const char *const *paths, struct buf *out, struct fault *f)
{
	for (; *paths; paths++) {
		struct deviceid id = {0};

		if (deviceid_of_path(*paths, &id, f) < 0)
			return -1;
		buf_addc(out, ' ');
		deviceid_encode(&id, out);
	}
	return 0;
}

const char *deviceid_decode(const char *text, struct deviceid *out)
{
	unsigned major_number, minor_number;
	uint64_t sequence;
	int n = 0;

	if (sscanf(text, "%u:%u@%" SCNu64 "%n", &major_number, &minor_number, &sequence, &n) != 3 ||
	    (text[n] && text[n] != ' '))
		return NULL;
	*out = (struct deviceid){makedev(major_number, minor_number), sequence};
	return text + n;
}

int deviceid_decode_list(const char *text, struct deviceid_list *out, struct fault *f)
{
	struct deviceid_list list = {.items = calloc(DEVICEID_LIST_MAX, sizeof(*list.items))};

	if (!list.items)
		return fault_set(f, ENOMEM, "reading which devices they were");
	while (*text) {
		text += *text == ' ';
		text = list.count < DEVICEID_LIST_MAX
			       ? deviceid_decode(text, &list.items[list.count++])
			       : NULL;
		if (!text) {
			deviceid_list_done(&list);
			return fault_set(f, EBADMSG, "reading which devices they were");
		}
	}
	*out = list;
	return 0;
}

void deviceid_list_done(struct deviceid_list *list)
{
	free(list->items);
	*list = (struct deviceid_list){0};
}

/* --- What stands on what --- */

/* A file of sysfs; "" when it cannot be read. */
static void read_line(int dir_fd, const char *name, char *out, size_t size)
{
	own_fd int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, out, size - 1);

	out[n < 0 ? 0 : n] = '\0';
}

static bool is_listed(int dir_fd, const struct deviceid_list *these)
{
	char number[32], sequence[32];
	unsigned major_number, minor_number;
	struct deviceid id = {0};

	read_line(dir_fd, "dev", number, sizeof(number));
	read_line(dir_fd, "diskseq", sequence, sizeof(sequence));
	if (sscanf(number, "%u:%u", &major_number, &minor_number) != 2)
		return false;
	id.device = makedev(major_number, minor_number);
	id.sequence = strtoull(sequence, NULL, 10);
	for (size_t i = 0; i < these->count; i++)
		if (deviceid_is_same(&id, &these->items[i]))
			return true;
	return false;
}

static enum deviceid_stand stand_of(int dir_fd, const struct deviceid_list *these, int depth);

/* NULL-safe: a device that stands on nothing has no such directory, or an empty one. */
static enum deviceid_stand look_at_slaves(DIR *slaves, const struct deviceid_list *these, int depth)
{
	enum deviceid_stand stand = DEVICEID_ON_NOTHING;
	struct dirent *entry;

	while (slaves && stand != DEVICEID_ON_THESE && (entry = readdir(slaves))) {
		own_fd int fd = -1;
		enum deviceid_stand one;

		if (*entry->d_name == '.')
			continue;
		fd = openat(dirfd(slaves), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		one = stand_of(fd, these, depth + 1);
		if (one == DEVICEID_ON_NOTHING)
			one = is_listed(fd, these) ? DEVICEID_ON_THESE : DEVICEID_ON_OTHERS;
		if (one > stand || one == DEVICEID_ON_THESE)
			stand = one;
	}
	return stand;
}

static enum deviceid_stand stand_of(int dir_fd, const struct deviceid_list *these, int depth)
{
	int fd = depth < DEVICEID_DEPTH_MAX
			 ? openat(dir_fd, "slaves", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
			 : -1;
	own_dir DIR *slaves = fd < 0 ? NULL : fdopendir(fd);

	return look_at_slaves(slaves, these, depth);
}

enum deviceid_stand deviceid_stands_on(const char *sys, dev_t device,
				       const struct deviceid_list *these)
{
	own_buf struct buf path = {0};
	own_fd int fd = -1;

	buf_printf(&path, "%s/dev/block/%u:%u", sys, major(device), minor(device));
	fd = path.failed ? -1 : open(buf_text(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? DEVICEID_ON_NOTHING : stand_of(fd, these, 0);
}
