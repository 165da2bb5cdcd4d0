# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Variables of the firmware: key lists, boot options, stores, saved files.
# shellcheck disable=SC2154 # $keys is of keys.sh, $fuzz_dir of corpus.sh

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
