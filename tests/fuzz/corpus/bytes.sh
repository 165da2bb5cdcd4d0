# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Bytes and texts of seeds: what every family is made with.
# shellcheck disable=SC2154 # $out is of corpus.sh

# hex DIGITS… : those bytes on standard output.
hex() {
	local format
	format=$(printf '%s' "$@" | tr -d '[:space:]' | sed 's/../\\x&/g')
	# shellcheck disable=SC2059 # the format is the data: \x41\x42…
	printf "$format"
}

# seed TARGET NAME <bytes
seed() {
	mkdir -p "$out/$1"
	cat >"$out/$1/seed-$2"
}

repeat() {
	local i
	for ((i = 0; i < $2; i++)); do printf '%s' "$1"; done
}

# le BYTES VALUE : a number, little endian.
le() {
	local i value=$2
	for ((i = 0; i < $1; i++)); do
		hex "$(printf '%02x' $((value & 255)))"
		value=$((value >> 8))
	done
}

zeros() {
	head -c "$1" /dev/zero
}

# Bytes at places of a file of zeros. Usage: bytes_at SIZE OFFSET HEX…
bytes_at() {
	local size=$1 file
	file=$(mktemp)
	truncate -s "$size" "$file"
	shift
	while [ $# -gt 0 ]; do
		hex "$2" | dd of="$file" bs=1 seek="$1" conv=notrunc status=none
		shift 2
	done
	cat "$file"
	rm "$file"
}
