#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Promise 1: a scan writes nothing. The block device has the same bytes afterwards, on every file system, also
# when its journal asks to be replayed; and a file's times stay what they were.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

key rsa2048
options=(-k "$keys/rsa2048.der" --policy all)

fill() {
	local i
	mkdir -p "$t/usr/bin" "$t/etc"
	for i in 1 2 3 4 5; do
		payload "$t/usr/bin/program$i" $((i * 100000))
		payload "$t/etc/file$i"
	done
	sign rsa2048 sha256 "$t"/usr/bin/*
	hash sha256 "$t/etc/file1"
	label flip "$t/usr/bin/program1" 8
	mkfifo "$t/fifo"
	ln -s /etc/passwd "$t/link"
	sync -f "$t"
}

for fs in ext4 xfs btrfs; do
	target "$fs"
	fill
	image_umount "$t"
	device=$(losetup --show -f "$work/$fs.img")
	mkdir -p "$work/ro"
	mount -o ro "$device" "$work/ro"
	mounted+=("$work/ro")
	before=$(sha256sum <"$device")
	for mode in ndjson text; do
		run "$IMA_SCAN" --format "$mode" "${options[@]}" "$work/ro"
		has_status 1 "$mode scan of $fs mounted ro"
	done
	run "$IMA_SCAN" -v -j4 --hooks all --no-sandbox "${options[@]}" "$work/ro"
	run "$IMA_SCAN" --explain usr/bin/program2 "${options[@]}" "$work/ro"
	sync
	same "$fs: the device has the same bytes" "$before" "$(sha256sum <"$device")"
	image_umount "$work/ro"
	losetup -d "$device"
done

# A file system that was not unmounted: copied while mounted read-write, so its journal is dirty.
for fs in ext4 xfs; do
	target "$fs"
	fill
	payload "$t/late"
	sync -f "$t"
	# Metadata that is in the journal only.
	touch "$t/later" && mv "$t/later" "$t/latest" && sync -f "$t"
	cp --sparse=always "$work/$fs.img" "$work/dirty.img"
	image_umount "$t"
	if [ "$fs" = ext4 ]; then
		option=noload
		dumpe2fs -h "$work/dirty.img" >"$work/superblock" 2>/dev/null
		check 'the journal is dirty' grep -q needs_recovery "$work/superblock"
	else
		option=norecovery
	fi
	device=$(losetup --show -f "$work/dirty.img")
	mkdir -p "$work/ro"
	mount -o "ro,$option" "$device" "$work/ro"
	mounted+=("$work/ro")
	before=$(sha256sum <"$device")
	scan "${options[@]}" "$work/ro"
	check "a scan of a dirty $fs ends with a verdict" test "$status" -le 3
	well_formed "dirty $fs"
	sync
	same "dirty $fs: the device has the same bytes" "$before" "$(sha256sum <"$device")"
	image_umount "$work/ro"
	losetup -d "$device"
done

# Mounted read-write with strict access times: still nothing changes.
target ext4
fill
image_umount "$t"
image_mount "$work/ext4.img" "$t" strictatime
find "$t" ! -type l -exec touch -a -d '2001-02-03 04:05:06' {} +
find "$t" ! -type l -exec touch -a -d '2001-02-03 04:05:06' {} +
times() {
	find "$t" ! -type l ! -type d -printf '%P %A@ %T@ %C@\n' | sort
	# Asked for by name: finding them would read them.
	stat -c '%n %x %y %z' "$t/etc" "$t/usr" "$t/usr/bin"
}
times >/dev/null
find "$t" ! -type l -exec touch -a -d '2001-02-03 04:05:06' {} +
touch -a -d '2001-02-03 04:05:06' "$t/etc" "$t/usr" "$t/usr/bin"
before=$(find "$t" ! -type l ! -type d -printf '%P %A@ %T@ %C@\n' | sort)
touch -a -d '2001-02-03 04:05:06' "$t/etc" "$t/usr" "$t/usr/bin"
before_directories=$(stat -c '%n %x %y %z' "$t/etc" "$t/usr" "$t/usr/bin")
# Directories are asked for by name: finding them would read them.
scan "${options[@]}" "$t"
same 'times of directories' "$before_directories" "$(stat -c '%n %x %y %z' "$t/etc" "$t/usr" "$t/usr/bin")"
same 'times of files and special files' "$before" \
	"$(find "$t" ! -type l ! -type d -printf '%P %A@ %T@ %C@\n' | sort)"

# No file of the target is ever opened for writing, and nothing special is opened at all.
if command -v strace >/dev/null; then
	run strace -f -qq -e trace=open,openat,openat2,creat,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,truncate,ftruncate,setxattr,fsetxattr,lsetxattr,removexattr,fremovexattr,lremovexattr,chmod,fchmod,fchmodat,chown,fchown,fchownat,utimensat,mount,link,linkat,symlink,symlinkat \
		-o "$work/trace" "$IMA_SCAN" --no-sandbox "${options[@]}" "$t"
	if [ -s "$work/trace" ]; then
		refute 'opens nothing below the target for writing' \
			grep -E "\"(usr|etc|fifo|program|file|$t)[^\"]*\".*O_(WRONLY|RDWR|CREAT|TRUNC)" "$work/trace"
		refute 'changes nothing' grep -Ev '^[0-9]+ +(open|openat|openat2)\(|^[0-9]+ +(unlink|ftruncate)\(|^[0-9]+ [+-]{3}|resumed|unfinished' \
			"$work/trace"
		refute 'does not open a FIFO or follow a link' grep -E '"(fifo|link)"' "$work/trace"
	fi
fi
