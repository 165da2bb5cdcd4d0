#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is printed, where, and in which order.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

key rsa2048
key other rsa2048
key stranger rsa2048
target ext4 128
mkdir -p "$t/usr/bin" "$t/etc" "$t/odd"
for i in $(seq 1 60); do
	payload "$t/usr/bin/program$i" $((i * 997))
	chmod 755 "$t/usr/bin/program$i"
	payload "$t/etc/file$i" $((i * 13))
done
sign rsa2048 sha256 "$t"/usr/bin/*
hash sha256 "$t"/etc/*
label flip "$t/usr/bin/program7" 40
label flip "$t/etc/file9" 3
setfattr -x security.ima "$t/etc/file11"
sign stranger sha256 "$t/usr/bin/program5"
label append-label "$t/etc/file12" security.ima 0000
label names "$t/odd"
label many "$t/many" 3000
mkfifo "$t/fifo"
options=(-k "$keys/rsa2048.der" -k "$keys/other.der" --policy all)

# no_control_bytes FILE…: newline is the one control byte a report holds.
no_control_bytes() {
	"$python" -c '
import sys
bad = sorted({b for f in sys.argv[1:] for b in open(f, "rb").read() if b < 32 and b != 10 or b == 127})
print(bad)
sys.exit(bool(bad))' "$@"
}
is_utf8() {
	"$python" -c 'import sys; open(sys.argv[1], "rb").read().decode("utf-8")' "$1"
}

# NDJSON.
scan "${options[@]}" "$t"
has_status 3 'a mixed tree'
err_empty
well_formed 'a mixed tree'
expected=$(find "$t" -type f -printf x | wc -c)
same 'a record for each file' "$expected" "$(table path | wc -l)"
same 'fields' 'usr/bin/program1 "0100755" 0 0 997 pass - signature-v2 sha256' \
	"$(table path mode uid gid size verdict cause ima.type ima.hash | grep '^usr/bin/program1	' |
		sed 's/\t0100755/\t"0100755"/' | tr '\t' ' ')"
same 'inode number' "$(stat -c %i "$t/usr/bin/program1")" \
	"$(table path ino | awk '$1 == "usr/bin/program1" { print $2 }')"
same 'digest' "sha256:$(sha256sum <"$t/usr/bin/program1" | cut -d ' ' -f 1)" \
	"$(table path digest | awk '$1 == "usr/bin/program1" { print $2 }')"
same 'key' good "$(table path ima.signature | awk '$1 == "usr/bin/program1" { print $2 }')"
same 'unknown key' unknown-key "$(table path ima.signature | awk '$1 == "usr/bin/program5" { print $2 }')"
same 'hygiene' trailing-bytes "$(table path hygiene | awk '$1 == "etc/file12" { print $2 }')"
same 'hygiene does not fail it' pass "$(table path verdict | awk '$1 == "etc/file12" { print $2 }')"
check 'the run says what it scanned' grep -qF "\"target\":\"$t\"" "$out"
check 'the run says the policy' grep -q '^{"record":"run".*"policy"' "$out"
check 'the run says the keys' grep -q '^{"record":"run".*rsa2048' "$out"
cp "$out" "$work/ndjson"

# The order and all but time do not depend on threads.
stable() {
	sed -E 's/"(started|start|time|finished|seconds|elapsed|duration|rate|jobs|threads|bytes_per_second)":("[^"]*"|[0-9.e+-]+),?//g' "$1"
}
for jobs in 1 4 16; do
	scan -j "$jobs" "${options[@]}" "$t"
	check "the same with -j$jobs" cmp <(stable "$work/ndjson") <(stable "$out")
done

# -o FILE: the report there, nothing on stdout.
run "$IMA_SCAN" --format ndjson -o "$work/report" "${options[@]}" "$t"
has_status 3 '-o'
out_empty
check 'the same report' cmp <(stable "$work/ndjson") <(stable "$work/report")
run "$IMA_SCAN" --output="$work/report.txt" "${options[@]}" "$t"
out_empty
check 'a text report' grep -q 'usr/bin/program7' "$work/report.txt"

# Text.
run "$IMA_SCAN" "${options[@]}" "$t"
has_status 3 'text'
err_empty
cp "$out" "$work/text"
check 'no control bytes in text' no_control_bytes "$out"
check 'text is UTF-8' is_utf8 "$out"
for path in usr/bin/program7 etc/file9 etc/file11 usr/bin/program5; do
	out_has "^ +$path"
done
refute 'what is good is not listed' grep -q 'usr/bin/program20' "$out"
for cause in invalid-signature invalid-hash missing-hash; do
	out_has "$cause"
done
run "$IMA_SCAN" -v "${options[@]}" "$t"
has_status 3 '-v'
out_has 'usr/bin/program20'
check 'no control bytes in verbose text' no_control_bytes "$out"
check 'every file is listed' test "$(wc -l <"$out")" -ge "$expected"
for jobs in 1 16; do
	run "$IMA_SCAN" -v -j "$jobs" "${options[@]}" "$t"
	cp "$out" "$work/verbose.$jobs"
done
check 'verbose text is the same with -j1 and -j16' cmp \
	<(sed -E 's/[0-9.,]+ ?(ms|s|seconds?|[kMG]i?B(\/s)?)\b//g' "$work/verbose.1") \
	<(sed -E 's/[0-9.,]+ ?(ms|s|seconds?|[kMG]i?B(\/s)?)\b//g' "$work/verbose.16")

# Names that all fail, so that the text report names them.
setfattr -x security.ima "$t"/odd/* "$t"/odd/.[!.]* "$t"/odd/..?* 2>/dev/null || true
(cd "$t/odd" && find . -type f -exec setfattr -x security.ima {} + 2>/dev/null) || true
for mode in text ndjson; do
	run "$IMA_SCAN" --format "$mode" "${options[@]}" "$t/odd"
	has_status 1 "hostile names, $mode"
	check "no control bytes for hostile names, $mode" no_control_bytes "$out" "$err"
	check "UTF-8 for hostile names, $mode" is_utf8 "$out"
	refute "no bidirectional override or C1 control, $mode" \
		env LC_ALL=C.UTF-8 grep -qP '[\x{80}-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{feff}]' \
		"$([ "$mode" = text ] && echo "$out" || echo /dev/null)"
done

# -0: the paths alone, for xargs -0.
run "$IMA_SCAN" -0 "${options[@]}" "$t/odd"
has_status 1 '-0'
(cd "$t/odd" && find . -type f -printf '%P\0' | sort -z) >"$work/expected"
sort -z <"$out" >"$work/actual"
check '-0 prints the exact names' cmp "$work/expected" "$work/actual"
run "$IMA_SCAN" -0 "${options[@]}" "$t/etc"
same '-0 prints what is not good' 'file11 file9 ' "$(sort -z "$out" | tr '\0' ' ')"
run "$IMA_SCAN" -0 "${options[@]}" "$t/many"
has_status 0 '-0, all good'
out_empty

# -q: no heading, and silence when all is good.
run "$IMA_SCAN" "${options[@]}" "$t"
cp "$out" "$work/text"
run "$IMA_SCAN" -q "${options[@]}" "$t"
has_status 3 '-q'
err_empty
check '-q is shorter' test "$(wc -c <"$out")" -lt "$(wc -c <"$work/text")"
run "$IMA_SCAN" -q "${options[@]}" "$t/many"
has_status 0 '-q, all good'
out_empty
err_empty

# Colour on request only.
run "$IMA_SCAN" --color=always "${options[@]}" "$t"
check 'colour on request' grep -q $'\e\\[[0-9;]*m' "$out"
run "$IMA_SCAN" --color=always -v "${options[@]}" "$t/odd"
check 'colour is the only escape sequence' no_control_bytes <(sed -E $'s/\e\\[[0-9;]*m//g' "$out")
run "$IMA_SCAN" --color=never "${options[@]}" "$t"
refute '--color=never' grep -q $'\e' "$out"
terminal() {
	timeout 300 script -qec "$1" /dev/null </dev/null >"$out" 2>&1 || true
}
if command -v script >/dev/null; then
	command="$(printf '%q ' "$IMA_SCAN" "${options[@]}" "$t")"
	terminal "TERM=xterm $command 2>/dev/null"
	check 'colour on a terminal' grep -q $'\e\\[[0-9;]*m' "$out"
	terminal "NO_COLOR=1 TERM=xterm $command 2>/dev/null"
	refute 'NO_COLOR' grep -q $'\e' "$out"
	terminal "TERM=dumb $command 2>/dev/null"
	refute 'TERM=dumb' grep -q $'\e' "$out"
	terminal "NO_COLOR=1 TERM=xterm $command --color=always 2>/dev/null"
	check 'an option beats NO_COLOR' grep -q $'\e\\[[0-9;]*m' "$out"
fi

# A reader that goes away ends the scan without a crash.
status=0
"$IMA_SCAN" -v "${options[@]}" "$t" 2>"$err" | head -n 1 >/dev/null || status=${PIPESTATUS[0]}
check "a closed pipe ends it quietly (status $status)" test "$status" -le 141
refute 'no crash' test "$status" = 139 -o "$status" = 134
