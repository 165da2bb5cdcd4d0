#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Fault injection. Usage: tests/faults/run.sh [PROGRAM] [--every] [--asan PROGRAM]
# Lets the n-th malloc, read, getxattr, open, write, stat, readdir or pthread_create fail, for n from 1 on, on a small
# scan; a seeded sample of 400 where there are more calls, every one with --every. With --asan also a
# subset under AddressSanitizer, which reports what leaks.
asan=
most=400
program=
while [ $# -gt 0 ]; do
	case $1 in
	--every) most=0 ;;
	--asan) asan=$(realpath "$2") && shift ;;
	*) program=$1 ;;
	esac
	shift
done
if [ -n "$program" ]; then
	IMA_SCAN=$(realpath "$program")
	export IMA_SCAN
fi
# The namespace starts this script anew: what was asked for goes with it.
export FAULTS_ASAN=${FAULTS_ASAN:-$asan} FAULTS_MOST=${FAULTS_MOST:-$most}
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"

faults=$(cd "$(dirname "$0")" && pwd)
need_tool "${CC:-gcc}"
preload=(-std=gnu17 -D_GNU_SOURCE -O1 -g -fPIC -shared -fno-builtin -Wno-nonnull)
"${CC:-gcc}" "${preload[@]}" -o "$work/failnth.so" "$faults/failnth.c" -ldl
"${CC:-gcc}" "${preload[@]}" -DFAILNTH_SANITIZER -o "$work/failnth-asan.so" "$faults/failnth.c" -ldl

key rsa2048
key p256
key stranger rsa2048
target ext4
mkdir -p "$t/usr/bin" "$t/etc" "$t/closed/deep"
for f in usr/bin/signed usr/bin/ecdsa usr/bin/tampered usr/bin/stranger etc/hashed etc/none closed/deep/file; do
	payload "$t/$f" 5000
done
chmod 755 "$t"/usr/bin/*
sign rsa2048 sha256 "$t/usr/bin/signed" "$t/usr/bin/tampered"
sign p256 sha384 "$t/usr/bin/ecdsa"
sign stranger sha256 "$t/usr/bin/stranger"
hash sha256 "$t/etc/hashed"
hash sha1 "$t/closed/deep/file"
label flip "$t/usr/bin/tampered" 1
payload "$t/usr/lib/modules/1/signed.ko"
append_signature rsa2048 "$t/usr/lib/modules/1/signed.ko"
payload "$t/usr/lib/modules/1/stranger.ko"
append_signature stranger "$t/usr/lib/modules/1/stranger.ko" -keyid
ln "$t/etc/hashed" "$t/etc/link"
mkfifo "$t/fifo"
options=(--format ndjson -j1 -k "$keys/rsa2048.der" -k "$keys/p256.der" --policy all)

# Everything that a run may be given: policy, configuration, lists, revocations, EVM.
evm_sign rsa2048 '' "$t/usr/bin/ecdsa" --portable --imasig -a sha256
printf '%s\n' 'appraise func=BPRM_CHECK appraise_type=imasig' 'appraise func=MODULE_CHECK appraise_type=imasig|modsig' \
	'appraise func=FILE_CHECK fowner=0' >"$work/policy"
printf '%s\n' CONFIG_IMA=y CONFIG_IMA_APPRAISE=y CONFIG_IMA_APPRAISE_MODSIG=y CONFIG_EVM=y 'CONFIG_IMA_DEFAULT_HASH="sha256"' CONFIG_CRYPTO_SHA256=y \
	CONFIG_CRYPTO_RSA=y >"$work/config"
printf 'bin:%064d\n' 0 >"$work/revoked"
head -c 64 /dev/zero >"$work/hmac"
(cd "$t" && find . -type f -print0) >"$work/list"
rich=(--format ndjson -j2 -k "$keys/rsa2048.der" -k "$keys/p256.der" --evm-key "$keys/rsa2048.der" --evm-hmac-key "$work/hmac" --policy "$work/policy"
	--kernel-config "$work/config" --revoked "$work/revoked" --files0-from "$work/list" --hooks all)

# try FAMILY ARGUMENT…: every call of a family, once and from then on.
try() {
	local family=$1 repeat said
	shift
	for repeat in '' --repeat; do
		# shellcheck disable=SC2086 # an empty $repeat is no argument
		"$python" "$faults/faults.py" "$IMA_SCAN" "$work/failnth.so" --family "$family" --most "$FAULTS_MOST" \
			$repeat -- "$@" "$t" >"$work/faults" 2>&1 || true
		said=$(tail -n 1 "$work/faults")
		check "$said" grep -q ' runs, 0 bad$' <<<"$said"
		grep -v ' runs, [0-9]* bad$' "$work/faults" | sed 's/^/      /' || true
	done
}

for family in open read xattr stat dir thread write alloc; do
	try "$family" "${options[@]}"
done
for family in open read alloc; do
	try "$family" "${rich[@]}"
done

# Reports for people, which keep more until the end.
for family in open read xattr write alloc; do
	try "$family" "${rich[@]}" --format text --verbose
done

# A worker for which libcrypto finds no memory ends the program while the writer is at a line: that has its end. Sixteen
# times the files, so that there is always something to write.
for n in {1..16}; do
	cp -a "$t/usr/bin" "$t/usr/bin$n"
done
for to in '' --to-file; do
	for format in "ndjson" "text --verbose"; do
		# shellcheck disable=SC2086 # several words, or none
		"$python" "$faults/faults.py" "$IMA_SCAN" "$work/failnth.so" --family alloc --most "$FAULTS_MOST" --pause 400 $to \
			-- -j4 -k "$keys/rsa2048.der" -k "$keys/p256.der" --policy all --format $format "$t" >"$work/faults" 2>&1 || true
		said=$(tail -n 1 "$work/faults")
		check "while writing $format $to: $said" grep -q ' runs, 0 bad$' <<<"$said"
		grep -v ' runs, [0-9]* bad$' "$work/faults" | sed 's/^/      /' || true
	done
done

if [ -n "$FAULTS_ASAN" ]; then
	# Outside the sandbox: the leak checker wants to attach to its own process.
	export ASAN_OPTIONS=detect_leaks=1:verify_asan_link_order=0:allocator_may_return_null=1:exitcode=99
	for family in open read xattr alloc; do
		"$python" "$faults/faults.py" "$FAULTS_ASAN" "$work/failnth-asan.so" --family "$family" --most 120 \
			--timeout 300 -- --no-sandbox "${options[@]}" "$t" >"$work/faults" 2>&1 || true
		said=$(tail -n 1 "$work/faults")
		check "asan: $said" grep -q ' runs, 0 bad$' <<<"$said"
		grep -v ' runs, [0-9]* bad$' "$work/faults" | sed 's/^/      /' || true
	done
fi
