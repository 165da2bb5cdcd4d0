#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is below the target is found once, and nothing else is touched.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# FIFOs, sockets, devices and links are not opened; a FIFO would hang.
target ext4
payload "$t/file"
hash sha256 "$t/file"
mkfifo "$t/fifo"
label socket "$t/socket"
mknod "$t/null" c 1 3
mknod "$t/tty" c 5 0
mknod "$t/disk" b 7 250
mkdir "$work/outside"
payload "$work/outside/secret"
ln -s "$work/outside" "$t/out-directory"
ln -s "$work/outside/secret" "$t/out-file"
ln -s file "$t/in-file"
ln -s . "$t/loop"
ln -s / "$t/slash"
ln -s nowhere "$t/dangling"
ln -s ../../../../../../etc/passwd "$t/climbing"
scan "$t"
has_status 0 'special files'
well_formed 'special files'
expect_table path verdict <<<'file pass'

# Labels where none belongs are odd, not judged.
setfattr -h -n security.ima -v 0x0404 "$t/fifo" "$t/in-file"
scan "$t"
check 'labels on special files change no status' test "$status" -le 4
same 'only the regular file is judged' pass "$(table path verdict | awk '$1 == "file" { print $2 }')"

# Hard links: one record, the other names beside it.
target ext4
mkdir "$t/a" "$t/b"
payload "$t/a/one"
hash sha256 "$t/a/one"
ln "$t/a/one" "$t/b/two"
ln "$t/a/one" "$t/three"
payload "$t/b/alone"
hash sha256 "$t/b/alone"
scan "$t"
has_status 0 'hard links'
well_formed 'hard links'
same 'one record for an inode' 2 "$(table path | wc -l)"
same 'every name is said' 'a/one b/alone b/two three ' "$(report names "$out" | tr '\0' ' ')"

# Names of any bytes.
target ext4
label names "$t/names"
mkdir "$t/"$'dir\xff\x01\e[2J'
label names "$t/"$'dir\xff\x01\e[2J'/
scan "$t"
has_status 0 'awkward names'
well_formed 'awkward names'
(cd "$t" && find . -type f -printf '%P\0' | sort -z) >"$work/names"
report names "$out" | sort -z >"$work/said"
check 'every name comes back exactly' cmp "$work/names" "$work/said"

# The same list fed back.
scan --files0-from "$work/names" "$t"
has_status 0 '--files0-from FILE'
well_formed '--files0-from FILE'
report names "$out" | sort -z >"$work/said"
check '--files0-from names the same files' cmp "$work/names" "$work/said"
status=0
"$IMA_SCAN" --format ndjson --files0-from - "$t" <"$work/names" >"$out" 2>"$err" || status=$?
has_status 0 '--files0-from -'
report names "$out" | sort -z >"$work/said"
check '--files0-from - names the same files' cmp "$work/names" "$work/said"

# Paths that leave the target, do not exist or are not files are faults of the list, never followed.
mkdir "$t/sub"
payload "$t/sub/file"
hash sha256 "$t/sub/file"
ln -s "$work/outside" "$t/sub/escape"
ln -s file "$t/sub/link"
for bad in ../outside/secret sub/../../outside/secret sub/escape/secret sub/link nowhere; do
	printf '%s\0' sub/file "$bad" >"$work/list"
	scan --files0-from "$work/list" "$t"
	has_status 2 "--files0-from with $bad"
	well_formed "--files0-from with $bad"
	expect_table path verdict <<<'sub/file pass'
	check "a fault for $bad" grep -q '"record":"fault"' "$out"
done
printf '%s\0' "$work/outside/secret" sub/file >"$work/list"
scan --files0-from "$work/list" "$t"
check 'an absolute path does not leave the target' test "$status" = 2
printf 'sub/file' >"$work/list"
scan --files0-from "$work/list" "$t"
has_status 0 'a list without its last NUL'
: >"$work/list"
scan --files0-from "$work/list" "$t"
has_status 2 'an empty list: nothing verified'
expect_status 64 "$IMA_SCAN" --files0-from "$work/no-list" "$t"

# Deeper than PATH_MAX.
target ext4
label deep "$t" 60 200
scan "$t"
has_status 0 'a path of 12000 bytes'
well_formed 'a path of 12000 bytes'
check 'it is said in full' test "$(table path | wc -c)" -gt 12000
same 'one file' 1 "$(table path | wc -l)"
target ext4
label deep "$t" 3000 1
scan -j4 "$t"
has_status 0 'three thousand levels'
same 'one file' 1 "$(table path | wc -l)"

# A bind mount of the target inside itself ends.
target ext4
mkdir -p "$t/a/b"
payload "$t/a/file"
hash sha256 "$t/a/file"
mount --bind "$t" "$t/a/b"
scan "$t"
check 'a bind mount loop ends' test "$status" -le 2
well_formed 'bind mount loop'
same 'each file once' 'a/file' "$(table path)"
umount "$t/a/b"

# Other file systems below the target: crossed, unless -x; pseudo file systems never.
target ext4
mkdir "$t/data" "$t/proc"
payload "$t/file"
hash sha256 "$t/file"
image_make ext4 "$work/nested.img" 16
image_mount "$work/nested.img" "$t/data"
payload "$t/data/nested"
hash sha256 "$t/data/nested"
mount -t proc none "$t/proc"
mounted+=("$t/proc")
scan "$t"
has_status 0 'crossing into another file system'
well_formed 'crossing'
expect_table path verdict <<<'file pass
data/nested pass'
scan -x "$t"
has_status 0 '-x'
expect_table path verdict <<<'file pass'
scan --one-file-system "$t"
expect_table path verdict <<<'file pass'
image_umount "$t/data"
# An image that is mounted over: what is underneath is not there.
payload "$t/data/hidden"

# --exclude takes a file, a pattern, and a directory with all below it.
target ext4
mkdir -p "$t/usr/bin" "$t/var/cache/x" "$t/var/log"
for f in usr/bin/a usr/bin/b.bak var/cache/x/c var/log/d; do
	payload "$t/$f"
	hash sha256 "$t/$f"
done
scan --exclude 'var/cache' --exclude '*.bak' "$t"
has_status 0 '--exclude'
expect_table path <<<'usr/bin/a
var/log/d'
scan --exclude 'usr/bin/a' "$t"
expect_table path <<<'usr/bin/b.bak
var/cache/x/c
var/log/d'
scan --exclude '*' "$t"
has_status 2 'everything excluded: nothing verified'
scan --exclude 'none-such' "$t"
same 'a pattern for nothing excludes nothing' 4 "$(table path | wc -l)"

# Nobody may not read everything; what he may not is a fault each, and the scan goes on.
target ext4
chmod 755 "$work"
mkdir "$t/closed" "$t/open"
payload "$t/closed/file"
payload "$t/open/file"
payload "$t/open/private"
hash sha256 "$t/closed/file" "$t/open/file" "$t/open/private"
chmod 700 "$t/closed"
chmod 600 "$t/open/private"
cp "$IMA_SCAN" "$work/ima-scan"
# A sanitizer build or one with a library beside it still runs from there.
run setpriv --reuid 65534 --regid 65534 --clear-groups "$work/ima-scan" --format ndjson "$t"
has_status 2 'as nobody'
well_formed 'as nobody'
same 'what can be read is judged' pass "$(table path verdict | awk '$1 == "open/file" { print $2 }')"
check 'the closed directory is a fault' grep -q '"record":"fault".*"closed"' "$out"
check 'the private file is said' grep -q 'open/private' "$out"
refute 'the private file does not pass' grep -q 'open/private.*"verdict":"pass' "$out"

# Many names in one directory.
count=20000
if [ "${SLOW:-}" = 1 ]; then
	count=1000000
fi
INODES=$((count + 1000)) target ext4 $((count / 1000 + 128))
label many "$t/many" "$count"
LIMIT=600 scan "$t"
has_status 0 "$count names in one directory"
LIMIT=600 well_formed "$count names"
same 'all of them' "$count" "$(table path | wc -l)"
