/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How each kind of thing that a ledger holds is undone. */
#include "rescue/undo.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>

#include "rescue/array.h"
#include "rescue/background.h"
#include "rescue/lvm.h"
#include "rescue/overlay.h"
#include "rescue/unlock.h"
#include "scanner/base/own.h"

/* A device that went is none of ours any more. */
static int set_writable(const char *path, struct fault *f)
{
	own_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int off = 0;

	(void)f;
	if (fd >= 0)
		(void)ioctl(fd, BLKROSET, &off);
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
