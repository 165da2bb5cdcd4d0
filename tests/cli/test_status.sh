#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The exit status: a row for each meaning.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

key rsa2048
key other rsa2048
target ext4
mkdir "$t/good" "$t/bad" "$t/signed" "$t/empty" "$t/unlabelled" "$t/both"
payload "$t/good/digest"
hash sha256 "$t/good/digest"
payload "$t/signed/file"
sign rsa2048 sha256 "$t/signed/file"
payload "$t/bad/file"
hash sha256 "$t/bad/file"
label flip "$t/bad/file" 0
payload "$t/unlabelled/file"
copy "$t/signed/file" "$t/both/signed"
copy "$t/bad/file" "$t/both/bad"

row() {
	local expected=$1 what=$2
	shift 2
	scan "$@"
	has_status "$expected" "$what"
	well_formed "$what"
}

row 0 'all good' "$t/good"
row 0 'all good, signed' -k "$keys/rsa2048.der" "$t/signed"
row 0 'all good under a policy' --policy all -k "$keys/rsa2048.der" "$t/signed"
row 1 'one bad' "$t/bad"
row 2 'an empty directory: nothing verified' "$t/empty"
row 2 'nothing labelled and no policy: nothing verified' "$t/unlabelled"
row 1 'nothing labelled and a policy' --policy all "$t/unlabelled"
row 2 'a policy that governs nothing here' --policy owner=4711 "$t/good"
row 2 'signatures and no key at all' "$t/signed"
same 'cause' "$(printf 'undecided\tno-keyring')" "$(table verdict cause)"
row 3 'signatures and another key' -k "$keys/other.der" "$t/signed"
same 'cause' "$(printf 'fail\tinvalid-signature\tunknown-key')" "$(table verdict cause ima.signature)"
row 3 'a bad file and no key' "$t/both"
row 0 'a revoked key that nobody uses' --revoked "$keys/other.der" -k "$keys/rsa2048.der" "$t/signed"
scan --revoked "$keys/rsa2048.der" -k "$keys/rsa2048.der" "$t/signed"
check 'a revoked key is a failure' test $((status & 1)) -eq 1

# A key that was given and that this kernel does not load leaves nothing open: the kernel refuses.
key p256
payload "$t/curve/file"
sign p256 sha256 "$t/curve/file"
printf 'CONFIG_%s=y\n' IMA IMA_APPRAISE CRYPTO_RSA CRYPTO_SHA256 >"$work/no-ecdsa"
row 0 'a key that the kernel loads' -k "$keys/p256.der" "$t/curve"
row 1 'a key that the kernel does not load' -k "$keys/p256.der" --kernel-config "$work/no-ecdsa" "$t/curve"
same 'hygiene' refused-key "$(table hygiene)"

# The text report and -q have the same statuses as NDJSON.
expect_status 0 "$IMA_SCAN" "$t/good"
expect_status 1 "$IMA_SCAN" "$t/bad"
expect_status 2 "$IMA_SCAN" "$t/empty"
out_has '[Nn]othing'
expect_status 2 "$IMA_SCAN" -q "$t/signed"
expect_status 3 "$IMA_SCAN" -q -k "$keys/other.der" "$t/signed"
expect_status 1 "$IMA_SCAN" -0 "$t/bad"

# Interrupted: a truthful partial summary.
target ext4 256
label many "$t/many" 10000
for i in 1 2 3 4 5 6 7 8; do
	truncate -s 2G "$t/sparse-$i"
	label set "$t/sparse-$i" security.ima "0404$(printf '00%.0s' {1..32})"
done
interrupt() {
	local signal=$1 process
	shift
	# The shell lets background jobs ignore SIGINT; a terminal would not.
	env --default-signal=INT "$IMA_SCAN" "$@" "$t" >"$out" 2>"$err" </dev/null &
	process=$!
	until_reads "$process" "$t/sparse"
	kill -s "$signal" "$process" 2>/dev/null || true
	status=0
	wait "$process" || status=$?
}
for signal in INT TERM; do
	interrupt "$signal" --format ndjson
	has_status 130 "SIG$signal during a scan"
	well_formed "interrupted by SIG$signal"
	check 'the summary says so' grep -q '"record":"summary".*[Ii]nterrupted' "$out"
done
interrupt INT
has_status 130 'SIGINT during a text report'
check 'the report says so' grep -qi interrupted "$out" "$err"
