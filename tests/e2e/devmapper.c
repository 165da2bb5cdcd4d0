// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device mapper's interface as include/uapi/linux/dm-ioctl.h (Linux 6.12) has it: one ioctl makes a device
 * without a table, one loads a table, one lets the device begin with it.
 */
#define _GNU_SOURCE
#include "devmapper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define CONTROL	       "/dev/mapper/control"
#define TABLE_MAX      16384 /* some dozen lines are what tests use */
#define TARGET_ALIGNED 8     /* the next target has to begin at such an address */

/* One call and what it carries; the kernel writes its answer over it. */
struct request {
	_Alignas(TARGET_ALIGNED) char bytes[sizeof(struct dm_ioctl) + TABLE_MAX];
	size_t used;
};

static void request_begin(struct request *request, const char *name)
{
	struct dm_ioctl head = {
		.version = {DM_VERSION_MAJOR, 0, 0}, /* nothing of a later minor version is used */
		.data_size = sizeof(request->bytes),
		.data_start = sizeof(head),
	};

	snprintf(head.name, sizeof(head.name), "%s", name);
	memset(request->bytes, 0, sizeof(request->bytes));
	memcpy(request->bytes, &head, sizeof(head));
	request->used = sizeof(head);
}

static struct dm_ioctl *request_head(struct request *request)
{
	return (struct dm_ioctl *)request->bytes;
}

/* Appends one line of a table: the target, then its parameters, then bytes up to the next address. */
static int request_add(struct request *request, const char *line, size_t length)
{
	struct dm_target_spec target = {0};
	unsigned long long start, sectors;
	char text[512], type[DM_MAX_TYPE_NAME];
	int parameters = 0;
	size_t size;

	snprintf(text, sizeof(text), "%.*s", (int)length, line);
	if (sscanf(text, "%llu %llu %15s %n", &start, &sectors, type, &parameters) != 3 ||
	    !parameters) {
		errno = EINVAL;
		return -1;
	}
	size = sizeof(target) + strlen(text + parameters) + 1;
	size = (size + TARGET_ALIGNED - 1) / TARGET_ALIGNED * TARGET_ALIGNED;
	if (size > sizeof(request->bytes) - request->used) {
		errno = E2BIG;
		return -1;
	}
	target.sector_start = start;
	target.length = sectors;
	target.next = (uint32_t)size;
	memcpy(target.target_type, type, sizeof(type));
	memcpy(request->bytes + request->used, &target, sizeof(target));
	strcpy(request->bytes + request->used + sizeof(target), text + parameters);
	request->used += size;
	request_head(request)->target_count++;
	return 0;
}

static int request_send(struct request *request, unsigned long what)
{
	int fd = open(CONTROL, O_RDWR | O_CLOEXEC);
	int result, err;

	if (fd < 0)
		return -1;
	result = ioctl(fd, what, request->bytes);
	err = errno;
	close(fd);
	errno = err;
	return result < 0 ? -1 : 0;
}

static int load_table(struct request *request, const char *name, const char *table)
{
	request_begin(request, name);
	request_head(request)->flags = DM_READONLY_FLAG;
	for (const char *line = table; *line; line += *line == '\n') {
		size_t length = strcspn(line, "\n");

		if (length && request_add(request, line, length) < 0)
			return -1;
		line += length;
	}
	return request_send(request, DM_TABLE_LOAD);
}

int devmapper_create(const char *name, const char *table, char *out_path, size_t room)
{
	static struct request request;
	uint64_t device;

	request_begin(&request, name);
	if (request_send(&request, DM_DEV_CREATE) < 0)
		return -1;
	device = request_head(&request)->dev;
	if (load_table(&request, name, table) < 0)
		return -1;
	/* Without DM_SUSPEND_FLAG this resumes, which puts the table to use. */
	request_begin(&request, name);
	if (request_send(&request, DM_DEV_SUSPEND) < 0)
		return -1;
	snprintf(out_path, room, "/dev/dm-%u", minor(device));
	return 0;
}

int devmapper_remove(const char *name)
{
	static struct request request;

	request_begin(&request, name);
	return request_send(&request, DM_DEV_REMOVE);
}
