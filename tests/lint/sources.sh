#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Habits of a source file that no compiler checks: its opening, left-over marks, whitespace, libraries.
set -euo pipefail
# shellcheck source=tests/lint/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

mapfile -t code < <(files '*.c' '*.h')
mapfile -t all < <(files | grep -vE '^LICENSE$')
mapfile -t programs < <(printf '%s\n' "${code[@]}" | grep -v '^tests/')

openings() {
	local file
	for file in "${code[@]}"; do
		head -n 1 "$file" | grep -qE '^(/\*|//) SPDX-License-Identifier: GPL-2\.0-or-later( \*/)?$' ||
			finding "$file:1" "does not open with the SPDX line"
		case $file in
		*.c) sed -n 2p "$file" | grep -qE '^/\*' || finding "$file:2" "no sentence says what it holds" ;;
		esac
	done
}

guards() {
	local file guard
	for file in "${programs[@]}"; do
		[ "${file##*.}" = h ] || continue
		guard=$(tr 'a-z/.-' 'A-Z___' <<<"$file")
		grep -qx "#ifndef $guard" "$file" || finding "$file:2" "its include guard is not $guard"
	done
}

# Patterns that would otherwise find this file are broken up.
marks() {
	grep -InE '\b(T[O]DO|FIX[M]E|X[X]X|HA[C]K)\b' "${all[@]}" || true
}

whitespace() {
	grep -InE '[[:blank:]]+$' "${all[@]}" | grep -v '\.md:[0-9]*:.*[^ ]  $' || true
}

attr_calls() {
	grep -nE '\battr_(get|set)f?[[:blank:]]*\(' "${code[@]}" || true
}

openssl_users() {
	local file line
	while IFS=: read -r file line _; do
		in_table tests/lint/openssl-users.txt "$file" >/dev/null ||
			finding "$file:$line" "includes <openssl/…> and is not in tests/lint/openssl-users.txt"
	done < <(grep -nE '^#[[:blank:]]*include <openssl/' "${programs[@]}" || true)
}

# Modules never print and never end the program: the main file, the reports and base/program.c do.
printing() {
	local calls='\b(printf|puts|putchar|perror|exit|_exit|err|errx|warn|warnx)[[:blank:]]*\('
	calls="$calls|\bv?(fprintf|fputs|fputc|fwrite)[[:blank:]]*\(.*\bstd(out|err)\b"
	# cmd_audit.c, cmd_run.c, tool.c, background.c and confined.c end a child that could not become another program; cryptomem.c ends the program where
	# libcrypto would crash (docs/adr/0014-no-memory-in-libcrypto.md).
	printf '%s\n' "${programs[@]}" |
		grep -vE '^(efi/(ima-efi|cmd_audit)|rescue/(ima-rescue|cmd_run|tool|background|confined)|scanner/(report/.*|ima-scan|base/program|watch|cryptomem))\.c$' |
		xargs grep -nE "$calls" || true
}

openings
guards
openssl_users
findings_of "left-over mark" < <(marks)
findings_of "blanks at the end of the line" < <(whitespace)
findings_of "ncurses exports this name too; use getxattr(2) or attr_copy_*" < <(attr_calls)
findings_of "only main files, reports and program.c print or exit" < <(printing)
verdict
