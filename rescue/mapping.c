/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device-mapper devices by UUID (libdevmapper). */
#include "rescue/mapping.h"

#include <errno.h>
#include <libdevmapper.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "scanner/base/own.h"

/* A device that was closed a moment ago may be held for a moment more (udev looks at new ones). */
enum { REMOVE_TRIES = 50, REMOVE_PAUSE_MS = 100, NAME_BYTES = 128, NAMES_MAX = 4096 };

static void destroy(struct dm_task **task)
{
	if (*task)
		dm_task_destroy(*task);
}

#define own_task __attribute__((cleanup(destroy)))

static void silent(int level, const char *file, int line, int error, const char *format, ...)
{
	(void)level;
	(void)file;
	(void)line;
	(void)error;
	(void)format;
}

/* NULL with errno set. */
static struct dm_task *run(int type, const char *name, const char *uuid)
{
	struct dm_task *task;

	dm_log_with_errno_init(silent);
	/* Nodes are made and removed by libdevmapper: a rescue system may be without udev. */
	dm_udev_set_sync_support(0);
	task = dm_task_create(type);
	if (!task) {
		errno = ENOMEM;
		return NULL;
	}
	if ((name && !dm_task_set_name(task, name)) || (uuid && !dm_task_set_uuid(task, uuid)) ||
	    !dm_task_run(task)) {
		int saved = dm_task_get_errno(task);

		dm_task_destroy(task);
		errno = saved ? saved : EINVAL;
		return NULL;
	}
	return task;
}

static bool exists(const char *name, const char *uuid)
{
	own_task struct dm_task *task = run(DM_DEVICE_INFO, name, uuid);
	struct dm_info info;

	/* Not to be asked: what may be there is not made again. */
	return !task || !dm_task_get_info(task, &info) || info.exists;
}

bool mapping_has_name(const char *name)
{
	return exists(name, NULL);
}

int mapping_find(const char *uuid, unsigned *out_minor, struct fault *f)
{
	own_task struct dm_task *task = run(DM_DEVICE_INFO, NULL, uuid);
	struct dm_info info;

	if (!task || !dm_task_get_info(task, &info))
		return fault_set(f, errno, "asking the device mapper");
	if (!info.exists)
		return fault_set(f, ENOENT, "looking for the mapping");
	*out_minor = info.minor;
	return 0;
}

static bool has_uuid(const char *name, const char *prefix)
{
	own_task struct dm_task *task = run(DM_DEVICE_INFO, name, NULL);
	const char *uuid = task ? dm_task_get_uuid(task) : NULL;

	return uuid && strncmp(uuid, prefix, strlen(prefix)) == 0;
}

/* Calls `each` for every mapping of the prefix until it says stop. -1 with errno set. */
static int each_of(const char *prefix, bool (*each)(void *context, const char *name), void *context)
{
	own_task struct dm_task *task = run(DM_DEVICE_LIST, NULL, NULL);
	struct dm_names *names = task ? dm_task_get_names(task) : NULL;

	if (!names)
		return -1;
	/* An empty list is one entry without a device. */
	for (int i = 0; names->dev && i < NAMES_MAX; i++) {
		if (has_uuid(names->name, prefix) && !each(context, names->name))
			return 0;
		if (!names->next)
			return 0;
		names = (struct dm_names *)((char *)names + names->next);
	}
	return 0;
}

static bool stop_at_first(void *context, const char *name)
{
	(void)name;
	*(bool *)context = true;
	return false;
}

bool mapping_has_prefix(const char *uuid_prefix)
{
	bool found = false;

	return each_of(uuid_prefix, stop_at_first, &found) < 0 || found;
}

struct removing {
	const struct deviceid_list *these;
	unsigned left, removed, others;
	char busy[NAME_BYTES];
};

static enum deviceid_stand stand_of(const char *name, const struct deviceid_list *these)
{
	own_task struct dm_task *task = run(DM_DEVICE_INFO, name, NULL);
	struct dm_info info;

	if (!task || !dm_task_get_info(task, &info) || !info.exists)
		return DEVICEID_ON_NOTHING;
	return deviceid_stands_on("/sys", makedev((unsigned)info.major, info.minor), these);
}

static bool remove_one(void *context, const char *name)
{
	struct removing *r = context;
	const enum deviceid_stand stand = stand_of(name, r->these);
	own_task struct dm_task *task = NULL;

	if (stand == DEVICEID_ON_OTHERS) {
		r->others++;
		return true;
	}
	task = run(DM_DEVICE_REMOVE, name, NULL);
	if (task) {
		r->removed++;
		return true;
	}
	/* What stands for a missing part stands on nothing, and may be somebody else's. */
	if (stand == DEVICEID_ON_NOTHING)
		return true;
	r->left++;
	strncpy(r->busy, name, sizeof(r->busy) - 1);
	return true;
}

static void pause_a_moment(void)
{
	const struct timespec pause = {.tv_nsec = REMOVE_PAUSE_MS * 1000000L};

	nanosleep(&pause, NULL);
}

/* Each round removes those on which nothing stands any more. */
int mapping_remove(const char *uuid_prefix, const struct deviceid_list *these, size_t *out_others,
		   struct fault *f)
{
	struct removing r;
	int tries = 0;

	do {
		r = (struct removing){.these = these};
		*out_others = 0;
		if (each_of(uuid_prefix, remove_one, &r) < 0)
			/* A kernel without device mapper has no mappings. */
			return errno == ENODEV || errno == ENOENT || errno == ENXIO
				       ? 0
				       : fault_set(f, errno, "asking the device mapper");
		if (r.left && !r.removed) {
			pause_a_moment();
			tries++;
		}
	} while (r.left && tries < REMOVE_TRIES);
	*out_others = r.others;
	return r.left ? fault_set(f, EBUSY, "removing the mapping %s", r.busy) : 0;
}

static void add_doubled(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '-')
			buf_addc(out, '-');
		buf_addc(out, *text);
	}
}

void mapping_lvm_name(const char *group, const char *volume, struct buf *out)
{
	add_doubled(out, group);
	buf_addc(out, '-');
	add_doubled(out, volume);
}
