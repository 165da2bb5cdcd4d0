/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_EVIDENCE_H
#define RESCUE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rescue/blockdev.h"
#include "rescue/fskind.h"
#include "rescue/setdevice.h"
#include "scanner/base/fault.h"

/*
 * A file system opened as evidence: the device set read-only (BLKROSET), a loop device over just its
 * bytes where it is a part of something, then mounted by the new mount API (fsopen, Linux 5.2) ro,
 * nosuid, nodev, noexec, nosymfollow and without replaying a journal. The mount is attached nowhere: it
 * lives as long as its descriptor, so that nothing can stay behind.
 */
struct evidence {
	int mount_fd;  /* a directory descriptor: the file system's root */
	int loop_fd;   /* -1: none; the loop device goes with its last user */
	int device_fd; /* of a device that was writable before, to be set so again; -1: none */
	char loop_path[BLOCKDEV_PATH_BYTES];
	struct setdevice_list others; /* of a file system of several devices */
	const struct fskind *kind;
	enum fskind_state state;
};

struct evidence_source {
	const char *path; /* device or image */
	uint64_t offset_bytes, size_bytes;
	bool whole; /* the file system is the whole of a block device: no loop device is needed */
	const char *type;      /* libblkid's name */
	const char *subvolume; /* of btrfs: a path, or "subvolid=5"; NULL: its default */
	const struct setdevice_source *others; /* its further devices */
	size_t other_count;
	bool degraded; /* some are missing */
	/* path is an overlay in memory, into which the journal was replayed. */
	bool overlay;
	/* Why a journal that was to be replayed was not: then nothing is shown. NULL: all is well. */
	const char *not_replayed;
};

/* A fault names the file system when it is unknown or unsupported (ENOTSUP), and what the kernel said
 * when it refused. A device that something else holds (EBUSY) is not touched. */
int evidence_open(const struct evidence_source *source, struct evidence *out,
		  struct fault *f) FAULT_MUST_USE;
/*
 * The same file system once more, with another subvolume or none, while the first is open: its device is
 * the first's then, which nobody else can have for itself alone.
 */
int evidence_open_again(const struct evidence *first, const struct evidence_source *source,
			struct evidence *out, struct fault *f) FAULT_MUST_USE;
/* Mounts an overlay in memory once, as its driver needs it to replay the journal. A fault when it did not do
 * all of it, whatever it says: there is too little memory, or a journal is there still. */
int evidence_replay(const struct evidence_source *source, struct fault *f) FAULT_MUST_USE;
/* Lets go of what is attached meanwhile; the device stays read-only. */
void evidence_keep(struct evidence *evidence);
/* Sets the device writable again, when it was before. */
void evidence_close(struct evidence *evidence);

#endif
