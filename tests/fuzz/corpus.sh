#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the seeds each fuzz target starts from, and every past crash, below build/fuzz-corpus.
# Usage: tests/fuzz/corpus.sh OUTDIR TARGET…
# Past crashes are kept as text: tests/fuzz/crashes/TARGET/NAME.hex, hexadecimal digits, "#" comments.
set -euo pipefail

fuzz_dir=$(cd "$(dirname "$0")" && pwd)
out=$1
shift
keys=

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

# Keys and certificates of each kind, once for all targets.
make_keys() {
	[ -z "$keys" ] || return 0
	keys=$(mktemp -d)
	trap 'rm -rf "$keys"' EXIT
	local name
	openssl genrsa -out "$keys/rsa.key" 2048 2>/dev/null
	openssl ecparam -name prime256v1 -genkey -noout -out "$keys/p256.key"
	openssl ecparam -name secp384r1 -genkey -noout -out "$keys/p384.key"
	openssl genpkey -algorithm ed25519 -out "$keys/ed25519.key"
	for name in rsa p256 p384 ed25519; do
		openssl req -new -x509 -key "$keys/$name.key" -subj "/O=Seeds/CN=$name" -days 2 \
			-addext keyUsage=digitalSignature -out "$keys/$name.pem" 2>/dev/null
		openssl x509 -in "$keys/$name.pem" -outform DER -out "$keys/$name.der"
	done
	openssl req -new -x509 -key "$keys/rsa.key" -subj /CN=no-skid -days 2 \
		-config <(printf '[req]\ndistinguished_name=d\nx509_extensions=x\n[d]\n[x]\nbasicConstraints=CA:FALSE\nsubjectKeyIdentifier=none\n') \
		-out "$keys/noskid.pem" 2>/dev/null
	printf 'content\n' >"$keys/content"
}

# A v2 signature label of a type: header, then the signature over the content's digest.
signed_label() {
	local type=$1 key=$2 size
	openssl dgst -sha256 -sign "$keys/$key.key" -out "$keys/sig" "$keys/content"
	size=$(stat -c %s "$keys/sig")
	hex "$type" 02 04 01020304 "$(printf '%04x' "$size")"
	cat "$keys/sig"
}

corpus_label() {
	local name bytes
	make_keys
	while read -r name bytes; do
		hex "$bytes" | seed label "$name"
	done <<-EOT
		empty-digest 01
		legacy-md5 01$(repeat ab 16)
		legacy-sha1 01$(repeat ab 20)
		legacy-md5-padded 01$(repeat ab 16)00000000
		ng-sha1 0402$(repeat cd 20)
		ng-sha256 0404$(repeat cd 32)
		ng-sha512 0406$(repeat cd 64)
		ng-trailing 0404$(repeat cd 32)ffff
		ng-short 0404$(repeat cd 31)
		ng-unknown 0463$(repeat cd 32)
		zeros $(repeat 00 33)
		hmac 02$(repeat ef 20)
		v1 03010000000000000102030405060708010008ff
		v2-header-only 03020401020304 0100
		v2-lying-size 03020401020304ffff$(repeat 11 64)
		v3 03030401020304 0040$(repeat 22 64)
		portable-v2 05020401020304 0040$(repeat 33 64)
		verity-v3 06030401020304 0040$(repeat 44 64)
		unknown 7f00
	EOT
	printf '' | seed label empty
	signed_label 03 rsa | seed label signed-rsa
	signed_label 05 p256 | seed label signed-ec
}

corpus_certs() {
	local name
	make_keys
	for name in rsa p256 p384 ed25519; do
		seed certs "$name.pem" <"$keys/$name.pem"
		seed certs "$name.der" <"$keys/$name.der"
	done
	seed certs noskid.pem <"$keys/noskid.pem"
	cat "$keys/rsa.pem" "$keys/p256.pem" | seed certs two.pem
	openssl pkey -in "$keys/rsa.key" -pubout | seed certs public.pem
	head -c 200 "$keys/rsa.der" | seed certs truncated.der
}

# The encodings of r and s that the kernel takes and strict DER does not, beside the strict one.
corpus_ecdsasig() {
	local name bytes r s
	r=$(repeat 12 32)
	s=$(repeat 34 32)
	make_keys
	while read -r name bytes; do
		hex "$bytes" | seed ecdsasig "$name"
	done <<-EOT
		strict 3044 0220$r 0220$s
		long-form 308144 0220$r 0220$s
		three-byte-length 30820044 0220$r 0220$s
		indefinite 3080 0220$r 0220$s 0000
		leading-zero 3045 022100$r 0220$s
		negative 3044 0220ff$(repeat 12 31) 0220$s
		trailing 3044 0220$r 0220$s $(repeat ee 50)
		bare $r$s
		extra-element 3047 0220$r 0220$s 020101
		zero 3006 020100 020100
		empty 3000
	EOT
	openssl dgst -sha256 -sign "$keys/p256.key" "$keys/content" | seed ecdsasig p256
	openssl dgst -sha256 -sign "$keys/p384.key" "$keys/content" | seed ecdsasig p384
}

corpus_policy() {
	local n=0 line
	while IFS= read -r line; do
		n=$((n + 1))
		printf '%s\n' "$line" | seed policy "$(printf 'rule-%02d' "$n")"
	done <<-'EOT'
		# a comment
		appraise func=BPRM_CHECK appraise_type=imasig
		appraise func=MMAP_CHECK mask=MAY_EXEC fowner=0 appraise_type=imasig|modsig
		appraise func=FILE_CHECK mask=^MAY_READ uid>999 euid=0 gid<5 egid=4 fgroup=0
		appraise func=FILE_CHECK digest_type=verity appraise_type=sigv3
		appraise func=MODULE_CHECK appraise_type=imasig|modsig appraise_flag=check_blacklist
		appraise func=SETXATTR_CHECK appraise_algos=sha256,sha384,sha512
		appraise fowner=0 permit_directio
		dont_appraise fsmagic=0x9fa0
		dont_appraise fsname=tmpfs
		appraise fsuuid=6f2c1b1e-8f0b-4d2a-9d6e-0123456789ab
		appraise obj_type=bin_t subj_user=system_u subj_role=staff_r obj_user=a obj_role=b subj_type=c
		measure func=KEY_CHECK keyrings=.builtin_trusted_keys|.ima template=ima-buf pcr=11
		measure func=CRITICAL_DATA label=selinux
		audit func=CREDS_CHECK mask=MAY_EXEC
		hash func=FILE_CHECK
		dont_hash fsmagic=0xEF53
		appraise func=POLICY_CHECK appraise_type=imasig fowner>1000 uid=0 uid=1
	EOT
	cat "$out"/policy/seed-rule-* | seed policy whole
}

corpus_cmdlineword() {
	printf '\024root=/dev/sda1 ro quiet ima_appraise=off ima_policy="tcb|secure_boot" evm=fix lsm=lockdown,integrity -- single' |
		seed cmdlineword off
	printf '\011init=/bin/sh rd.break=x systemd.debug-shell initcall_blacklist=a,init_ima efi=noruntime module.sig_enforce=0' |
		seed cmdlineword start
	printf '\200dont_appraise fsmagic=0x01021994\nappraise func=BPRM_CHECK fowner=0 appraise_type=imasig\nappraise func=MMAP_CHECK obj_type=x\n' |
		seed cmdlineword policy
}

corpus_kconfig() {
	printf '%s\n' '#' '# Linux/x86 6.12.3 Kernel Configuration' '#' 'CONFIG_IMA=y' \
		'CONFIG_IMA_APPRAISE=y' 'CONFIG_IMA_DEFAULT_HASH="sha256"' 'CONFIG_CRYPTO_SHA512=m' \
		'# CONFIG_EVM_EXTRA_SMACK_XATTRS is not set' 'CONFIG_EVM=y' 'CONFIG_EVM_ATTR_FSUUID=y' \
		'CONFIG_SECURITY_SELINUX=y' 'CONFIG_FS_VERITY=y' 'CONFIG_CRYPTO_ECDSA=y' | seed kconfig plain
	printf '# CONFIG_IMA is not set\n' | seed kconfig without
	printf 'CONFIG_IMA=y\r\nCONFIG_IMA_DEFAULT_HASH="unterminated\nCONFIG_=\n=y' | seed kconfig odd
}

# The trailer of an appended signature of a size: struct module_signature, then the marker.
modsig_tail() {
	hex 00 00 02 00 00 000000 "$(printf '%08x' "$1")"
	printf '~Module signature appended~\n'
}

corpus_modsig() {
	local name size
	make_keys
	for name in rsa p256; do
		openssl cms -sign -binary -noattr -md sha256 -nocerts -in "$keys/content" -outform DER \
			-signer "$keys/$name.pem" -inkey "$keys/$name.key" -out "$keys/p7"
		size=$(stat -c %s "$keys/p7")
		seed modsig "$name.p7" <"$keys/p7"
		{ cat "$keys/content" "$keys/p7" && modsig_tail "$size"; } | seed modsig "$name-appended"
	done
	openssl cms -sign -binary -md sha512 -in "$keys/content" -outform DER -keyid \
		-signer "$keys/rsa.pem" -inkey "$keys/rsa.key" | seed modsig attributes.p7
	# With certificates: the signer's, another one, and content of its own.
	openssl cms -sign -binary -noattr -md sha256 -in "$keys/content" -outform DER -certfile "$keys/p256.pem" \
		-signer "$keys/rsa.pem" -inkey "$keys/rsa.key" | seed modsig certificates.p7
	openssl cms -sign -binary -noattr -md sha256 -nodetach -in "$keys/content" -outform DER \
		-signer "$keys/p256.pem" -inkey "$keys/p256.key" | seed modsig attached.p7
	openssl cms -sign -binary -noattr -md sha256 -nodetach -in "$keys/content" -outform DER -keyid \
		-signer "$keys/rsa.pem" -inkey "$keys/rsa.key" | seed modsig attached-by-id.p7
	modsig_tail 4294967295 | seed modsig lying-size
}

# struct fsverity_descriptor: version, algorithm, block size, salt size, data size, root, salt.
corpus_verity() {
	local name start
	while read -r name start; do
		hex "$start" 00000000 0010000000000000 "$(repeat aa 64)" "$(repeat 55 32)" "$(repeat 00 144)" |
			seed verity "$name"
	done <<-EOT
		sha256 01010c00
		sha512 01020c00
		salted 01010c20
		block-1k 01010a08
		bad-version 02010c00
		bad-algorithm 01090c00
		bad-block 0101ff00
		bad-salt 01010cff
	EOT
	hex 01010c00 | seed verity short
}

corpus_escape() {
	printf 'plain name' | seed escape plain
	printf 'back\\slash "quote" \t\n\r' | seed escape controls
	printf '\033[31mred\033]0;title\007' | seed escape terminal
	printf '\xc3\xa4\xe2\x80\xae\xf0\x9f\x90\xa7\xf3\xa0\x80\x81\xc2\x9b' | seed escape utf8
	printf '\xff\xfe\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80\xc3' | seed escape broken
	printf 'nul\0in' | seed escape nul
}

# A path, a NUL, the first bytes of the file.
corpus_content() {
	{ printf 'usr/bin/ls\0' && hex 7f454c46020101 "$(repeat 00 9)" 0300; } | seed content elf
	{ printf 'lib/modules/6.12/a.ko\0' && hex 7f454c46010201 "$(repeat 00 9)" 0001; } | seed content module
	{ printf 'lib/modules/6.12/b.ko.xz\0' && hex fd377a585a00; } | seed content module-xz
	{ printf 'boot/vmlinuz-6.12\0MZ' && hex "$(repeat 00 512)" && printf HdrS; } | seed content kernel
	{ printf 'boot/initrd.img\0' && hex 28b52ffd; } | seed content initrd
	printf 'lib/firmware/f.bin\0\x1f\x8b' | seed content firmware
	printf 'usr/lib/libx.so.6\0BZh' | seed content library
	printf 'etc/ima/ima-policy\0# a comment\n\nappraise func=BPRM_CHECK\n' | seed content policy
	printf 'run.sh\0#!/bin/sh\n' | seed content script
}

corpus_listfile() {
	printf 'usr/bin/ls\0./etc/passwd\0///a//b\0' | seed listfile paths
	printf 'no end' | seed listfile unended
	printf 'a\0\0b\0' | seed listfile empty-path
	printf 'proc/1/maps\0x.c\0aXbXc\0././/\0..\0' | seed listfile excluded
	{ repeat 0123456789abcdef 4200; } | seed listfile long
}

# Flags, bits of the attributes, mode, uid, inode number, generation, then each attribute.
corpus_evm() {
	local name start ima
	make_keys
	ima=22000404$(repeat cd 32)
	while read -r name start; do
		hex "$start" "$(repeat 00 20)" "$ima" 1500 02 "$(repeat ef 20)" | seed evm "$name"
	done <<-EOT
		hmac 3540
		hmac-facts-unknown 3040
		no-evm 2540
		overlayfs 3d40
		nothing 3500
	EOT
	signed_label 05 rsa >"$keys/label"
	{ hex 7540 ed810000 "$(repeat 00 16)" "$ima" 0901 && cat "$keys/label"; } | seed evm portable
	{ hex 5540 ed810000 "$(repeat 00 16)" "$ima" 0901 03 && tail -c +2 "$keys/label"; } | seed evm signature
	# security.selinux, security.ima and security.capability (version 3, with a root id).
	hex 75c1 ed810000 "$(repeat 00 16)" 0500 755f723a74 "$ima" 1800 01000003 "$(repeat 11 16)" 00000000 \
		0901 "$(od -An -v -tx1 "$keys/label")" | seed evm capability
	hex 7501 ed810000 "$(repeat 00 16)" ffff | seed evm unreadable
}

# le BYTES VALUE : a number, little endian.
le() {
	local i value=$2
	for ((i = 0; i < $1; i++)); do
		hex "$(printf '%02x' $((value & 255)))"
		value=$((value >> 8))
	done
}

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
		{ seq 1 2000 && head -c 3000 "$0"; } | kernel_pack "$name" | seed unpack "$name"
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

# pe_image NAME FILE…: a small PE32+ image of .text and these sections (name and content), each a page apart.
pe_image() {
	local offset=1024 address=4096 size count=$(($# / 2 + 1)) headers body=$keys/pe-body
	headers=$keys/pe-headers
	: >"$headers"
	: >"$body"
	set -- .text "$keys/text" "$@"
	head -c 64 /dev/zero >"$keys/text"
	while [ $# -gt 0 ]; do
		size=$(stat -c %s "$2")
		{
			printf '%s' "$1" | head -c 8
			head -c $((8 - (${#1} < 8 ? ${#1} : 8))) /dev/zero
			le 4 "$size" && le 4 "$address" && le 4 "$size" && le 4 "$offset"
			hex "$(repeat 00 12)" 40000040
		} >>"$headers"
		cat "$2" >>"$body"
		offset=$((offset + size))
		address=$((address + 65536))
		shift 2
	done
	{
		printf 'MZ' && hex "$(repeat 00 58)" && le 4 64 && printf 'PE\0\0'
		le 2 34404 && le 2 "$count" && hex "$(repeat 00 12)" && le 2 240 && le 2 0
		le 2 523 && hex "$(repeat 00 14)" && le 4 4100 && hex "$(repeat 00 12)" && le 4 4096 && le 4 512
		hex "$(repeat 00 16)" && le 4 $((address + 65536)) && le 4 1024 && hex "$(repeat 00 44)" && le 4 16
		hex "$(repeat 00 128)" && cat "$headers"
	} >"$keys/pe-head"
	cat "$keys/pe-head"
	head -c $((1024 - $(stat -c %s "$keys/pe-head"))) /dev/zero
	cat "$body"
	head -c $(((8 - offset % 8) % 8)) /dev/zero
}

# Sections that images have, as files below $keys; then an image signed once and twice, a UKI, an addon and a shim.
make_images() {
	[ ! -f "$keys/signed.efi" ] || return 0
	make_keys
	printf 'sbat,1,SBAT Version,sbat,1,https://x\ngrub.debian,5,Debian,grub2,2.06,https://y\n' >"$keys/sbat"
	printf 'quiet ima_appraise=fix\0' >"$keys/cmdline"
	printf 'ID=a\nTITLE=A\n' >"$keys/profile"
	printf 'MZ kernel' >"$keys/linux"
	pe_image .sbat "$keys/sbat" >"$keys/plain.efi"
	pe_image .sbat "$keys/sbat" .osrel "$keys/profile" .cmdline "$keys/cmdline" .linux "$keys/linux" \
		.profile "$keys/profile" .cmdline "$keys/profile" >"$keys/uki.efi"
	pe_image .cmdline "$keys/cmdline" .ucode "$keys/linux" >"$keys/addon.efi"
	{
		le 4 "$(stat -c %s "$keys/rsa.der")" && le 4 0 && le 4 16 && le 4 $((16 + $(stat -c %s "$keys/rsa.der")))
		cat "$keys/rsa.der"
	} >"$keys/vendor"
	{ le 4 0 && le 4 8 && le 4 28 && printf 'sbat,1,2025\nshim,4\n\0sbat,1,2026\n\0'; } >"$keys/level"
	pe_image /4 "$keys/vendor" /17 "$keys/level" .sbat "$keys/sbat" >"$keys/shim.efi"
	sbsign --key "$keys/rsa.key" --cert "$keys/rsa.pem" --output "$keys/signed.efi" "$keys/plain.efi" 2>/dev/null
	sbsign --key "$keys/rsa.key" --cert "$keys/rsa.pem" --output "$keys/twice.efi" "$keys/signed.efi" 2>/dev/null
	# The names of shim's sections stand in a string table, behind no symbols.
	printf '\0\0\0\0.vendor_cert\0.sbatlevel\0' >"$keys/strings"
	{
		head -c 76 "$keys/shim.efi" && le 4 "$(stat -c %s "$keys/shim.efi")"
		tail -c +81 "$keys/shim.efi"
		cat "$keys/strings"
	} >"$keys/long.efi"
}

corpus_peimage() {
	local name
	make_images
	for name in plain uki addon shim long signed twice; do
		seed peimage "$name" <"$keys/$name.efi"
	done
	head -c 400 "$keys/plain.efi" | seed peimage cut
	tail -c +65 "$keys/plain.efi" | seed peimage bare
}

corpus_image() {
	local name
	make_images
	for name in plain uki addon shim long signed twice; do
		seed image "$name" <"$keys/$name.efi"
	done
}

# Length of a certificate (2), the certificate, a message.
corpus_authenticode() {
	make_images
	sbsign --detached --key "$keys/rsa.key" --cert "$keys/rsa.pem" --output "$keys/p7" "$keys/plain.efi" 2>/dev/null
	{ le 2 "$(stat -c %s "$keys/rsa.der")" && cat "$keys/rsa.der" "$keys/p7"; } | seed authenticode signed
	{ le 2 0 && cat "$keys/p7"; } | seed authenticode alone
	openssl cms -sign -binary -nodetach -in "$keys/content" -outform DER -signer "$keys/rsa.pem" \
		-inkey "$keys/rsa.key" -out "$keys/p7"
	{ le 2 0 && cat "$keys/p7"; } | seed authenticode data
}

corpus_sbat() {
	make_images
	seed sbat section <"$keys/sbat"
	{ cat "$keys/sbat" && hex ff && printf 'sbat,1,2025021800\nshim,4\ngrub,5\n'; } | seed sbat both
	printf '\xef\xbb\xbfa,1,b,c,d,e\r\n\r\nb,65536,,\n' | seed sbat odd
}

# Variables of a machine by tests/efi/varstore.py, once for the targets that take them: $vars/NAME without attributes.
make_variables() {
	[ -z "${vars:-}" ] || return 0
	make_keys
	local file hash
	hash=$(repeat 5a 32)
	vars=$keys/vars
	mkdir "$vars"
	# shellcheck disable=SC2054 # numbers of one variable
	actions=(--x509 PK "$keys/rsa.pem" --x509 db "$keys/p256.pem" --x509 db "$keys/rsa.pem" --sha256 db "$hash"
		--sha256 dbx "$hash" --x509-sha256 dbx "$hash" --x509 MokListRT "$keys/ed25519.pem" --enforce
		--boot 0 'Linux' '\EFI\Linux\a.efi' 'root=/dev/sda2 ima_appraise=fix' --boot 1 'Other' '\EFI\B.EFI'
		--u16 BootOrder 0,1 --ucs2 LoaderInfo 'systemd-boot 252')
	python3 "$fuzz_dir/../efi/varstore.py" --dir "$keys/efivars" "${actions[@]}"
	for file in "$keys"/efivars/*; do
		tail -c +5 "$file" >"$vars/$(basename "${file%-????????-????-????-????-????????????}")"
	done
}

corpus_siglist() {
	local name
	make_variables
	for name in PK db dbx MokListRT; do
		seed siglist "$name" <"$vars/$name"
	done
	cat "$vars/dbx" "$vars/PK" | seed siglist mixed
	head -c 100 "$vars/db" | seed siglist cut
}

corpus_varstore() {
	make_variables
	python3 "$fuzz_dir/../efi/varstore.py" --new "$keys/store" "${actions[@]}"
	seed varstore whole <"$keys/store"
	tail -c +73 "$keys/store" | seed varstore alone
	head -c 3000 "$keys/store" | seed varstore cut
	{ hex 1636cfdd7532644198b6fe85707ffe7d 80000000 5afe 000000000000 aa553f00 07000000 06000000 03000000 \
		61dfe48bca93d211aa0d00e098032b8c 50004b000000 616263 "$(repeat ff 47)"; } | seed varstore plain
}

# A path of nodes, in a load option.
boot_option() {
	local path=$1 size
	size=$((${#path} / 2 + 4))
	hex 01000000 "$(printf '%02x%02x' $((size & 255)) $((size >> 8)))" 4c0000 00 "$path" 7fff0400 6100 6200 0000
}

corpus_bootoption() {
	local name path
	make_variables
	seed bootoption linux <"$vars/Boot0000"
	seed bootoption other <"$vars/Boot0001"
	while read -r name path; do
		boot_option "$path" | seed bootoption "$name"
		hex "$path" 7fff0400 | seed bootoption "path-$name"
	done <<-EOT
		sata 02010c00d041030a0000000001010600001f03120a000200ffff0000
		hd 04012a0001000000000800000000000000800000000000000102030405060708090a0b0c0d0e0f100202
		usb 02010c00d041030a00000000010106000002030506000000030f0b00ffffffff080650
		nvme 0317100001000000aabbccddeeff0011
		firmware 04071400c9bdb87cebf8344faaea3ee4af6516a104061400c9bdb87cebf8344faaea3ee4af6516a1
		network 030b2500$(repeat 52 32)01030c1b00$(repeat 00 23)0318080068747470
		bios 0501080003000000
		acpi 02021300$(repeat 00 15)0203080000000080
		message 030a14006565a6c0$(repeat 11 12)030d3c00$(repeat 00 56)
		instances 0305060001007f010400030506000200
	EOT
}

corpus_saved() {
	local guid='"guid":"8be4df61-93ca-11d2-aa0d-00e098032b8c"'
	printf '{"ima-efi-variables":1,"saved":"2026-01-01T00:00:00Z","version":"1","source":null,"variables":[
{"name":"SecureBoot",%s,"attributes":6,"data":"01"},{"name":"x\ufffd","name_hex":"78ff",%s,"attributes":7,"unreadable":5}]}' \
		"$guid" "$guid" | seed saved plain
	printf '{"ima-efi-variables":2,"variables":[]}' | seed saved newer
	printf '{"ima-efi-variables":1,"variables":[{"name":"a",%s,"attributes":4294967296,"data":"0"}]}' "$guid" | seed saved odd
	printf '{"ima-efi-variables":1,"variables":[[[[[[]]]]]]}' | seed saved deep
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

corpus_fstab() {
	local name text
	while IFS='|' read -r name text; do
		printf '%b' "$text" | seed fstab "$name"
	done <<-'EOT'
		plain|UUID=1 / ext4 defaults 0 1\n# x\nLABEL=b /boot ext4 x\n
		escapes|/dev/sda1 /a\\040b\\134 ext4 x\n
		btrfs|UUID=1 / btrfs subvol=@,subvolid=256,ro\n
		refused|tmpfs /tmp tmpfs x\n/ /b none bind\nUUID=1 /../x ext4 x\nUUID=1 none swap x\n
		ragged|\t\t\nUUID=1\nUUID=2 / \n\r\n
	EOT
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

# Superblocks with little behind them: what is read of each file system.
corpus_dirty() {
	bytes_at 2048 1080 53ef0100 1116 0400000004000000 | seed dirty ext4
	bytes_at 65664 65600 5f42485266535f4d 65632 01 | seed dirty btrfs
	bytes_at 512 22 0000 65 01 | seed dirty vfat
	bytes_at 512 3 4558464154202020 106 0200 | seed dirty exfat
	bytes_at 40960 1024 1020f5f2 1040 0c000000 1044 01000000 1100 01000000 \
		4096 0100000000000000 4228 01000000 4232 02000000 8192 0100000000000000 | seed dirty f2fs
	bytes_at 2560 0 58465342 4 00000200 48 0000000000000001 84 00000008 96 00000004 124 03 \
		512 feedbabe00000001 520 0000000200000200 552 00000001 832 00008000 \
		1024 00000001 1033 20 | seed dirty xfs
}

# Texts of a boot loader, one a line: name|text, with \n and, before what it includes, \0.
loader_seeds() {
	local target=$1 name text
	while IFS='|' read -r name text; do
		printf '%b' "$text" | seed "$target" "$name"
	done
}

corpus_grub() {
	loader_seeds grub <<-'EOT'
		plain|set default="0"\nmenuentry 'A' --class x --id a {\n\tlinux /vmlinuz root=UUID=1 ro\n\tinitrd /i newc:x:/j\n}\n
		header|if [ -s $prefix/grubenv ]; then\n  set have_grubenv=true\n  load_env\nfi\nif [ "${next_entry}" ] ; then\n set default="${next_entry}"\nelse\n set default="${saved_entry}"\nfi\n\0# GRUB Environment Block\nsaved_entry=a>b\nnext_entry=1\n####
		unknown|if [ "$grub_platform" = efi -a ! -f /x ]; then set x=a; elif true; then set x="b c"; else set x=; fi\nmenuentry A { linux /k $x; }
		functions|function f { for v in a b $1; do menuentry "$v" { linux /k "$@" $#; }; done; }\nf x 'y z'\n
		users|set superusers="root"\nexport superusers\npassword_pbkdf2 root x\nsubmenu S --users a { menuentry B --unrestricted { chainloader +1; } }
		include|source $prefix/custom.cfg\nconfigfile (hd0)/grub.cfg\neval "echo $a"\0menuentry X { multiboot2 /xen; module2 /k placeholder x; module2 /i; }
		bls|blsdir=/a\nblscfg\0title T\nlinux /k\noptions $kernelopts a="b c"\ninitrd /i\n
		quotes|echo "a\\$b\\"\\\n c" 'd\ne' $"f" \\g h#i # j\nwhile [ $a -lt 3 ]; do break; done; until false; do set a=$a$a; done
		odd|if a\nelse {\n}}} ; ;; | "open ${x
	EOT
}

corpus_grubenv() {
	loader_seeds grubenv <<-'EOT'
		plain|# GRUB Environment Block\nsaved_entry=a>b\nkernelopts=root=/dev/x ro\n#######
		escapes|# GRUB Environment Block\na=b\\\\\nc\\\\\\\\d\n=x\ny\n#
		wrong|# GRUB Environment\na=b\n
	EOT
}

corpus_bls() {
	loader_seeds bls <<-'EOT'
		plain|title T\nversion 6.1~rc1-2^3.4\nmachine-id 1\nsort-key s\nlinux /k\ninitrd /i /j\noptions a\noptions b\n
		uki|uki /a.efi\nprofile 1\n# x\nefi /b\nuki-url http://x\n
		settings|timeout 3\ndefault a-*\neditor no\neditor maybe\n
		files|x\0linux /k\noptions a $b\ndefault [a\neditor off\n
	EOT
}

corpus_refind() {
	loader_seeds refind <<-'EOT'
		plain|timeout 20\nmenuentry "A b" {\n loader \\EFI\\x.efi\n initrd /i\n options "ro say=""q"""\n submenuentry S {\n add_options "x"\n disabled\n }\n}\n
		include|include a.conf\nscanfor manual,internal\nhideui editor,all\nmenuentry B {\nloader x\0menuentry C {\n loader y\n}\ninclude z\n
	EOT
}

corpus_limine() {
	loader_seeds limine <<-'EOT'
		new|default_entry: 2\n${R}=root=/dev/x\n/+L\n//A\nkernel_path: boot():/k#ab\nmodule_path: uuid(1):/i\ncmdline: ${R} ${ARCH}\n/B\npath: x\n
		old|TIMEOUT=5\nEDITOR_ENABLED=no\n:A\nKERNEL_PATH=boot://2/k\nMODULE_PATH=x\nCMDLINE=a=b\n::B\n
	EOT
}

corpus_syslinux() {
	loader_seeds syslinux <<-'EOT'
		plain|UI menu.c32\nDEFAULT b\nMENU MASTER PASSWD x\nLABEL a\nMENU LABEL ^A\nLINUX ../k\nAPPEND initrd=i,j x\nINITRD u,v\nlabel b\nkernel k\nappend -\n
		include|INCLUDE a\nALLOWOPTIONS 0\nNOESCAPE 1\nPROMPT 1\0LABEL c\nMENU INCLUDE b\nMENU HIDE\nMENU BEGIN\nLINUX k\nfdtdir /x\nappend ${y}\n
	EOT
}

corpus_uboot() {
	loader_seeds uboot <<-'EOT'
		script|setenv opts "a ${b}"\nif test -n $x; then env set bootargs 'c' ${opts}; fi\nload mmc 0:1 ${k} /vmlinuz; load mmc 0:1 ${r} i\nbooti ${k} ${r}:${s} ${f}\n
		environment|uname_r=6.1\ncmdline=quiet x\n#bootargs=y\nextraargs=z\n
	EOT
	{ hex 27051956 "$(repeat 00 26)" 06 "$(repeat 00 33)" 00000016 00000000 && printf 'setenv bootargs a\nbootm'; } |
		seed uboot image
}

corpus_zipl() {
	loader_seeds zipl <<-'EOT'
		plain|[defaultboot]\ndefault = b\n[a]\nimage=/boot/image,0x10000\nramdisk=/i,1\nparameters="root=/dev/x"\n:menu\n1=a\nprompt=1\n
		parmfile|[b]\nimage=/k\nparmfile=/p\0one\ntwo\n
	EOT
}

corpus_raspberry() {
	loader_seeds raspberry <<-'EOT'
		plain|kernel=k.img\ninitramfs i,j followkernel\ncmdline=c.txt\n[pi4]\nos_prefix=x/\n[all]\nauto_initramfs=1\n\0console=x root=y\n
		include|include a.txt\n[none]\nkernel=kernel8.img\0[pi3]\nramfsfile=x\ninclude b.txt\n
	EOT
}

corpus_template() {
	loader_seeds template <<-'EOT'
		shell|# x\nexport GRUB_CMDLINE_LINUX="a \\"b\\" $c"\nKDUMP_CMDLINE_APPEND+='d\ne'\nkernel_cmdline=`f`\nUSE_KDUMP=0\nKDUMP_KERNEL=/k\n
		words|# x\nroot=/dev/y\n  quiet\nCmdline=@/etc/z\n
		preset|default_options="-S x --cmdline /a"\nb_options='--cmdline=/c'\0d e\n
	EOT
}

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

zeros() {
	head -c "$1" /dev/zero
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

corpus_policyscript() {
	local n=0 line
	while IFS= read -r line; do
		n=$((n + 1))
		printf '\1%b' "$line" | seed policyscript "$(printf 'hit-%02d' "$n")"
		printf '\0%b' "$line" | seed policyscript "$(printf 'command-%02d' "$n")"
	done <<-'EOT'
		P=/etc/p; S="/sys/kernel/security"\ncat ${P} > "$S"/ima/policy
		echo `cat /etc/p` $(cat < /q) >> /sys/kernel/security/ima/policy
		sh -c "cp '/etc/p' /sys/kernel/security/integrity/ima/policy"
		dd if=${NEWROOT}/etc/p of=$IMASECDIR/policy
		cat /etc/p | while read l; do echo $l > /sys/kernel/security/ima/policy; done
		cat <<-EOF > /x\n\tmeasure\n\tEOF\ncd /sys/kernel/security/ima && tee policy < /p
		for f in /etc/a ${X:-/b}; do . /lib/x; /usr/sbin/y "$f" '$z' \\\n; done # end
		appraise func=BPRM_CHECK\n# comment
	EOT
}

corpus_privkey() {
	local name
	make_keys
	for name in rsa p256 ed25519; do
		{ printf '\0' && cat "$keys/$name.key"; } | seed privkey "$name.pem"
		{ printf '\0' && openssl pkey -in "$keys/$name.key" -outform DER; } | seed privkey "$name.der"
		{ printf '\0' && openssl pkcs8 -topk8 -v2 aes256 -passout pass:x -in "$keys/$name.key" \
			-outform DER; } | seed privkey "$name-encrypted.der"
		{ printf '\0' && openssl pkcs12 -export -passout pass:x -inkey "$keys/$name.key" \
			-in "$keys/$name.pem"; } | seed privkey "$name.p12"
	done
	{ printf '\0' && openssl rsa -aes128 -traditional -passout pass:x -in "$keys/rsa.key" 2>/dev/null; } |
		seed privkey rsa-traditional.pem
	{ printf '\0' && cat "$keys/rsa.der"; } | seed privkey certificate.der
	printf '\1default user:kmk 64 0011' | seed privkey blob
	{ printf '\3' && repeat 0123456789abcdef 4; } | seed privkey digits
	{ printf '\2' && hex "$(repeat 81 32)"; } | seed privkey raw
}

# Headers of disk images: qcow2_header VERSION BACKING CRYPT INCOMPATIBLE EXTENSIONS
qcow2_header() {
	hex 514649fb "$(printf '%08x%016x%08x%08x%016x%08x' "$1" "$2" 0 16 4194304 "$3")" \
		"$(printf '%08x%016x%016x%08x%08x%016x' 1 512 512 1 2 0)"
	[ "$1" -lt 3 ] || hex "$(printf '%016x%016x%016x%08x%08x' "$4" 0 0 4 104)"
	hex "$5" 0000000000000000
	zeros 1024
}

corpus_qcow2() {
	qcow2_header 2 0 0 0 e2792aca00000005717071703200000000 | seed qcow2 version-2
	qcow2_header 3 0 0 0 6803f857000000086161616161616161 | seed qcow2 version-3
	qcow2_header 3 512 0 0 '' | seed qcow2 backing
	qcow2_header 3 0 2 0 0537be77000000100000000000001000000000000000100 | seed qcow2 encrypted
	qcow2_header 3 0 0 7 44415441000000046461746100000000 | seed qcow2 data-file
	qcow2_header 3 0 0 24 '' | seed qcow2 compression
}

# Past crashes of a target, turned back into bytes.
crashes() {
	local file
	for file in "$fuzz_dir/crashes/$1"/*.hex; do
		[ -f "$file" ] || continue
		mkdir -p "$out/$1"
		hex "$(sed 's/#.*//' "$file")" >"$out/$1/crash-$(basename "$file" .hex)"
	done
}

for target; do
	mkdir -p "$out/$target"
	if ! declare -F "corpus_$target" >/dev/null; then
		echo "corpus: no seeds for $target: add corpus_$target to $0" >&2
		exit 1
	fi
	"corpus_$target"
	crashes "$target"
done
