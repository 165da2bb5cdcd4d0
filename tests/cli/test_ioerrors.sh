#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Disks that cannot be read and file systems that are damaged: what cannot be read is a fault of that file, the scan
# goes on, and the status says so. Read errors come from a loop device whose image became shorter: what lies beyond
# its end is EIO, from the block layer as from a broken disk. SEEDS is how often each kind of damage is tried
# (SLOW=1: five times).
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

need_tool dumpe2fs filefrag
key rsa2048
options=(-j4 -k "$keys/rsa2048.der" --policy all)
seeds=${SEEDS:-1}
[ "${SLOW:-}" != 1 ] || seeds=${SEEDS:-5}

# content FILE SIZE: begins with a word by which damage.py finds the block.
content() {
	payload "$1" "$2"
	printf 'payload ' 1<>"$1"
}

# Half of them with attributes that do not fit into the inode; names that fill blocks of directories.
fill() {
	local i name
	mkdir -p "$t/signed" "$t/hashed" "$t/many"
	for i in $(seq 30); do
		content "$t/signed/file$i" 6000
		content "$t/hashed/file$i" 6000
		setfattr -n user.filler -v "$(printf 'x%.0s' $(seq 300))" "$t/signed/file$i"
	done
	sign rsa2048 sha256 "$t"/signed/*
	hash sha256 "$t"/hashed/*
	for i in $(seq 10); do
		mkdir "$t/many/directory$i"
		for name in a b c; do
			payload "$t/many/directory$i/$(printf "$name%.0s" $(seq 200))" 100
		done
	done
	sync -f "$t"
}

# The start of the last data on the device, in bytes, and whose it is.
last_extent() {
	local file
	for file; do
		filefrag -b512 -v "$file" | awk -v file="$file" '$1 ~ /^[0-9]+:$/ { gsub(/[.:]/, "", $4); print $4 * 512, file }'
	done | sort -n | tail -n 1
}

for fs in ext4 xfs; do
	target "$fs"
	fill
	payload "$t/large" 3000000
	hash sha256 "$t/large"
	sync -f "$t"
	read -r start file < <(last_extent "$t"/signed/* "$t"/hashed/* "$t/large")
	file=${file#"$t/"}
	scan "${options[@]}" "$t"
	cp "$out" "$work/before"
	umount "$t"
	case $fs in
	ext4) image_mount "$work/$fs.img" "$t" ro,noload ;;
	xfs) image_mount "$work/$fs.img" "$t" ro,norecovery ;;
	esac
	truncate -s "$start" "$work/$fs.img"
	scan "${options[@]}" "$t"
	check "$fs, a disk with read errors: bit 2 of status $status" test $((status & 2)) = 2
	well_formed "$fs, a disk with read errors"
	report faults "$out" >"$work/faults"
	# Directories of xfs may lie beyond the end, too.
	check "$fs: a fault of the file that cannot be read" grep -qx "5"$'\t'"$file" "$work/faults"
	refute "$fs: no fault but EIO" grep -qv "^5"$'\t' "$work/faults"
	[ "$fs" = xfs ] || same "$fs: one fault" 1 "$(json faults)"
	after=$(verdicts_without "$work/faults")
	cp "$work/before" "$out"
	same "$fs: every other file is judged as before" "$(verdicts_without "$work/faults")" "$after"
	run "$IMA_SCAN" "${options[@]}" "$t"
	out_has "could not be read"
	image_umount "$t"
done

# --- Damage -------------------------------------------------------------------------------------------

# pristine NAME FS [OPTION…]: an image to copy from.
pristine() {
	local name=$1 fs=$2
	shift 2
	truncate -s "$([ "$fs" = xfs ] && echo 320M || echo 32M)" "$work/$name.img"
	"mkfs.$fs" -q "$@" "$work/$name.img"
	t=$work/mnt
	image_mount "$work/$name.img" "$t"
	fill
	image_umount "$t"
}

judge() {
	local what=$1
	scan "${options[@]}" "$t"
	case $status in
	[0-7]) passed "$what: status $status" ;;
	*) failed "$what: status $status" "$(head -c 600 "$err")" ;;
	esac
	well_formed "$what"
	if [ "$(json faults)" != 0 ]; then
		check "$what: $(json faults) faults, so bit 2 of status $status" test $((status & 2)) = 2
	fi
	report faults "$out" >>"$work/errnos"
}

pristine plain ext4 -F -O ^metadata_csum
pristine csum ext4 -F -O metadata_csum
pristine xfs xfs -f
tried=0 mountable=0
: >"$work/errnos"
for name in plain csum xfs; do
	for kind in inodes xattrs directories data; do
		for ((seed = 1; seed <= seeds; seed++)); do
			cp --sparse=always "$work/$name.img" "$work/damaged.img"
			units=$("$here/damage.py" "$work/damaged.img" "$kind" "$seed")
			check "$name has $kind to damage" test "$units" -gt 0
			tried=$((tried + 1))
			case $name in
			xfs) how=ro,norecovery ;;
			*) how=ro,noload ;;
			esac
			loop_mount "$work/damaged.img" "$t" "$how" 2>"$err" || continue
			mountable=$((mountable + 1))
			judge "$name, $kind, seed $seed"
			image_umount "$t"
		done
	done
done
check "most of the damaged images can be mounted ($mountable of $tried)" test $((mountable * 2)) -gt "$tried"
for errno in 5 74 117; do
	seen=$(grep -c "^$errno"$'\t' "$work/errnos" || true)
	[ "${VERBOSE:-}" != 1 ] || printf '  errno %s: %d faults\n' "$errno" "$seen"
done
# EBADMSG is what checksums give (EFSBADCRC), EUCLEAN what makes no sense (EFSCORRUPTED).
check 'damage was seen as EBADMSG' grep -q $'^74\t' "$work/errnos"
check 'damage was seen as EUCLEAN' grep -q $'^117\t' "$work/errnos"
