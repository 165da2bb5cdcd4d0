#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every file system we support, as evidence, on disks that the guest's kernel knows with their partitions (GPT, MBR) and
# as an image. The first guest fills them and loses its power, which leaves journals dirty. The second one lists,
# mounts, scans and replays; before and after it the disks have the same SHA-256. SERIES is one of fetch-kernel.sh's.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=guest.sh
. "$(dirname "$0")/guest.sh"

root=$(cd "$here/../.." && pwd)

guest_begin "${SERIES:-6.12}"
guest_modules ext4 xfs btrfs f2fs vfat exfat squashfs erofs isofs nls_cp437 nls_iso8859-1 nls_utf8 nls_ascii loop \
	dm-snapshot virtio_pci virtio_blk crc32c_generic crc32c-intel
guest_programs "$root/build/release/ima-rescue" "$root/build/release/ima-scan" setfattr sha256sum sync
work=$guest_work/work
mkdir "$work"

# --- The disks --------------------------------------------------------------------------------------------

# A system with one program, which has a label of its digest.
tree=$work/tree
mkdir -p "$tree/etc" "$tree/usr/bin"
echo 'PRETTY_NAME="One Linux"' >"$tree/etc/os-release"
echo 'root:x:0:0::/root:/bin/sh' >"$tree/etc/passwd"
head -c 20000 /dev/zero | tr '\0' 'x' >"$tree/usr/bin/one"
setfattr -n security.ima -v "0x0404$(sha256sum <"$tree/usr/bin/one" | cut -c1-64)" "$tree/usr/bin/one"

# part DISK KIND STATE SIZE COMMAND…: one more partition of a disk. COMMAND makes its file system, in the file whose name
# follows. KIND and STATE are what the guest expects of it, in /parts; STATE after replay where it differs comes from there.
declare -A parts=([vda]=0 [vdb]=0 [vdc]=0)
part() {
	local disk=$1 kind=$2 state=$3 size=$4 number
	shift 4
	number=$((++parts[$disk]))
	truncate -s "$size" "$work/$disk.$number"
	"$@" "$work/$disk.$number" >"$work/log" 2>&1 || die "$*: $(tail -n 3 "$work/log")"
	truncate -s %1M "$work/$disk.$number"
	echo "$disk$number $kind $state" >>"$guest_tree/parts"
}

xorriso_of() { rm "$1" && xorriso -as mkisofs -quiet -R -o "$1" "$tree"; }
squashfs_of() { mksquashfs "$tree" "$2" -noappend -quiet -no-progress -xattrs -comp "$1"; }
erofs_of() { rm "${!#}" && mkfs.erofs --quiet "${@:1:$#-1}" "${!#}" "$tree"; }
external_ext4() {
	local loop status=0
	mke2fs -q -O journal_dev -b 4096 "$work/journal" 16M && loop=$(losetup -f --show "$work/journal") || return
	# It may be read-only still: an earlier user of its number set it so, and was killed.
	blockdev --setrw "$loop" && mkfs.ext4 -q -b 4096 -J "device=$loop" "$1" || status=$?
	losetup -d "$loop"
	return "$status"
}
external_xfs() {
	truncate -s 64M "$work/log.xfs" && mkfs.xfs -q --unsupported -l "logdev=$work/log.xfs,size=16m" "$1"
}
# A superblock that asks for a feature nobody has (incompat bit 31), with its checksum made right by debugfs.
newer_ext4() {
	mkfs.ext4 -q -O ^metadata_csum "$1" && debugfs -w -R 'ssv feature_incompat 0x800002c2' "$1"
}
superblock_of() { python3 "$here/superblocks.py" "$@"; }

: >"$guest_tree/parts"
for state in clean dirty; do
	unclean=$state
	[ "$state" = clean ] || unclean=unclean
	part vda ext4 $state 32M mkfs.ext4 -q
	part vda ext3 $state 32M mkfs.ext3 -q
	part vda ext2 $unclean 32M mkfs.ext2 -q
	part vda xfs $state 64M mkfs.xfs -q --unsupported
	part vda btrfs $state 112M mkfs.btrfs -q
	part vda f2fs $state 64M mkfs.f2fs -q
	part vda vfat $unclean 40M mkfs.vfat -F 32
	part vda exfat $unclean 16M mkfs.exfat
done
for compressor in gzip lzo lz4 xz zstd; do
	part vda squashfs not-known 1M squashfs_of $compressor
done
part vda erofs not-known 1M erofs_of
part vda erofs not-known 1M erofs_of -zlz4hc
part vda iso9660 not-known 1M xorriso_of
# Its journal holds more than the memory that the guest will have for it.
part vda heavy dirty 128M mkfs.ext4 -q -b 4096 -J size=48
# MBR: few, small, since they are an image in the guest's memory too.
part vdb ext4 dirty 32M mkfs.ext4 -q -O fast_commit
part vdb f2fs dirty 64M mkfs.f2fs -q
part vdb btrfs dirty 112M mkfs.btrfs -q -M
cp "$guest_tree/parts" "$work/good"
# What is named, and is not looked into.
part vdc zfs_member - 64M superblock_of zfs
part vdc bcachefs - 16M superblock_of bcachefs
part vdc xfs elsewhere 64M external_xfs
part vdc ext4 newer 16M newer_ext4
part vdc ext4 external 32M external_ext4

# assemble DISK TABLE: the partitions in one image.
assemble() {
	local disk=$1 i start
	for ((i = 1; i <= parts[$disk]; i++)); do
		echo "size=$(($(stat -c %s "$work/$disk.$i") / 512))"
	done >"$work/table"
	truncate -s $((8 + $(cat "$work/$disk".[0-9]* | wc -c) / 1048576 + parts[$disk]))M "$work/$disk"
	{ echo "label: $2" && cat "$work/table"; } | sfdisk -q "$work/$disk"
	i=0
	sfdisk -d "$work/$disk" | sed -n 's/.*start= *\([0-9]*\),.*/\1/p' | while read -r start; do
		i=$((i + 1))
		dd if="$work/$disk.$i" of="$work/$disk" bs=1M seek=$((start * 512)) oflag=seek_bytes conv=notrunc,sparse \
			status=none
		rm "$work/$disk.$i"
	done
}
assemble vda gpt
assemble vdb dos
assemble vdc gpt
disks=()
for disk in vda vdb vdc; do
	disks+=(-drive "file=$work/$disk,format=raw,if=virtio,cache=unsafe")
done

# --- What the guests do -----------------------------------------------------------------------------------

# Programs of which both guests know the label.
cat >"$guest_tree/label.sh" <<'END'
label() { setfattr -n security.ima -v "0x0404$(sha256sum <"$1" | cut -c1-64)" "$1" 2>/dev/null; }
has_labels() { case $1 in vfat|exfat|iso9660) return 1 ;; esac; }
driver_of() { case $1 in ext2|ext3|heavy) echo ext4 ;; *) echo "$1" ;; esac; }
can_write() { case $1 in squashfs|erofs|iso9660|zfs_member|bcachefs) return 1 ;; esac; [ "$2" != newer ] && [ "$2" != elsewhere ] && [ "$2" != external ]; }
has_log() { case $1 in ext3|ext4|xfs|btrfs|f2fs|heavy) [ "$2" = dirty ] ;; *) return 1 ;; esac; }
END

guest_script fill <<'GUEST'
. /label.sh
# Nothing is written back by itself, so what comes last is in the journals only.
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
echo 720000 >/proc/sys/fs/xfs/xfssyncd_centisecs
fill() {
	mkdir -p "$1/etc" "$1/usr/bin" && echo 'PRETTY_NAME="One Linux"' >"$1/etc/os-release" &&
		echo 'root:x:0:0::/root:/bin/sh' >"$1/etc/passwd" && head -c 20000 /dev/zero | tr '\0' x >"$1/usr/bin/one"
	is "$part: $kind filled" 0 $?
	label "$1/usr/bin/one"
	is "$part: $kind takes labels" "$(has_labels "$kind"; echo $?)" $?
}
while read -r part kind state; do
	can_write "$kind" "$state" || continue
	mount -t "$(driver_of "$kind")" "/dev/$part" /mnt && fill /mnt
	# The first one is the root of a tree of all.
	if [ "$part" = vda1 ]; then
		while read -r other _ _; do
			[ "$other" = vda1 ] || { mkdir -p "/mnt/m/$other" && echo "/dev/$other /m/$other auto defaults 0 0"; }
		done </parts >/mnt/etc/fstab
	fi
	umount /mnt
done </parts
while read -r part kind state; do
	case $state in dirty | unclean) ;; *) continue ;; esac
	mkdir -p "/tmp/$part"
	options=rw
	[ "$kind" = btrfs ] && options=commit=3000
	[ "$kind" = f2fs ] && options=background_gc=off
	[ "$kind" = heavy ] && options=data=journal
	mount -t "$(driver_of "$kind")" -o $options "/dev/$part" "/tmp/$part"
	is "$part: $kind mounted" 0 $?
	[ "$kind" != f2fs ] || echo 7200 >"/sys/fs/f2fs/$part/cp_interval"
done </parts
while read -r part kind state; do
	[ -d "/tmp/$part" ] || continue
	new=/tmp/$part/usr/bin/new
	[ "$kind" != heavy ] || dd if=/dev/urandom of="/tmp/$part/usr/bin/large" bs=1M count=24 conv=fsync 2>/dev/null
	head -c 9000 /dev/urandom >"$new"
	label "$new"
	sync "$new"
	is "$part: $kind has a newest file" 0 $?
done </parts
pull_plug
GUEST

guest_script look <<'GUEST'
. /label.sh
list() { ima-rescue list --format ndjson "$@" >/tmp/list 2>/tmp/err; }
journal_of() { grep '"record":"system"' "$2" | grep "\"volume\":\"$1\"" | sed 's/.*"journal":"\([^"]*\)".*/\1/'; }
verdict_of() { grep "^{\"record\":\"file\",\"path\":\"$1\"" /tmp/scan | sed 's/.*"verdict":"\([^"]*\)".*/\1/'; }
below() { [ "$1" = vda1 ] && echo "" || echo "m/$1/"; }
# Each option by itself: drivers add some of their own between them.
safe() {
	line=$(grep " $1 $(driver_of "$2") ro," /proc/mounts)
	for option in nosuid nodev noexec nosymfollow; do
		case $line in *,$option[,\ ]*) ;; *) echo "not $option"; return ;; esac
	done
}
scan() { ima-scan --policy all --format ndjson "$1" >/tmp/scan 2>/dev/null; }
good() { case $1 in vdc*) return 1 ;; esac; }

list
is 'list is not whole: vdc' 2 $?
is 'nothing left after list' '' "$(left)"
while read -r part kind state; do
	good "$part" && is "$part: $kind, $state" "$state" "$(journal_of "$part" /tmp/list)"
done </parts
is 'ZFS is named' 1 "$(grep -c '"name":"vdc1".*"type":"zfs_member".*"layer":"zfs"' /tmp/list)"
is 'bcachefs is named' 1 "$(grep -c '"name":"vdc2".*"type":"bcachefs".*"layer":"bcachefs"' /tmp/list)"
is 'an external XFS log is named' 1 "$(grep '"path":"vdc3"' /tmp/list | grep -c 'its log is on another device')"
is 'features from the future are named' 1 "$(grep '"path":"vdc4"' /tmp/list | grep -c 'mounting ext4 read-only')"
is 'nothing else is missing' 2 "$(grep -c '"record":"fault"' /tmp/list)"

ima-rescue mount --format ndjson /dev/vda1 >/tmp/mount 2>/tmp/err
is 'mount of all' 2 $?
at=/run/ima-rescue/1/root
is 'no journal was replayed' 0 "$(grep -c '"replayed":true' /tmp/mount)"
scan $at
while read -r part kind state; do
	good "$part" || continue
	to=$(below "$part")
	is "$part: $kind is evidence" '' "$(safe "$at${to:+/${to%/}}" "$kind")"
	is "$part: $kind has its file" 20000 "$(cat "$at/${to}usr/bin/one" | wc -c)"
	has_labels "$kind" && is "$part: $kind, its label is seen" pass "$(verdict_of "${to}usr/bin/one")"
	has_labels "$kind" || is "$part: $kind keeps no labels" unknown "$(verdict_of "${to}usr/bin/one")"
	has_log "$kind" "$state" && is "$part: $kind hides what is in its log" '' "$(verdict_of "${to}usr/bin/new")"
	case $state in dirty) what='was not replayed' ;; unclean) what='not unmounted cleanly' ;; *) what= ;; esac
	[ -z "$what" ] || is "$part: $kind, told" 1 "$(grep "\"text\":\"$part: " /tmp/mount | grep -c "$what")"
done </parts
is 'no more is told' "$(grep -cE '^vd[ab].*(dirty|unclean)' /parts)" "$(grep '"record":"fault"' /tmp/mount | grep -c '"text":"vd[ab]')"
is 'every device is read-only meanwhile' 0 "$(cat /sys/class/block/vd[ab]*/ro | grep -c 0 | awk '{ print $1 - 2 }')"
ima-rescue umount
is 'umount' '0 ' "$? $(left)"
is 'every device as before' 0 "$(cat /sys/class/block/vd*/ro | grep -c 1)"

list --replay
is 'list --replay' 2 $?
is 'nothing left after it' '' "$(left)"
while read -r part kind state; do
	good "$part" || continue
	has_log "$kind" "$state" && state=replayed
	is "$part: $kind, $state" "$state" "$(journal_of "$part" /tmp/list)"
done </parts
list
while read -r part kind state; do
	good "$part" && is "$part: $kind is as before" "$state" "$(journal_of "$part" /tmp/list)"
done </parts

ima-rescue mount --replay --format ndjson /dev/vda1 >/tmp/mount 2>/tmp/err
is 'mount --replay of all' 2 $?
is 'each overlay is in the ledger' "$(grep -cE '^vd[ab].* dirty' /parts)" "$(tr '\0' '\n' </run/ima-rescue/1/ledger | grep -c '^overlay=')"
scan $at
while read -r part kind state; do
	good "$part" || continue
	to=$(below "$part")
	is "$part: $kind is evidence after replay" '' "$(safe "$at${to:+/${to%/}}" "$kind")"
	is "$part: $kind has its label" "$(has_labels "$kind" && echo pass || echo unknown)" "$(verdict_of "${to}usr/bin/one")"
	has_log "$kind" "$state" || continue
	is "$part: $kind shows what was in its log" pass "$(verdict_of "${to}usr/bin/new")"
	is "$part: $kind, noted" 1 "$(grep "\"volume\":\"$part\"" /tmp/mount | grep -c '"replayed":true')"
	is "$part: $kind is the overlay" 1 "$(grep -c "^/dev/mapper/ima-rescue-1-overlay-[0-9]* $at${to:+/${to%/}} " /proc/mounts)"
done </parts
is 'only what is unclean without a journal is told' "$(grep -cE '^vd[ab].* unclean' /parts)" "$(grep '"record":"fault"' /tmp/mount | grep -c '"text":"vd[ab]')"
is 'nobody can write' 1 "$(echo x 2>/dev/null >$at/x; echo $?)"
ima-rescue umount
is 'umount after it' '0 ' "$? $(left)"

# The same disk as an image.
cat /dev/vdb >/tmp/b.img
ima-rescue run --image /tmp/b.img --replay 2 -- find '{}' -name new >/tmp/out 2>/tmp/err
is 'an image: run --replay' '0 1' "$? $(grep -c usr/bin/new /tmp/out)"
is 'an image: noted' 1 "$(grep -c '^/: the journal of b.img#2 was replayed, into memory$' /tmp/err)"
ima-rescue run --image /tmp/b.img --replay 3 -- find '{}' -name new >/tmp/out 2>/tmp/err
is 'an image of btrfs, whose disk is there too' '0 1' "$? $(grep -c usr/bin/new /tmp/out)"
ima-rescue run --image /tmp/b.img 3 -- find '{}' -name new >/tmp/out 2>/tmp/err
is 'and without replay' '2 0' "$? $(grep -c usr/bin/new /tmp/out)"
is 'nothing left after run' '' "$(left)"
for wait in 0.05 0.1 0.2 0.3 0.45 0.6 0.8 1.1 1.5; do
	ima-rescue mount --replay --image /tmp/b.img 1 >/dev/null 2>&1 &
	sleep $wait
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	ima-rescue umount
	is "umount after a kill at $wait s" "0 " "$? $(left)"
done
is 'the image has the same bytes' 0 "$(cmp /dev/vdb /tmp/b.img >/dev/null; echo $?)"

# Too little memory for the large journal: an error, and nothing else is. Huge pages take it, without using it.
rm /tmp/b.img
free=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
dirty=$(grep -cE '^vd[ab].* dirty' /parts)
echo $((free / 2048 - dirty * 12)) >/proc/sys/vm/nr_hugepages
list --replay
is 'little memory' 1 "$(grep '"record":"fault"' /tmp/list | grep '"path":"vda25"' | grep -c 'not enough free memory')"
is 'the others have enough' replayed "$(journal_of vda9 /tmp/list)"
is 'nothing left after that' '' "$(left)"
echo 0 >/proc/sys/vm/nr_hugepages

rmmod dm_snapshot
list --replay
is 'no target' '70 1' "$? $(grep -c 'no target "snapshot"' /tmp/err)"
rmmod dm_bufio dm_mod
ima-rescue run --replay /dev/vda9 -- ls '{}' >/tmp/out 2>/tmp/err
is 'no device mapper' '70 1 0' "$? $(grep -c 'no device mapper' /tmp/err) $(grep -c usr /tmp/out)"
is 'nothing left at the end' '' "$(left)"
finish
GUEST

# --- Boots ------------------------------------------------------------------------------------------------

sums() { (cd "$work" && sha256sum vda vdb vdc); }

guest_boot -s fill -k -- "${disks[@]}"
guest_said
before=$(sums)
guest_boot -s look -- "${disks[@]}"
guest_said
if [ "$before" != "$(sums)" ]; then
	printf 'FAILED a byte of a disk has changed:\n%s\nbefore:\n%s\n' "$(sums)" "$before"
	exit 1
fi
echo 'the disks have the same SHA-256'
