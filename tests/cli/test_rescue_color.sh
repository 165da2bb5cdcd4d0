#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Colours of `ima-rescue list`: when there are any, and that they are nothing but colours.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rescue.sh
. "$(dirname "$0")/rescue.sh"

escape=$'\e'
mkdir "$work/tree" && install_tree "$work/tree" $'De\e[31mbian'
printf '/dev/disk/by-label/none /home ext4 defaults 0 0\n' >"$work/tree/etc/fstab"
truncate -s 64M "$disk"
mkfs.ext4 -q -d "$work/tree" "$disk"
before=$(sha256sum <"$disk")

run "$rescue" list "$disk"
has_status 0 'into a file'
cp "$out" "$work/plain"
same 'no colours in a file' 0 "$(grep -c "$escape" "$work/plain")"

run env NO_COLOR=1 "$rescue" list --color always "$disk"
has_status 0 'asked for'
cp "$out" "$work/colored"
same 'what is installed is marked' 1 "$(grep -c "$escape\[1mInstalled systems:$escape\[0m" "$work/colored")"
same 'and its name, whose own escapes are shown' 2 "$(grep -cF "De\\x1b[31mbian Linux" "$work/colored")"
same 'a part that is missing' 1 "$(grep -c "$escape\[33m/home *$escape\[0m\|$escape\[33m/home$escape\[0m" "$work/colored")"
same 'without colours it is the same text' '' \
	"$(sed "s/$escape\[[0-9]*m//g" "$work/colored" | diff - "$work/plain")"

run script -qec "TERM=xterm '$rescue' list '$disk'" /dev/null
same 'on a terminal' 1 "$(grep -c "$escape\[1mInstalled systems:" "$out")"
run script -qec "TERM=xterm NO_COLOR=1 '$rescue' list '$disk'" /dev/null
same 'not with NO_COLOR' 1,0 "$(grep -c '^Installed systems:' "$out"),$(grep -c "$escape" "$out")"
run script -qec "TERM=xterm '$rescue' list --color never '$disk'" /dev/null
same 'nor with never' 1,0 "$(grep -c '^Installed systems:' "$out"),$(grep -c "$escape" "$out")"
untouched 'after all this'
