#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes signed and damaged EFI images, and asks sbverify about each: tests/efi/images.sh OUTDIR.
# OUTDIR/table then has a line "IMAGE CERTIFICATE STATUS" for each question, where STATUS is sbverify's (0: it verifies).
# Status 77: a tool or systemd's stub is missing.
set -euo pipefail

out=$1
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub

for tool in sbsign sbverify sbattach objcopy objdump openssl hash-to-efi-sig-list; do
	command -v "$tool" >/dev/null || {
		echo "skipped: no $tool here"
		exit 77
	}
done
[ -f "$stub" ] || {
	echo "skipped: no stub of systemd at $stub"
	exit 77
}
mkdir -p "$out"
cd "$out"

# --- Keys ---

# self NAME [DAYS]: a self-signed certificate.
self() {
	openssl req -new -x509 -newkey rsa:2048 -nodes -sha256 -days 7300 -subj "/O=Tests/CN=$1" \
		-keyout "$1.key" -out "$1.pem" 2>/dev/null
	openssl x509 -in "$1.pem" -outform DER -out "$1.der"
}

# issued NAME ISSUER BASIC_CONSTRAINTS
issued() {
	openssl req -new -newkey rsa:2048 -nodes -subj "/O=Tests/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 7300 -sha256 \
		-extfile <(printf 'basicConstraints=%s\n' "$3") -out "$1.pem" 2>/dev/null
	openssl x509 -in "$1.pem" -outform DER -out "$1.der"
}

# One that was over in 2011.
expired() {
	openssl req -new -newkey rsa:2048 -nodes -subj /CN=expired -keyout expired.key -out expired.csr 2>/dev/null
	: >index.txt
	printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nnew_certs_dir=.\nserial=serial\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n' >ca.cnf
	echo 4242 >serial
	openssl ca -batch -config ca.cnf -selfsign -keyfile expired.key -in expired.csr -notext \
		-startdate 20100101000000Z -enddate 20110101000000Z -out expired.pem 2>/dev/null
	openssl x509 -in expired.pem -outform DER -out expired.der
}

# --- Images ---

sign() { # IN OUT KEY [MORE…]
	local in=$1 to=$2 key=$3
	shift 3
	sbsign --key "$key.key" --cert "$key.pem" "$@" --output "$to" "$in" >/dev/null 2>&1
}

# Offset in the file of a section.
offset_of() {
	local hex
	hex=$(objdump -h "$1" | awk -v name="$2" '$2 == name { print $6 }')
	echo $((16#$hex))
}

# flip IN OUT OFFSET: the lowest bit of one byte.
flip() {
	local byte
	cp "$1" "$2"
	byte=$(od -An -tu1 -j "$3" -N 1 "$1")
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\x$(printf '%02x' $((byte ^ 1)))" | dd of="$2" bs=1 seek="$3" conv=notrunc status=none
}

u32() { od -An -tu4 -j "$2" -N 4 "$1" | tr -d ' '; }

# put FILE OFFSET VALUE: four bytes, little endian.
put() {
	local i value=$3 bytes=
	for ((i = 0; i < 4; i++)); do
		bytes+=$(printf '\\x%02x' $((value >> (8 * i) & 255)))
	done
	# shellcheck disable=SC2059
	printf "$bytes" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# Where the entry of directory 4 stands in a PE32+ image.
directory_of() { echo $(($(u32 "$1" 60) + 4 + 20 + 112 + 4 * 8)); }

# A unified kernel image. The file is padded to 8, as a signed one will be: for others edk2's digest differs.
uki() {
	printf 'ID=tests\nVERSION_ID=1\n' >osrel
	printf '6.1.0-tests' >'uname'
	printf 'root=/dev/vda1 ima_appraise=enforce quiet' >cmdline
	head -c 20000 /dev/zero | tr '\0' L >linux
	head -c 3000 /dev/zero | tr '\0' I >initrd
	objcopy --add-section .osrel=osrel --change-section-vma .osrel=0x20000 \
		--add-section .uname=uname --change-section-vma .uname=0x21000 \
		--add-section .cmdline=cmdline --change-section-vma .cmdline=0x22000 \
		--add-section .linux=linux --change-section-vma .linux=0x30000 \
		--add-section .initrd=initrd --change-section-vma .initrd=0x40000 "$stub" uki.efi 2>/dev/null
	truncate -s %8 uki.efi
}

damaged() {
	local dir
	flip uki-good.efi bit-header.efi $(($(u32 uki-good.efi 60) + 8)) # the time stamp of the COFF header
	flip uki-good.efi bit-text.efi $(($(offset_of uki-good.efi .text) + 100))
	flip uki-good.efi bit-cmdline.efi $(($(offset_of uki-good.efi .cmdline) + 30))
	flip uki-good.efi bit-initrd.efi $(($(offset_of uki-good.efi .initrd) + 2999))
	flip uki-good.efi bit-checksum.efi $(($(u32 uki-good.efi 60) + 4 + 20 + 64)) # which is not hashed
	dir=$(directory_of uki-good.efi)
	flip uki-good.efi bit-signature.efi $(($(u32 uki-good.efi "$dir") + $(u32 uki-good.efi $((dir + 4))) - 40))
	head -c -64 uki-good.efi >truncated.efi
	cp uki-good.efi shorter-table.efi
	put shorter-table.efi $((dir + 4)) $(($(u32 uki-good.efi $((dir + 4))) - 8))
	{ cat uki-good.efi && printf 'appended'; } >appended.efi
	cp uki-good.efi table-outside.efi
	put table-outside.efi "$dir" $((1 << 30))
	cp uki-good.efi stripped.efi
	sbattach --remove stripped.efi >/dev/null 2>&1
}

ask() { # IMAGE CERTIFICATE
	local status=0
	{ sbverify --cert "$2.pem" "$1.efi" || status=$?; } >/dev/null 2>&1
	echo "$1 $2 $status" >>table
}

for name in good revoked unknown root; do self "$name"; done
issued intermediate root critical,CA:TRUE
issued leaf intermediate critical,CA:FALSE
expired

cp "$stub" stub.efi
uki
sign uki.efi uki-good.efi good
sign uki.efi uki-revoked.efi revoked
sign uki.efi uki-unknown.efi unknown
sign uki.efi uki-expired.efi expired
sign uki.efi uki-leaf.efi leaf
sign uki.efi uki-chain.efi leaf --addcert intermediate.pem
sign uki-unknown.efi uki-unknown-good.efi good
sign uki-good.efi uki-good-revoked.efi revoked
sign uki-unknown.efi uki-unknown-revoked.efi revoked
sign stub.efi stub-good.efi good
damaged

: >table
for image in uki stub stripped uki-good uki-revoked uki-unknown uki-expired uki-unknown-good uki-good-revoked \
	uki-unknown-revoked stub-good bit-header bit-text bit-cmdline bit-initrd bit-checksum bit-signature truncated \
	shorter-table appended table-outside; do
	ask "$image" good
done
ask uki-good unknown
ask uki-unknown unknown
ask uki-unknown-good unknown
ask uki-revoked revoked
ask uki-expired expired
for cert in root intermediate leaf; do
	ask uki-leaf "$cert"
	ask uki-chain "$cert"
done
for image in uki stub uki-good; do
	hash-to-efi-sig-list "$image.efi" "$image.esl" 2>/dev/null | sed -n 's/^HASH IS //p' >"$image.hash"
done
