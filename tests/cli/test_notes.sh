#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What limits the worth of a whole report is said in its heading and again in its summary.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

key rsa2048
ima=(-k "$keys/rsa2048.der" --policy exec)
target ext4
cp /bin/true "$t/program"
chmod 755 "$t/program"
sign rsa2048 sha256 "$t/program"

# noted TIMES REGEX ARGUMENT…: a scan has such notes that often (one in the heading, one in the summary).
noted() {
	local times=$1 note=$2
	shift 2
	run "$IMA_SCAN" "$@"
	same "$times notes /$note/" "$times" "$(grep -Ec -- "^  NOTE +.*$note" "$out")"
}

noted 0 . "${ima[@]}" "$t"
out_has '^GOOD: everything'
noted 2 'only logs' "${ima[@]}" --cmdline ima_appraise=log "$t"
noted 2 'checks no label' "${ima[@]}" --cmdline ima_appraise=off "$t"
noted 2 'writes hashes' "${ima[@]}" --cmdline ima_appraise=fix "$t"
noted 2 'ima_policy= is not applied' -k "$keys/rsa2048.der" --cmdline ima_policy=appraise_tcb "$t"
noted 0 'ima_policy=' "${ima[@]}" --cmdline ima_policy=appraise_tcb "$t"

noted 2 'ima_hash= names no hash' "${ima[@]}" --cmdline ima_hash=nonsense "$t"
noted 2 'ima_hash= names no hash' "${ima[@]}" --cmdline 'ima_hash=nonsense ima_hash=sha512' "$t"
out_has 'ima_hash=sha512'
noted 0 'ima_hash=' "${ima[@]}" --cmdline ima_hash=sha512 "$t"

# The kernel's configuration.
cat >"$work/config" <<'CONFIG'
CONFIG_IMA=y
CONFIG_IMA_APPRAISE=y
CONFIG_IMA_APPRAISE_BOOTPARAM=y
CONFIG_IMA_DEFAULT_HASH="sha256"
CONFIG_CRYPTO_SHA1=y
CONFIG_CRYPTO_SHA256=y
CONFIG_INTEGRITY_TRUSTED_KEYRING=y
CONFIG
noted 2 'CONFIG_INTEGRITY_TRUSTED_KEYRING' "${ima[@]}" --kernel-config "$work/config" "$t"
noted 0 'CONFIG_INTEGRITY_TRUSTED_KEYRING' --policy exec --kernel-config "$work/config" "$t"
sed '/_BOOTPARAM/d' "$work/config" >"$work/no-word"
noted 2 'no effect' "${ima[@]}" --kernel-config "$work/no-word" --cmdline ima_appraise=log "$t"
noted 0 'only logs' "${ima[@]}" --kernel-config "$work/no-word" --cmdline ima_appraise=log "$t"
sed '/_IMA_APPRAISE/d' "$work/config" >"$work/no-appraisal"
noted 2 'without CONFIG_IMA_APPRAISE:' "${ima[@]}" --kernel-config "$work/no-appraisal" "$t"

# Where the target lies. Nothing of the running system is read here.
noted 2 'running system, whose answers' --live --exclude '*' /
if [ "$(stat -c %d /tmp)" = "$(stat -c %d /)" ]; then
	elsewhere=$(mktemp -d /tmp/ima-scan-notes.XXXXXX)
	noted 2 'file system that the running system runs from' "$elsewhere"
	rmdir "$elsewhere"
fi

# As NDJSON: a member of the run, when there is one.
scan "${ima[@]}" --cmdline ima_appraise=log "$t"
well_formed 'with notes'
check 'the run has the note' grep -q '^{"record":"run".*"notes":\["ima_appraise=log: ' "$out"
scan "${ima[@]}" "$t"
refute 'no note, no member' grep -q '"notes"' "$out"

# Quiet is quiet when all is good, and has the note where it has a summary.
run "$IMA_SCAN" -q "${ima[@]}" --cmdline ima_appraise=log "$t"
out_empty
cp /bin/true "$t/unsigned"
noted 1 'only logs' -q "${ima[@]}" --cmdline ima_appraise=log "$t"

# Labels alone cannot be green about what has none.
run "$IMA_SCAN" -k "$keys/rsa2048.der" "$t"
has_status 0 'labels only'
out_has '^ +1 without a label'
out_has '^GOOD: every label that is there'
