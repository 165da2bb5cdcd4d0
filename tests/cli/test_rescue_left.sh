#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What ima-rescue finds to undo and is not what it made: a disk that has another's name is left alone, and told; a tree in use keeps no
# other from going.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rescue.sh
. "$(dirname "$0")/rescue.sh"

# Trees of nobody else.
mkdir -p /run/ima-rescue
mount -t tmpfs trees /run/ima-rescue
mkdir "$work/tree" && install_tree "$work/tree" Debian
for name in one two three; do
	mkfs.ext4 -q -d "$work/tree" "$work/$name.img" 8M
done

loop=
# The mark stays when a loop device is taken down, and would be the next user's.
free_loop() {
	blockdev --setrw "$loop" 2>/dev/null || true
	losetup -d "$loop" 2>/dev/null || true
}
trap 'rc=$?; free_loop; (exit "$rc"); cleanup' EXIT
loop=$(losetup -f --show "$work/one.img")
number=$(lsblk -no MAJ:MIN "$loop" | tr -d ' ')
id() { echo "$number@$(cat "/sys/block/${loop#/dev/}/diskseq")"; }
is_read_only() { blockdev --getro "$loop"; }
# As a crash leaves it. Usage: left_over ENTRY
left_over() {
	mkdir -p /run/ima-rescue/1
	printf '%s\0' /run/ima-rescue/1/root "$loop" "$1" >/run/ima-rescue/1/ledger
	blockdev --setro "$loop"
}

left_over "device=$(id) $loop"
run "$rescue" umount
has_status 0 'a device that is still the same'
same 'is writable again' 0 "$(is_read_only)"

left_over "device=$number@1 $loop"
run "$rescue" umount
has_status 2 'another device of its number'
same 'is left as it is' 1 "$(is_read_only)"
err_has "^ima-rescue: /run/ima-rescue/1: $loop is left as it is: it is not the device any more that was set read-only\$"
same 'and is no reason to keep what is written down' '' "$(ls /run/ima-rescue)"

left_over "device=8:0@$(cat "/sys/block/${loop#/dev/}/diskseq") $loop"
run "$rescue" umount
has_status 2 'another number'
same 'is left as it is, too' 1 "$(is_read_only)"

left_over "device=$number@0 $loop"
run "$rescue" umount
has_status 0 'a kernel without sequence numbers'
same 'has the number alone' 0 "$(is_read_only)"

left_over "device=$(id) $loop"
run setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$rescue" umount
has_status 2 'a device that the kernel does not let us change'
same 'stays read-only' 1 "$(is_read_only)"
err_has "$loop is left read-only: making it writable: [A-Z][a-z ]+ \(blockdev --setrw makes it writable\)\$"

left_over "device=$loop"
run "$rescue" umount
has_status 2 'a ledger of an older version'
same 'is not acted upon' 1 "$(is_read_only)"
err_has 'is left read-only: an older ima-rescue wrote down its name only \(blockdev --setrw makes it writable\)$'

left_over "device=$number@1 $loop"
run "$rescue" list "$work/two.img"
has_status 0 'list cleans up before it begins'
err_has "$loop is left as it is"
same 'and leaves it alone' 1 "$(is_read_only)"

left_over "device=$number@1 /dev/no-such-disk"
run "$rescue" umount
has_status 0 'a device that went'
blockdev --setrw "$loop"

# What is really written down, and a swap of disks behind its back.
# Other disks of this machine may be worth a remark.
run "$rescue" mount "$loop"
same 'a device' mounted "$([ "$status" -lt 64 ] && echo mounted)"
same 'is written down by number and sequence number' "device=$(id) $loop" \
	"$(tr '\0' '\n' </run/ima-rescue/1/ledger | grep '^device=')"
same 'and read-only' 1 "$(is_read_only)"
umount /run/ima-rescue/1/root
rm /run/ima-rescue/1/ready
losetup -d "$loop"
losetup "$loop" "$work/three.img"
blockdev --setro "$loop"
run "$rescue" umount
has_status 2 'its name is another disk now'
same 'which stays read-only' 1 "$(is_read_only)"
free_loop

# A place that is a mount point of the operator's is not taken: taking the tree down would take it along.
mkdir "$work/stick"
mount -t tmpfs stick "$work/stick"
for target in "$work/no-such.img" "$work/one.img"; do
	run "$rescue" mount --at "$work/stick" "$target"
	has_status 64 "${target##*/} at a mount point"
	err_has "^ima-rescue: attaching at $work/stick: it is a mount point, which would be unmounted with the tree: name a directory below it\$"
	same 'which is still there' "$work/stick" "$(findmnt -rno TARGET --source stick)"
done
mkdir "$work/stick/below"
run "$rescue" mount --at "$work/stick/below" "$work/no-such.img"
same 'giving up at a directory below it' "64 $work/stick" "$status $(findmnt -rno TARGET --source stick)"
run "$rescue" mount --at "$work/stick/below" "$work/one.img"
has_status 0 'a directory below it'
run "$rescue" umount
same 'is a place' "0 $work/stick" "$status $(findmnt -rno TARGET --source stick)"
umount "$work/stick"

# Three trees, of which the second is in use.
for name in one two three; do
	run "$rescue" mount "$work/$name.img"
	has_status 0 "mount of $name.img"
done
(cd /run/ima-rescue/2/root && run "$rescue" umount && echo "$status" >"$work/status")
same 'one that is in use' 70 "$(cat "$work/status")"
err_has '^ima-rescue: /run/ima-rescue/2: unmounting /run/ima-rescue/2/root: Device or resource busy$'
err_has '^ima-rescue: 1 of 3 stay: see above'
same 'the others are gone' 2 "$(ls /run/ima-rescue)"
run "$rescue" umount
has_status 0 'no longer in use'
same 'nothing is left' '' "$(ls /run/ima-rescue; grep -o ' /run/ima-rescue/[^ ]*' /proc/self/mountinfo || true)"

# In one tree, what is beside the mount that is in use goes nevertheless.
mkdir -p "$work/home" "$work/var"
printf 'UUID=%s /home ext4 defaults 0 0\nUUID=%s /boot ext4 defaults 0 0\n' \
	11111111-2222-3333-4444-555555555555 11111111-2222-3333-4444-666666666666 >"$work/tree/etc/fstab"
mkfs.ext4 -q -F -d "$work/tree" "$work/one.img" 8M
mkfs.ext4 -q -F -U 11111111-2222-3333-4444-555555555555 "$work/two.img" 8M
mkfs.ext4 -q -F -U 11111111-2222-3333-4444-666666666666 "$work/three.img" 8M
run "$rescue" mount --image "$work/one.img" --image "$work/two.img" --image "$work/three.img" 1
has_status 0 'a tree of three file systems'
below() { grep -o ' /run/ima-rescue/[^ ]*' /proc/self/mountinfo | sort | tr -d '\n'; }
for busy in home boot; do
	(cd "/run/ima-rescue/1/root/$busy" && run "$rescue" umount && echo "$status" >"$work/status")
	same "$busy is in use" 70 "$(cat "$work/status")"
	same 'it stays, and what it is mounted on' " /run/ima-rescue/1/root /run/ima-rescue/1/root/$busy" "$(below)"
	run "$rescue" umount
	has_status 0 'then it goes'
	run "$rescue" mount --image "$work/one.img" --image "$work/two.img" --image "$work/three.img" 1
done
run "$rescue" umount
has_status 0 'at the end'
