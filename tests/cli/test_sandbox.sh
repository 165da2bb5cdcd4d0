#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The run record says which protections were in force, and they are.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

target ext4
payload "$t/file"
hash sha256 "$t/file"
scan "$t"
has_status 0 'in the sandbox'
same 'no new privileges' true "$(json sandbox.no_new_privs run)"
same 'capabilities' true "$(json sandbox.capabilities_cut run)"
same 'active' true "$(json sandbox.active run)"
check 'Landlock is said' grep -Eq '^[0-9]+$' <<<"$(json sandbox.landlock run)"
scan --no-sandbox "$t"
has_status 0 '--no-sandbox'
same 'none is said' false "$(json sandbox.active run)"
run "$IMA_SCAN" --no-sandbox "$t"
out_has '[Ss]andbox'

# Seen from outside, while it runs.
target ext4
for i in 1 2 3 4 5 6; do
	truncate -s 2G "$t/sparse-$i"
	label set "$t/sparse-$i" security.ima "0404$(printf '00%.0s' {1..32})"
done
watch() {
	local process
	"$IMA_SCAN" -q "$@" "$t" >"$out" 2>"$err" </dev/null &
	process=$!
	until_reads "$process" "$t/sparse"
	seen=$(cat /proc/$process/task/*/status | grep -E '^(NoNewPrivs|CapEff):' | sort -u | tr '\t\n' '  ')
	kill "$process"
	wait "$process" || true
}
# CAP_DAC_READ_SEARCH and CAP_FOWNER are what reading needs.
watch
same 'every thread has given up' 'CapEff: 000000000000000c NoNewPrivs: 1 ' "$seen"
watch --no-sandbox
same 'no thread has, when told not to' "NoNewPrivs: $(awk '/^NoNewPrivs/ { print $2 }' /proc/self/status) " \
	"$(grep -o 'NoNewPrivs: . ' <<<"$seen")"
