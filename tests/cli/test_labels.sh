#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every label that evmctl can write is good on every file system, and no single change stays unseen.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

for k in rsa1024 rsa2048 rsa4096 p256 p384 p521; do
	key "$k"
done
key_options=()
for k in rsa1024 rsa2048 rsa4096 p256 p384 p521; do
	key_options+=(-k "$keys/$k.der")
done
signed_kinds=(rsa1024:sha256 rsa2048:sha1 rsa2048:sha224 rsa2048:sha256 rsa2048:sha384 rsa2048:sha512
	rsa4096:sha256 rsa4096:sha512 p256:sha1 p256:sha224 p256:sha256 p256:sha384 p256:sha512 p384:sha256
	p384:sha384 p384:sha512 p521:sha256 p521:sha512)
digest_kinds=(md5 sha1 rmd160 sha224 sha256 sha384 sha512)

for fs in ext4 xfs btrfs; do
	target "$fs"
	expected=
	for algo in "${digest_kinds[@]}"; do
		payload "$t/digest-$algo"
		hash "$algo" "$t/digest-$algo"
		case $algo in
		md5 | sha1) type=digest ;;
		*) type=digest-ng ;;
		esac
		expected+="digest-$algo pass - $type $algo"$'\n'
	done
	for kind in "${signed_kinds[@]}"; do
		payload "$t/${kind/:/-}"
		sign "${kind%:*}" "${kind#*:}" "$t/${kind/:/-}"
		expected+="${kind/:/-} pass - signature-v2 ${kind#*:}"$'\n'
	done
	: >"$t/empty-hashed"
	hash sha256 "$t/empty-hashed"
	: >"$t/empty-signed"
	sign rsa2048 sha256 "$t/empty-signed"
	truncate -s 5M "$t/sparse"
	sign p256 sha256 "$t/sparse"
	payload "$t/large" 3000001
	sign rsa2048 sha256 "$t/large"
	expected+="empty-hashed pass - digest-ng sha256
		empty-signed pass - signature-v2 sha256
		sparse pass - signature-v2 sha256
		large pass - signature-v2 sha256"

	scan "${key_options[@]}" "$t"
	has_status 0 "all that evmctl wrote is good on $fs"
	well_formed "$fs"
	expect_table path verdict cause ima.type ima.hash <<<"$expected"

	# The same by other means of giving keys: PEM, and a directory.
	mkdir -p "$work/certificates"
	for k in rsa1024 rsa2048 rsa4096 p256 p384 p521; do
		openssl x509 -inform DER -in "$keys/$k.der" -out "$work/certificates/$k.pem"
	done
	scan -k "$work/certificates" "$t"
	has_status 0 "a directory of PEM certificates on $fs"

	# One change each, and the cause the kernel gives.
	for what in content-first content-last content-size content-cut label-digest label-algorithm label-type \
		label-cut; do
		copy "$t/digest-sha256" "$t/bad-hash-$what"
		copy "$t/rsa2048-sha256" "$t/bad-sign-$what"
	done
	for f in hash sign; do
		label flip "$t/bad-$f-content-first" 0
		label flip "$t/bad-$f-content-last" $((8 * 3000 - 1))
		printf x >>"$t/bad-$f-content-size"
		truncate -s 2999 "$t/bad-$f-content-cut"
		label flip-label "$t/bad-$f-label-digest" security.ima -9
		case $f in
		hash) label flip-label "$t/bad-$f-label-algorithm" security.ima 8 ;;
		sign) label flip-label "$t/bad-$f-label-algorithm" security.ima 16 ;;
		esac
		label flip-label "$t/bad-$f-label-type" security.ima 3
		value=$(label get "$t/bad-$f-label-cut" security.ima)
		label set "$t/bad-$f-label-cut" security.ima "${value%??}"
	done
	scan "${key_options[@]}" "$t"
	has_status 1 "changes on $fs"
	well_formed "changes on $fs"
	same "$fs: causes" "bad-hash-content-cut fail invalid-hash
bad-hash-content-first fail invalid-hash
bad-hash-content-last fail invalid-hash
bad-hash-content-size fail invalid-hash
bad-hash-label-algorithm fail invalid-hash
bad-hash-label-cut fail invalid-hash
bad-hash-label-digest fail invalid-hash
bad-hash-label-type unknown unknown-ima-data
bad-sign-content-cut fail invalid-signature
bad-sign-content-first fail invalid-signature
bad-sign-content-last fail invalid-signature
bad-sign-content-size fail invalid-signature
bad-sign-label-algorithm fail invalid-signature
bad-sign-label-cut fail invalid-signature
bad-sign-label-digest fail invalid-signature
bad-sign-label-type unknown unknown-ima-data" "$(table path verdict cause | grep ^bad- | tr '\t' ' ')"
done

# No label, and an empty one, where a policy asks for one.
target ext4
payload "$t/none"
payload "$t/empty"
label set "$t/empty" security.ima ''
payload "$t/good"
hash sha256 "$t/good"
scan --policy all "$t"
has_status 1 'labels missing'
expect_table path verdict cause <<'TABLE'
	empty no_label missing-hash
	good pass -
	none no_label missing-hash
TABLE

# An algorithm that Debian's kernel does not have: it cannot collect, so it refuses.
rm "$t"/*
payload "$t/sm3"
if hash sm3 "$t/sm3" >/dev/null; then
	scan --policy all "$t"
	has_status 1 'sm3'
	expect_table path cause <<<'sm3 failed'
fi

# Every single bit: content and label of a digest, an ECDSA and an RSA signature.
target ext4 256
mkdir "$t/base"
payload "$t/base/digest" 64
hash sha256 "$t/base/digest"
payload "$t/base/ecdsa" 64
sign p256 sha256 "$t/base/ecdsa"
payload "$t/base/rsa" 64
sign rsa1024 sha256 "$t/base/rsa"
scan "${key_options[@]}" "$t"
has_status 0 'the bases are good'
for base in digest ecdsa rsa; do
	label each-content-bit "$t/base/$base" "$t/$base-content"
	label each-label-bit "$t/base/$base" "$t/$base-label" security.ima
done
rm -r "$t/base"
scan "${key_options[@]}" "$t"
well_formed 'every single bit'
same 'every copy is in the report' "$(find "$t" -type f | wc -l)" "$(table path | wc -l)"
# The kernel takes an algorithm number it does not know for its default, and the digest is of the default.
expect_good() {
	same "$1: nothing else passes" "$2" \
		"$(table path verdict | awk -v want="^$1/" '$1 ~ want && $2 ~ /^pass/ { print $1 }')"
}
for base in digest ecdsa rsa; do
	expect_good "$base-content" ''
done
# The kernel's decoder does not ask whether a SEQUENCE says that it is constructed.
expect_good ecdsa-label ecdsa-label/byte-009-bit-5
expect_good rsa-label ''
expect_good digest-label "digest-label/byte-001-bit-5
digest-label/byte-001-bit-6
digest-label/byte-001-bit-7"
same 'and those three are said to be odd' 3 \
	"$(table path verdict hygiene | grep -c $'pass\t.*unknown-hash')"
