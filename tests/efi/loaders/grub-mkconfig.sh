#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a target whose grub.cfg was written by the system's own grub-mkconfig and /etc/grub.d.
# Usage: grub-mkconfig.sh ROOT [FILE…]: a FILE of shell assignments is /etc/default/grub, one named 4*_… is added
# to /etc/grub.d.
# In a mount namespace of its own, ROOT/boot is /boot (a partition of its own) and a grub-probe that knows our disk is in the place of the
# real one. Exit status 77 when that cannot be done here.
set -euo pipefail

root=$1
shift

if [ "${GRUB_MKCONFIG_INSIDE:-}" != yes ]; then
	# Its output is compared line by line, and other versions write other lines.
	case $(grub-mkconfig --version 2>/dev/null || true) in
	*2.06-*deb12*) ;;
	*)
		echo "skipped: no grub-mkconfig of Debian 12" >&2
		exit 77
		;;
	esac
	for how in --mount '--mount --map-root-user'; do
		# shellcheck disable=SC2086 # several words
		if unshare $how true 2>/dev/null; then
			# shellcheck disable=SC2086
			GRUB_MKCONFIG_INSIDE=yes exec unshare $how "$0" "$root" "$@"
		fi
	done
	echo "skipped: no mount namespaces" >&2
	exit 77
fi

mkdir -p "$root/boot/grub" "$root/tools" "$root/etc/default" "$root/etc/grub.d"
for version in 6.1.0-30-amd64 6.1.0-31-amd64; do
	echo "kernel $version" >"$root/boot/vmlinuz-$version"
	echo "initrd $version" >"$root/boot/initrd.img-$version"
	echo "CONFIG_MULTIUSER=y" >"$root/boot/config-$version"
done

cat >"$root/tools/grub-probe" <<-'EOT'
	#!/bin/sh
	for word; do
		case $word in
		--target=*) target=${word#--target=} ;;
		-t) next=yes ;;
		*) [ "${next:-}" = yes ] && target=$word; next= ;;
		esac
	done
	case $target in
	device) echo /dev/vda2 ;;
	fs_uuid) echo 11111111-2222-3333-4444-555555555555 ;;
	partuuid) echo 66666666-7777-8888-9999-aaaaaaaaaaaa ;;
	fs) echo ext2 ;;
	partmap) echo gpt ;;
	hints_string) echo "--hint-bios=hd0,gpt2 --hint-efi=hd0,gpt2 --hint-baremetal=ahci0,gpt2" ;;
	compatibility_hint) echo hd0,gpt2 ;;
	esac
EOT
chmod +x "$root/tools/grub-probe"

cp -a /etc/grub.d/. "$root/etc/grub.d/"
rm -f "$root/etc/grub.d/05_debian_theme" "$root/etc/grub.d/30_os-prober"
: >"$root/etc/default/grub"
for file; do
	case ${file##*/} in
	[0-9]*_*) install -m 755 "$file" "$root/etc/grub.d/" ;;
	*) cat "$file" >>"$root/etc/default/grub" ;;
	esac
done

# A file system of its own, so that GRUB's paths begin there, wherever ROOT is.
mount -t tmpfs none /boot
cp -a "$root/boot/." /boot/
mount --bind "$root/tools/grub-probe" "$(command -v grub-probe)"
mount --bind "$root/etc/grub.d" /etc/grub.d
mount --bind "$root/etc/default" /etc/default
LC_ALL=C grub-mkconfig -o /boot/grub/grub.cfg >"$root/tools/log" 2>&1 || { cat "$root/tools/log" >&2; exit 1; }
cp -a /boot/grub/. "$root/boot/grub/"
