#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Unpacks (never installs) Debian kernels for the bench: fetch-kernel.sh SERIES...
# SERIES is 6.1, 6.12, 6.1-cloud or 6.12-cloud; each becomes $E2E_BUILD/kernels/SERIES with vmlinuz,
# config, release (a file) and root (the unpacked package). What is there already is kept;
# remove the folder to get a newer one.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=${E2E_BUILD:-$here/../../build/e2e}

die()
{
	echo "fetch-kernel: $*" >&2
	exit 70
}

# Name of the newest package of a series.
package_of()
{
	case $1 in
	6.1)	   pattern='^linux-image-6\.1\.0-[0-9]+-amd64$' ;;
	6.1-cloud)  pattern='^linux-image-6\.1\.0-[0-9]+-cloud-amd64$' ;;
	6.12)	   pattern='^linux-image-6\.12\.[0-9]+\+deb12-amd64$' ;;
	6.12-cloud) pattern='^linux-image-6\.12\.[0-9]+\+deb12-cloud-amd64$' ;;
	*)	   die "unknown kernel series '$1' (6.1, 6.12, 6.1-cloud, 6.12-cloud)" ;;
	esac
	apt-cache pkgnames linux-image-6 | grep -E "$pattern" | sort -V | tail -n 1
}

fetch()
{
	series=$1
	folder=$build/kernels/$series
	[ ! -f "$folder/release" ] || return 0
	package=$(package_of "$series")
	[ -n "$package" ] || die "no package for $series in apt's lists (apt-get update?)"
	rm -rf "$folder.part"
	mkdir -p "$folder.part/root"
	echo "fetch-kernel: $series is $package" >&2
	(cd "$folder.part" && apt-get -q download "$package" >apt.log 2>&1) ||
		die "downloading $package failed: $(tail -n 1 "$folder.part/apt.log")"
	dpkg -x "$folder.part"/*.deb "$folder.part/root"
	rm -f "$folder.part"/*.deb
	release=${package#linux-image-}
	ln -s "root/boot/vmlinuz-$release" "$folder.part/vmlinuz"
	ln -s "root/boot/config-$release" "$folder.part/config"
	depmod -b "$folder.part/root" "$release"
	echo "$release" >"$folder.part/release"
	rm -rf "$folder"
	mv "$folder.part" "$folder"
}

[ $# -gt 0 ] || die "usage: fetch-kernel.sh SERIES..."
# Whoever else wants one waits, and finds it there.
mkdir -p "$build"
exec 9>"$build/fetch-kernel.lock"
flock 9
for wanted in "$@"; do
	fetch "$wanted"
done
