/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * File systems, and the options by which the kernel looks at each without replaying or writing
 * (Documentation/filesystems/{ext4,xfs,btrfs,f2fs}.rst; docs/formats/file-systems.md).
 */
#include "rescue/fskind.h"

#include <string.h>

#include "rescue/dirty.h"

#define SUPPORTED .supported = true

static const struct fskind kinds[] = {
	{.type = "ext2",
	 .driver = "ext4",
	 .options = "ro,noload",
	 .state = dirty_ext,
	 .replay_options = "ro",
	 SUPPORTED},
	{.type = "ext3",
	 .driver = "ext4",
	 .options = "ro,noload",
	 .state = dirty_ext,
	 .replay_options = "ro",
	 SUPPORTED},
	{.type = "ext4",
	 .driver = "ext4",
	 .options = "ro,noload",
	 .state = dirty_ext,
	 .replay_options = "ro",
	 SUPPORTED},
	{.type = "xfs",
	 .driver = "xfs",
	 .options = "ro,norecovery",
	 .state = dirty_xfs,
	 .replay_options = "ro",
	 .needs_log = true,
	 SUPPORTED},
	{.type = "btrfs",
	 .driver = "btrfs",
	 .options = "ro,rescue=nologreplay",
	 .state = dirty_btrfs,
	 .replay_options = "ro",
	 SUPPORTED},
	{.type = "f2fs",
	 .driver = "f2fs",
	 .options = "ro,norecovery",
	 .state = dirty_f2fs,
	 .replay_options = "rw,background_gc=off,nodiscard",
	 SUPPORTED},
	{.type = "vfat",
	 .driver = "vfat",
	 .options = "ro",
	 .state = dirty_vfat,
	 .hint = "are nls_cp437 and nls_ascii there?",
	 SUPPORTED},
	{.type = "exfat", .driver = "exfat", .options = "ro", .state = dirty_exfat, SUPPORTED},
	{.type = "squashfs", .driver = "squashfs", .options = "ro", SUPPORTED},
	{.type = "erofs", .driver = "erofs", .options = "ro", SUPPORTED},
	{.type = "iso9660", .driver = "iso9660", .options = "ro", SUPPORTED},
	{.type = "zfs_member", .driver = "zfs", .why = "ZFS is not in the kernel's tree"},
	{.type = "bcachefs",
	 .driver = "bcachefs",
	 .why = "no way to mount bcachefs without replay is known to us"},
	{.type = "ntfs", .driver = "ntfs3", .why = "no Linux system is installed on NTFS"},
	{.type = "reiserfs", .driver = "reiserfs", .why = "reiserfs has left the kernel"},
	{.type = "jfs", .driver = "jfs", .why = "JFS replays its log when it is mounted"},
	{.type = "nilfs2",
	 .driver = "nilfs2",
	 .why = "NILFS2 has not been tried: its recovery is not known to us"},
};

size_t fskind_count(void)
{
	return sizeof(kinds) / sizeof(kinds[0]);
}

const struct fskind *fskind_at(size_t i)
{
	return i < fskind_count() ? &kinds[i] : NULL;
}

const struct fskind *fskind_by_type(const char *type)
{
	for (size_t i = 0; i < fskind_count(); i++)
		if (strcmp(kinds[i].type, type) == 0)
			return &kinds[i];
	return NULL;
}

static const struct {
	const char *name, *warning;
} states[] = {
	[FSKIND_CLEAN] = {"clean", NULL},
	[FSKIND_DIRTY] = {"dirty", "its journal was not replayed: what was written last may be "
				   "missing (--replay shows it)"},
	[FSKIND_UNCLEAN] = {"unclean", "it was not unmounted cleanly: what was written last may be "
				       "missing or half done"},
	[FSKIND_ELSEWHERE] = {"elsewhere", "its journal is on other devices too and was not "
					   "replayed: what was written last may be missing"},
	[FSKIND_REPLAYED] = {"replayed", NULL},
	[FSKIND_NOT_KNOWN] = {"not-known",
			      "whether it has a journal to replay could not be read: what "
			      "was written last may be missing"},
};

const char *fskind_state_name(enum fskind_state state)
{
	return states[state].name;
}

const char *fskind_state_warning(enum fskind_state state)
{
	return states[state].warning;
}
