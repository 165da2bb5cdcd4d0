#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Whole disks as targets: MBR with logical partitions, devices, and which volumes belong to which system.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rescue.sh
. "$(dirname "$0")/rescue.sh"

# The places of system N in the last list. Usage: belongs N
belongs() {
	"$python" - "$out" "$1" <<'END'
import json, sys
for line in open(sys.argv[1]):
    r = json.loads(line)
    if r['record'] == 'belongs' and r['system'] == int(sys.argv[2]):
        print(r['dir'], r['volume'], r['by'])
    if r['record'] == 'missing' and r['system'] == int(sys.argv[2]):
        print(r['dir'], r['source'], r['why'])
END
}

# ima-rescue sees these block devices only, and leaves those of whoever else works here alone. Usage: only_devices DEVICE…
only_devices() {
	local device
	mount -t tmpfs only /sys/block
	mounted+=(/sys/block)
	for device; do
		ln -s "/sys/devices/virtual/block/${device#/dev/}" "/sys/block/${device#/dev/}"
	done
}

loops=()
attach_loop() {
	loop=$(losetup -f --show "$1")
	blockdev --setrw "$loop" # a loop device remembers what an earlier user of its number set
	loops+=("$loop")
}
detach_loops() {
	local device
	for device in "${loops[@]}"; do
		losetup -d "$device" 2>/dev/null || true
	done
}
trap 'detach_loops; cleanup' EXIT

# --- MBR: primary, extended, logical ------------------------------------------------------------------------------

uuid=33333333-2222-3333-4444-555555555555
truncate -s 260M "$disk"
sfdisk -q "$disk" <<END
label: dos
label-id: 0xcafe0123
size=70M, type=83, bootable
size=1M, type=82
type=5
size=20M, type=83
size=20M, type=83
size=70M, type=83
END
mkdir "$work/tree" "$work/home" "$work/srv" && install_tree "$work/tree" Dos
mkdir "$work/tree/srv" "$work/home/anna"
touch "$work/home/anna/.bashrc" "$work/srv/www"
cat >"$work/tree/etc/fstab" <<END
PARTUUID=cafe0123-01 / ext4 defaults 0 1
UUID=$uuid /home ext4 defaults 0 0
PARTUUID=cafe0123-06 /srv ext4 defaults 0 0
/dev/sda9 /data ext4 defaults 0 0
END
mkfs.ext4 -q -d "$work/tree" "$work/root.img" 60M
mkfs.ext4 -q -U "$uuid" -d "$work/home" "$work/home.img" 16M
mkfs.ext4 -q -d "$work/srv" "$work/srv.img" 16M
into_partition "$disk" 1 "$work/root.img"
into_partition "$disk" 5 "$work/home.img"
into_partition "$disk" 6 "$work/srv.img"
before=$(sha256sum <"$disk")

run "$rescue" list --format ndjson "$disk"
has_status 0 'list of an MBR disk'
same 'its table' dos "$(field "$out" table name=disk.img)"
same 'the disk and what holds something, without the extended one' \
	'disk.img disk.img#1 disk.img#2 disk.img#5 disk.img#6 disk.img#7' \
	"$("$python" -c 'import json, sys
print(*[r["name"] for r in map(json.loads, open(sys.argv[1])) if r["record"] == "volume"])' "$out")"
same 'its number in PARTUUID' cafe0123-05 "$(field "$out" part_uuid name=disk.img#5)"
same 'the type' 'Linux swap' "$(field "$out" part_meaning name=disk.img#2)"
same 'what belongs to the system' "/home disk.img#5 fstab
/srv disk.img#6 fstab
/data /dev/sda9 not-found" "$(belongs 1)"
run "$rescue" list "$disk"
check 'in words' grep -q '/home  *on disk.img#5, by fstab' "$out"
check 'what is missing too' grep -q '/data  *would be on /dev/sda9: not-found' "$out"
untouched 'list of MBR'
run "$rescue" mount --format ndjson "$disk"
has_status 2 'mount of the whole disk: /data is not to be had'
at=$(field "$out" at record=tree)
check 'with its logical partitions' ls "$at/home/anna/.bashrc" "$at/srv/www"
run "$rescue" umount
run "$rescue" mount --image "$disk" --format ndjson disk.img#1
same 'the same by its partition' disk.img#6 "$(field "$out" volume record=mount dir=/srv)"
run "$rescue" umount
run "$rescue" mount --image "$disk" --format ndjson disk.img#6
has_status 0 'a partition that holds no system, bare'
check 'its file' test -e "$(field "$out" at record=tree)/www"
run "$rescue" umount
run "$rescue" mount --image "$disk" disk.img#7
has_status 64 'one that holds nothing'
check 'as it says' grep -q 'disk.img#7 holds no file system' "$err"
untouched 'mount of MBR'

# --- A device ------------------------------------------------------------------------------------------------------

attach_loop "$disk"
one=$loop
install_tree "$work/tree" Second
mkfs.ext4 -q -d "$work/tree" "$work/second.img" 60M
attach_loop "$work/second.img"
two=$loop
only_devices "$one" "$two"
run "$rescue" list --format ndjson
same 'a system on the partition of one device' 'Dos Linux' "$(field "$out" pretty_name record=system "volume=${one#/dev/}#1")"
same 'and one on the other' 'Second Linux' "$(field "$out" pretty_name record=system "volume=${two#/dev/}")"
same 'writable as before' 00 "$(blockdev --getro "$one")$(blockdev --getro "$two")"
run "$rescue" mount --format ndjson "$one"
has_status 2 'the whole disk by its device'
at=$(field "$out" at record=tree)
same 'its system' ID=dos "$(head -n 1 "$at/etc/os-release")"
same 'read-only meanwhile' 1 "$(blockdev --getro "$one")"
run "$rescue" umount
same 'and writable again' 0 "$(blockdev --getro "$one")"
run "$rescue" run "$two" -- cat /proc/self/mountinfo
check 'the other by its device' grep -q "$two" "$out"
run "$IMA_SCAN" --format ndjson "$one"
check 'ima-scan of a whole disk' grep -q '"path":"usr/bin/one"' "$out"
check 'with what belongs to it' grep -q '"path":"srv/www"' "$out"
same 'nothing was changed' "$before" "$(sha256sum <"$one")"

# Two systems on one disk are named.
into_partition "$disk" 7 "$work/second.img"
blockdev --flushbufs "$one"
run "$rescue" mount "$one"
has_status 64 'a disk of two systems'
check 'which are named' grep -Eq "$one holds 2 systems: say which by its number \((1, 2|2, 3)\)" "$err"
image_umount /sys/block

# --- btrfs on several devices ------------------------------------------------------------------------------------------

for name in a b c; do
	truncate -s 200M "$work/$name.img"
done
attach_loop "$work/a.img" && a=$loop
attach_loop "$work/b.img" && b=$loop
# A free number may be lower than one taken before: the first device is the one of the lower number.
if [ "${a#/dev/loop}" -gt "${b#/dev/loop}" ]; then
	loop=$a a=$b b=$loop
fi
mkfs.btrfs -q -L pool -d raid1 -m raid1 "$a" "$b" >/dev/null
t=$work/t
mkdir "$t" && mount -o "device=$b" "$a" "$t" && mounted+=("$t")
install_tree "$t" Pool
btrfs -q subvolume create "$t/@home" >/dev/null
touch "$t/@home/file"
echo 'LABEL=pool /home btrfs subvol=@home 0 0' >"$t/etc/fstab"
image_umount "$t"
only_devices "$a" "$b"
before=$(cat "$work/a.img" "$work/b.img" | sha256sum)
run "$rescue" list --format ndjson
has_status 0 'two devices of a btrfs'
same 'one system' 1 "$(grep -c '"record":"system"' "$out")"
same 'on the first of them' "${a#/dev/}" "$(field "$out" volume record=system)"
same 'which the second says' "${a#/dev/}" "$(field "$out" btrfs_first "name=${b#/dev/}")"
same 'how many' 2 "$(field "$out" btrfs_devices "name=${b#/dev/}")"
run "$rescue" list
check 'as text' grep -q "btrfs of 2 devices, 2 of them here" "$out"
check 'and of the other' grep -q "a device of the btrfs of ${a#/dev/}" "$out"
for target in "$a" "$b" LABEL=pool 1; do
	run "$rescue" mount --format ndjson "$target"
	has_status 0 "mounted by $target"
	at=$(field "$out" at record=tree)
	check "whole: $target" ls "$at/usr/bin/one" "$at/home/file"
	same "both read-only: $target" 11 "$(blockdev --getro "$a")$(blockdev --getro "$b")"
	run "$rescue" umount
	same "both writable again: $target" 00 "$(blockdev --getro "$a")$(blockdev --getro "$b")"
done
same 'not a byte of either changed' "$before" "$(cat "$work/a.img" "$work/b.img" | sha256sum)"
image_umount /sys/block
losetup -d "$a" && losetup -d "$b"

run "$rescue" mount --image "$work/a.img" --image "$work/b.img" --format ndjson LABEL=pool
has_status 0 'the same as images'
check 'its file' test -e "$(field "$out" at record=tree)/home/file"
run "$rescue" umount
same 'no loop device is left' '' "$(losetup -j "$work/a.img"; losetup -j "$work/b.img")"
run "$rescue" mount --format ndjson "$work/b.img"
has_status 2 'one of two'
check 'shown degraded, and told' grep -q '1 of the 2 devices of this btrfs are here: it is shown degraded' "$out"
check 'its file all the same' test -e "$(field "$out" at record=tree)/home/file"
run "$rescue" umount
cp --sparse=always "$work/b.img" "$work/c.img"
run "$rescue" list --image "$work/a.img" --image "$work/b.img" --image "$work/c.img"
has_status 2 'a copy among them'
check 'is told' grep -q 'several volumes say that they are the same device of this btrfs' "$out"
same 'not a byte of any changed' "$before" "$(cat "$work/a.img" "$work/b.img" | sha256sum)"
