#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Man pages are well-formed, and they and --help name the same options.
set -euo pipefail
# shellcheck source=tests/lint/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

# Long options of a program's --help, without dashes.
help_options() {
	"$1" --help | grep -oE -- '--[a-z0-9][a-z0-9-]*' | sed 's/^--//' | sort -u
}

# Long options that a man page's lists of options introduce (.It Fl k , Fl -key).
man_options() {
	sed -n '/^\.It /p' "$1" | grep -oE -- 'Fl -[a-z0-9][a-z0-9-]*' | sed 's/^Fl -//' | sort -u
}

compare_options() {
	local program=$1 page=$2 option
	while IFS= read -r option; do
		finding "$page:1" "--$option is in --help and not in the page"
	done < <(comm -23 <(help_options "$program") <(man_options "$page"))
	while IFS= read -r option; do
		finding "$page:$(grep -n -- "Fl -$option" "$page" | head -n 1 | cut -d: -f1)" \
			"--$option is not in --help"
	done < <(comm -13 <(help_options "$program") <(man_options "$page"))
}

mapfile -t pages < <(files 'docs/*.8')
for page in "${pages[@]}"; do
	while IFS= read -r line; do
		finding "${line%%: *}" "${line#*: }"
	done < <(mandoc -T lint -W warning "$page" | sed 's/^mandoc: //' || true)
	program=build/release/$(basename "$page" .8)
	[ ! -x "$program" ] || compare_options "$program" "$page"
done
verdict
