/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searching the directories of a target, within bounds of depth and of names. */
#include "efi/targetfs_walk.h"

#include <errno.h>
#include <fcntl.h>

#include "scanner/base/own.h"

static int walk_dir(const struct targetfs *t, struct targetfs_walk *walk, const char *dir,
		    unsigned depth, struct fault *f);

/* One name of a directory that is open as dir_fd; links are left alone. */
static int walk_name(const struct targetfs *t, struct targetfs_walk *walk, int dir_fd,
		     const char *dir, const char *name, unsigned depth, struct fault *f)
{
	own_mem char *path = targetfs_join(dir, name);
	struct stat st;

	if (!path)
		return fault_set(f, ENOMEM, "walking");
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		struct fault fault;

		fault_set(&fault, errno, "looking at the file");
		walk->trouble(walk->context, path, &fault);
		return 0;
	}
	if (S_ISREG(st.st_mode))
		return walk->file(walk->context, path, &st, f);
	return S_ISDIR(st.st_mode) ? walk_dir(t, walk, path, depth - 1, f) : 0;
}

/* Counts a directory's names. -1: they are too many, and the search ends. */
static int count(struct targetfs_walk *walk, size_t names, struct fault *f)
{
	if (names <= TARGETFS_WALK_NAMES_MAX - walk->names) {
		walk->names += names;
		return 0;
	}
	walk->ended = true;
	return fault_set(
		f, E2BIG,
		"searching: neither this directory nor what comes after it was looked at, beyond "
		"%d names in all",
		TARGETFS_WALK_NAMES_MAX);
}

/* The names of a directory, and itself for looking at them. -1: there is nothing, or trouble. */
static int open_dir(const struct targetfs *t, struct targetfs_walk *walk, const char *dir,
		    unsigned depth, struct targetfs_names *out_names, struct fault *f)
{
	if (depth == 0)
		return fault_set(f, 0, "walking: too deep");
	if (targetfs_list(t, dir, out_names, f) < 0 || count(walk, out_names->count, f) < 0)
		return -1;
	return out_names->count ? targetfs_open_dir(t, dir, f) : -1;
}

static int walk_dir(const struct targetfs *t, struct targetfs_walk *walk, const char *dir,
		    unsigned depth, struct fault *f)
{
	struct targetfs_names names = {0};
	struct fault fault = {0};
	own_fd int fd = -1;
	int result = 0;

	if (walk->ended)
		return 0;
	fd = open_dir(t, walk, dir, depth, &names, &fault);
	if (*fault.text)
		walk->trouble(walk->context, dir, &fault);
	for (size_t i = 0; fd >= 0 && i < names.count && result == 0 && !walk->ended; i++)
		result = walk_name(t, walk, fd, dir, names.names[i], depth, f);
	targetfs_names_done(&names);
	return result;
}

int targetfs_walk_below(const struct targetfs *t, struct targetfs_walk *walk, const char *dir,
			unsigned depth_max, struct fault *f)
{
	return walk_dir(t, walk, dir,
			depth_max < TARGETFS_DEPTH_MAX ? depth_max : TARGETFS_DEPTH_MAX, f);
}
