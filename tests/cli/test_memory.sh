#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A target cannot make a scan take memory: whatever its files carry and however many there are, sixteen workers stay below
# a bound that is far above what they need.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

bound_kib=65536
t=$work/tree
mkdir "$t"
mount -t tmpfs -o size=2g,nr_inodes=0 none "$t" || skip 'cannot mount a tmpfs'
mounted+=("$t")

# hostile KIND NUMBER…: see hostile_memory.py. In place of the tree before.
hostile() {
	rm -rf "$t/tree"
	"$python" "$here/hostile_memory.py" "$1" "$t/tree" "${@:2}"
}

# flat WHAT ARGUMENT…: a scan of the tree takes less than the bound, and ends in order.
flat() {
	local what=$1 peak
	shift
	run "$python" "$here/peak.py" "$work/peak" "$IMA_SCAN" -j16 "$@" "$t/tree"
	check "$what: a status of a scan, which is $status" test "$status" -le 7
	peak=$(cat "$work/peak")
	check "$what: $peak KiB, less than $bound_kib" test "$peak" -lt "$bound_kib"
}

# each KIND: in both kinds of report.
each() {
	flat "$1, NDJSON" --format ndjson
	well_formed "$1"
	flat "$1, text" --verbose
	check "$1: something is reported" test -s "$out"
}

hostile values 600
each 'largest values'
hostile names 300
each 'longest lists of names'
hostile paths 500
each 'longest paths'
hostile tiny 60000
each 'many files'
# Here every name is kept until it is its turn; in a file.
hostile directories 250000
LIMIT=300 flat 'many directories in one' --format ndjson
check 'all of them are entered' test "$(json directories)" = 250001

hostile links 500 200
each 'one file of many long names'
# Names that are not kept are told: every one is somewhere in the report.
scan "$t/tree"
same 'every name is reported' 500 "$("$python" -c '
import json, sys
names = 0
for line in open(sys.argv[1]):
    record = json.loads(line)
    if record["record"] in ("file", "fault"):
        names += 1 + len(record.get("links", []))
print(names)' "$out")"
check 'names that are not kept are faults' test "$(json faults)" -gt 0
check 'and undecided' test $((status & 2)) = 2
