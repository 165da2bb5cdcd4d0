#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Signatures appended to modules: good, damaged, and by a key that was not given, whose certificate is then named.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

key rsa2048
key stranger rsa2048
key p256
modules=lib/modules/6.12/kernel
target ext4
mkdir -p "$t/$modules"
for name in good ecdsa damaged stranger by-id none; do
	payload "$t/$modules/$name.ko"
done
append_signature rsa2048 "$t/$modules/good.ko"
append_signature p256 "$t/$modules/ecdsa.ko"
append_signature rsa2048 "$t/$modules/damaged.ko"
label flip "$t/$modules/damaged.ko" 1
append_signature stranger "$t/$modules/stranger.ko"
append_signature stranger "$t/$modules/by-id.ko" -keyid
printf 'appraise func=MODULE_CHECK appraise_type=imasig|modsig\n' >"$work/policy"
printf '%s\n' CONFIG_IMA=y CONFIG_IMA_APPRAISE=y CONFIG_IMA_APPRAISE_MODSIG=y 'CONFIG_IMA_DEFAULT_HASH="sha256"' \
	CONFIG_CRYPTO_SHA256=y CONFIG_CRYPTO_ECDSA=y >"$work/config"
options=(--kernel-config "$work/config" -k "$keys/rsa2048.der" -k "$keys/p256.der" --policy "$work/policy")
serial=$(openssl x509 -inform DER -in "$keys/stranger.der" -noout -serial | sed 's/.*=//' | tr '[:upper:]' '[:lower:]')
id=$(openssl x509 -inform DER -in "$keys/stranger.der" -noout -ext subjectKeyIdentifier | tail -n 1 | tr -d ' :' | tr '[:upper:]' '[:lower:]')

scan "${options[@]}" "$t"
has_status 1 'appended signatures'
well_formed 'appended signatures'
same 'verdicts' "$modules/by-id.ko fail invalid-signature unknown-key \"key id $id\"
$modules/damaged.ko fail invalid-signature bad \"issuer CN=rsa2048,O=ima-scan tests, serial XX\"
$modules/ecdsa.ko pass - good -
$modules/good.ko pass - good -
$modules/none.ko no_label IMA-signature-required - -
$modules/stranger.ko fail invalid-signature unknown-key \"issuer CN=stranger,O=ima-scan tests, serial $serial\"" \
	"$(table path verdict cause modsig modsig_signer | tr '\t' ' ' | sed '/damaged/s/serial [0-9a-f]*/serial XX/')"

run "$IMA_SCAN" "${options[@]}" "$t"
out_has "stranger.ko .*appended signature by a key not given: issuer CN=stranger,O=ima-scan tests, serial $serial"
out_has "by-id.ko .*appended signature by a key not given: key id $id"
refute 'of a known key nothing is missing' grep -q 'damaged.ko .*not given' "$out"
run "$IMA_SCAN" --explain "$modules/stranger.ko" "${options[@]}" "$t"
out_has "^    signer +issuer CN=stranger,O=ima-scan tests, serial $serial"
# Given that certificate, it is good.
scan "${options[@]}" -k "$keys/stranger.der" "$t"
same 'with the certificate' 'pass pass' \
	"$(table path verdict | awk '/stranger|by-id/ { print $2 }' | paste -sd ' ')"

# A name made to write on the terminal.
openssl req -x509 -nodes -days 3650 -newkey rsa:2048 -config "$here/x509.cnf" -subj $'/CN=\e[31mred' -keyout "$keys/odd.pem" \
	-outform DER -out "$keys/odd.der" 2>"$err"
payload "$t/$modules/odd.ko"
append_signature odd "$t/$modules/odd.ko"
for arguments in '' "--explain $modules/odd.ko"; do
	# shellcheck disable=SC2086 # an option and its argument, or none
	run "$IMA_SCAN" $arguments "${options[@]}" "$t"
	out_has 'issuer CN=.*red'
	refute 'no escape sequence' grep -q $'\e' "$out"
done
