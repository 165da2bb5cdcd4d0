#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every external name begins with its file's stem (or what prefixes.txt says) and stands in a header.
set -euo pipefail
# shellcheck source=tests/lint/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

table=tests/lint/prefixes.txt

# The prefixes allowed to a source file.
prefixes_of() {
	local file=${1%.c}
	in_table "$table" "$file" || in_table "$table" "${file%/*}" || printf '%s_\n' "${file##*/}"
}

# Where a source defines a name, for the message.
place() {
	local line
	line=$(grep -nE "(^|[^[:alnum:]_])$2([^[:alnum:]_]|\$)" "$1" | head -n 1 | cut -d: -f1 || true)
	printf '%s:%s' "$1" "${line:-1}"
}

has_prefix() {
	local prefix
	for prefix in $2; do
		case $1 in "$prefix"*) return 0 ;; esac
	done
	return 1
}

headers=$(files '*.h')
pairs=$(objects)
while read -r object source; do
	[ -n "$object" ] || continue
	prefixes=$(prefixes_of "$source")
	while read -r _ _ name; do
		[ "$name" != main ] || continue
		has_prefix "$name" "$prefixes" ||
			finding "$(place "$source" "$name")" "$name does not begin with ${prefixes// / or }"
		# shellcheck disable=SC2086 # a list of names without blanks
		grep -qw -- "$name" $headers ||
			finding "$(place "$source" "$name")" "$name is external but in no header"
	done < <(nm --defined-only --extern-only "$object" | grep -v ' [wWVu] ' || true)
done <<<"$pairs"

# Two files of one stem would share a prefix.
while IFS= read -r stem; do
	finding "$(files "*/$stem.c" | head -n 1):1" "the stem $stem is used by more than one file"
done < <(files '*.c' | grep -v '^tests/' | sed 's/.*\///; s/\.c$//' | sort | uniq -d)
verdict
