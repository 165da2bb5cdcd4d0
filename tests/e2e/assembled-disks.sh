#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# md arrays and LVM on disks of a guest, in layers with LUKS, brought up by ima-rescue --assemble and taken down again,
# also after a kill: not a byte of any disk changes, and nothing is left. mdadm, lvm2 and cryptsetup make them.
# SERIES is one of fetch-kernel.sh's kernels, KILLS how often ima-rescue is killed (default 6).
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=guest.sh
. "$(dirname "$0")/guest.sh"

root=$(cd "$here/../.." && pwd)

guest_begin "${SERIES:-6.12}"
guest_modules virtio_pci virtio_blk dm-crypt dm-snapshot dm-thin-pool raid1 loop ext4 vfat nls_cp437 nls_ascii \
	nls_iso8859-1 xts aes_generic aesni-intel sha256_generic crc32c_generic algif_skcipher
guest_programs "$root/build/release/ima-rescue" "$root/build/release/ima-scan" cryptsetup mkfs.ext4 mkfs.vfat mdadm lvm \
	dmsetup sfdisk
echo "${KILLS:-6}" >"$guest_tree/etc/kills"
printf secret >"$guest_tree/etc/key"
guest_script make <<'GUEST'
exec </dev/null
vm() { lvm "$@" --config 'backup{backup=0 archive=0} activation{udev_sync=0 udev_rules=0 monitoring=0}
	devices{use_devicesfile=0} global{thin_check_executable=""}' >/tmp/lvm.log 2>&1 || { cat /tmp/lvm.log; false; }; }
quick="-q --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /etc/key"
locked() { cryptsetup luksFormat $quick "$1" && cryptsetup open "$1" "$2" --key-file /etc/key; }
# fill DEVICE NAME [FSTAB]: an installed system.
fill() {
	mkfs.ext4 -q "$1" && mount "$1" /mnt && mkdir -p /mnt/etc /mnt/usr/bin /mnt/boot /mnt/home &&
		echo "PRETTY_NAME=\"$2\"" >/mnt/etc/os-release && echo x >/mnt/etc/passwd &&
		cp /bin/busybox /mnt/usr/bin/ && printf "${3:-}" >/mnt/etc/fstab && umount /mnt
}
export MDADM_NO_UDEV=1 MDADM_NO_SYSTEMCTL=1

# vda: a table of the kernel's, ESP, /boot, and LVM on LUKS with root and home. vdb: its clone.
printf 'label: gpt\nsize=8M,type=U\nsize=12M,type=L\ntype=L\n' | sfdisk -q /dev/vda &&
	mkfs.vfat -i 11223344 /dev/vda1 >/dev/null && mkfs.ext4 -q -L boot /dev/vda2 &&
	mount /dev/vda2 /mnt && echo kernel >/mnt/vmlinuz && mkdir /mnt/efi && umount /mnt &&
	locked /dev/vda3 x && vm vgcreate -y sys-vg /dev/mapper/x && vm lvcreate -y -n root -L 24M sys-vg &&
	vm lvcreate -y -n home -L 8M sys-vg && vm lvcreate -y -n snap -s -L 4M sys-vg/root &&
	fill /dev/mapper/sys--vg-root 'Layered Linux' \
		'/dev/mapper/sys--vg-root / ext4 defaults 0 1\n/dev/sys-vg/home /home ext4 defaults 0 2\nLABEL=boot /boot ext4 defaults 0 2\nUUID=1122-3344 /boot/efi vfat defaults 0 2\n' &&
	mkfs.ext4 -q /dev/mapper/sys--vg-home && mount /dev/mapper/sys--vg-home /mnt && echo hers >/mnt/letter &&
	umount /mnt && vm vgchange -an sys-vg && cryptsetup close x && cat /dev/vda >/dev/vdb
is 'made LVM on LUKS, and its clone' 0 $?
# vdc, vdd: RAID1 called "mirror", whole. vde: LVM on half a RAID1, with LUKS on a volume, and a thin one.
mdadm -q --create /dev/md0 --name=mirror --metadata=1.2 --level=1 --raid-devices=2 --assume-clean --run /dev/vdc /dev/vdd \
	2>/dev/null && fill /dev/md0 'Mirror Linux' && mdadm -q --stop /dev/md0
is 'made RAID1' 0 $?
mdadm -q --create /dev/md1 --metadata=1.2 --level=1 --raid-devices=2 --assume-clean --run /dev/vde missing 2>/dev/null &&
	vm vgcreate -y arr /dev/md1 && vm lvcreate -y -n plain -L 20M arr && fill /dev/mapper/arr-plain 'Array Linux' &&
	vm lvcreate -y -n crypt -L 40M arr && locked /dev/mapper/arr-crypt y && fill /dev/mapper/y 'Inner Linux' &&
	cryptsetup close y && vm lvcreate -y --type thin-pool -n pool -L 8M arr &&
	vm lvcreate -y --type thin -n thin -V 8M --thinpool pool arr && vm vgchange -an arr && mdadm -q --stop /dev/md1
is 'made LVM on half a RAID1, LUKS on it' 0 $?
# vdf, vdg: two groups of one name.
vm vgcreate -y clash /dev/vdf && vm lvcreate -y -n root -L 20M clash && fill /dev/mapper/clash-root 'First Linux' &&
	vm vgchange -an clash && vm vgrename clash other && vm vgcreate -y clash /dev/vdg &&
	vm lvcreate -y -n root -L 20M clash && fill /dev/mapper/clash-root 'Second Linux' && vm vgchange -an clash &&
	vm vgrename other clash --devices /dev/vdf
is 'made two groups of one name' 0 $?
finish
GUEST
guest_script init <<'GUEST'
exec </dev/null
# Devices that are still set read-only, and what is left in /dev: none, between two commands.
held() { cat /sys/block/vd?/ro /sys/block/vd?/vd??/ro | grep -c 1; }
all_left() { left; held; ls -d /dev/sys-vg /dev/arr /dev/clash 2>/dev/null; }
ima-rescue list >/tmp/out
is 'list' 0 $?
is 'says what could be set up' 5 "$(grep -c 'not set up (--assemble)' /tmp/out)"
is 'names the array' 2 "$(grep -c 'label [^ ]*:mirror' /tmp/out)"
ima-rescue mount /dev/vdf >/tmp/out 2>&1
is 'mount without it points to it' '64 1' "$? $(grep -c 'not set up (--assemble brings it up)' /tmp/out)"
is 'nothing left' 0 "$(all_left)"

ima-rescue list --assemble --key-file /etc/key >/tmp/out
is 'list brings up' 2 $?
for name in Mirror Array Inner; do
	is "$name Linux" 1 "$(grep -c "^ *[0-9]*  $name Linux" /tmp/out)"
done
is 'of two groups of one name, one' '1 1' \
	"$(grep -c '^ *[0-9]*  First Linux\|^ *[0-9]*  Second Linux' /tmp/out) $(grep -c 'its name is taken' /tmp/out)"
is 'a clone is not guessed' '0 1' \
	"$(grep -c '^ *[0-9]*  Layered' /tmp/out) $(grep -c 'sys-vg is there more than once (ima-rescue-[0-9-]*, ima-rescue-[0-9-]*)' /tmp/out)"
is 'half an array is told' 1 "$(grep -c 'raid1) came up without 1 of its 2 members' /tmp/out)"
is 'a thin volume is left out by name' 1 "$(grep -c 'arr/thin.*thin volumes cannot' /tmp/out)"
is 'nothing left after list' 0 "$(all_left)"

dmsetup create clash-root --table '0 8 error'
ima-rescue mount --assemble --key-file /etc/key /dev/vdb2 >/tmp/out
below=$(cat "$(dirname "$(dirname "$(grep -lx sys--vg-home /sys/block/dm-*/dm/name)")")"/slaves/loop*/loop/backing_file)
is 'said by a volume on it: the group of the clone' '  device:  /dev/vdb3' "$(cryptsetup status ${below##*/} | grep device:)"
is 'a mapping of a name that is taken is not touched' '2 1' \
	"$(grep -c 'a mapping called clash-root, which is not ours' /tmp/out) $(dmsetup table clash-root | grep -c error)"
ima-rescue umount
dmsetup remove clash-root
is 'nothing left but it' 0 "$(all_left)"
at=/run/ima-rescue/1/root
ima-rescue mount --assemble --key-file /etc/key /dev/md/mirror >/tmp/out
is 'an array by its own name' 2 $?
is 'its file' "$at/usr/bin/busybox" "$(ls $at/usr/bin/*)"
is 'mounted as evidence' 1 "$(grep -c " $at ext4 ro,nosuid,nodev,noexec,.*nosymfollow" /proc/mounts)"
array=/sys/block/$(sed -n "s|^/dev/\(md[0-9]*\) $at .*|\1|p" /proc/mounts)
is 'read-only: the array, its members, which are loop devices, and the disks' '1 1 1 1 1' \
	"$(cat $array/ro $array/slaves/loop*/ro /sys/block/vdc/ro /sys/block/vdd/ro | tr '\n' ' ' | sed 's/ $//')"
members=$(for slave in $array/slaves/*; do echo "$(cat $slave/dev)@$(cat $slave/diskseq)"; done | sort | tr '\n' ' ')
is 'written down with the loop devices it stands on' "$members" \
	"$(tr '\0' '\n' </run/ima-rescue/1/ledger | sed -n "s/^array=${array##*/} //p" | tr ' ' '\n' | sort | tr '\n' ' ')"
ima-scan $at >/dev/null 2>&1
is 'scanned' yes "$([ $? -lt 64 ] && echo yes)"
ima-rescue list >/tmp/out
is 'what is set up is in use' yes "$(grep ' vdc \|^vdc ' /tmp/out | grep -q 'in use' && echo yes)"
ima-rescue umount
is 'umount' "0 0" "$? $(all_left)"

# After a crash the operator brings up himself what is written down: it is left alone. Other devices have the names.
config='backup{backup=0 archive=0} activation{udev_sync=0 udev_rules=0 monitoring=0} devices{use_devicesfile=0}'
export MDADM_NO_UDEV=1 MDADM_NO_SYSTEMCTL=1
left_over() {
	mkdir -p /run/ima-rescue/1
	printf '%s\0' /run/ima-rescue/1/root crashed "$1" >/run/ima-rescue/1/ledger
}
left_alone() { # WHAT WORDS THERE
	ima-rescue umount 2>/tmp/err
	is "$1" '2 1 yes ' "$? $(grep -c "$2" /tmp/err) $([ -e "$3" ] && echo yes) $(ls /run/ima-rescue)"
}
group=$(lvm vgs --noheadings -o vg_uuid --devices /dev/vdf --config "$config" 2>/dev/null | tr -d ' -')
lvm vgchange -ay clash --devices /dev/vdf --config "$config" >/tmp/lvm.log 2>&1
is 'the operator brings up a group' 1 "$(ls /dev/mapper | grep -c clash-root)"
left_over "group=$group clash 7:0@1"
left_alone 'his group' 'volume group clash is left as it is: it was brought up by somebody else' /dev/mapper/clash-root
left_over "group=$group clash"
left_alone 'his group, and an older version' 'older ima-rescue wrote down its name only' /dev/mapper/clash-root
lvm vgchange -an clash --devices /dev/vdf --config "$config" >/tmp/lvm.log 2>&1
mdadm -q --assemble /dev/md5121 --config=none --readonly --run /dev/vdc /dev/vdd 2>/tmp/err
is 'the operator assembles an array' 1 "$(cat /sys/block/md5121/ro)"
left_over 'array=md5121 7:0@1'
left_alone 'his array' 'array md5121 is left as it is: it was assembled by somebody else' /sys/block/md5121
mdadm -q --stop /dev/md5121
left_over 'array=md5121 7:0@1'
ima-rescue umount
is 'neither is there' "0 0" "$? $(all_left)"

# As images, on which nothing else slows it down.
cat /dev/vda >/tmp/a.img
cp /tmp/a.img /tmp/b.img
image=$(sha256sum </tmp/a.img)
ima-rescue mount --assemble --key-file /etc/key /tmp/a.img >/tmp/out
is 'an image' 0 $?
is 'the whole tree' '/ /boot /home /boot/efi' "$(sed -n 's/^  \(\/[^ ]*\) .*/\1/p' /tmp/out | tr '\n' ' ' | sed 's/ $//')"
is 'home' hers "$(cat $at/home/letter)"
is 'a second copy is not set up beside it' 64 "$(ima-rescue mount --assemble --key-file /etc/key /tmp/b.img >/tmp/out 2>&1; echo $?)"
ima-rescue umount
is 'umount of it' "0 0" "$? $(all_left)"
ima-rescue mount --assemble --key-file /etc/key --image /tmp/a.img --image /tmp/b.img /tmp/b.img >/tmp/out
is 'of two images the one named' '0 1' "$? $(grep -c '^  / ' /tmp/out)"
ima-rescue umount
for n in $(seq "$(cat /etc/kills)"); do
	wait=$((n * 37 % 300 / 100)).$((n * 37 % 100 + 10))
	ima-rescue mount --assemble --key-file /etc/key /tmp/a.img >/dev/null 2>&1 &
	sleep $wait
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	ima-rescue umount &
	sleep 0.0$((n % 9))
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	ima-rescue umount
	is "umount after kills at $wait s" "0 0" "$? $(all_left)"
done
is 'the image is as it was' "$image" "$(sha256sum </tmp/a.img)"
finish
GUEST
disks=()
for size in 84 84 40 40 96 32 32; do
	disk=$guest_work/disk${#disks[@]}
	truncate -s "${size}M" "$disk"
	disks+=("$disk")
done
drives=()
for disk in "${disks[@]}"; do
	drives+=(-drive "file=$disk,format=raw,if=virtio")
done
guest_boot -s make -- "${drives[@]}"
guest_said
before=$(sha256sum "${disks[@]}")
guest_boot -s init -- "${drives[@]}"
[ "$(sha256sum "${disks[@]}")" = "$before" ] || die "a disk has changed"
guest_said
