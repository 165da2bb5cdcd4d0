#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Policies by name and from files: what they govern, what they demand, and what is refused.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

key rsa2048
ima=(-k "$keys/rsa2048.der")
target ext4
mkdir -p "$t/bin" "$t/lib" "$t/etc" "$t/home"
for f in bin/root-hashed bin/root-signed bin/root-none bin/user-none bin/user-hashed; do
	cp /bin/true "$t/$f"
	chmod 755 "$t/$f"
done
printf '#!/bin/sh\nexit 0\n' >"$t/bin/script"
chmod 755 "$t/bin/script"
cp "$(ldd /bin/true | awk '/libc\.so/ { print $3 }')" "$t/lib/libc.so.6"
chmod 644 "$t/lib/libc.so.6"
for f in etc/conf home/notes; do
	payload "$t/$f"
done
chown 1000:1000 "$t/bin/user-none" "$t/bin/user-hashed" "$t/home/notes"
hash sha256 "$t/bin/root-hashed" "$t/bin/user-hashed" "$t/etc/conf"
sign rsa2048 sha256 "$t/bin/root-signed"

governed() {
	table path verdict cause governed | awk -F '\t' '$4 == "true" { print $1, $2, $3 }'
}

scan "${ima[@]}" --policy appraise_tcb "$t"
has_status 1 appraise_tcb
well_formed appraise_tcb
same 'appraise_tcb: what root owns' 'bin/root-hashed pass -
bin/root-none no_label missing-hash
bin/root-signed pass -
bin/script no_label missing-hash
etc/conf pass -
lib/libc.so.6 no_label missing-hash' "$(governed)"

scan "${ima[@]}" --policy all "$t"
has_status 1 all
same 'all: everything' 9 "$(governed | wc -l)"

scan "${ima[@]}" --policy exec "$t"
has_status 1 'exec'
same 'exec: programs, scripts and libraries' 'bin/root-hashed
bin/root-none
bin/root-signed
bin/script
bin/user-hashed
bin/user-none
lib/libc.so.6' "$(governed | cut -d ' ' -f 1)"

scan "${ima[@]}" --policy exec,owner=root "$t"
same 'exec,owner=root' 'bin/root-hashed
bin/root-none
bin/root-signed
bin/script
lib/libc.so.6' "$(governed | cut -d ' ' -f 1)"

scan "${ima[@]}" --policy owner=1000 "$t"
has_status 1 'owner=1000'
same 'owner=1000' 'bin/user-hashed pass -
bin/user-none no_label missing-hash
home/notes no_label missing-hash' "$(governed)"

# A policy file: signatures for what is executed, by root only.
cat >"$work/policy" <<'POLICY'
# comments and blank lines are as the kernel takes them

dont_appraise fowner=1000
appraise func=BPRM_CHECK mask=MAY_EXEC appraise_type=imasig
appraise func=MMAP_CHECK mask=MAY_EXEC appraise_type=imasig
POLICY
scan "${ima[@]}" --policy "$work/policy" "$t"
has_status 1 'a policy file'
well_formed 'a policy file'
same 'a policy file' 'bin/root-hashed fail IMA-signature-required
bin/root-none no_label IMA-signature-required
bin/root-signed pass -
bin/script no_label IMA-signature-required
lib/libc.so.6 no_label IMA-signature-required' "$(governed)"
check 'hooks name the function and the line' grep -q '"hooks":\[{"func":"[A-Z_]*".*"rule":4' "$out"
scan "${ima[@]}" --policy "$work/policy" --hooks all "$t"
check '--hooks all judges more' grep -q '"path":"bin/root-signed".*BPRM_CHECK.*MMAP_CHECK' "$out"
same '--hooks all governs all but the user' 6 "$(governed | wc -l)"

# What is in the target under that name is never taken for the policy's name.
payload "$t/exec"
expect_status 1 "$IMA_SCAN" "${ima[@]}" --policy exec "$t"

# No policy: labels only, and said so.
run "$IMA_SCAN" "${ima[@]}" "$t"
out_has 'no policy given'
scan "${ima[@]}" "$t"
same 'nothing is governed' '' "$(governed)"

# appraise_algos denies what is not in it.
printf 'appraise func=BPRM_CHECK appraise_algos=sha512\n' >"$work/algos"
scan "${ima[@]}" --policy "$work/algos" "$t"
same 'denied-hash-algorithm' 'denied-hash-algorithm' "$(governed | awk '$1 == "bin/root-hashed" { print $3 }')"

# One bad line refuses all, with its place.
refused() {
	local place=$1 text=$2
	printf '%b' "$text" >"$work/bad"
	for option in --policy --lint-policy; do
		if [ "$option" = --policy ]; then
			expect_status 64 "$IMA_SCAN" "$option" "$work/bad" "$t"
		else
			expect_status 64 "$IMA_SCAN" "$option" "$work/bad"
		fi
		err_has "$place"
		out_empty
	done
}
refused '2:10|line 2, column 10' 'measure\nappraise func=NO_CHECK\n'
refused '1:1|line 1, column 1' 'apprise func=BPRM_CHECK\n'
refused '3:|line 3' 'measure\nmeasure\nappraise mask=MAY_EXEC|MAY_READ\n'
refused '1:|line 1' 'appraise appraise_type=imasig digest_type=verity\n'
refused '1:|line 1' 'appraise \e[31mred=1\n'
refute 'no escape sequence in the message' grep -q $'\e' "$err"
printf 'appraise func=NO_CHECK\n' >"$work/bad"
run "$IMA_SCAN" --policy "$work/bad" "$t"
err_has 'whole policy; --kernel-config tells'
printf '%s\n' CONFIG_IMA=y CONFIG_IMA_APPRAISE=y CONFIG_CRYPTO_SHA1=y 'CONFIG_IMA_DEFAULT_HASH="sha1"' >"$work/config"
run "$IMA_SCAN" --kernel-config "$work/config" --policy "$work/bad" "$t"
err_has 'whole policy\)'
printf 'measure\0appraise\n' >"$work/bad"
expect_status 64 "$IMA_SCAN" --policy "$work/bad" "$t"

# --lint-policy.
printf 'appraise func=BPRM_CHECK\n' >"$work/weak"
expect_status 4 "$IMA_SCAN" --lint-policy "$work/weak"
out_has 'MMAP_CHECK'
expect_status 4 "$IMA_SCAN" --lint-policy appraise_tcb
run "$IMA_SCAN" --format ndjson --lint-policy "$work/weak"
check 'findings as NDJSON' grep -q '"record":"finding".*"id":"policy\.' "$out"

# --explain.
expect_status 0 "$IMA_SCAN" --explain bin/root-signed "${ima[@]}" --policy "$work/policy" "$t"
out_has 'bin/root-signed'
out_has 'signature'
out_has 'sha256'
out_has 'appraise func=BPRM_CHECK'
expect_status 1 "$IMA_SCAN" --explain bin/root-none "${ima[@]}" --policy "$work/policy" "$t"
out_has 'IMA-signature-required'
run "$IMA_SCAN" --explain bin/nowhere "${ima[@]}" --policy "$work/policy" "$t"
check 'explaining what is not there is no success' test "$status" -ne 0
run "$IMA_SCAN" --explain ../outside "${ima[@]}" "$t"
check 'explaining outside the target is no success' test "$status" -ne 0

# Rules that fail for one reason are one line, and what limits the verdict is said.
run "$IMA_SCAN" --explain bin/root-signed "${ima[@]}" --policy appraise_tcb --cmdline ima_appraise=log "$t"
out_has '^    lines 1 to 14$'
out_has '^ +14 rules do not apply: fsmagic differs$'
out_has '^    line 15 +appraise fowner=0$'
out_has '^note: ima_appraise=log: '
refute 'no rule that does not apply has a line of its own' grep -q '^    line .*dont_appraise' "$out"
printf '%s\n' 'dont_appraise fsmagic=1' 'dont_appraise fsmagic=2' 'dont_appraise uid=5' 'appraise func=BPRM_CHECK' >"$work/mixed"
run "$IMA_SCAN" --explain bin/root-signed "${ima[@]}" --policy "$work/mixed" "$t"
same 'another reason, another line' '    lines 1 to 2
              2 rules do not apply: fsmagic differs
    line 3    dont_appraise uid=5
              does not apply: uid differs
    line 4    appraise func=BPRM_CHECK
              applies
    => pass' "$(grep -m 1 -A 6 '^    lines 1 to 2' "$out")"

# The profile's words are in the report and change verdicts.
for word in none x509 hmac both; do
	run "$IMA_SCAN" "${ima[@]}" --evm "$word" "$t"
	check "--evm $word is taken" test "$status" -ne 64
done
target ext4
payload "$t/unknown-algorithm"
label set "$t/unknown-algorithm" security.ima "04ff$(sha256sum <"$t/unknown-algorithm" | cut -d ' ' -f 1)"
scan "$t"
has_status 0 'an unknown algorithm is the default one'
scan --ima-hash sha512 "$t"
has_status 1 'another default'
scan --cmdline 'quiet ima_hash=sha512 ro' "$t"
has_status 1 'another default by the command line'
scan --kernel-version 6.1 "$t"
has_status 0 'another version'
