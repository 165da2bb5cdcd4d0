#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes $E2E_BUILD/keys and $E2E_BUILD/corpus.img (ext4). Keys are kept if they are there; the image
# is made anew unless it is newer than all that it is made from. Needs root for the loop mount.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

image=$build/corpus.img
keys=$build/keys
tools=$build/tools
mounted=

compile()
{
	mkdir -p "$tools"
	local flags=(-std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror)
	local shared=("$here/corpus/label.c" "$here/corpus/blob.c")
	"${CC:-cc}" "${flags[@]}" -o "$tools/mkkeys" "$here/corpus/mkkeys.c" "${shared[@]}" -lcrypto
	"${CC:-cc}" "${flags[@]}" -o "$tools/mkcorpus" "$here/corpus/mkcorpus.c" \
		"$here/corpus/file.c" "$here"/corpus/cases_*.c "${shared[@]}" -lfsverity -lcrypto
	"${CC:-cc}" -static -nostdlib -s -Wl,-n,--build-id=none,-z,noseparate-code \
		-o "$tools/tiny" "$here/corpus/tiny.S"
}

make_keys()
{
	[ ! -f "$keys/evm-key.blob" ] || return 0
	rm -rf "$keys.part"
	mkdir -p "$keys.part"
	"$tools/mkkeys" "$keys.part"
	mv "$keys.part" "$keys"
}

# A small module without parameters or needs, of each kernel that is there.
collect_modules()
{
	local series file
	mkdir -p "$build/modules"
	for series in 6.1 6.12 6.1-cloud 6.12-cloud; do
		[ -d "$build/kernels/$series" ] || continue
		file=$(find "$build/kernels/$series/root/lib/modules" -name 'crc7.ko*' | head -n 1)
		case $file in
		*.xz) xz -dc "$file" >"$build/modules/crc7_$series.ko" ;;
		*.ko) cp "$file" "$build/modules/crc7_$series.ko" ;;
		esac
	done
}

unmount()
{
	[ -z "$mounted" ] || umount "$mounted"
	[ -z "$mounted" ] || rmdir "$mounted"
	mounted=
}

fill_image()
{
	local device
	rm -f "$image.part"
	truncate -s 192M "$image.part"
	mkfs.ext4 -q -F -b 4096 -I 256 -N 8192 -O verity -U "$fs_uuid" \
		-E hash_seed="$fs_uuid",lazy_itable_init=0,lazy_journal_init=0 "$image.part"
	mounted=$(mktemp -d "$build/mount.XXXXXX")
	trap unmount EXIT
	# It may be read-only still: an earlier user of its number set it so, and was killed.
	device=$(losetup --show -f "$image.part")
	blockdev --setrw "$device"
	mount "$device" "$mounted"
	losetup -d "$device" # it goes when it is unmounted
	"$tools/mkcorpus" "$mounted" "$keys" "$tools/tiny" "$fs_uuid" "$build/verity" \
		"$build"/modules/*.ko
	unmount
}

# fs-verity is turned on by the newest kernel at hand, as the host's may not know it.
enable_verity()
{
	local folder=$build/verity-boot series
	for series in 6.12 6.12-cloud 6.1 6.1-cloud; do
		[ ! -f "$build/kernels/$series/base.cpio" ] || break
	done
	rm -rf "$folder"
	mkdir -p "$folder/e2e"
	echo mode=verity >"$folder/e2e/config"
	cp "$build/verity" "$folder/e2e/verity"
	boot "$series" "$folder" "" "$image.part" yes
	! grep '"record":"verity"' "$folder/kernel.ndjson" | grep -v '"errno":0' ||
		die "fs-verity could not be turned on for these"
}

up_to_date()
{
	[ -f "$image" ] && [ -f "$keys/evm-key.blob" ] &&
		[ -z "$(find "$here/corpus" "$here/corpus.sh" -newer "$image" -print -quit)" ]
}

! up_to_date || exit 0
[ "$(id -u)" = 0 ] || die "making the image needs root"
compile
make_keys
collect_modules
fill_image
enable_verity
mv "$image.part" "$image"
# What a kernel did with one image says nothing about the next one.
date +%s.%N >"$build/corpus.id"
