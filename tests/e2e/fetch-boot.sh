#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Unpacks (never installs) Debian's signed boot programs: $E2E_BUILD/boot becomes a root with shim, GRUB, systemd-boot and a
# kernel below /usr and /boot. What is there already is kept; remove the folder to get newer ones.
# Status 77: there is no apt to ask.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=${E2E_BUILD:-$here/../../build/e2e}

# The only place that names them. The kernel is fetch-kernel.sh's.
packages="shim-signed shim-helpers-amd64-signed grub-efi-amd64-signed systemd-boot-efi"
kernel=6.1-cloud

for tool in apt-get dpkg; do
	command -v "$tool" >/dev/null || {
		echo "skipped: no $tool here"
		exit 77
	}
done
mkdir -p "$build"
build=$(cd "$build" && pwd)
# Whoever else wants them waits, and finds them there.
exec 8>"$build/fetch-boot.lock"
flock 8
[ ! -d "$build/boot" ] || exit 0
rm -rf "$build/boot.part"
mkdir -p "$build/boot.part/root/boot"
cd "$build/boot.part"
# shellcheck disable=SC2086 # a list
apt-get -q download $packages >apt.log 2>&1 || {
	echo "fetch-boot: downloading failed: $(tail -n 1 apt.log)" >&2
	exit 70
}
for package in ./*.deb; do
	dpkg -x "$package" root
done
"$here/fetch-kernel.sh" "$kernel"
cp -L "$build/kernels/$kernel/vmlinuz" root/boot/
mv root "$build/boot"
rm -rf "$build/boot.part"
