#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ima-rescue killed at any moment of mount and umount: the next call cleans up. KILLS=N for more or fewer.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rescue.sh
. "$(dirname "$0")/rescue.sh"

home_uuid=22222222-2222-3333-4444-555555555555
mkdir "$work/tree" "$work/files" && install_tree "$work/tree" Debian
echo "UUID=$home_uuid /home ext4 defaults 0 0" >"$work/tree/etc/fstab"
touch "$work/tree/home/hidden" "$work/files/seen"
mkfs.ext4 -q -d "$work/tree" "$work/root.img" 60M
mkfs.ext4 -q -U "$home_uuid" -d "$work/files" "$work/home.img" 8M
before=$(cat "$work/root.img" "$work/home.img" | sha256sum)

mount_tree() {
	"$rescue" mount --image "$work/root.img" --image "$work/home.img" "$@" 1 >/dev/null 2>&1
}

# How long each takes when nobody kills it, in microseconds: the blows are to fall within.
began=${EPOCHREALTIME/./}
check 'a tree of two file systems and what is hidden' mount_tree --beneath
mount_us=$((${EPOCHREALTIME/./} - began))
began=${EPOCHREALTIME/./}
check 'taken down' "$rescue" umount
umount_us=$((${EPOCHREALTIME/./} - began))

# Kills a command somewhere within its time and a little after. Usage: kill_within MICROSECONDS COMMAND…
kill_within() {
	local us=$((RANDOM * 32768 + RANDOM))
	us=$((us % ($1 * 5 / 4 + 1)))
	shift
	"$@" >/dev/null 2>&1 &
	sleep "$(printf '0.%06d' $((us < 999999 ? us : 999999)))"
	kill -9 $! 2>/dev/null || true
	wait $! 2>/dev/null || true
}

kills=${KILLS:-200}
for ((i = 0; i < kills; i += 2)); do
	if ((i % 4)); then
		kill_within "$mount_us" "$rescue" mount --image "$work/root.img" --image "$work/home.img" --beneath 1
	else
		kill_within "$mount_us" "$rescue" mount --image "$work/root.img" --image "$work/home.img" 1
	fi
	kill_within "$umount_us" "$rescue" umount
done
run "$rescue" umount
has_status 0 "after $kills kills"
same 'no mount is left' "" "$(grep -o ' /run/ima-rescue/[^ ]*' /proc/self/mountinfo || true)"
same 'no directory is left' "" "$(ls /run/ima-rescue)"
same 'no loop device is left' "" "$(losetup -j "$work/root.img"; losetup -j "$work/home.img")"
same 'the images have the same bytes' "$before" "$(cat "$work/root.img" "$work/home.img" | sha256sum)"
