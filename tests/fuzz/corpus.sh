#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the seeds each fuzz target starts from, and every past crash, below build/fuzz-corpus.
# Usage: tests/fuzz/corpus.sh OUTDIR TARGET…
# The seeds of TARGET are made by corpus_TARGET, in one of tests/fuzz/corpus/*.sh.
# Past crashes are kept as text: tests/fuzz/crashes/TARGET/NAME.hex, hexadecimal digits, "#" comments.
set -euo pipefail

fuzz_dir=$(cd "$(dirname "$0")" && pwd)
out=$1
shift
for family in "$fuzz_dir"/corpus/*.sh; do
	# shellcheck source=/dev/null # each is checked by itself
	. "$family"
done

# Past crashes of a target, turned back into bytes.
crashes() {
	local file
	for file in "$fuzz_dir/crashes/$1"/*.hex; do
		[ -f "$file" ] || continue
		mkdir -p "$out/$1"
		hex "$(sed 's/#.*//' "$file")" >"$out/$1/crash-$(basename "$file" .hex)"
	done
}

for target; do
	mkdir -p "$out/$target"
	if ! declare -F "corpus_$target" >/dev/null; then
		echo "corpus: no seeds for $target: add corpus_$target to a file of $fuzz_dir/corpus" >&2
		exit 1
	fi
	"corpus_$target"
	crashes "$target"
done
