#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# EVM: what evmctl signs and computes is good; each protected fact, once changed, is caught.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

key rsa2048
key p256
label payload "$work/hmac-key" 64 'hmac key'
label payload "$work/other-hmac-key" 64 'another hmac key'
ima=(-k "$keys/rsa2048.der" -k "$keys/p256.der")
x509=("${ima[@]}" --evm-key "$keys/rsa2048.der" --evm-key "$keys/p256.der")
printf 'CONFIG_%s=y\n' IMA IMA_APPRAISE EVM INTEGRITY INTEGRITY_SIGNATURE INTEGRITY_ASYMMETRIC_KEYS CRYPTO_RSA \
	CRYPTO_ECDSA CRYPTO_SHA1 CRYPTO_SHA256 CRYPTO_SHA512 CRYPTO_HMAC IMA_DEFAULT_HASH_SHA256 >"$work/config"
both=("${x509[@]}" --evm-hmac-key "$work/hmac-key")

for fs in ext4 xfs btrfs; do
	target "$fs"
	uuid=$(uuid_of "$work/$fs.img")
	mkdir "$t/sig" "$t/hmac" "$t/portable"
	for k in rsa2048 p256; do
		for algo in sha1 sha256 sha512; do
			payload "$t/sig/$k-$algo-hash"
			evm_sign "$k" "$uuid" "$t/sig/$k-$algo-hash" --imahash -a "$algo"
			payload "$t/sig/$k-$algo-sig"
			evm_sign "$k" "$uuid" "$t/sig/$k-$algo-sig" --imasig -a "$algo"
			payload "$t/portable/$k-$algo-hash"
			evm_sign "$k" '' "$t/portable/$k-$algo-hash" --portable --imahash -a "$algo"
			payload "$t/portable/$k-$algo-sig"
			evm_sign "$k" '' "$t/portable/$k-$algo-sig" --portable --imasig -a "$algo"
		done
	done
	payload "$t/sig/owner"
	chown 1234:4321 "$t/sig/owner"
	chmod 6751 "$t/sig/owner"
	evm_sign rsa2048 "$uuid" "$t/sig/owner" --imasig
	payload "$t/portable/caps"
	label capability "$t/portable/caps" 0x2400
	setfattr -n security.selinux -v 'system_u:object_r:bin_t:s0\000' "$t/portable/caps"
	evm_sign rsa2048 '' "$t/portable/caps" --portable --imasig
	payload "$t/sig/caps"
	label capability "$t/sig/caps" 0x2400
	evm_sign rsa2048 "$uuid" "$t/sig/caps" --imasig
	payload "$t/hmac/plain"
	evm_hmac "$work/hmac-key" "$uuid" "$t/hmac/plain"
	payload "$t/hmac/caps"
	label capability "$t/hmac/caps" 0x2400
	evm_hmac "$work/hmac-key" "$uuid" "$t/hmac/caps"

	scan "${both[@]}" "$t"
	has_status 0 "EVM labels of every kind on $fs"
	well_formed "EVM on $fs"
	same "$fs: verdicts" 'pass' "$(table verdict | sort -u)"
	same "$fs: EVM verdicts" "hmac pass
portable pass_immutable
sig pass" "$(table path evm.verdict | sed 's|/[^\t]*\t| |' | sort -u)"

	# A certificate alone: HMACs are refused, as that kernel does. Nothing at all: EVM is not in force.
	scan "${ima[@]}" --evm-key "$keys/p256.der" "$t/portable"
	has_status 3 "the certificate of the EVM signatures is missing on $fs"
	same "$fs: its key id is named" "$(table path evm.keyid | grep '^rsa2048-sha1-hash' | cut -f 2)" \
		"$(grep -ao '"unknown_keys":\[{"id":"[0-9a-f]*' "$out" | grep -o '[0-9a-f]*$')"
	run "$IMA_SCAN" --explain rsa2048-sha1-hash "${ima[@]}" --evm-key "$keys/p256.der" "$t/portable"
	has_status 3 "explained as well on $fs"
	out_has 'no key of this id was given'
	scan "${x509[@]}" "$t/hmac"
	has_status 1 "HMACs under X.509 only on $fs"
	same "$fs: HMAC causes" 'fail invalid-HMAC' "$(table verdict cause | sort -u | tr '\t' ' ')"
	scan "${ima[@]}" "$t"
	has_status 0 "EVM not in force on $fs"
	scan "${ima[@]}" --evm x509 "$t/portable"
	has_status 2 "EVM in force and no certificate given on $fs"
	scan "${ima[@]}" --evm hmac "$t/hmac"
	has_status 2 "EVM in force and no HMAC key given on $fs"
	same "$fs: says so" undecided "$(table verdict | sort -u)"
	scan "${ima[@]}" --evm-hmac-key "$work/other-hmac-key" "$t/hmac"
	has_status 1 "another HMAC key on $fs"

	# evmctl's own HMAC is that of a kernel built without EVM_ATTR_FSUUID.
	mkdir "$t/old"
	payload "$t/old/plain"
	evmctl_hmac "$work/hmac-key" "$t/old/plain"
	scan "${both[@]}" --kernel-config "$work/config" "$t/old"
	has_status 0 "evmctl's HMAC on $fs"
	scan "${both[@]}" "$t/old"
	has_status 1 "evmctl's HMAC for a kernel that takes the UUID in, on $fs"

	# One change each.
	cd "$t"
	for base in sig/rsa2048-sha256-sig sig/p256-sha256-hash portable/rsa2048-sha256-sig \
		portable/p256-sha256-hash hmac/plain; do
		kind=${base%%/*}
		for what in mode owner group selinux apparmor capability ima-gone evm-gone evm-bit content user inode; do
			mkdir -p "changed/$kind/$what"
			file=changed/$kind/$what/${base##*/}
			if [ "$what" = inode ] || [ "$kind" = portable ]; then
				copy "$base" "$file"
			else
				payload "$file"
				case $base in
				hmac/*) evm_hmac "$work/hmac-key" "$uuid" "$file" ;;
				*-sig) evm_sign rsa2048 "$uuid" "$file" --imasig ;;
				*) evm_sign p256 "$uuid" "$file" --imahash ;;
				esac
			fi
			case $what in
			mode) chmod g+w "$file" ;;
			owner) chown 1 "$file" ;;
			group) chgrp 1 "$file" ;;
			selinux) setfattr -n security.selinux -v 'system_u:object_r:etc_t:s0' "$file" ;;
			apparmor) setfattr -n security.apparmor -v x "$file" ;;
			capability) label capability "$file" 1 ;;
			ima-gone) setfattr -x security.ima "$file" ;;
			evm-gone) setfattr -x security.evm "$file" ;;
			evm-bit) label flip-label "$file" security.evm -20 ;;
			content) label flip "$file" 77 ;;
			user) setfattr -n user.comment -v changed "$file" ;;
			inode) ;;
			esac
		done
	done
	cd /
	scan "${both[@]}" --policy all "$t/changed"
	has_status 1 "changed facts on $fs"
	well_formed "changed facts on $fs"
	# A copy has another inode: only the portable kind stays good. "missing-hash" comes before EVM.
	same "$fs: causes" "$(sort <<<"$(
		for what in mode owner group selinux apparmor capability evm-bit; do
			printf '%s\n' "hmac/$what invalid-HMAC" "portable/$what invalid-fail-immutable" \
				"sig/$what invalid-HMAC"
		done
		for kind in hmac portable sig; do
			printf '%s\n' "$kind/content invalid-hash" "$kind/evm-gone missing-HMAC" \
				"$kind/ima-gone missing-hash" "$kind/user -"
		done
		printf '%s\n' 'hmac/inode invalid-HMAC' 'portable/inode -' 'sig/inode invalid-HMAC' \
			'portable/content invalid-signature' 'sig/content invalid-signature'
	)")" "$(table path cause | sed 's|^\([^/]*/[^/]*\)/[^\t]*\t|\1 |' | sort -u)"
done

# Every bit of a portable signature, of the permissions and of the owner.
target ext4 256
mkdir "$t/base"
payload "$t/base/portable" 64
label capability "$t/base/portable" 0x2400
evm_sign p256 '' "$t/base/portable" --portable --imahash
scan "${x509[@]}" "$t"
has_status 0 'the base is good'
label each-label-bit "$t/base/portable" "$t/evm-bits" security.evm
label each-label-bit "$t/base/portable" "$t/ima-bits" security.ima
mkdir "$t/mode-bits" "$t/owner-bits"
for bit in 0 1 2 3 4 5 6 7 8 9 10 11; do
	copy "$t/base/portable" "$t/mode-bits/$bit"
	chmod "$(printf %o $((0644 ^ (1 << bit))))" "$t/mode-bits/$bit"
done
for bit in 0 1 2 7 15 16 30; do
	for who in chown chgrp; do
		copy "$t/base/portable" "$t/owner-bits/$who-$bit"
		"$who" $((1 << bit)) "$t/owner-bits/$who-$bit"
		# chown drops capabilities: put them back, so that the owner is the only change.
		label capability "$t/owner-bits/$who-$bit" 0x2400
	done
done
rm -r "$t/base"
scan "${x509[@]}" "$t"
well_formed 'every bit of a portable signature'
same 'every copy is in the report' "$(find "$t" -type f | wc -l)" "$(table path | wc -l)"
# Version 3 is taken for version 2 by kernels that do not know it for files (Linux 6.12); and their decoder does
# not ask whether a SEQUENCE says that it is constructed.
same "nothing else passes" "evm-bits/byte-001-bit-0
evm-bits/byte-009-bit-5" \
	"$(table path verdict | awk '$2 ~ /^pass/ { print $1 }')"
