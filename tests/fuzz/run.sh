#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Replays seeds and past crashes through each fuzz target, then fuzzes it; fails on any crash.
# Usage: tests/fuzz/run.sh BUILDDIR SECONDS TARGET…
# Crashing inputs go to build/fuzz-artifacts, what was learned stays in build/fuzz-corpus.
set -euo pipefail

cd "$(dirname "$0")/../.."
here=tests/fuzz
corpus=build/fuzz-corpus
artifacts=build/fuzz-artifacts
logs=build/logs

limits=(-timeout=10 -rss_limit_mb=1024)

# The number libFuzzer prints behind a name in a log.
stat_of() {
	sed -n "s/^stat::$2: *//p" "$1" | tail -n 1
}

coverage_of() {
	grep -oE 'cov: [0-9]+' "$1" | tail -n 1 | cut -d' ' -f2
}

fuzz_one() {
	local builddir=$1 seconds=$2 target=$3 log=$logs/fuzz-$3.log status=0 cpu
	TIMEFORMAT='%U %S'
	# The user's and the kernel's seconds of the target alone: its output goes elsewhere.
	cpu=$({ time "$builddir/fuzz_$target" "${limits[@]}" -artifact_prefix="$artifacts/$target-" \
		-print_final_stats=1 -max_total_time="$seconds" "$corpus/$target" >"$log" 2>&1; } 2>&1) ||
		status=$?
	if [ "$status" -ne 0 ]; then
		tail -n 40 "$log"
		printf '%-10s CRASHED (status %s), see %s and %s\n' "$target" "$status" "$artifacts" "$log"
		return 1
	fi
	printf '%-10s %12s executions %6s edges %6s inputs %6.0f CPU seconds\n' "$target" \
		"$(stat_of "$log" number_of_executed_units)" "$(coverage_of "$log")" \
		"$(find "$corpus/$target" -type f | wc -l)" "$(awk '{ print $1 + $2 }' <<<"$cpu")"
}

if [ "${1:-}" = --one ]; then
	shift
	fuzz_one "$@"
	exit
fi
builddir=$1 seconds=$2
shift 2
if [ $# -eq 0 ]; then
	echo "fuzz: no target named" >&2
	exit 1
fi
mkdir -p "$corpus" "$artifacts" "$logs"
"$here/corpus.sh" "$corpus" "$@"
# One target a core; xargs ends with a status of its own when one of them failed.
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} "$0" --one "$builddir" "$seconds" {}
