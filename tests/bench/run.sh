#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Measures ima-scan against evmctl, sha256sum and AIDE on one tree, warm and cold. Usage: tests/bench/run.sh [OPTION…]
#   --tree DIR       a labelled tree of yours instead of the seeded one (with --key CERT for its signatures)
#   --key CERT       the certificate
#   --files N        files of the seeded tree (20000)
#   --runs N         runs of each, of which the median counts (3)
#   --million        peak memory at 10^6 files too; making them takes minutes
#   --quick          a smoke run: a small tree, one run
#   --append         add the table to docs/performance.md
# IMA_SCAN is the program; build/release/ima-scan unless set. The seeded tree is kept in build/bench/ for the next run.
tree='' certificate='' files=20000 runs=3 million=0 append=0
arguments=("$@")
while [ $# -gt 0 ]; do
	case $1 in
	--tree) tree=$(realpath "$2") && shift ;;
	--key) certificate=$(realpath "$2") && shift ;;
	--files) files=$2 && shift ;;
	--runs) runs=$2 && shift ;;
	--million) million=1 ;;
	--quick) files=1000 runs=1 ;;
	--append) append=1 ;;
	-h | --help) sed -n '3,12s/^# \{0,1\}//p' "$0" && exit 0 ;;
	*) echo "tests/bench/run.sh: no option $1" >&2 && exit 64 ;;
	esac
	shift
done
set -- "${arguments[@]}"
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"

bench=$(cd "$(dirname "$0")" && pwd)
cache=$root/build/bench
processors=$(nproc)
need_tool evmctl openssl "${CC:-gcc}"
"${CC:-gcc}" -O1 -Wall -Wextra -o "$work/measure" "$bench/measure.c"

# mount_direct IMAGE DIRECTORY: past the page cache of the file system that holds the image, where that can be done.
mount_direct() {
	local device
	device=$(losetup --show -f --direct-io=on "$1" 2>/dev/null) || device=$(losetup --show -f "$1")
	mkdir -p "$2"
	mount -o ro,noatime "$device" "$2"
	mounted+=("$2")
	# It goes when it is unmounted.
	losetup -d "$device"
}

# A tree is signed once, and kept with its certificate; the private key is not.
make_bench_tree() {
	local image=$cache/tree-$files.img
	if [ ! -e "$image" ] || [ ! -e "$cache/tree-$files.der" ]; then
		mkdir -p "$cache"
		key bench rsa2048
		INODES=$((files * 5 / 4 + 4096)) image_make ext4 "$image.new" $((files / 8 + 512))
		image_mount "$image.new" "$work/new"
		echo "making a tree of $files files …"
		"$python" "$bench/make_tree.py" "$work/new" --files "$files"
		echo 'signing it with evmctl …'
		find "$work/new/usr" -mindepth 2 -maxdepth 2 -type d -print0 |
			xargs -0 -P "$processors" -n 1 evmctl ima_sign -r -k "$keys/bench.pem" >/dev/null 2>&1
		image_umount "$work/new"
		cp "$keys/bench.der" "$cache/tree-$files.der"
		mv "$image.new" "$image"
	fi
	certificate=$cache/tree-$files.der
	mount_direct "$image" "$work/tree"
	tree=$work/tree
}

can_drop=1
drop_caches() {
	sync
	{ echo 3 >/proc/sys/vm/drop_caches; } 2>/dev/null || can_drop=0
}

# The requests for reading that the tree's device has had so far; nothing where that cannot be told.
requests() {
	awk '{ print $1 }' "/sys/dev/block/$device_number/stat" 2>/dev/null || true
}

# once NAME warm|cold COMMAND…: adds a run to times[NAME.STATE]; sets asked[NAME] when it is cold.
declare -A times=() seconds=() memory=() statuses=() asked=()
once() {
	local name=$1 state=$2 took rss rc before
	shift 2
	if [ "$state" = cold ]; then
		drop_caches
		[ "$can_drop" = 1 ] || return 0
	fi
	before=$(requests)
	read -r took _ rss rc < <("$work/measure" "$@")
	times[$name.$state]+=" $took"
	if [ "$state" = cold ] && [ -n "$before" ]; then
		asked[$name]=$(($(requests) - before))
	fi
	if [ "$rss" -gt "${memory[$name]:-0}" ]; then
		memory[$name]=$rss
	fi
	statuses[$name]=$rc
}

# middle NAME STATE: sets seconds[NAME.STATE] to the median.
middle() {
	local all=${times[$1.$2]:-}
	[ -n "$all" ] || return 0
	seconds[$1.$2]=$(tr ' ' '\n' <<<"${all# }" | sort -n | sed -n "$(((runs + 1) / 2))p")
	echo "  $1, $2: ${seconds[$1.$2]} s (${all# }), status ${statuses[$1]}"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a && b) printf "%.2f", a / b; else printf "–" }'; }

# memory_at FILES: peak memory of ima-scan over that many tiny labelled files, in MiB.
memory_at() {
	local count=$1 image=$cache/tiny-$1.img
	if [ ! -e "$image" ]; then
		mkdir -p "$cache"
		INODES=$((count * 11 / 10 + 4096)) image_make ext4 "$image.new" $((count * 6 / 1000 + 64))
		image_mount "$image.new" "$work/new"
		echo "making $count tiny files …" >&2
		"$python" "$bench/make_tree.py" "$work/new" --files "$count" --tiny >&2
		image_umount "$work/new"
		mv "$image.new" "$image"
	fi
	mount_direct "$image" "$work/tiny-$count"
	"$work/measure" "$IMA_SCAN" --policy all -q "$work/tiny-$count" |
		awk -v n="$count" '{ printf "%d files: %.1f MiB, %.2f s, status %d\n", n, $3 / 1024, $1, $4 }'
	image_umount "$work/tiny-$count"
}

# --- What can be had at best -----------------------------------------------------------------------------

floor() {
	local device megabytes
	openssl speed -seconds 2 -evp sha256 -bytes 1048576 2>/dev/null |
		awk '/^sha256/ { sub("k", "", $2); printf "- SHA-256 of one core: %.0f MB/s\n", $2 / 1000 }'
	openssl speed -seconds 2 rsa2048 2>/dev/null |
		awk '/^rsa 2048/ { printf "- RSA-2048 verifications of one core: %.0f/s\n", $NF }'
	openssl speed -seconds 2 ecdsap256 2>/dev/null |
		awk '/ecdsa.*nistp256/ { printf "- ECDSA P-256 verifications of one core: %.0f/s\n", $NF }'
	device=$(findmnt -no SOURCE --target "$tree" 2>/dev/null | sed 's/\[.*//') || device=
	if [ -b "$device" ]; then
		drop_caches
		megabytes=1024
		dd if="$device" of=/dev/null bs=1M count="$megabytes" iflag=direct 2>&1 |
			awk -F ', ' '/copied/ { printf "- Sequential reading of the device: %s\n", $NF }'
	fi
}

# --- The measurements ------------------------------------------------------------------------------------

if [ -z "$tree" ]; then
	make_bench_tree
fi
device_number=$(findmnt -no MAJ:MIN --target "$tree" | head -n 1 | tr -d ' ')
count=$(find "$tree" -xdev -type f -printf x | wc -c)
megabytes=$(find "$tree" -xdev -type f -printf '%s\n' | awk '{ s += $1 } END { printf "%.0f", s / 1e6 }')
echo "$count files, $megabytes MB, $processors processors, $runs runs each"

cat >"$work/aide.conf" <<AIDE
database_out=file:$work/aide.db
report_url=file:/dev/null
$tree sha256
AIDE
# shellcheck disable=SC2016 # expands in the inner shell
verify='find "$1" -xdev -type f -print0 | xargs -0 -P"$2" -n512 evmctl ima_verify ${3:+-k "$3"}'
# shellcheck disable=SC2016
sums='find "$1" -xdev -type f -print0 | xargs -0 -P"$2" -n512 sha256sum'
# shellcheck disable=SC2016
aide='rm -f "$0" && exec aide --init --config="$1"'
key_options=()
if [ -n "$certificate" ]; then
	key_options=(-k "$certificate")
fi
# rival NAME RUN…: runs it as RUN NAME … says.
rival() {
	local name=$1
	shift
	case $name in
	ima-scan) "$@" "$IMA_SCAN" --format ndjson -x "${key_options[@]}" "$tree" ;;
	evmctl) "$@" "$BASH" -c "$verify" - "$tree" "$processors" "$certificate" ;;
	sha256sum) "$@" "$BASH" -c "$sums" - "$tree" "$processors" ;;
	AIDE) "$@" "$BASH" -c "$aide" "$work/aide.db" "$work/aide.conf" ;;
	esac
}

rivals=(ima-scan evmctl sha256sum)
if command -v aide >/dev/null; then
	rivals+=(AIDE)
fi
for state in warm cold; do
	for name in "${rivals[@]}"; do
		[ "$state" = cold ] || rival "$name" "$work/measure" >/dev/null
	done
	# In turns: other work on the machine is then in everybody's way.
	for ((run = 0; run < runs; run++)); do
		for name in "${rivals[@]}"; do
			rival "$name" once "$name" "$state"
		done
	done
	for name in "${rivals[@]}"; do
		middle "$name" "$state"
	done
done
statuses_said=$(for name in "${rivals[@]}"; do
	printf '%s %s, ' "$name" "${statuses[$name]:-–}"
done)

{
	printf '## %s\n\n' "$(date -u +%F)"
	printf '%s, %s processors, Linux %s; %s, commit %s.\n' \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$processors" "$(uname -r)" \
		"$("$IMA_SCAN" --version | head -n 1)" "$(git -C "$root" rev-parse --short=12 HEAD 2>/dev/null || echo '?')"
	printf '%s files, %s MB, %s; median of %s.\n\n' "$count" "$megabytes" \
		"$(findmnt -no FSTYPE --target "$tree" | head -n 1)" "$runs"
	printf '| | warm, s | × ima-scan | cold, s | × ima-scan | cold, requests | peak memory, MiB |\n'
	printf '|---|---:|---:|---:|---:|---:|---:|\n'
	for name in "${rivals[@]}"; do
		[ -n "${seconds[$name.warm]:-}" ] || continue
		printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$name" "${seconds[$name.warm]}" \
			"$(ratio "${seconds[$name.warm]}" "${seconds[ima-scan.warm]}")" "${seconds[$name.cold]:-–}" \
			"$(ratio "${seconds[$name.cold]:-}" "${seconds[ima-scan.cold]:-}")" "${asked[$name]:-–}" \
			"$(awk -v k="${memory[$name]}" 'BEGIN { printf "%.1f", k / 1024 }')"
	done
	printf '\nExit statuses: %s. Memory is that of the largest process; requests are those of the last cold run.\n' "${statuses_said%, }"
	if [ "$can_drop" = 0 ]; then
		printf 'Cold was not measured: dropping caches is not allowed here.\n'
	fi
	printf '\nWhat is possible at best:\n\n'
	floor
	printf '\nPeak memory over tiny files under the policy all:\n\n- '
	memory_at 1000
	if [ "$million" = 1 ]; then
		printf -- '- '
		memory_at 1000000
	fi
	printf '\n'
} | tee "$work/table"

if [ "$append" = 1 ]; then
	mkdir -p "$root/docs"
	cat "$work/table" >>"$root/docs/performance.md"
	echo 'added to docs/performance.md'
fi
same "ima-scan's status over a signed tree" 0 "${statuses[ima-scan]}"
