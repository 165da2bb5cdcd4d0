/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file system mounted as evidence: read-only device, no replay, attached nowhere (fsopen(2),
 * fsmount(2), Linux 5.2; MOUNT_ATTR_NOSYMFOLLOW, Linux 5.14).
 */
#include "rescue/evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "rescue/blockdev.h"
#include "scanner/base/own.h"

enum {
	SAFE_ATTRIBUTES = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			  MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW | MOUNT_ATTR_NOATIME,
};

/* --- Mounting --- */

/* What the kernel says about a failed fsopen context: "e ext4: bad geometry". */
static int refuse(int context, const char *driver, int os, struct fault *f)
{
	char message[160];
	ssize_t n = read(context, message, sizeof(message) - 1);

	if (n <= 0)
		return fault_set(f, os, "mounting %s read-only", driver);
	message[n] = '\0';
	message[strcspn(message, "\n")] = '\0';
	return fault_set(f, os, "mounting %s read-only: %s", driver,
			 strlen(message) > 2 && message[1] == ' ' ? message + 2 : message);
}

static int set_option(int context, char *option)
{
	char *value = strchr(option, '=');

	if (!value)
		return fsconfig(context, FSCONFIG_SET_FLAG, option, NULL, 0);
	*value++ = '\0';
	return fsconfig(context, FSCONFIG_SET_STRING, option, value, 0);
}

static int set_options(int context, const struct fskind *kind, const struct evidence_source *source)
{
	own_mem char *options = strdup(kind->options);
	char *rest = options, *option;
	bool by_id = source->subvolume && strncmp(source->subvolume, "subvolid=", 9) == 0;

	if (!options)
		return -1;
	while ((option = strsep(&rest, ",")))
		if (*option && set_option(context, option) < 0)
			return -1;
	if (!source->subvolume)
		return 0;
	return fsconfig(context, FSCONFIG_SET_STRING, by_id ? "subvolid" : "subvol",
			source->subvolume + (by_id ? 9 : 0), 0);
}

static int mount_detached(const char *device, const struct evidence_source *source,
			  struct evidence *out, struct fault *f)
{
	const struct fskind *kind = out->kind;
	own_fd int context = fsopen(kind->driver, FSOPEN_CLOEXEC);

	if (context < 0 && errno == ENODEV)
		return fault_set(f, ENODEV, "mounting: this kernel has no %s", kind->driver);
	if (context < 0)
		return fault_set(f, errno, "mounting %s", kind->driver);
	if (fsconfig(context, FSCONFIG_SET_STRING, "source", device, 0) < 0 ||
	    fsconfig(context, FSCONFIG_SET_FLAG, "ro", NULL, 0) < 0 ||
	    set_options(context, kind, source) < 0 ||
	    (source->degraded && fsconfig(context, FSCONFIG_SET_FLAG, "degraded", NULL, 0) < 0) ||
	    setdevice_configure(context, &out->others) < 0 ||
	    fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return refuse(context, kind->driver, errno, f);
	out->mount_fd = fsmount(context, FSMOUNT_CLOEXEC, SAFE_ATTRIBUTES);
	if (out->mount_fd < 0)
		return refuse(context, kind->driver, errno, f);
	return 0;
}

static const struct fskind *kind_of(const char *type, struct fault *f)
{
	const struct fskind *kind = fskind_by_type(type);

	if (!kind)
		fault_set(f, ENOTSUP, "%s is not a file system we know how to mount",
			  *type ? type : "this");
	else if (!kind->supported)
		fault_set(f, ENOTSUP, "%s is left alone: %s", type, kind->why);
	return kind && kind->supported ? kind : NULL;
}

static int open_part(const struct evidence_source *source, struct evidence *out, struct fault *f)
{
	if (source->whole)
		return 0;
	out->loop_fd = blockdev_open_loop(source->path, source->offset_bytes, source->size_bytes,
					  out->loop_path, f);
	return out->loop_fd < 0 ? -1 : 0;
}

int evidence_open(const struct evidence_source *source, struct evidence *out, struct fault *f)
{
	struct evidence evidence = {
		.mount_fd = -1, .loop_fd = -1, .device_fd = -1, .state = FSKIND_NOT_KNOWN};
	own_fd int fd = -1;

	evidence.kind = kind_of(source->type, f);
	if (!evidence.kind)
		return -1;
	if (blockdev_forbid_writing(source->path, &evidence.device_fd, f) < 0)
		return -1;
	fd = open(source->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fault_set(f, errno, "opening %s", source->path);
		evidence_close(&evidence);
		return -1;
	}
	if (evidence.kind->state)
		evidence.state = evidence.kind->state(fd, source->offset_bytes, source->size_bytes);
	if (open_part(source, &evidence, f) < 0 ||
	    setdevice_open(source->others, source->other_count, &evidence.others, f) < 0 ||
	    mount_detached(source->whole ? source->path : evidence.loop_path, source, &evidence,
			   f) < 0) {
		evidence_close(&evidence);
		return -1;
	}
	*out = evidence;
	return 0;
}

int evidence_open_again(const struct evidence *first, const struct evidence_source *source,
			struct evidence *out, struct fault *f)
{
	struct evidence evidence = {.mount_fd = -1,
				    .loop_fd = -1,
				    .device_fd = -1,
				    .kind = first->kind,
				    .state = first->state};

	if (mount_detached(source->whole ? source->path : first->loop_path, source, &evidence, f) <
	    0)
		return -1;
	*out = evidence;
	return 0;
}

static void close_all(struct evidence *evidence)
{
	if (evidence->mount_fd >= 0)
		close(evidence->mount_fd);
	if (evidence->loop_fd >= 0)
		close(evidence->loop_fd);
	if (evidence->device_fd >= 0)
		close(evidence->device_fd);
	evidence->mount_fd = evidence->loop_fd = evidence->device_fd = -1;
}

void evidence_keep(struct evidence *evidence)
{
	setdevice_keep(&evidence->others);
	close_all(evidence);
}

void evidence_close(struct evidence *evidence)
{
	/* The mount first: as long as it is there, the device has to stay read-only. */
	if (evidence->mount_fd >= 0)
		close(evidence->mount_fd);
	evidence->mount_fd = -1;
	blockdev_allow_writing(evidence->device_fd);
	evidence->device_fd = -1;
	setdevice_close(&evidence->others);
	close_all(evidence);
}
