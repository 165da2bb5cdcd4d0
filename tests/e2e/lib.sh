# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the scripts here share: where things are, and how a kernel is booted. Sourced, not run.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${E2E_BUILD:-$here/../../build/e2e}
mkdir -p "$build"
build=$(cd "$build" && pwd)

# The image's UUID is part of what EVM covers, and rules name it.
# shellcheck disable=SC2034
fs_uuid=2a2e0c1d-6a3b-4c5d-8e9f-0123456789ab

die()
{
	echo "${0##*/}: $*" >&2
	exit 70
}

# boot SERIES FOLDER COMMAND-LINE IMAGE WRITABLE: starts the guest with FOLDER/e2e (config, policy,
# keys...) added to its initramfs and waits for it; what it says is FOLDER/kernel.ndjson, the
# console is FOLDER/console.
boot()
{
	local series=$1 folder=$2 cmdline=$3 image=$4 writable=$5 snapshot=on
	[ "$writable" = no ] || snapshot=off
	(cd "$folder" && find e2e | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$folder/run.cpio"
	cat "$build/kernels/$series/base.cpio" "$folder/run.cpio" >"$folder/initramfs"
	rm -f "$folder/results" "$folder/run.cpio"
	truncate -s 64M "$folder/results"
	timeout -k 5 "${E2E_BOOT_TIMEOUT:-900}" qemu-system-x86_64 \
		-machine q35 -accel tcg,thread=multi -cpu max -m 768M -smp 1 \
		-nodefaults -no-user-config -display none -no-reboot -serial "file:$folder/console" \
		-kernel "$build/kernels/$series/vmlinuz" -initrd "$folder/initramfs" \
		-append "console=ttyS0 loglevel=4 panic=-1 audit=1 audit_backlog_limit=0 no_timer_check $cmdline" \
		-drive "file=$image,format=raw,if=virtio,cache=unsafe,snapshot=$snapshot" \
		-drive "file=$folder/results,format=raw,if=virtio,cache=unsafe" ||
		die "the guest did not end by itself: see $folder/console"
	# The disk is zeros after what was written.
	tr -d '\0' <"$folder/results" >"$folder/kernel.ndjson"
	rm -f "$folder/results" "$folder/initramfs"
	tail -n 1 "$folder/kernel.ndjson" | grep -q '"record":"end"' ||
		die "the guest stopped half way: see $folder/console and $folder/kernel.ndjson"
}
