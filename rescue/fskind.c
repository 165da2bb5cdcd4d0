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
	{.type = "ext2", .driver = "ext4", .options = "noload", .state = dirty_ext, SUPPORTED},
	{.type = "ext3", .driver = "ext4", .options = "noload", .state = dirty_ext, SUPPORTED},
	{.type = "ext4", .driver = "ext4", .options = "noload", .state = dirty_ext, SUPPORTED},
	{.type = "xfs", .driver = "xfs", .options = "norecovery", .state = dirty_xfs, SUPPORTED},
	{.type = "btrfs",
	 .driver = "btrfs",
	 .options = "rescue=nologreplay",
	 .state = dirty_btrfs,
	 SUPPORTED},
	{.type = "f2fs", .driver = "f2fs", .options = "norecovery", .state = dirty_f2fs, SUPPORTED},
	{.type = "vfat", .driver = "vfat", .options = "", .state = dirty_vfat, SUPPORTED},
	{.type = "exfat", .driver = "exfat", .options = "", .state = dirty_exfat, SUPPORTED},
	{.type = "squashfs", .driver = "squashfs", .options = "", SUPPORTED},
	{.type = "erofs", .driver = "erofs", .options = "", SUPPORTED},
	{.type = "iso9660", .driver = "iso9660", .options = "", SUPPORTED},
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

const char *fskind_state_name(enum fskind_state state)
{
	static const char *const names[] = {
		[FSKIND_CLEAN] = "clean",
		[FSKIND_DIRTY] = "dirty",
		[FSKIND_NOT_KNOWN] = "not-known",
	};

	return names[state];
}
