#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ima-rescue on images: what is found, what is mounted where, and that not a byte of an image changes. Partitions
# are ours to find: the machine's kernel may know no partition table.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=tests/cli/rescue.sh
. "$(dirname "$0")/rescue.sh"

uuid=11111111-2222-3333-4444-555555555555

# --- GPT: an ESP, a root on ext4 with a fstab, /home on xfs, a btrfs with @ -------------------------------

truncate -s 900M "$disk"
sfdisk -q "$disk" <<END
label: gpt
size=34M, type=U
size=64M, type=L, name=root
size=310M, type=L, name=home
size=300M, type=L, name=other
END

mkdir "$work/tree" && install_tree "$work/tree" Debian
cat >"$work/tree/etc/fstab" <<END
# a comment
UUID=$uuid / ext4 errors=remount-ro,suid,dev 0 1
PARTLABEL=home  /home  xfs defaults,exec,suid 0 0
/dev/zero       /dev2  ext4 defaults 0 0
tmpfs           /tmp   tmpfs defaults 0 0
/               /bind  none bind 0 0
PARTLABEL=home  /../../etc xfs defaults 0 0
UUID=nowhere    /srv   ext4 defaults 0 0
END
mkfs.ext4 -q -U "$uuid" -L root -d "$work/tree" "$work/root.img" 60M
into_partition "$disk" 2 "$work/root.img"

truncate -s 310M "$work/home.img" && mkfs.xfs -q "$work/home.img"
loop_mount "$work/home.img" "$work/home"
mkdir -p "$work/home/anna" && touch "$work/home/anna/.bashrc"
umount "$work/home"
into_partition "$disk" 3 "$work/home.img"

truncate -s 300M "$work/btrfs.img" && mkfs.btrfs -q "$work/btrfs.img"
loop_mount "$work/btrfs.img" "$work/btrfs"
btrfs -q subvolume create "$work/btrfs/@" >/dev/null
btrfs -q subvolume create "$work/btrfs/@home" >/dev/null
install_tree "$work/btrfs/@" Gentoo
printf 'LABEL=x / btrfs subvol=@ 0 0\nPARTLABEL=other /home btrfs subvol=/@home 0 0\n' >"$work/btrfs/@/etc/fstab"
mkdir "$work/btrfs/@home/bea" && touch "$work/btrfs/@home/bea/.profile"
umount "$work/btrfs"
into_partition "$disk" 4 "$work/btrfs.img"

before=$(sha256sum <"$disk")

run "$rescue" list --format ndjson "$disk"
has_status 0 'list of an image'
cp "$out" "$work/list"
same 'the number of volumes' 5 "$(field "$work/list" volumes record=summary)"
same 'the ESP is known by its type' 'EFI system partition' "$(field "$work/list" part_meaning name=disk.img#1)"
same 'the root' ext4 "$(field "$work/list" type name=disk.img#2)"
same 'system 1' 'Debian Linux' "$(field "$work/list" pretty_name record=system number=1)"
same 'system 2' 'Gentoo Linux' "$(field "$work/list" pretty_name record=system number=2)"
same 'its subvolume' @ "$(field "$work/list" subvolume record=system number=2)"
same 'its init' systemd "$(field "$work/list" init record=system number=2)"
same 'its packages' dpkg "$(field "$work/list" package_manager record=system number=2)"
same 'programs looked at' 2 "$(field "$work/list" sampled record=system number=2)"
same '/home is known by what is in it' home "$(field "$work/list" part record=part volume=disk.img#3)"
same 'a home subvolume' @home "$(field "$work/list" subvolume record=part part=home volume=disk.img#4)"
untouched list

run "$rescue" list "$disk"
check 'the text names both systems' grep -q 'Gentoo Linux' "$out"

run "$rescue" mount --image "$disk" "$disk"
has_status 64 'an image with two systems'
check 'which are named' grep -q '2 systems: say which by its number (1, 2)' "$err"

run "$rescue" mount --image "$disk" --format ndjson 1
has_status 2 'mount of system 1: /srv is not to be had'
cp "$out" "$work/mounted"
at=$(field "$work/mounted" at record=tree)
same '/home by fstab' fstab "$(field "$work/mounted" by dir=/home)"
same '/srv is missed' 'UUID=nowhere of fstab line 8 is left out: not-found' "$(field "$work/mounted" text path=/srv)"
check 'the file of /home is there' test -e "$at/home/anna/.bashrc"
check 'nothing can be written' bash -c "! touch '$at/x' 2>/dev/null"
for word in ro nosuid nodev noexec nosymfollow; do
	check "mounted $word" bash -c "findmnt -no OPTIONS '$at' | grep -qw $word && findmnt -no OPTIONS '$at/home' | grep -qw $word"
done
same 'nothing else is mounted' "$at $at/home" "$(findmnt -Rno TARGET -l "$at" | paste -sd' ')"
run "$rescue" status --format ndjson
same 'status knows it' "$at" "$(field "$out" at record=tree)"
run "$rescue" umount 1
has_status 0 'umount'
check 'its directory is gone' test ! -e "$at"
run "$rescue" umount 1
has_status 64 'umount of what is not there'
untouched 'mount and umount'

mkdir "$work/at"
run "$rescue" mount --image "$disk" --at "$work/at" 2
has_status 0 'mount of a subvolume at a place of ours'
check 'its file' test -e "$work/at/usr/bin/one"
check 'and its home' test -e "$work/at/home/bea/.profile"
run "$rescue" mount --image "$disk" --at "$work/at" 1
has_status 64 'a place that is not empty'
(cd "$work/at" && run "$rescue" umount "$work/at" && echo "$status" >"$work/busy")
same 'in use: refused' 70 "$(cat "$work/busy")"
run "$rescue" umount
has_status 0 'umount of everything'
untouched 'mount with --at'

run "$IMA_SCAN" --format ndjson "$work/root.img"
has_status 2 'ima-scan of an image: no label, nothing verified'
check 'saw its files' grep -q '"record":"summary","files":7' "$out"
run "$rescue" run --image "$disk" 2 -- cat '{}/usr/bin/one'
has_status 1 'only a word that is {} is the place'
run "$rescue" run --image "$disk" 2 -- find '{}' -name one
check 'a command sees the tree' grep -q '/usr/bin/one$' "$out"
run "$rescue" run --image "$disk" 2 -- /nowhere/program '{}'
has_status 70 'a command that is not there'
untouched run

# --- Dirty journals: reported, not replayed -----------------------------------------------------------------

for fs in ext4 xfs; do
	target "$fs"
	install_tree "$t" Dirty
	# What only the journal holds is not seen without replay: the tree is to be on the disk itself.
	mount -o remount,ro "$t"
	mount -o remount,rw "$t"
	touch "$t/later" && mv "$t/later" "$t/latest" && sync -f "$t"
	cp --sparse=always "$work/$fs.img" "$work/dirty.img"
	image_umount "$t"
	disk=$work/dirty.img
	before=$(sha256sum <"$disk")
	run "$rescue" list --format ndjson "$disk"
	same "$fs: dirty" dirty "$(field "$out" journal record=system)"
	run "$rescue" mount "$disk"
	has_status 2 "$fs: a dirty journal is told"
	check "$fs: in words" grep -q 'was not replayed' "$out"
	run "$rescue" umount
	untouched "$fs, dirty"
	disk=$work/$fs.img
	before=$(sha256sum <"$disk")
	run "$rescue" list --format ndjson "$disk"
	same "$fs: clean after umount" clean "$(field "$out" journal record=system)"
	untouched "$fs, clean"
done

# --- Hostile: fstab of 10^5 lines, damaged superblocks, a cloned disk -----------------------------------------

mkdir "$work/hostile" && install_tree "$work/hostile" Hostile
rm -r "$work/hostile/home"
ln -s /etc "$work/hostile/home"
"$python" - "$work/hostile/etc/fstab" <<'END'
import sys
with open(sys.argv[1], 'wb') as f:
    f.write(b'UUID=%s /home/deep ext4 defaults 0 0\n' % b'11111111-2222-3333-4444-555555555555')
    f.write(b'LABEL=\\033[31m /a\\040b ext4 x 0 0\n')
    f.write(b'\x00\xff\n' + b'x' * 9000 + b'\n')
    for i in range(100000):
        f.write(b'U%d /m ext4\n' % (i % 10))
END
mkfs.ext4 -q -U 99999999-2222-3333-4444-555555555555 -d "$work/hostile" "$work/hostile.img" 60M
run "$rescue" mount --image "$work/hostile.img" --image "$work/root.img" 1
check 'a directory that a link stands for is not there' grep -q '/home/deep' "$out"
check 'no control byte reaches the terminal' bash -c "! grep -qP '[\\x00-\\x08\\x0b-\\x1f\\x7f]' '$out'"
run "$rescue" umount

# A place that a link leads to where something is attached already: the tree's own root would be covered.
mkdir "$work/cover" && install_tree "$work/cover" Cover
mkdir "$work/cover/srv" && ln -s / "$work/cover/srv/a"
printf 'UUID=%s /srv/a ext4 x 0 0\n/home /efi none bind 0 0\n' "$uuid" >"$work/cover/etc/fstab"
mkfs.ext4 -q -U 88888888-2222-3333-4444-555555555555 -d "$work/cover" "$work/cover.img" 60M
run "$rescue" mount --image "$work/cover.img" --image "$work/root.img" --format ndjson UUID=88888888-2222-3333-4444-555555555555
has_status 2 'a place that leads to the root'
cp "$out" "$work/covered"
check 'is refused' grep -q '"path":"/srv/a".*leads to where something is attached' "$work/covered"
check 'a bind mount is told' grep -q '"path":"/etc/fstab".*1 line is left out: a bind mount' "$work/covered"
check 'the tree is the one that was asked for' grep -q Cover "$(field "$work/covered" at record=tree)/etc/os-release"
run "$rescue" umount

# An image that was cut short has lost its last partition.
truncate -s 100M "$work/cut.img"
printf 'label: dos\nsize=20M, type=83\nsize=60M, type=83\n' | sfdisk -q "$work/cut.img"
truncate -s 50M "$work/cut.img"
run "$rescue" list "$work/cut.img"
has_status 2 'an image that was cut short'
check 'its partition is missed' grep -q 'cut.img.*1 partitions of its table are left out' "$out"
rm "$work/cut.img"

cp "$work/root.img" "$work/clone.img"
run "$rescue" mount --image "$work/root.img" --image "$work/clone.img" "UUID=$uuid"
has_status 64 'two disks of one name'
check 'both are named' grep -q 'root.img, clone.img' "$err"
run "$rescue" mount --image "$work/root.img" --image "$work/clone.img" clone.img
check 'by its own name it is the one' grep -q '  /  *clone.img ' "$out"
run "$rescue" umount

for at in 1024 1080 1100 4096 65536; do
	cp "$work/root.img" "$work/damaged.img"
	dd if=/dev/urandom of="$work/damaged.img" bs=1 seek="$at" count=64 conv=notrunc status=none
	run "$rescue" list "$work/damaged.img"
	check "a superblock damaged at $at: status $status" test "$status" -eq 0 -o "$status" -eq 2
done
for size in 0 1 511 1024 4096 70000; do
	head -c "$size" "$work/root.img" >"$work/short.img"
	run "$rescue" list "$work/short.img"
	check "an image of $size bytes: status $status" test "$status" -eq 0 -o "$status" -eq 2
done

run "$rescue" mount "$work/nothing.img"
has_status 64 'a target that is not there'
run "$rescue" frobnicate
has_status 64 'no such command'
