#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Disks that fail, by device mapper's targets "error" and "flakey" in a guest, since not every host's kernel has
# them: what cannot be read is a fault of that file, the rest is judged, the scan ends. IMA_SCAN_STATIC is a program
# without shared libraries, which runs in the guest; SERIES one of fetch-kernel.sh's kernels.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
e2e=$here
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"

series=${SERIES:-6.12}
static=$(realpath -m "${IMA_SCAN_STATIC:-$root/build/static/ima-scan}")
[ -x "$static" ] || skip "$static is not there: make static"
need_tool qemu-system-x86_64 cpio filefrag debugfs xfs_bmap
"$e2e/fetch-kernel.sh" "$series"
"$e2e/build-initramfs.sh" "$series"

guest=$work/guest
xfs_start=131072 # sectors: where the disk has the second file system
flakey_scans=12 # at least
key rsa2048

fill() {
	local i j
	for i in $(seq 12); do
		payload "$t/signed/file$i" 6000
		payload "$t/hashed/file$i" 6000
		setfattr -n user.filler -v "$(printf 'x%.0s' $(seq 300))" "$t/signed/file$i"
	done
	sign rsa2048 sha256 "$t"/signed/*
	# So many names that a directory has a block of its own.
	for i in $(seq 4); do
		for j in $(seq 12); do
			payload "$t/many/directory$i/$(printf 'x%.0s' $(seq 100))$j" 100
		done
	done
	payload "$t/large" 400000
	hash sha256 "$t"/hashed/* "$t"/many/*/* "$t/large"
	sync -f "$t"
}

# Where the data of a file or directory is, in sectors of the file system: first and last.
extents() {
	case $fs in
	ext4) filefrag -b512 -v "$1" | awk '$1 ~ /^[0-9]+:$/ { gsub(/[.:]/, " "); print $4, $5 }' ;;
	xfs) xfs_bmap "$1" | awk '$3 ~ /^[0-9]+\.\./ { sub(/\.\./, " ", $3); print $3 }' ;;
	esac
}

# The same of the block that holds attributes.
attribute_extents() {
	local block sectors
	case $fs in
	ext4)
		block=$(debugfs -R "stat /${1#"$t/"}" "$work/$fs.img" 2>/dev/null | sed -n 's/.*File ACL: //p')
		sectors=$(($(stat -f -c %S "$t") / 512))
		echo "$((block * sectors)) $(((block + 1) * sectors - 1))"
		;;
	xfs) xfs_bmap -a "$1" | awk '$3 ~ /^[0-9]+\.\./ { sub(/\.\./, " ", $3); print $3 }' ;;
	esac
}

# The sectors that cannot be read: all of a small file, the end of a large one, a directory, attributes.
broken_sectors() {
	extents "$t/signed/file7"
	extents "$t/large" | tail -n 1 | awk '{ print int(($1 + $2) / 16) * 8, $2 }'
	extents "$t/many/directory3"
	attribute_extents "$t/signed/file3"
}

# Reads first and last sectors, writes a table in which they are of the target "error".
error_table() {
	sort -n | awk -v start="$1" -v size="$2" '
		function whole(from, to) {
			if (to > from)
				print from + 0, to - from, "linear /dev/vda", start + from
		}
		{ whole(at, $1); print $1, $2 - $1 + 1, "error"; at = $2 + 1 }
		END { whole(at, size) }'
}

mkdir -p "$guest/e2e/keys.scan"
truncate -s 400M "$work/disk.img"
for fs in ext4 xfs; do
	start=0 mount_by=noload size=131072
	[ "$fs" = ext4 ] || start=$xfs_start mount_by=norecovery size=655360
	target "$fs"
	fill
	broken_sectors >"$work/broken"
	same "$fs: where four broken things are" 4 "$(grep -cE '^[0-9]+ [0-9]+$' "$work/broken")"
	error_table "$start" "$size" <"$work/broken" >"$guest/e2e/table.$fs-error"
	echo "0 $size linear /dev/vda $start" >"$guest/e2e/table.$fs-whole"
	# It works for some seconds and fails for some, in turns: how long, the guest knows that has scanned it whole.
	echo "0 $size flakey /dev/vda $start" >"$guest/e2e/table.$fs-flakey"
	image_umount "$t"
	dd if="$work/$fs.img" of="$work/disk.img" bs=512 seek="$start" conv=notrunc,sparse status=none
	printf '%s\n' "$fs-whole $fs $mount_by 1" "$fs-error $fs $mount_by 1" \
		"$fs-flakey $fs $mount_by $flakey_scans" >>"$guest/e2e/disks"
done

cp "$static" "$guest/e2e/ima-scan"
cp "$keys/rsa2048.der" "$guest/e2e/keys.scan/"
echo "mode=disks
scan=-j4 -k /e2e/keys.scan/rsa2048.der --policy all --format ndjson /mnt" >"$guest/e2e/config"
"$e2e/build-initramfs.sh" --modules "$guest/e2e/modules-more" "$series" dm-mod dm-flakey xfs
boot "$series" "$guest" "ima_appraise=off" "$work/disk.img" no

# Each scan into a file of its own, $work/scan.NAME and its status.
awk -v folder="$work" '
	/^{"record":"scan",/ { split($0, part, "\""); name = part[8]; file = folder "/scan." name; next }
	/^{"record":"scan-end",/ { match($0, /"status":[0-9]+/); print substr($0, RSTART + 9, RLENGTH - 9) >(file ".status"); file = ""; next }
	file { print >file }' "$guest/kernel.ndjson"

# look NAME: as if that scan had been made here, just now.
look() {
	local waited
	waited=$(cat "$work/scan.$1.status")
	status=$((waited & 127 ? 255 : waited >> 8))
	cp "$work/scan.$1" "$out"
}

for fs in ext4 xfs; do
	look "$fs-whole-0"
	has_status 0 "$fs: all is well on a disk that works"
	well_formed "$fs, a disk that works"
	same "$fs: files" $((2 * 12 + 4 * 12 + 1)) "$(json files)"
	cp "$out" "$work/whole"

	look "$fs-error-0"
	has_status 2 "$fs: a disk with errors"
	well_formed "$fs, a disk with errors"
	report faults "$out" | sort >"$work/faults"
	same "$fs: a fault of each thing that cannot be read, and of nothing else" \
		"$(printf '5\t%s\n' large many/directory3 signed/file3 signed/file7)" "$(cat "$work/faults")"
	after=$(verdicts_without "$work/faults")
	cp "$work/whole" "$out"
	same "$fs: every other file is judged as before" "$(verdicts_without "$work/faults")" "$after"

	table path verdict | sort >"$work/good"
	# The guest made more of them when it met only one state.
	scans=$(find "$work" -name "scan.$fs-flakey-*.status" | wc -l)
	check "$fs: scans of a disk that fails now and then ($scans)" test "$scans" -ge "$flakey_scans"
	with=0 without=0
	for ((i = 0; i < scans; i++)); do
		look "$fs-flakey-$i"
		well_formed "$fs, a disk that fails now and then, scan $i"
		report faults "$out" >"$work/faults"
		refute "$fs, scan $i: no fault but EIO" grep -qv "^5"$'\t' "$work/faults"
		has_status $(($([ -s "$work/faults" ] && echo 2 || echo 0))) "$fs, scan $i: $(wc -l <"$work/faults") faults"
		table path verdict | grep -v $'\tundecided$' | sort >"$work/decided" || true
		same "$fs, scan $i: no verdict is another one" '' "$(comm -13 "$work/good" "$work/decided")"
		if [ -s "$work/faults" ]; then
			with=$((with + 1))
		else
			without=$((without + 1))
			same "$fs, scan $i: all is judged while the disk works" "$(cat "$work/good")" "$(cat "$work/decided")"
		fi
	done
	check "$fs: the disk failed in some scans and worked in others ($with, $without)" test "$with" -gt 0 -a "$without" -gt 0
done
