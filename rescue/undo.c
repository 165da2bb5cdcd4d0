/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How each kind of thing that a ledger holds is undone. */
#include "rescue/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>

#include "rescue/array.h"
#include "rescue/background.h"
#include "rescue/deviceid.h"
#include "rescue/lvm.h"
#include "rescue/overlay.h"
#include "rescue/unlock.h"
#include "scanner/base/own.h"

static const char by_hand[] = "blockdev --setrw makes it writable";

/* Whatever keeps it so may keep it so for good: nothing else is to wait for it. */
static int leave_read_only(const char *path, const char *doing, int os, struct fault *f)
{
	fault_set(f, 0, "%s is left read-only: %s: %s (%s)", path, doing, strerror(os), by_hand);
	return deviceid_leave(f);
}

static bool is_absent(int os)
{
	return os == ENOENT || os == ENXIO || os == ENODEV;
}

/* "8:16@42 /dev/sdb". One that went is none of ours any more. */
static int set_writable(const char *what, struct fault *f)
{
	struct deviceid then, now;
	const char *path = deviceid_decode(what, &then);
	own_fd int fd = -1;
	int off = 0;

	if (!path) {
		fault_set(f, 0,
			  "%s is left read-only: an older ima-rescue wrote down its name only "
			  "(%s)",
			  what, by_hand);
		return deviceid_leave(f);
	}
	path += *path == ' ';
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return is_absent(errno) ? 0 : leave_read_only(path, "opening it", errno, f);
	if (deviceid_of_fd(fd, &now, f) < 0 || !deviceid_is_same(&then, &now)) {
		fault_set(f, 0,
			  "%s is left as it is: it is not the device any more that was set "
			  "read-only",
			  path);
		return deviceid_leave(f);
	}
	if (ioctl(fd, BLKROSET, &off) < 0)
		return leave_read_only(path, "making it writable", errno, f);
	return 0;
}

static const struct {
	const char *name;
	int (*undo)(const char *what, struct fault *f);
} kinds[UNDO_KINDS] = {
	[UNDO_DEVICE] = {"device", set_writable},     [UNDO_MAPPING] = {"mapping", unlock_close},
	[UNDO_ARRAY] = {"array", array_stop},	      [UNDO_GROUP] = {"group", lvm_end},
	[UNDO_PROCESS] = {"process", background_end}, [UNDO_OVERLAY] = {"overlay", overlay_close},
};

const char *undo_kind_name(enum undo_kind kind)
{
	return kinds[kind].name;
}

bool undo_kind_from_name(const char *name, size_t length, enum undo_kind *out_kind)
{
	for (size_t i = 0; i < UNDO_KINDS; i++)
		if (strlen(kinds[i].name) == length && strncmp(kinds[i].name, name, length) == 0) {
			*out_kind = (enum undo_kind)i;
			return true;
		}
	return false;
}

int undo_one(enum undo_kind kind, const char *what, struct fault *f)
{
	return kinds[kind].undo(what, f);
}
