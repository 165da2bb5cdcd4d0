# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the lints share: the list of the tree's files, and the way a finding is told and counted.
cd "$(dirname "${BASH_SOURCE[0]}")/../../.." || exit

findings=0

# Files of the tree, tracked or about to be, by pathspec. Deleted ones are left out.
files() {
	local file
	git ls-files -co --exclude-standard -- "$@" | while IFS= read -r file; do
		[ ! -f "$file" ] || printf '%s\n' "$file"
	done
}

# finding FILE:LINE WHAT…
finding() {
	local where=$1
	shift
	printf '%s: %s\n' "$where" "$*"
	findings=$((findings + 1))
}

# Each "FILE:LINE:TEXT" line of standard input is a finding for the reason given.
findings_of() {
	local file line text
	while IFS=: read -r file line text; do
		finding "$file:$line" "$1: $text"
	done
}

# Last line of each lint.
verdict() {
	[ "$findings" -eq 0 ] || {
		echo "$findings findings"
		exit 1
	}
}

# The second field of the line of table $1 whose first field is $2; status 1 when there is none.
in_table() {
	awk -F'|' -v key="$2" '
		/^#/ { next }
		{ name = $1; gsub(/^ +| +$/, "", name) }
		name == key { value = $2; gsub(/^ +| +$/, "", value); print value; found = 1; exit }
		END { exit !found }' "$1"
}

# Object files of the release build with the source each came from, "OBJECT SOURCE" a line.
objects() {
	local source object
	files 'scanner/*.c' 'efi/*.c' 'rescue/*.c' 'tui/*.c' | while IFS= read -r source; do
		object=build/release/${source%.c}.o
		if [ ! -f "$object" ]; then
			echo "$object is missing: build first (make all)" >&2
			return 1
		fi
		printf '%s %s\n' "$object" "$source"
	done
}
