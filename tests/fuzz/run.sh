#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Replays seeds and past crashes through each fuzz target, then fuzzes it; fails on any crash.
# Usage: tests/fuzz/run.sh BUILDDIR SECONDS TARGET…         wall time
#        tests/fuzz/run.sh --cpu BUILDDIR SECONDS TARGET…   CPU time, in rounds; called again it goes on
#        tests/fuzz/run.sh --table TARGET…                  what --cpu has done so far
# Crashing inputs go to build/fuzz-artifacts, what was learned stays in build/fuzz-corpus. A round of --cpu
# is a line of build/fuzz-ledger/TARGET: executions, CPU seconds, edges, checksum of the program. Remove it to
# begin anew.
set -euo pipefail

cd "$(dirname "$0")/../.."
here=tests/fuzz
corpus=build/fuzz-corpus
artifacts=build/fuzz-artifacts
ledgers=build/fuzz-ledger
logs=build/logs

# Wall time: what takes half a second takes many on a busy machine.
limits=(-timeout=60 -rss_limit_mb=1024)
# So little is lost by an interrupt, and what minimising the corpus at the start costs stays small.
round_seconds=120
# Where the processor is shared a round gets a part of its wall time: ever shorter ones would never come to the end.
short_seconds=15

# The number libFuzzer prints behind a name in a log.
stat_of() {
	sed -n "s/^stat::$2: *//p" "$1" | tail -n 1
}

coverage_of() {
	grep -oE 'cov: [0-9]+' "$1" | tail -n 1 | cut -d' ' -f2
}

inputs_of() {
	find "$corpus/$1" -type f | wc -l
}

# fuzz_round BUILDDIR SECONDS TARGET: prints executions, edges, CPU seconds.
fuzz_round() {
	local builddir=$1 seconds=$2 target=$3 log=$logs/fuzz-$3.log status=0 cpu
	TIMEFORMAT='%U %S'
	# The user's and the kernel's seconds of the target alone: its output goes elsewhere.
	cpu=$({ time "$builddir/fuzz_$target" "${limits[@]}" -artifact_prefix="$artifacts/$target-" \
		-print_final_stats=1 -max_total_time="$seconds" "$corpus/$target" >"$log" 2>&1; } 2>&1) ||
		status=$?
	if [ "$status" -ne 0 ]; then
		tail -n 40 "$log" >&2
		printf '%-10s CRASHED (status %s), see %s and %s\n' "$target" "$status" "$artifacts" "$log" >&2
		return 1
	fi
	printf '%s %s %s\n' "$(stat_of "$log" number_of_executed_units)" "$(coverage_of "$log")" \
		"$(awk '{ print $1 + $2 }' <<<"$cpu")"
}

print_row() {
	printf '%-10s %12s executions %6s edges %6s inputs %6.0f CPU seconds%s\n' "$1" "$2" "$3" \
		"$(inputs_of "$1")" "$4" "${5:-}"
}

fuzz_one() {
	local builddir=$1 seconds=$2 target=$3 result executions edges cpu
	result=$(fuzz_round "$builddir" "$seconds" "$target")
	read -r executions edges cpu <<<"$result"
	print_row "$target" "$executions" "$edges" "$cpu"
}

# What the rounds of a target come to: executions, edges of the last, CPU seconds, rounds, programs.
ledger_sum() {
	[ ! -f "$ledgers/$1" ] || awk '{ n += $1; cpu += $2; edges = $3; builds += !seen[$4]++ }
		END { print n, edges, cpu, NR, builds }' "$ledgers/$1"
}

table_row() {
	local executions edges cpu rounds builds
	read -r executions edges cpu rounds builds <<<"$(ledger_sum "$1")"
	[ -n "$executions" ] || executions=0 edges=0 cpu=0 rounds=0 builds=0
	print_row "$1" "$executions" "$edges" "$cpu" " in $rounds rounds of $builds builds"
}

# A process never gets more CPU time than wall time has passed, so a round does not go far beyond what is left.
fuzz_cpu() {
	local builddir=$1 wanted=$2 target=$3 build left wall result executions edges cpu
	build=$(sha256sum "$builddir/fuzz_$target" | cut -c 1-16)
	mkdir -p "$ledgers"
	while
		read -r _ _ cpu _ <<<"$(ledger_sum "$target")"
		left=$(awk -v wanted="$wanted" -v cpu="${cpu:-0}" 'BEGIN { printf "%.0f", wanted - cpu + 0.5 }')
		[ "$left" -gt 0 ]
	do
		wall=$((left < short_seconds ? short_seconds : left < round_seconds ? left : round_seconds))
		result=$(fuzz_round "$builddir" "$wall" "$target")
		read -r executions edges cpu <<<"$result"
		echo "$executions $cpu $edges $build" >>"$ledgers/$target"
	done
	table_row "$target"
}

# Nobody else works on a target meanwhile: its log and its ledger are for one.
alone() {
	exec 9>"$logs/fuzz-$1.lock"
	flock -n 9 || {
		echo "fuzz: somebody else fuzzes $1" >&2
		return 1
	}
}

case ${1:-} in
--one)
	shift
	alone "$3"
	fuzz_one "$@"
	exit
	;;
--one-cpu)
	shift
	alone "$3"
	fuzz_cpu "$@"
	exit
	;;
--table)
	shift
	for target; do
		table_row "$target"
	done
	exit
	;;
--cpu) how=--one-cpu && shift ;;
*) how=--one ;;
esac
builddir=$1 seconds=$2
shift 2
if [ $# -eq 0 ]; then
	echo "fuzz: no target named" >&2
	exit 1
fi
mkdir -p "$corpus" "$artifacts" "$logs"
"$here/corpus.sh" "$corpus" "$@"
# One target a core; xargs ends with a status of its own when one of them failed.
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} "$0" "$how" "$builddir" "$seconds" {}
