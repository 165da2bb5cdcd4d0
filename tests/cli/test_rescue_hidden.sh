#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Files beneath mount points: named by mount and run, shown with --beneath and scanned with the rest.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rescue.sh
. "$(dirname "$0")/rescue.sh"

# /boot, with /boot/efi on a third file system; /home with one that hides nothing. "/boot+efi" hides something
# too, and would have the name beneath that /boot/efi has.
truncate -s 200M "$disk"
sfdisk -q "$disk" <<END
label: gpt
size=64M, type=L, name=root
size=16M, type=L, name=boot
size=16M, type=L, name=esp
size=16M, type=L, name=home
size=16M, type=L, name=odd
END

mkdir -p "$work"/{tree,boot,esp,files} && install_tree "$work/tree" Debian
mkdir "$work/tree/boot+efi" "$work/tree/boot/grub"
payload "$work/tree/boot/rootkit"
chmod 755 "$work/tree/boot/rootkit"
payload "$work/tree/boot/grub/grub.cfg"
payload "$work/tree/boot"/$'odd\e[31mname'
payload "$work/tree/boot+efi/implant"
# Deeper than is looked for: 33 directories below /boot/grub.
mkdir -p "$work/tree/boot/grub/$(printf 'd/%.0s' {1..33})"
mkdir "$work/boot/efi"
payload "$work/boot/vmlinuz"
payload "$work/boot/efi/shadow"
payload "$work/esp/seen"
cat >"$work/tree/etc/fstab" <<END
PARTLABEL=root / ext4 defaults 0 1
PARTLABEL=boot /boot ext4 defaults 0 0
PARTLABEL=esp /boot/efi ext4 defaults 0 0
PARTLABEL=home /home ext4 defaults 0 0
PARTLABEL=odd /boot+efi ext4 defaults 0 0
END
number=0
for dir in tree boot esp files files; do
	number=$((number + 1))
	size=16M
	[ "$dir" != tree ] || size=60M
	rm -f "$work/fs.img"
	mkfs.ext4 -q -d "$work/$dir" "$work/fs.img" "$size"
	into_partition "$disk" "$number" "$work/fs.img"
done
before=$(sha256sum <"$disk")

run "$rescue" mount --format ndjson "$disk"
has_status 0 'what is hidden is no fault'
cp "$out" "$work/mounted"
same 'three places hide something' 3 "$(grep -c '"record":"hidden"' "$work/mounted")"
same 'on the root' disk.img#1 "$(field "$work/mounted" volume record=hidden dir=/boot)"
same 'all names' 3 "$(field "$work/mounted" entries record=hidden dir=/boot)"
same 'files at any depth' 3 "$(field "$work/mounted" files record=hidden dir=/boot)"
same 'one may be run' 1 "$(field "$work/mounted" executables record=hidden dir=/boot)"
same 'the names' "['grub', 'odd\\x1b[31mname', 'rootkit']" "$(field "$work/mounted" names record=hidden dir=/boot)"
same 'what was not looked into' 1 "$(field "$work/mounted" unread record=hidden dir=/boot)"
same 'where all was' 0 "$(field "$work/mounted" unread record=hidden dir=/boot/efi)"
same 'not shown' None "$(field "$work/mounted" at record=hidden dir=/boot)"
same 'on the volume of /boot' disk.img#2 "$(field "$work/mounted" volume record=hidden dir=/boot/efi)"
same 'its name' "['shadow']" "$(field "$work/mounted" names record=hidden dir=/boot/efi)"
at=$(field "$work/mounted" at record=tree)
check 'the tree itself is as always' ls "$at/boot/vmlinuz" "$at/boot/efi/seen"
refute 'and without what it hides' test -e "$at/boot/rootkit"
run "$rescue" umount
untouched 'mount'

run "$rescue" mount "$disk"
check 'told as text' grep -q '/boot  *disk.img#1  *3 files, 1 executable, 1 not looked into: grub' "$out"
check 'and how to see it' grep -q -- '--beneath' "$out"
check 'no control byte reaches the terminal' bash -c "! grep -qP '[\\x00-\\x08\\x0b-\\x1f\\x7f]' '$out'"
run "$rescue" umount

mkdir "$work/at"
run "$rescue" mount --beneath --at "$work/at" --format ndjson "$disk"
has_status 0 'with --beneath'
cp "$out" "$work/mounted"
check 'the tree is in root' ls "$work/at/root/boot/vmlinuz" "$work/at/root/boot/efi/seen"
same 'where /boot is shown' "$work/at/beneath/boot" "$(field "$work/mounted" at record=hidden dir=/boot)"
check 'what the root hides there' ls "$work/at/beneath/boot/rootkit" "$work/at/beneath/boot/grub/grub.cfg"
refute 'and nothing attached over it' test -e "$work/at/beneath/boot/vmlinuz"
a=$(field "$work/mounted" at record=hidden dir=/boot/efi) b=$(field "$work/mounted" at record=hidden dir=/boot+efi)
check 'two of one name have places of their own' ls "$a/shadow" "$b/implant"
for place in "$work/at/root" "$work/at/root/boot" "$work/at/beneath/boot" "$a"; do
	for word in ro nosuid nodev noexec nosymfollow; do
		check "$place is $word" bash -c "findmnt -no OPTIONS '$place' | grep -qw $word"
	done
done
refute 'nothing can be made beside them' touch "$work/at/x"
refute 'nor beneath' touch "$work/at/beneath/boot/x"
run "$rescue" umount
has_status 0 'taken down'
same 'nothing is left there' '' "$(ls "$work/at")"
untouched '--beneath'

# One scan of everything.
hash sha256 "$work/tree/usr/bin/one"
run "$rescue" run --beneath "$disk" -- "$IMA_SCAN" --format ndjson '{}'
has_status 2 'a scan of all that is there'
for path in root/usr/bin/one root/boot/vmlinuz root/boot/efi/seen beneath/boot/rootkit beneath/boot/grub/grub.cfg; do
	check "it saw $path" grep -q "\"path\":\"$path\"" "$out"
done
check 'and said what is hidden' grep -q 'shown at .*/beneath/boot$' "$err"
seen=$(grep -c '"record":"file"' "$out")
run "$rescue" run "$disk" -- "$IMA_SCAN" --format ndjson '{}'
same 'without it, five files fewer' $((seen - 5)) "$(grep -c '"record":"file"' "$out")"
check 'which are told of' grep -q 'Hidden beneath mount points' "$err"
untouched 'run --beneath'

# More than we count is said to be more.
mkdir "$work/many" && (cd "$work/many" && seq 10001 | xargs touch)
mkdir -p "$work/deep/home" && install_tree "$work/deep" Many
rmdir "$work/deep/home" && mv "$work/many" "$work/deep/home"
echo 'LABEL=files /home ext4 x 0 0' >"$work/deep/etc/fstab"
mkfs.ext4 -q -N 20000 -d "$work/deep" "$work/many.img" 60M
mkfs.ext4 -q -L files -d "$work/files" "$work/files.img" 16M
run "$rescue" mount --image "$work/many.img" --image "$work/files.img" --format ndjson 1
same 'all its names' 10001 "$(field "$out" entries record=hidden dir=/home)"
same 'as many files as are counted' 10000 "$(field "$out" files record=hidden dir=/home)"
same 'and more' True "$(field "$out" more record=hidden dir=/home)"
run "$rescue" umount
