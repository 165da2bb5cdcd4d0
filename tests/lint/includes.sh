#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Includes go downhill, as tests/lint/includes.txt says, and a quoted include names its folder.
set -euo pipefail
# shellcheck source=tests/lint/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

table=tests/lint/includes.txt

# Is header $3 among what $2 allows, or in folder $1?
allowed() {
	local folder=$1 header=$3 entry
	[ "${header%/*}/" != "$folder/" ] || return 0
	for entry in $2; do
		case $entry in
		*/) [ "${header%/*}/" != "$entry" ] || return 0 ;;
		*) [ "$header" != "$entry" ] || return 0 ;;
		esac
	done
	return 1
}

check_file() {
	local file=$1 folder may line header
	folder=${file%/*}
	may=$(in_table "$table" "$file" || in_table "$table" "$folder") || {
		finding "$file:1" "$folder is not in $table"
		return
	}
	while IFS=: read -r line header; do
		if ! allowed "$folder" "$may" "$header"; then
			case $header in
			*/*) finding "$file:$line" "\"$header\" is uphill of $folder ($table)" ;;
			*) finding "$file:$line" "\"$header\" does not name its folder" ;;
			esac
		elif [ "$header" != version.h ] && [ ! -f "$header" ]; then
			finding "$file:$line" "\"$header\" is not in the tree"
		fi
	done < <(sed -n 's/^#[[:space:]]*include[[:space:]]*"\(.*\)".*/\1/;T;=;p' "$file" | paste -d: - -)
}

mapfile -t sources < <(files '*.c' '*.h' | grep -v '^tests/')
for source in "${sources[@]}"; do
	check_file "$source"
done
verdict
