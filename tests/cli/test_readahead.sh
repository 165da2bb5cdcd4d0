#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A cold disk is asked less often when the scan reads ahead; reports are the same without; a warm scan asks for nothing.
# Requests are those that the kernel counts for the loop device (/sys/block/*/stat), so nothing here is timed.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

files=480
need_tool strace

# fill DIRECTORY BIG SMALL LABELLED: files in directories of 40, most of a few kilobytes, some empty, large or sparse.
# BIG bytes of security.ima go to a block of their own, where they do not fit into the inode; SMALL bytes of a user
# attribute are written first and do.
fill() {
	"$python" - "$1" "$files" "$2" "$3" "$4" <<'PY'
import os, random, sys
where, count, big, small, labelled = sys.argv[1], *map(int, sys.argv[2:])
rng = random.Random(7)
names = []
for n in range(count):
    directory = "%s/d%02d" % (where, n // 40)
    os.makedirs(directory, exist_ok=True)
    name = "%s/f%03d" % (directory, n)
    names.append(name)
    size = {0: 0, 1: 300000, 2: 70000}.get(n % 40, rng.randrange(1, 9000))
    with open(name, "wb") as f:
        if n % 40 == 3:
            f.seek(20000)
        f.write(rng.randbytes(size))
    os.chmod(name, 0o644 if n % 13 else 0o755)
os.sync()
# Labelled when they are all there, as a signing tool does it.
for name in names:
    if small:
        os.setxattr(name, "user.small", rng.randbytes(small))
    if labelled:
        os.setxattr(name, "security.ima", b"\x03\x02\x04" + rng.randbytes(4) + (big - 9).to_bytes(2, "big") + rng.randbytes(big - 9))
PY
}

# cold_mount IMAGE DIRECTORY: a device of its own, of which nothing is in memory. Sets `device`.
cold_mount() {
	device=$(losetup --show -f --direct-io=on "$1" 2>/dev/null) || device=$(losetup --show -f "$1")
	mkdir -p "$2"
	mount -o ro,noatime "$device" "$2"
	mounted+=("$2")
	losetup -d "$device" # it goes when it is unmounted
}

requests() {
	awk '{ print $1 }' "/sys/block/${1#/dev/}/stat"
}

sectors() {
	awk '{ print $3 }' "/sys/block/${1#/dev/}/stat"
}

# Without what differs between any two runs.
report_only() {
	sed -E 's/"(started|seconds|[a-z_]*per_second)":("[^"]*"|[0-9.e+-]+),?//g' "$out"
}

# cold_scan IMAGE OPTION…: sets `asked` and `read_sectors` to what it took, and `said` to the report.
cold_scan() {
	local image=$1 before before_sectors
	shift
	cold_mount "$image" "$work/cold"
	before=$(requests "$device")
	before_sectors=$(sectors "$device")
	scan "$@" "$work/cold"
	asked=$(($(requests "$device") - before))
	read_sectors=$(($(sectors "$device") - before_sectors))
	said=$(report_only)
	image_umount "$work/cold"
}

# compare WHAT PERCENT IMAGE OPTION…: with reading ahead at most so many of the requests without, and the same report.
compare() {
	local what=$1 percent=$2 image=$3 plain plain_said plain_status
	shift 3
	cold_scan "$image" --no-readahead "$@"
	plain=$asked plain_said=$said plain_status=$status
	well_formed "$what, nothing read ahead"
	cold_scan "$image" "$@"
	same "$what: the same status" "$plain_status" "$status"
	same "$what: the same report" "$plain_said" "$said"
	same "$what: every file" "$files" "$(json files)"
	echo "$what: $asked requests instead of $plain"
	check "$what: at most $percent % of $plain requests (it took $asked)" test $((asked * 100)) -le $((plain * percent))
}

# --- Fewer requests, the same report ---------------------------------------------------------------------

# NAME BIG SMALL PERCENT MKFS-OPTIONS
while read -r name big small percent options; do
	image=$work/$name.img
	truncate -s 64M "$image"
	# shellcheck disable=SC2086 # several words
	mkfs.ext4 -q -F $options "$image"
	image_mount "$image" "$work/new"
	fill "$work/new" "$big" "$small" 1
	image_umount "$work/new"
	compare "ext4, $name" "$percent" "$image"
	compare "ext4, $name, -j1, a policy" $((percent + 15)) "$image" -j1 --policy exec
done <<'TABLE'
in-blocks        273 0  30  -b 4096
in-both          273 8  30  -b 4096
in-inodes        41  0  35  -b 4096
small-blocks     273 0  40  -b 1024
large-inodes     800 90 30  -b 4096 -I 512
TABLE

for fs in xfs btrfs; do
	image_make "$fs" "$work/$fs.img"
	image_mount "$work/$fs.img" "$work/new"
	fill "$work/new" 41 0 1
	image_umount "$work/new"
	compare "$fs" 60 "$work/$fs.img"
done

# --- A file system below the root has a device of its own ------------------------------------------------

target ext4
mkdir "$t/var" "$t/etc"
payload "$t/etc/file"
cold_mount "$work/in-blocks.img" "$t/var"
before=$(requests "$device")
scan --no-readahead "$t"
plain=$(($(requests "$device") - before)) plain_said=$(report_only)
image_umount "$t/var"
cold_mount "$work/in-blocks.img" "$t/var"
before=$(requests "$device")
scan "$t"
asked=$(($(requests "$device") - before))
same 'below the root: the same report' "$plain_said" "$(report_only)"
check "below the root: at most 30 % of $plain requests (it took $asked)" test $((asked * 100)) -le $((plain * 30))

# --- Nothing for nothing ---------------------------------------------------------------------------------

# Of 24 names at most, in directories of 40; and one of the root.
batches=$((files * 2 / 40 + 1))

# count WORD: calls that the traced scan made with it. Those of several threads are written in two parts.
count() {
	grep -v resumed "$work/trace" | grep -c "$1" || true
}

trace() {
	run strace -f -qq -e trace=ioctl,fadvise64,madvise,mincore,mmap -o "$work/trace" "$IMA_SCAN" --format ndjson -j4 "$@" "$t/var"
}

# The scan above left everything in memory.
trace
same 'warm: nothing is asked where it lies' 0 "$(count FIEMAP)"
same 'warm: no content is asked for' 0 "$(count MADV_WILLNEED)"
check "warm: one sample for a batch ($(count mincore))" test "$(count mincore)" -le "$batches"
image_umount "$t/var"

# Cold: one question a file, and a request or two for each batch.
cold_mount "$work/in-blocks.img" "$t/var"
trace
asked=$(count FIEMAP)
check "cold: at least one question a file, and few more ($asked)" test "$asked" -ge "$files" -a "$asked" -le $((files * 5 / 4))
asked=$(count MADV_WILLNEED)
check "cold: content is asked for by batches ($asked)" test "$asked" -gt 0 -a "$asked" -le "$batches"
image_umount "$t/var"
cold_mount "$work/in-blocks.img" "$t/var"
trace --no-readahead
same '--no-readahead: no question, no sample' 0 "$(count 'FIEMAP\|mincore\|WILLNEED')"
image_umount "$t/var"

# Files that are not read are not read ahead either: without a label and without a rule.
image_make ext4 "$work/plain.img"
image_mount "$work/plain.img" "$work/new"
fill "$work/new" 0 0 0
image_umount "$work/new"
cold_scan "$work/plain.img" --no-readahead
plain=$read_sectors
cold_scan "$work/plain.img"
same 'unlabelled: as many sectors as without' "$plain" "$read_sectors"

# Few descriptors: fewer files at a time, and none is lost.
ulimit -n 300
compare 'with 300 descriptors' 100 "$work/in-blocks.img" -j16
