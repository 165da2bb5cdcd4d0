#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# No variable that can change at file scope (or static in a function), except those in globals.txt.
set -euo pipefail
# shellcheck source=tests/lint/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

table=tests/lint/globals.txt

# Names of an object file in a section that can be written: constants with pointers are in .data.rel.ro.
writable() {
	nm --format=sysv --defined-only "$1" | awk -F'|' '
		NF == 7 {
			gsub(/ /, "", $1); gsub(/ /, "", $7)
			if ($7 ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && $7 !~ /^\.data\.rel\.ro/)
				print $1
		}'
}

pairs=$(objects)
while read -r object source; do
	[ -n "$object" ] || continue
	while IFS= read -r symbol; do
		name=${symbol%%.*}
		in_table "$table" "$source:$name" >/dev/null && continue
		line=$(grep -nw -- "$name" "$source" | head -n 1 | cut -d: -f1 || true)
		finding "$source:${line:-1}" "$name can change at run time (if it must: $table)"
	done < <(writable "$object")
done <<<"$pairs"
verdict
