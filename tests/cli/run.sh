#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the command line tests. Usage: tests/cli/run.sh [PROGRAM] [NAME…]
# NAME is the middle of test_NAME.sh; all of them without one. SLOW=1 runs the large cases too, VERBOSE=1
# prints every check. Status 1 when a test failed, 77 when nothing failed and something was skipped.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
limit_seconds=${LIMIT_SECONDS:-1800}

if [ $# -gt 0 ] && [ -f "$1" ] && [ -x "$1" ]; then
	IMA_SCAN=$(realpath "$1")
	shift
else
	IMA_SCAN=$(realpath -m "${IMA_SCAN:-$here/../../build/release/ima-scan}")
fi
export IMA_SCAN
if [ ! -x "$IMA_SCAN" ]; then
	echo "tests/cli/run.sh: $IMA_SCAN is not there: build it first (make)" >&2
	exit 1
fi

# Keys are made once for all tests of the run and leave with it.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export IMA_TEST_KEYS=$scratch/keys
mkdir "$IMA_TEST_KEYS"

tests=()
if [ $# -gt 0 ]; then
	for name; do
		if [ ! -x "$here/test_$name.sh" ]; then
			echo "tests/cli/run.sh: no test named $name" >&2
			exit 64
		fi
		tests+=("$here/test_$name.sh")
	done
else
	tests=("$here"/test_*.sh)
fi

passed=0 failed=0 skipped=0
for test in "${tests[@]}"; do
	name=${test##*/test_}
	name=${name%.sh}
	began=$EPOCHREALTIME
	status=0
	timeout -k 10 "$limit_seconds" "$test" >"$scratch/log" 2>&1 </dev/null || status=$?
	took=$(((${EPOCHREALTIME/./} - ${began/./}) / 100000))
	took=$((took / 10)).$((took % 10))
	said=$(tail -n 1 "$scratch/log")
	case $status in
	0) passed=$((passed + 1)) && printf 'ok       %-14s %5s s  %s\n' "$name" "$took" "$said" ;;
	77) skipped=$((skipped + 1)) && printf 'skipped  %-14s %5s s  %s\n' "$name" "$took" "$said" ;;
	124) failed=$((failed + 1)) && printf 'FAILED   %-14s stopped after %s s\n' "$name" "$limit_seconds" ;;
	*) failed=$((failed + 1)) && printf 'FAILED   %-14s %5s s  %s\n' "$name" "$took" "$said" ;;
	esac
	if [ "$status" != 0 ] || [ "${VERBOSE:-}" = 1 ]; then
		head -n -1 "$scratch/log" | sed 's/^/    /'
	fi
	# tests/run.sh looks for this at the beginning of a line.
	grep '^skipped: ' "$scratch/log" || true
done

printf '%d passed, %d failed' "$passed" "$failed"
[ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped"
printf '\n'
if [ "$failed" -gt 0 ]; then
	exit 1
fi
[ "$skipped" -eq 0 ] || exit 77
