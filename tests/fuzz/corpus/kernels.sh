# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Kernel images, and what is in them and behind them.
# shellcheck disable=SC2154 # $keys is of keys.sh, $fuzz_dir of corpus.sh

# What kernels are built with, by the name of the format.
kernel_pack() {
	case $1 in
	gzip) gzip -n ;;
	xz) xz --check=crc32 --lzma2=dict=64KiB ;;
	zstd) zstd -q -5 ;;
	lz4) lz4 -q -l -9 - - ;;
	bzip2) bzip2 -1 ;;
	lzma) lzma -1 ;;
	lzo) lzop ;;
	esac
}

kernel_formats=(gzip xz zstd lz4 bzip2 lzma lzo)

# add_aligned FILE TO <bytes : behind zeros, at a multiple.
add_aligned() {
	local size
	size=$(stat -c %s "$1")
	head -c $((-size & ($2 - 1))) /dev/zero >>"$1"
	cat >>"$1"
}

# A kernel of no code: banner, configuration, a certificate with the sizes of the list, an initramfs with its own.
kernel_inside() {
	local size kernel=$keys/kernel
	make_keys
	{ printf '\x7fELF' && head -c 60 /dev/zero && printf 'Linux version 6.12.3-seed (x@y)\n\0'; } >"$kernel"
	{ printf 'IKCFG_ST' && printf 'CONFIG_IMA=y\n' | gzip -n && printf 'IKCFG_ED'; } >>"$kernel"
	size=$(stat -c %s "$keys/p256.der")
	add_aligned "$kernel" 8 <"$keys/p256.der"
	{ le 8 "$size" && le 8 "$size"; } | add_aligned "$kernel" 8
	kernel_cpio >"$keys/cpio"
	${1:-cat} <"$keys/cpio" >"$keys/archive"
	add_aligned "$kernel" 4 <"$keys/archive"
	le 8 "$(stat -c %s "$keys/archive")" | add_aligned "$kernel" 8
}

# newc: an empty file and the trailer.
kernel_cpio() {
	printf '070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x' 1 33261 0 0 1 0 0 0 0 0 0 6 0
	printf '/init\0' && printf '070701%088d%08x%08x' 0 11 0 | sed 's/.*/&TRAILER!!!/' && hex 00000000
}

kernel_bzimage() {
	local size
	size=$(stat -c %s "$1")
	head -c 497 /dev/zero && hex 01 "$(repeat 00 12)" 55aa 0000 && printf HdrS && hex 0f02 "$(repeat 00 6)" 9000
	hex "$(repeat 00 56)" 10000000 && le 4 "$size" && hex "$(repeat 00 64)" && printf '6.12.3-seed (x@y)\0'
	head -c 350 /dev/zero && hex "$(repeat 00 16)" && cat "$1"
}

corpus_unpack() {
	local name
	for name in "${kernel_formats[@]}"; do
		{ seq 1 2000 && head -c 3000 "$fuzz_dir/../../LICENSE"; } | kernel_pack "$name" | seed unpack "$name"
		{ printf 'short' | kernel_pack "$name" && le 4 5; } | seed unpack "$name-sized"
		repeat 0123456789abcdef 9000 | kernel_pack "$name" | seed unpack "$name-bomb"
	done
}

corpus_ikconfig() {
	local text='# Linux/x86 6.12.3 Kernel Configuration\nCONFIG_IMA=y\n'
	{ printf 'xIKCFG_ST' && printf '%b' "$text" | gzip -n && printf 'IKCFG_ED'; } | seed ikconfig good
	{ printf 'IKCFG_STIKCFG_ST' && printf 'no options' | gzip -n && printf 'IKCFG_ED'; } | seed ikconfig empty
	{ printf 'IKCFG_ST' && printf '%b' "$text" | gzip -n | head -c 40; } | seed ikconfig cut
	{ printf 'IKCFG_ST' && printf '%b' "$text" | xz && printf 'IKCFG_ED'; } | seed ikconfig xz
}

corpus_kernelimage() {
	local name
	make_keys
	for name in "zstd -q" gzip lzop xz; do
		kernel_inside "$name"
		seed kernelimage "archive-${name%% *}" <"$keys/kernel"
	done
	kernel_inside
	seed kernelimage elf <"$keys/kernel"
	for name in "${kernel_formats[@]}"; do
		{ kernel_pack "$name" <"$keys/kernel" && le 4 "$(stat -c %s "$keys/kernel")"; } >"$keys/packed"
		kernel_bzimage "$keys/packed" | seed kernelimage "bzimage-$name"
		kernel_pack "$name" <"$keys/kernel" | seed kernelimage "stream-$name"
	done
	{ printf 'MZ\0\0zimg' && le 4 64 && le 4 "$(stat -c %s "$keys/packed")" && hex "$(repeat 00 8)" &&
		printf 'lzo' && hex "$(repeat 00 37)" && cat "$keys/packed"; } | seed kernelimage zboot
	{ head -c 56 /dev/zero && printf 'ARM\x64\0\0\0\0' && cat "$keys/kernel"; } | seed kernelimage image
	{ head -c 36 /dev/zero && hex 18286f01 "$(repeat 00 20)" && cat "$keys/packed"; } | seed kernelimage zimage
	{ hex 27051956 "$(repeat 00 60)" && cat "$keys/packed"; } | seed kernelimage uimage
}

# bootconfig_behind TEXT : as the end of an initrd.
bootconfig_behind() {
	local sum
	sum=$(printf '%s' "$1" | od -An -v -tu1 | awk '{ for (i = 1; i <= NF; i++) sum += $i } END { print sum + 0 }')
	printf 'archive%s' "$1" && le 4 "${#1}" && le 4 "$sum" && printf '#BOOTCONFIG\n'
}

corpus_bootconfig() {
	local name text
	while IFS='|' read -r name text; do
		printf '%b' "$text" | seed bootconfig "$name"
		bootconfig_behind "$(printf '%b;' "$text")" | seed bootconfig "$name-behind"
	done <<-'EOT'
		plain|kernel.ima_appraise = off\nkernel.evm = fix\n
		braces|kernel { ima_appraise = off; a.b { c } }\ninit.x = 1\n
		arrays|kernel.a = 1, 2 # why\nkernel.a += 3\nkernel.a := "4 5", '6'\n
		mixed|kernel.a.b = 1\nkernel.a = 2\nkernel.a.c\n
		deep|a{b{c{d{e{f{g{h{i{j{k{l{m{n{o{p=1}}}}}}}}}}}}}}}\nkernel.x\n
	EOT
	printf '# Linux/x86 6.12.3 Kernel Configuration\nCONFIG_X86=y\nCONFIG_CMDLINE_BOOL=y\nCONFIG_CMDLINE="a b"\nCONFIG_BOOT_CONFIG=y\n' |
		seed bootconfig kconfig
}
