# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Archives as the kernel unpacks them.

# A cpio member: name, mode, content. Fields are eight digits.
cpio_member() {
	local name=$1 mode=$2 content=$3 ino=${4:-00000001} links=${5:-00000001}
	local size=$((110 + ${#name} + 1))
	printf '070701%s%s0000000000000000%s00000000%08X%040d%08X%08X' "$ino" "$mode" "$links" \
		"${#content}" 0 "$((${#name} + 1))" 0
	printf '%s\0' "$name"
	zeros $(((4 - size % 4) % 4))
	printf '%s' "$content"
	zeros $(((4 - ${#content} % 4) % 4))
}

cpio_archive() {
	cpio_member etc 000041ED ''
	cpio_member etc/ima-policy 000081A4 'appraise func=BPRM_CHECK appraise_type=imasig'
	cpio_member init 000081ED '#!/bin/sh
cat /etc/ima-policy > /sys/kernel/security/ima/policy'
	cpio_member bin/a 000081ED '' 00000007 00000002
	cpio_member bin/b 000081ED "$(printf '\177ELF')" 00000007 00000002
	cpio_member link 0000A1FF init
	cpio_member etc/keys/kmk 00008180 0102
	cpio_member TRAILER!!! 00000000 ''
}

corpus_initramfs() {
	local archive tool
	archive=$(mktemp)
	cpio_archive >"$archive"
	seed initramfs plain <"$archive"
	while read -r tool; do
		command -v "${tool%% *}" >/dev/null || continue
		# shellcheck disable=SC2086 # a command and its options
		$tool <"$archive" | seed initramfs "${tool%% *}"
		# shellcheck disable=SC2086
		{ cat "$archive" && zeros 4 && $tool <"$archive"; } | seed initramfs "plain-${tool%% *}"
	done <<-EOT
		gzip -9n
		bzip2
		xz --check=crc32
		lzma
		zstd -q -19
		lz4 -lq
		lzop
	EOT
	{ cat "$archive" && printf 'kernel.x=1\n' && hex 0b000000 && hex 9e030000 && printf '#BOOTCONFIG\n'; } |
		seed initramfs bootconfig
	printf '070707' | seed initramfs old
	cpio_member ../../etc//./keys/x509_ima.der 000081A4 'MII' | seed initramfs name
	rm -f "$archive"
}
