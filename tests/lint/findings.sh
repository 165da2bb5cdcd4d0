#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# docs/findings.md and the table of findings hold the same ids with the same severities, in words on both sides.
set -euo pipefail
# shellcheck source=tests/lint/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

table=efi/finding_kinds.c
page=docs/findings.md

# "ID SEVERITY" of each row of the table.
of_table() {
	tr '\n' ' ' <"$table" | grep -oE '\{"[a-z0-9.-]+",[[:space:]]*FINDING_[A-Z]+' |
		sed -E 's/\{"([^"]*)",[[:space:]]*FINDING_/\1 /' | tr '[:upper:]' '[:lower:]' | sort
}

# "ID SEVERITY" of each section of the page.
of_page() {
	awk '
		/^### `/ { id = $2; gsub(/`/, "", id); next }
		/^Severity: / && id != "" { sub(/\.$/, "", $2); print id, $2; id = "" }' "$page" | sort
}

# Each section says what it means, why, and what to do.
sections() {
	awk '
		function done() {
			if (id != "" && (!why || !todo || !words))
				print line ":" id
		}
		/^#/ { done(); id = ""; why = todo = words = 0 }
		/^### `/ { id = $2; line = NR }
		/^Why: / { why = 1; next }
		/^Do: / { todo = 1; next }
		/^Severity: / { next }
		/[a-z]/ && !/^#/ { words = 1 }
		END { done() }' "$page"
}

while read -r id severity; do
	finding "$table:$(grep -n "\"$id\"" "$table" | head -n 1 | cut -d: -f1)" "$id ($severity) is not so in $page"
done < <(comm -23 <(of_table) <(of_page))
while read -r id severity; do
	finding "$page:$(grep -n "^### \`$id\`" "$page" | head -n 1 | cut -d: -f1)" "$id ($severity) is not so in $table"
done < <(comm -13 <(of_table) <(of_page))
while IFS=: read -r line id; do
	finding "$page:$line" "$id lacks what it means, why, or what to do"
done < <(sections)
[ "$(of_table | wc -l)" -ge 45 ] || finding "$table:1" "fewer than 45 findings were read"
verdict
