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
#include "rescue/overlay.h"
#include "scanner/base/own.h"

enum {
	SAFE_ATTRIBUTES = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			  MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW | MOUNT_ATTR_NOATIME,
};

/* --- Mounting --- */

/* What the kernel says about a failed fsopen context: "e ext4: bad geometry". */
static int refuse(int context, const struct fskind *kind, int os, struct fault *f)
{
	const char *driver = kind->driver;
	char message[160];
	ssize_t n = read(context, message, sizeof(message) - 1);

	if (n <= 0)
		return fault_set(f, os, "mounting %s read-only (%s)", driver,
				 kind->hint ? kind->hint : "the kernel's log says why");
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

static int set_options(int context, const char *wanted, const struct evidence_source *source)
{
	own_mem char *options = strdup(wanted);
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

static int mount_detached(const char *device, const char *options,
			  const struct evidence_source *source, struct evidence *out,
			  struct fault *f)
{
	const struct fskind *kind = out->kind;
	own_fd int context = fsopen(kind->driver, FSOPEN_CLOEXEC);

	if (context < 0 && errno == ENODEV)
		return fault_set(f, ENODEV, "mounting: this kernel has no %s", kind->driver);
	if (context < 0)
		return fault_set(f, errno, "mounting %s", kind->driver);
	if (fsconfig(context, FSCONFIG_SET_STRING, "source", device, 0) < 0 ||
	    set_options(context, options, source) < 0 ||
	    (source->degraded && fsconfig(context, FSCONFIG_SET_FLAG, "degraded", NULL, 0) < 0) ||
	    setdevice_configure(context, &out->others) < 0 ||
	    fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return refuse(context, kind, errno, f);
	out->mount_fd = fsmount(context, FSMOUNT_CLOEXEC, SAFE_ATTRIBUTES);
	if (out->mount_fd < 0)
		return refuse(context, kind, errno, f);
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

/* Was it left unclean? A log that is needed and not there is a fault. */
static int read_state(const struct evidence_source *source, struct evidence *out, struct fault *f)
{
	own_fd int fd = open(source->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fault_set(f, errno, "opening %s", source->path);
	if (out->kind->state)
		out->state = out->kind->state(fd, source->offset_bytes, source->size_bytes);
	if (out->kind->needs_log && out->state == FSKIND_ELSEWHERE)
		return fault_set(f, ENOTSUP, "%s is left alone: its log is on another device",
				 source->type);
	return 0;
}

static int open_read_only(const struct evidence_source *source, struct evidence *out,
			  struct fault *f)
{
	if (blockdev_forbid_writing(source->path, &out->device_fd, f) < 0 ||
	    read_state(source, out, f) < 0 || open_part(source, out, f) < 0 ||
	    setdevice_open(source->others, source->other_count, &out->others, f) < 0)
		return -1;
	return mount_detached(source->whole ? source->path : out->loop_path, out->kind->options,
			      source, out, f);
}

/* Some drivers go on without what they could not write. */
static int check_room(const struct evidence_source *source, int result, struct fault *f)
{
	if (!overlay_is_full(source->path))
		return result;
	return fault_set(f, ENOSPC, "replaying the journal: there is not enough free memory");
}

/* What is beneath the overlay was set read-only before it was made. */
static int open_overlay(const struct evidence_source *source, struct evidence *out, struct fault *f)
{
	int result = mount_detached(source->path, "ro", source, out, f);

	out->state = FSKIND_REPLAYED;
	return check_room(source, result, f);
}

int evidence_replay(const struct evidence_source *source, struct fault *f)
{
	struct evidence evidence = {.mount_fd = -1, .loop_fd = -1, .device_fd = -1};
	own_fd int fd = -1;
	int result;

	evidence.kind = kind_of(source->type, f);
	if (!evidence.kind)
		return -1;
	result = mount_detached(source->path, evidence.kind->replay_options, source, &evidence, f);
	evidence_close(&evidence);
	if (check_room(source, result, f) < 0)
		return -1;
	fd = open(source->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fault_set(f, errno, "opening %s", source->path);
	/* F2FS goes on without what it could not recover, and marks itself for checking. */
	if (evidence.kind->state(fd, source->offset_bytes, source->size_bytes) != FSKIND_CLEAN)
		return fault_set(f, 0, "the driver did not replay all of it");
	return 0;
}

int evidence_open(const struct evidence_source *source, struct evidence *out, struct fault *f)
{
	struct evidence evidence = {
		.mount_fd = -1, .loop_fd = -1, .device_fd = -1, .state = FSKIND_NOT_KNOWN};
	int result;

	evidence.kind = kind_of(source->type, f);
	if (!evidence.kind)
		return -1;
	if (source->not_replayed)
		return fault_set(f, 0, "the journal could not be replayed: %s",
				 source->not_replayed);
	result = source->overlay ? open_overlay(source, &evidence, f)
				 : open_read_only(source, &evidence, f);
	if (result < 0) {
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

	if (mount_detached(source->whole ? source->path : first->loop_path,
			   source->overlay ? "ro" : first->kind->options, source, &evidence, f) < 0)
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
