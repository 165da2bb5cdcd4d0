#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Scripts pass shellcheck, say in a sentence what they are for, and stop at the first error.
set -euo pipefail
# shellcheck source=tests/lint/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

# Files that are shell scripts, by name or first line.
scripts() {
	files '*.sh'
	files | grep -v '\.sh$' | while IFS= read -r file; do
		if head -c 64 "$file" | head -n 1 | grep -aqE '^#!.*[/ ](ba)?sh\b'; then
			printf '%s\n' "$file"
		fi
	done
}

mapfile -t all < <(scripts)
while IFS= read -r line; do
	[ -z "$line" ] || finding "${line%%: *}" "${line#*: }"
done < <(shellcheck -x -P SCRIPTDIR -f gcc "${all[@]}" || true)
for script in "${all[@]}"; do
	head -n 2 "$script" | grep -qx '# SPDX-License-Identifier: GPL-2.0-or-later' ||
		finding "$script:2" "no SPDX line"
	sed -n 3p "$script" | grep -qE '^# .+' || finding "$script:3" "no sentence says what it is for"
	# What is sourced is no program: it has no interpreter line, and says to shellcheck what it is.
	! head -n 2 "$script" | grep -q '^# shellcheck shell=' || continue
	# A library that is sourced first may set them for its users.
	grep -qE '^set -(euo pipefail|eu)$|^\. .*/lib' "$script" || finding "$script:1" "no set -euo pipefail"
	[ -x "$script" ] || finding "$script:1" "not executable"
done
verdict
