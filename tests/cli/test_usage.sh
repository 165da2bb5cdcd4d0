#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line itself: help, version, and mistakes.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

target ext4
mkdir "$t/empty"
payload "$t/file"
key rsa2048

# mistake NAME ARGUMENT…: refused with one sentence, which names what was wrong, and a hint; nothing scanned.
mistake() {
	local name=$1
	shift
	expect_status 64 "$IMA_SCAN" "$@"
	out_empty
	check "names what was wrong: $name" grep -aqF -- "$name" "$err"
	check "at most a sentence and a hint ($*)" test "$(wc -l <"$err")" -le 2
	check "begins with the program's name ($*)" grep -aq '^ima-scan: ' "$err"
}
hinted() {
	mistake "$@"
	err_has '--help'
}

expect_status 0 "$IMA_SCAN" --help
err_empty
out_has '^Usage:|^ima-scan |^ *ima-scan \['
for option in key evm-key platform-key evm-hmac-key revoked policy hooks kernel-config kernel-version cmdline \
	evm ima-hash format output verbose quiet null color jobs one-file-system exclude files0-from live \
	no-readahead no-sandbox help version explain list-keys lint-policy; do
	out_has "--$option([^a-z-]|\$)"
done
check 'help fits 100 columns' test "$(wc -L <"$out")" -le 100
for word in 0 1 2 4 64 70 130; do
	out_has "(^|[^0-9])$word([^0-9]|\$)"
done

expect_status 0 "$IMA_SCAN" --version
err_empty
out_has '^ima-scan [0-9]+\.[0-9]+'
same 'version is one line' 1 "$(wc -l <"$out")"

hinted target
hinted --no-such-option --no-such-option "$t"
hinted "$t" "$t" "$t/empty"
hinted --format --format "$t"
hinted sideways --format sideways "$t"
hinted sideways --color sideways "$t"
hinted sideways --hooks sideways "$t"
hinted sideways --evm sideways "$t"
hinted sideways --ima-hash sideways "$t"
hinted sideways --kernel-version sideways "$t"
hinted zero --jobs zero "$t"
hinted 0 --jobs 0 "$t"
hinted -1 --jobs=-1 "$t"
hinted 99999999999999999999 -j 99999999999999999999 "$t"

mistake no_such_policy --policy no_such_policy "$t"
err_has 'appraise_tcb'
mistake "$work/nokey" -k "$work/nokey" "$t"
mistake "$work/nokey" --evm-key "$work/nokey" "$t"
mistake "$work/nokey" --platform-key "$work/nokey" "$t"
mistake "$work/nokey" --evm-hmac-key "$work/nokey" "$t"
mistake "$work/nokey" --revoked "$work/nokey" "$t"
mistake "$work/nofile" --kernel-config "$work/nofile" "$t"
echo 'not a certificate' >"$work/text"
mistake "$work/text" -k "$work/text" "$t"
mistake "$keys/rsa2048.pem" -k "$keys/rsa2048.pem" "$t"
err_has '[Pp]rivate'
: >"$work/empty-file"
mistake "$work/empty-file" -k "$work/empty-file" "$t"
mistake "$work/empty-file" --evm-hmac-key "$work/empty-file" "$t"
mistake "$work/text" --kernel-config "$work/text" "$t"

mistake "$t/none" "$t/none"
# A file is an image, which ima-rescue mounts: what is wrong with it, that program says.
expect_status 64 "$IMA_SCAN" "$t/file"
out_empty
check 'no system in the image' grep -aq "^ima-rescue: no installed system was found in $t/file" "$err"
err_has 'not a directory|directory'
mistake / /
err_has '--live'
mistake /. /.
mistake /usr/.. /usr/..
ln -s / "$t/root"
mistake "$t/root" "$t/root"
mkdir "$t/bind"
mount --bind / "$t/bind"
mounted+=("$t/bind")
mistake "$t/bind" "$t/bind"
err_has '--live'
umount "$t/bind"

# Hostile arguments reach the terminal escaped.
expect_status 64 "$IMA_SCAN" "$work/"$'no\e[31m\nsuch'
refute 'no escape sequence on stderr' grep -aq $'\e' "$err"
expect_status 64 "$IMA_SCAN" "--no"$'\e[31m'"such"
refute 'no escape sequence on stderr' grep -aq $'\e' "$err"

# Options after the target, long ones abbreviated by nobody, and "--".
expect_status 2 "$IMA_SCAN" "$t/empty" --format ndjson -k "$keys/rsa2048.der"
well_formed 'options after the target'
mkdir "$t/-odd"
(cd "$t" && expect_status 2 "$IMA_SCAN" --format ndjson -- -odd)

# What cannot be written to is a failure, not silence.
if [ -c /dev/full ]; then
	# shellcheck disable=SC2016 # expands in the inner shell
	run bash -c '"$0" --format ndjson "$1" >/dev/full' "$IMA_SCAN" "$t"
	check 'a full disk is not success' test "$status" -ne 0
	check 'and is said' test -s "$err"
fi
mistake "$work/no/such/dir/out" -o "$work/no/such/dir/out" "$t"

expect_status 64 "$IMA_SCAN" --list-keys
expect_status 0 "$IMA_SCAN" --list-keys -k "$keys/rsa2048.der"
keyid=$(openssl x509 -inform DER -in "$keys/rsa2048.der" -noout -ext subjectKeyIdentifier |
	tail -n 1 | tr -d ' :\n' | tail -c 8 | tr 'A-F' 'a-f')
out_has "$keyid"
out_has 'rsa2048'
