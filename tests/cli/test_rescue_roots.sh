#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Other roots on the same volumes: snapshots, deployments, containers, machines, A/B pairs, and image files.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rescue.sh
. "$(dirname "$0")/rescue.sh"

# The numbers and places of all systems of the last list. Usage: systems
systems() {
	"$python" - "$out" <<'END' | sort -n
import json, sys
for line in open(sys.argv[1]):
    r = json.loads(line)
    if r['record'] == 'system':
        print(r['number'], r['kind'], r['subvolume'] or '-', r['inside'] or '-', r['id'])
END
}

# Like "store KIND PLACE ENTRIES ROOTS", sorted. Usage: kept
kept() {
	"$python" - "$out" <<'END' | sort
import json, sys
for line in open(sys.argv[1]):
    r = json.loads(line)
    if r['record'] == 'store':
        print(r['kind'], r['place'] or '-', r['entries'], r['roots'])
END
}

# --- btrfs: snapper, timeshift, a rollback, containers of Docker's btrfs driver ---------------------------------

disk=$work/btrfs.img
truncate -s 400M "$disk" && mkfs.btrfs -q "$disk"
t=$work/t
image_mount "$disk" "$t"
subvolume() { btrfs -q subvolume create "$1" >/dev/null; }
snapshot() { btrfs -q subvolume snapshot "$@" >/dev/null; }
subvolume "$t/@" && install_tree "$t/@" Suse
subvolume "$t/@home" && mkdir "$t/@home/anna" && touch "$t/@home/anna/.bashrc"
subvolume "$t/@/.snapshots"
for ((i = 1; i <= 11; i++)); do
	mkdir "$t/@/.snapshots/$i"
	echo "ID=suse$i" >"$t/@/etc/os-release"
	snapshot -r "$t/@" "$t/@/.snapshots/$i/snapshot"
done
echo 'ID=suse' >"$t/@/etc/os-release"
mkdir -p "$t/timeshift-btrfs/snapshots/2026-01-01" && snapshot "$t/@" "$t/timeshift-btrfs/snapshots/2026-01-01/@"
mkdir -p "$t/@/var/lib/docker/btrfs/subvolumes"
subvolume "$t/@/var/lib/docker/btrfs/subvolumes/base" && install_tree "$t/@/var/lib/docker/btrfs/subvolumes/base" Alpine
snapshot "$t/@/var/lib/docker/btrfs/subvolumes/base" "$t/@/var/lib/docker/btrfs/subvolumes/layer"
subvolume "$t/@/var/lib/docker/btrfs/subvolumes/empty"
mkdir -p "$t/@/var/lib/machines/box" && install_tree "$t/@/var/lib/machines/box" Nspawn
image_umount "$t"
before=$(sha256sum <"$disk")

run "$rescue" list --format ndjson "$disk"
has_status 0 'list'
same 'the system first, then what is beside it' "1 system @ - suse" "$(systems | head -n 1)"
same 'eleven snapshots of snapper, in the order of their numbers' \
	"$(for ((i = 1; i <= 11; i++)); do echo "suse$i"; done)" \
	"$(systems | awk '$2 == "snapshot" && $3 ~ /^@.[.]snapshots/ { print $5 }')"
same 'one of timeshift' 1 "$(systems | grep -c 'snapshot timeshift-btrfs/snapshots/2026-01-01/@ - suse')"
same 'two layers that are roots' 2 "$(systems | grep -c 'container @/var/lib/docker/btrfs/subvolumes/')"
same 'a machine that is a directory' 1 "$(systems | grep -c 'machine @ /var/lib/machines/box nspawn')"
same 'how many are kept where' 'container - 3 2
machine /var/lib/machines 1 1
snapshot - 12 12' "$(kept)"
same 'the part beside them' @home "$(field "$out" subvolume record=part part=home)"
five=$(systems | awk '$5 == "suse5" { print $1 }')
box=$(systems | awk '$5 == "nspawn" { print $1 }')
systems >"$work/first"
untouched list

run "$rescue" list --format ndjson "$disk"
same 'the same order once more' "$(cat "$work/first")" "$(systems)"
run "$rescue" list "$disk"
check 'the text names a few' grep -q '… and 9 more of this kind' "$out"
run "$rescue" list -v "$disk"
same 'and all of them with -v' 12 "$(grep -c '^ *[0-9][0-9]*  snapshot' "$out")"

run "$rescue" mount "$disk"
has_status 0 'the image is its only system'
same 'that one' 'ID=suse' "$(cat /run/ima-rescue/*/root/etc/os-release)"
run "$rescue" umount
run "$rescue" mount --image "$disk" "$five"
has_status 0 'a snapshot by its number'
same 'that one' 'ID=suse5' "$(cat /run/ima-rescue/*/root/etc/os-release)"
run "$rescue" umount
run "$rescue" mount --image "$disk" --format ndjson "$box"
has_status 0 'a machine by its number'
at=$(field "$out" at record=tree)
same 'its directory alone' 'bin boot efi etc home usr var' "$(find "$at" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | paste -sd' ')"
same 'one mount, nothing beneath it' "$at" "$(findmnt -Rno TARGET -l "$at")"
for word in ro nosuid nodev noexec nosymfollow; do
	check "mounted $word" bash -c "findmnt -no OPTIONS '$at' | grep -qw $word"
done
refute 'nothing can be written' touch "$at/x"
run "$rescue" umount
run "$rescue" run --image "$disk" "$box" -- "$IMA_SCAN" --format ndjson '{}'
check 'a scan of it alone' grep -q '"path":"usr/bin/one"' "$out"
refute 'and of nothing else' grep -q '"path":"var/lib/machines' "$out"
untouched 'mount of other roots'

# What a rollback made the default is the system, wherever it is.
image_mount "$disk" "$t"
btrfs subvolume set-default "$(btrfs inspect-internal rootid "$t/@/.snapshots/11/snapshot")" "$t"
rm -r "$t/@/etc"
image_umount "$t"
run "$rescue" list --format ndjson "$disk"
same 'the default subvolume is the system' '1 system @/.snapshots/11/snapshot - suse11' "$(systems | head -n 1)"
same 'and the only one' 1 "$(systems | grep -c ' system ')"

# --- Stores as directories, on ext4 and on a /var of its own ------------------------------------------------------

d=$work/stores
install_tree "$d" Host
stores=$d/var/lib
for layer in a1 b2; do
	install_tree "$stores/docker/overlay2/$layer/diff" "$layer"
done
mkdir -p "$stores/docker/overlay2/c3/diff/etc" "$stores/docker/overlay2/l"
install_tree "$stores/containers/storage/overlay/d4/diff" podman
install_tree "$d/home/anna/.local/share/containers/storage/overlay/e5/diff" rootless
install_tree "$stores/lxc/web/rootfs" lxc
install_tree "$d/srv/chroot/sid" sid
ln -s / "$stores/machines-link" && mkdir "$stores/machines" && ln -s / "$stores/machines/loop"
ln -s ../../../../../../etc "$stores/machines/out"
mkdir -p "$stores/libvirt/images" "$stores/snapd/snaps" "$stores/extensions"
touch "$stores/libvirt/images/win.qcow2" "$stores/snapd/snaps/core.snap" "$stores/snapd/snaps/note.txt" \
	"$stores/extensions/tools.raw" "$stores/machines/img.raw"
mkfs.ext4 -q -d "$d" "$work/stores.img" 90M
disk=$work/stores.img
before=$(sha256sum <"$disk")
run "$rescue" list --format ndjson "$disk"
has_status 0 'list of stores'
same 'every root of a store, and no link' '1 system - - host
2 container - /var/lib/docker/overlay2/a1/diff a1
3 container - /var/lib/docker/overlay2/b2/diff b2
4 container - /var/lib/containers/storage/overlay/d4/diff podman
5 container - /home/anna/.local/share/containers/storage/overlay/e5/diff rootless
6 machine - /var/lib/lxc/web/rootfs lxc
7 chroot - /srv/chroot/sid sid' "$(systems)"
same 'what is kept where' 'chroot /srv/chroot 1 1
container /home/anna/.local/share/containers/storage/overlay 1 1
container /var/lib/containers/storage/overlay 1 1
container /var/lib/docker/overlay2 3 2
image /var/lib/extensions 1 0
image /var/lib/libvirt/images 1 0
image /var/lib/machines 1 0
image /var/lib/snapd/snaps 1 0
machine /var/lib/lxc 1 1' "$(kept)"
same 'image files are named' "['win.qcow2']" "$(field "$out" names record=store place=/var/lib/libvirt/images)"
run "$rescue" mount --image "$disk" 3
has_status 0 'a layer by its number'
same 'its os-release' 'ID=b2' "$(head -n 1 /run/ima-rescue/*/root/etc/os-release)"
run "$rescue" umount
untouched stores

mkfs.ext4 -q -d "$d/var" "$work/var.img" 60M
run "$rescue" list --format ndjson "$work/var.img"
same 'a /var of its own holds the same' 'machine - /lib/lxc/web/rootfs lxc' "$(systems | grep lxc | cut -d' ' -f2-)"
run "$rescue" mount "$work/var.img"
has_status 64 'and no system, but four other roots'
check 'which are named' grep -q 'holds 4 other roots and no installed system: say which by its number (1, 2, 3, 4)' "$err"

# --- ostree --------------------------------------------------------------------------------------------------------

d=$work/ostree
mkdir -p "$d/ostree/deploy/fedora/var/lib" "$d/boot"
touch "$d/ostree/deploy/fedora/var/lib/own"
for n in 0 1; do
	install_tree "$d/ostree/deploy/fedora/deploy/abc.$n" "Silver$n"
	touch "$d/ostree/deploy/fedora/deploy/abc.$n.origin"
done
mkfs.ext4 -q -d "$d" "$work/ostree.img" 60M
disk=$work/ostree.img
before=$(sha256sum <"$disk")
run "$rescue" list --format ndjson "$disk"
same 'its deployments are the systems' '1 system - /ostree/deploy/fedora/deploy/abc.0 silver0
2 system - /ostree/deploy/fedora/deploy/abc.1 silver1' "$(systems)"
run "$rescue" mount "$disk"
has_status 64 'two of them: which?'
run "$rescue" mount --image "$disk" --format ndjson 2
has_status 0 'a deployment'
at=$(field "$out" at record=tree)
same 'its os-release' 'ID=silver1' "$(head -n 1 "$at/etc/os-release")"
same 'shares /var' ostree "$(field "$out" by record=mount dir=/var)"
check 'that one' test -e "$at/var/lib/own"
same 'and hides its own' "$(ls "$d/ostree/deploy/fedora/deploy/abc.1/var")" \
	"$(field "$out" names record=hidden dir=/var | tr -d "[]'")"
run "$rescue" umount
untouched ostree

# --- A/B ------------------------------------------------------------------------------------------------------------

disk=$work/ab.img
truncate -s 160M "$disk"
printf 'label: gpt\nsize=40M\nsize=40M\nsize=50M\n' | sfdisk -q "$disk"
mkdir "$work/slot" && install_tree "$work/slot" Slots
for n in 1 2 3; do
	rm -f "$work/fs.img"
	mkfs.ext4 -q -d "$work/slot" "$work/fs.img" 38M
	into_partition "$disk" "$n" "$work/fs.img"
done
run "$rescue" list --format ndjson "$disk"
same 'two slots of one size are one machine' '[2]' "$(field "$out" twins record=system number=1)"
same 'the third is not of them' '[]' "$(field "$out" twins record=system number=3)"
echo 0123456789abcdef0123456789abcdef >"$work/slot/etc/machine-id"
for n in 2 3; do
	rm -f "$work/fs.img"
	mkfs.ext4 -q -d "$work/slot" "$work/fs.img" 38M
	into_partition "$disk" "$n" "$work/fs.img"
done
run "$rescue" list --format ndjson "$disk"
same 'of one machine-id, whatever their sizes' '[1, 3]' "$(field "$out" twins record=system number=2)"
run "$rescue" list "$disk"
check 'in words' grep -q 'one machine with system 1, 3: an A/B pair, or a copy' "$out"
