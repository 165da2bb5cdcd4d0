# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# File systems, and the table that says which belong together.

corpus_fstab() {
	local name text
	while IFS='|' read -r name text; do
		printf '%b' "$text" | seed fstab "$name"
	done <<-'EOT'
		plain|UUID=1 / ext4 defaults 0 1\n# x\nLABEL=b /boot ext4 x\n
		escapes|/dev/sda1 /a\\040b\\134 ext4 x\n
		btrfs|UUID=1 / btrfs subvol=@,subvolid=256,ro\n
		refused|tmpfs /tmp tmpfs x\n/ /b none bind\nUUID=1 /../x ext4 x\nUUID=1 none swap x\n
		ragged|\t\t\nUUID=1\nUUID=2 / \n\r\n
	EOT
}

# Superblocks with little behind them: what is read of each file system.
corpus_dirty() {
	bytes_at 2048 1080 53ef0100 1116 0400000004000000 | seed dirty ext4
	bytes_at 65664 65600 5f42485266535f4d 65632 01 | seed dirty btrfs
	bytes_at 512 22 0000 65 01 | seed dirty vfat
	bytes_at 512 3 4558464154202020 106 0200 | seed dirty exfat
	bytes_at 40960 1024 1020f5f2 1040 0c000000 1044 01000000 1100 01000000 \
		4096 0100000000000000 4228 01000000 4232 02000000 8192 0100000000000000 | seed dirty f2fs
	bytes_at 2560 0 58465342 4 00000200 48 0000000000000001 84 00000008 96 00000004 124 03 \
		512 feedbabe00000001 520 0000000200000200 552 00000001 832 00008000 \
		1024 00000001 1033 20 | seed dirty xfs
}
