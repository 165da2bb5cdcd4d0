#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a target whose boot entry was written by the system's own kernel-install (systemd), and a loader.conf.
# Usage: kernel-install.sh ROOT
# In a mount namespace of its own, where ROOT/efi is a file system and os-release is ours. Exit status 77 when
# that cannot be done here.
set -euo pipefail

root=$1

if [ "${KERNEL_INSTALL_INSIDE:-}" != yes ]; then
	command -v kernel-install >/dev/null || { echo "skipped: no kernel-install" >&2; exit 77; }
	for how in --mount '--mount --map-root-user'; do
		# shellcheck disable=SC2086 # several words
		if unshare $how true 2>/dev/null; then
			# shellcheck disable=SC2086
			KERNEL_INSTALL_INSIDE=yes exec unshare $how "$0" "$root"
		fi
	done
	echo "skipped: no mount namespaces" >&2
	exit 77
fi

id=0123456789abcdef0123456789abcdef
work=$root/tools
mkdir -p "$root/efi/EFI" "$root/etc/kernel" "$work/conf" "$work/efi"
printf 'root=/dev/x quiet\n' >"$root/etc/kernel/cmdline"
cp "$root/etc/kernel/cmdline" "$work/conf/"
printf 'layout=bls\n' >"$work/conf/install.conf"
printf 'ID=test\nPRETTY_NAME="Test Linux"\n' >"$work/os-release"
echo kernel >"$work/vmlinuz"
echo initrd >"$work/initrd"
plugin=$(find /usr/lib/kernel/install.d /lib/kernel/install.d -name 90-loaderentry.install 2>/dev/null | head -n 1)
[ -n "$plugin" ] || { echo "skipped: no 90-loaderentry.install" >&2; exit 77; }

mount -t tmpfs none "$work/efi"
mount --bind "$work/os-release" "$(readlink -f /etc/os-release)"
mkdir -p "$work/efi/$id"
# Only the plugin that writes entries: the others want modules and a generator of initial ramdisks.
KERNEL_INSTALL_PLUGINS=$plugin KERNEL_INSTALL_CONF_ROOT=$work/conf KERNEL_INSTALL_MACHINE_ID=$id \
	MACHINE_ID=$id BOOT_ROOT=$work/efi kernel-install add 6.1.0-31 "$work/vmlinuz" "$work/initrd"
cp -a "$work/efi/." "$root/efi/"
mkdir -p "$root/efi/loader"
printf 'timeout 3\neditor no\n' >"$root/efi/loader/loader.conf"
