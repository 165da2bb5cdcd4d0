#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the part of the initramfs that all boots of a kernel share: build-initramfs.sh SERIES...
# It holds init.c as /init and, in /e2e/modules, what the kernel has as modules of the following,
# with a file "order" that lists them dependencies first. run.sh appends policy and keys to it.
# build-initramfs.sh --modules FOLDER SERIES NAME...: puts modules of a kernel and such a file into FOLDER.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=${E2E_BUILD:-$here/../../build/e2e}

disks='virtio_pci virtio_blk ext4 crc32c_generic crc32c-intel libcrc32c'
hashes='md4 md5 rmd160 sha1_generic sha256_generic sha512_generic sha3_generic sm3 sm3_generic
	wp512 streebog_generic hmac'
keys='rsa_generic ecdsa_generic ecdh_generic encrypted-keys x509_key_parser public_key cbc aes_generic'

# Files of a module and of what it needs; nothing if it is built in or does not exist.
files_of()
{
	/sbin/modprobe -d "$root" -S "$release" --show-depends "$1" 2>/dev/null |
		sed -n 's/^insmod \([^ ]*\).*/\1/p'
}

unpack()
{
	case $1 in
	*.ko)	  cat "$1" ;;
	*.ko.xz)  xz -dc "$1" ;;
	*.ko.zst) zstd -dcq "$1" ;;
	*.ko.gz)  gzip -dc "$1" ;;
	esac
}

# collect FOLDER NAME...: those modules of the kernel and what they need, uncompressed, with their order.
collect()
{
	into=$1
	shift
	mkdir -p "$into"
	for module; do
		files_of "$module"
	done | awk '!seen[$0]++' | while read -r file; do
		name=$(basename "$file" | sed 's/\.ko\..*$/.ko/')
		unpack "$file" >"$into/$name"
		echo "$name"
	done >"$into/order"
}

of_kernel()
{
	folder=$build/kernels/$1
	root=$folder/root
	release=$(cat "$folder/release")
}

make_one()
{
	of_kernel "$1"
	cpio=$folder/base.cpio
	[ ! "$cpio" -nt "$build/init" ] || [ ! "$cpio" -nt "$here/build-initramfs.sh" ] || return 0
	tree=$folder/initramfs
	rm -rf "$tree"
	mkdir -p "$tree/dev" "$tree/proc" "$tree/sys" "$tree/mnt"
	cp "$build/init" "$tree/init"
	# shellcheck disable=SC2086 # lists
	collect "$tree/e2e/modules" $disks $hashes $keys
	(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$cpio.part"
	mv "$cpio.part" "$cpio"
	rm -rf "$tree"
}

if [ "${1:-}" = --modules ]; then
	into=$2
	of_kernel "$3"
	shift 3
	collect "$into" "$@"
	exit
fi
# Whoever else makes the same waits, and finds it made.
mkdir -p "$build"
exec 9>"$build/build-initramfs.lock"
flock 9
if [ -n "$(find "$here"/init.c "$here"/devmapper.[ch] -newer "$build/init" 2>&1)" ]; then
	mkdir -p "$build"
	"${CC:-cc}" -std=c17 -O2 -Wall -Wextra -Werror -static -o "$build/init.part" "$here/init.c" \
		"$here/devmapper.c"
	mv "$build/init.part" "$build/init"
fi
for series in "$@"; do
	make_one "$series"
done
