/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_DEVICEID_H
#define RESCUE_DEVICEID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/*
 * Which device it is, whatever it is called: names and numbers are given again when a disk goes, the kernel's sequence number never is
 * (BLKGETDISKSEQ, Linux 5.15). A loop device has another one each time it is set up.
 */
struct deviceid {
	dev_t device;
	uint64_t sequence; /* 0: this kernel has none */
};

enum { DEVICEID_LIST_MAX = 1024, DEVICEID_DEPTH_MAX = 16 };

struct deviceid_list {
	struct deviceid *items;
	size_t count;
};

int deviceid_of_fd(int fd, struct deviceid *out, struct fault *f) FAULT_MUST_USE;
int deviceid_of_path(const char *path, struct deviceid *out, struct fault *f) FAULT_MUST_USE;
/* Without a sequence number the device's number has to do. */
bool deviceid_is_same(const struct deviceid *a, const struct deviceid *b);

/* Marks a fault, which was set without an errno value, as that of a device that is left alone for good (ESTALE). Returns -1. */
int deviceid_leave(struct fault *f);

/* "8:16@42". */
void deviceid_encode(const struct deviceid *id, struct buf *out);
/* Those of several paths (ended by NULL), each with a blank in front. */
int deviceid_encode_paths(const char *const *paths, struct buf *out,
			  struct fault *f) FAULT_MUST_USE;
/* One, up to a blank or the end; NULL: there is none. Else what follows it. */
const char *deviceid_decode(const char *text, struct deviceid *out);
/* All, separated by blanks. EBADMSG: it is something else. */
int deviceid_decode_list(const char *text, struct deviceid_list *out,
			 struct fault *f) FAULT_MUST_USE;
void deviceid_list_done(struct deviceid_list *list);

/* On what a device of device mapper or md stands, whatever is between. */
enum deviceid_stand {
	DEVICEID_ON_NOTHING, /* or it is not there */
	DEVICEID_ON_THESE,   /* on one of the list at least */
	DEVICEID_ON_OTHERS,
};
/* sys: "/sys", or another place in tests. */
enum deviceid_stand deviceid_stands_on(const char *sys, dev_t device,
				       const struct deviceid_list *these);

#endif
