#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ima-efi keys and boot: whole reports, and agreement with efitools and libefiboot's own maker of options.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/efi.sh
. "$(dirname "$0")/efi.sh"

certificate PK
certificate example '/O=Example/CN=db'
certificate notship '/CN=DO NOT SHIP - PK'
hash=$(printf '5a%.0s' {1..32})
owner=11111111-2222-3333-4444-123456789abc

varstore --dir "$work/vars" --state 1 0 --x509 db "$keys/example.crt" --sha256 db "$hash" --x509-sha256 dbx "$hash"
read -r serial from to sha256 < <(of_certificate example)
size=$(openssl x509 -in "$keys/example.crt" -outform DER | wc -c)
efi 0 keys -v --efivars "$work/vars"
said 'keys' <<EOT
PK: absent
KEK: absent
db: 1 certificate, 1 hash
  x509 at byte 28
      subject   O = Example, CN = db
      issuer    O = Example, CN = db
      serial    $serial
      key       RSA 2048
      valid     ${from%T*} to ${to%T*}
      sha256    $sha256
      owner     $owner
  sha256 $hash  owner $owner
dbx: 1 hash
  x509-sha256 ${hash}00000000000000000000000000000000  owner $owner
dbt: absent
dbr: absent
MokListRT: absent
MokListXRT: absent
EOT
efi 0 keys --format ndjson --efivars "$work/vars"
said 'keys, records' <<EOT
{"record":"run","tool":"ima-efi","command":"keys","target":null,"efivars":"$work/vars","esps":[]}
{"record":"key","database":"db","type":"x509","type_guid":"a5c059a1-94e4-4aa7-87b5-ab155c2bf072","owner":"$owner","owner_name":null,"subject":"O = Example, CN = db","issuer":"O = Example, CN = db","serial":"$serial","key":"RSA 2048","not_before":"$from","not_after":"$to","expires_soon":false,"sha256":"$sha256","known":null,"known_kind":null,"note":null,"test_key":false,"offset":28}
{"record":"key","database":"db","type":"sha256","type_guid":"c1c41626-504c-4092-aca9-41f936934328","owner":"$owner","owner_name":null,"digest":"sha256:$hash","offset":$((28 + 16 + size + 28))}
{"record":"key","database":"dbx","type":"x509-sha256","type_guid":"3bd2a492-96c0-4079-b420-fcf98ef103ed","owner":"$owner","owner_name":null,"digest":"x509-sha256:${hash}00000000000000000000000000000000","offset":28}
{"record":"summary","status":0}
EOT

# What is no certificate, and a key that is known to be bad.
varstore --dir "$work/odd" --state 1 0 --x509 PK "$keys/notship.crt" --hex db \
	"a159c0a5e494a74a87b5ab155c2bf072 30000000 00000000 14000000 $(printf '11%.0s' {1..16}) 30030201"
efi 6 keys --efivars "$work/odd"
out_has '^      known     its name says it is for tests'
out_has '^      no certificate|^                no certificate'
out_has '^  db: the entry at byte 28: no certificate'
efi 6 keys --format ndjson --efivars "$work/odd"
out_has '^\{"record":"fault","path":"db","errno":0,"text":"the entry at byte 28: no certificate'
out_has '"test_key":true'

# No variables at all.
EFIVARFS_PATH=$work/nowhere/ efi 2 keys
out_has '^Secure Boot: cannot tell'

# A second opinion: lists made by efitools.
if command -v cert-to-efi-sig-list >/dev/null; then
	cert-to-efi-sig-list -g "$owner" "$keys/example.crt" "$work/db.esl"
	sign-efi-sig-list -k "$keys/PK.key" -c "$keys/PK.crt" db "$work/db.esl" "$work/db.auth" >/dev/null 2>&1
	hash-to-efi-sig-list /usr/lib/systemd/boot/efi/systemd-bootx64.efi "$work/hash.esl" >"$work/hash.log" 2>&1 ||
		: >"$work/hash.esl"
	varstore --dir "$work/tools" --esl db "$work/db.esl" --auth dbx "$work/db.auth" --esl dbx "$work/hash.esl"
	efi 0 keys -v --efivars "$work/tools"
	same 'certificates of efitools' 2 "$(grep -c "sha256    $sha256" "$out")"
	if [ -s "$work/hash.esl" ]; then
		expected=$(grep -oE '[0-9a-f]{64}' "$work/hash.log" | head -n 1)
		out_has "^  sha256 $expected"
	fi
else
	printf 'skipped: no efitools for a second opinion on signature lists\n'
fi

# The stores that the distribution ships.
if [ -r /usr/share/OVMF/OVMF_VARS_4M.ms.fd ]; then
	efi 0 keys --efivars /usr/share/OVMF/OVMF_VARS_4M.ms.fd
	out_has '^      known     Microsoft: Microsoft Corporation UEFI CA 2011$'
	out_has '^      note      expires in June 2026: firmware does not look at the date'
	out_has '^      note      expires in October 2026'
	out_has '^      owner     77fa9abd-0359-4d32-bd60-28f4e78f784b \(microsoft-owner\)$'
	efi 4 keys --efivars /usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd
	out_has "^      known     test key: Debian's snake oil key"
else
	printf 'skipped: no variable stores of OVMF\n'
fi

# --- What is started ---

varstore --dir "$work/boot" --boot 0 'Debian' '\EFI\debian\shimx64.efi' --boot 10 'Linux' '\EFI\Linux\k.efi' \
	'root=/dev/sda2 ima_appraise=off' --u16 BootOrder 10,0,5 --u16 BootNext 0 --u16 BootCurrent 10 --u16 Timeout 3 \
	--hex Boot0007 0100 --ucs2 LoaderInfo 'systemd-boot 252.39' --ucs2 LoaderEntryDefault 'debian.conf' \
	--hex LoaderEntries '61002e000000 62000000'
efi 2 boot --efivars "$work/boot"
said 'boot' <<'EOT'
Firmware: tried in this order, after 3 s
  1  Boot000A   Linux  [started this time]
            path     File(\\EFI\\Linux\\k.efi)
            options  root=/dev/sda2 ima_appraise=off
  2  Boot0000   Debian  [next start only]
            path     File(\\EFI\\debian\\shimx64.efi)
  3  Boot0005   BootOrder names it, and it is not there
  -  Boot0007   fewer bytes than a load option has
  BootNext is Boot0000: tried first, once

systemd-boot and systemd-stub
  boot loader           systemd-boot 252.39
  default entry         debian.conf
  menu                  a.
                        b

Could not be read, or not understood:
  Boot0007: fewer bytes than a load option has
EOT
words=$("$python" -c 'print("root=/dev/sda2 ima_appraise=off\0".encode("utf-16-le").hex())')
efi 2 boot --format ndjson --efivars "$work/boot"
said 'boot, records' <<EOT
{"record":"run","tool":"ima-efi","command":"boot","target":null,"efivars":"$work/boot","esps":[]}
{"record":"boot-order","present":true,"order":["Boot000A","Boot0000","Boot0005"],"next":"Boot0000","current":"Boot000A","timeout":3}
{"record":"boot-option","name":"Boot000A","position":0,"next":false,"current":true,"malformed":null,"attributes":1,"active":true,"hidden":false,"application":false,"automatic":false,"title":"Linux","path":"File(\\\\EFI\\\\Linux\\\\k.efi)","file":"\\\\EFI\\\\Linux\\\\k.efi","optional_text":"root=/dev/sda2 ima_appraise=off","optional_hex":"$words"}
{"record":"boot-option","name":"Boot0000","position":1,"next":true,"current":false,"malformed":null,"attributes":1,"active":true,"hidden":false,"application":false,"automatic":false,"title":"Debian","path":"File(\\\\EFI\\\\debian\\\\shimx64.efi)","file":"\\\\EFI\\\\debian\\\\shimx64.efi","optional_text":null,"optional_hex":null}
{"record":"boot-option","name":"Boot0005","position":2,"next":false,"current":false,"malformed":"BootOrder names it, and it is not there"}
{"record":"boot-option","name":"Boot0007","position":null,"next":false,"current":false,"malformed":"fewer bytes than a load option has"}
{"record":"loader","variables":{"LoaderInfo":"systemd-boot 252.39","LoaderEntryDefault":"debian.conf"},"entries":["a.","b"]}
{"record":"fault","path":"Boot0007","errno":0,"text":"fewer bytes than a load option has"}
{"record":"summary","status":2}
EOT
varstore --dir "$work/boot" --delete Boot0007 --u16 BootOrder 10,0
efi 0 boot --efivars "$work/boot"
efi 0 boot -q --efivars "$work/boot"
out_empty
EFIVARFS_PATH=$work/nowhere/ efi 2 boot
out_has '^Secure Boot: cannot tell'

# A title, a path and options that are not what a terminal should get.
varstore --dir "$work/hostile" --boot 0 $'evil\e[31m\xe2\x80\xae' $'\\EFI\\\e]0;x\a.efi' $'a=\x01b' --u16 BootOrder 0
efi 0 boot --efivars "$work/hostile"
harmless boot
out_has 'evil\\x1b\[31m\\xe2\\x80\\xae'
out_has 'File\(\\\\EFI\\\\\\x1b\]0;x\\x07\.efi\)'
efi 0 boot --format ndjson --efivars "$work/hostile"
harmless 'boot, records'
out_has '"title":"evil\\u001b\[31m\\u202e"'
