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

# Headers of disk images: qcow2_header VERSION BACKING CRYPT INCOMPATIBLE EXTENSIONS
qcow2_header() {
	hex 514649fb "$(printf '%08x%016x%08x%08x%016x%08x' "$1" "$2" 0 16 4194304 "$3")" \
		"$(printf '%08x%016x%016x%08x%08x%016x' 1 512 512 1 2 0)"
	[ "$1" -lt 3 ] || hex "$(printf '%016x%016x%016x%08x%08x' "$4" 0 0 4 104)"
	hex "$5" 0000000000000000
	zeros 1024
}

corpus_qcow2() {
	qcow2_header 2 0 0 0 e2792aca00000005717071703200000000 | seed qcow2 version-2
	qcow2_header 3 0 0 0 6803f857000000086161616161616161 | seed qcow2 version-3
	qcow2_header 3 512 0 0 '' | seed qcow2 backing
	qcow2_header 3 0 2 0 0537be77000000100000000000001000000000000000100 | seed qcow2 encrypted
	qcow2_header 3 0 0 7 44415441000000046461746100000000 | seed qcow2 data-file
	qcow2_header 3 0 0 24 '' | seed qcow2 compression
	# Clusters of 512 bytes: the first table at 0x400, one of the second level at 0x600, a cluster and a compressed one.
	local extended
	for extended in 0 10; do
		bytes_at 2560 0 514649fb00000003 20 00000009 24 0000000000010000 36 00000004 40 0000000000000400 \
			48 0000000000000200 56 00000001 72 "00000000000000$(printf '%02x' "$extended")" 96 00000004 100 00000068 \
			1024 8000000000000600 1536 8000000000000800 1544 "$([ "$extended" = 0 ] && echo 4000000000000805 || echo ffffffff)" \
			1552 8000000000000801 | seed qcow2 "tables-$extended"
	done
}
