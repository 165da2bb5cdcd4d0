# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Programs of the firmware: PE images, their signatures and generations.
# shellcheck disable=SC2154 # $keys is of keys.sh

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
