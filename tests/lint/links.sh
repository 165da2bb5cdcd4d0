#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every relative link of a Markdown page, and every docs/ path a source names, leads to a file.
set -euo pipefail
# shellcheck source=tests/lint/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

# FILE:LINE:TARGET of the links of Markdown pages.
links() {
	files '*.md' | xargs grep -noE '\]\([^)#:]+[)#]' | sed 's/\](//; s/[)#]$//'
}

# FILE:LINE:PATH of pages that sources and scripts point to.
mentions() {
	files '*.c' '*.h' '*.sh' 'docs/*.8' GNUmakefile |
		xargs grep -noE '\bdocs/[a-z0-9/._-]+\.(md|txt|8)\b' || true
}

while IFS=: read -r file line target; do
	[ -e "$(dirname "$file")/$target" ] || finding "$file:$line" "no such file: $target"
done < <(links)
while IFS=: read -r file line target; do
	[ -e "$target" ] || finding "$file:$line" "no such file: $target"
done < <(mentions)
verdict
