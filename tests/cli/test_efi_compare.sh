#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ima-efi save and compare: each kind of change, whole reports, and files that are whole or not there.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/efi.sh
. "$(dirname "$0")/efi.sh"

certificate PK
certificate db
certificate new
hash=$(printf '5a%.0s' {1..32})
other=$(printf '5b%.0s' {1..32})

# machine NAME ACTION…: the machine as it was saved, and what was done to it.
machine() {
	rm -rf "${work:?}/$1"
	varstore --dir "$work/$1" --state 1 0 --x509 PK "$keys/PK.crt" --x509 KEK "$keys/PK.crt" --x509 db "$keys/db.crt" \
		--sha256 dbx "$hash" --boot 0 Linux '\EFI\a.efi' quiet --boot 1 Other '\EFI\b.efi' --u16 BootOrder 0,1 \
		--u16 BootCurrent 0 --hex MTC:eb704011-1402-11d3-8e77-00a0c969723b:7 01000000 --ucs2 LoaderEntryDefault a.conf \
		"${@:2}"
}

machine before
efi 0 save "$work/saved.json" --efivars "$work/before"
said 'what was saved' <<<"12 variables saved to $work/saved.json"
same 'nobody else reads it' 600 "$(stat -c %a "$work/saved.json")"
same 'nothing else was left there' saved.json "$(cd "$work" && echo saved.json*)"
efi 0 save "$work/saved.json" -q --efivars "$work/before"
out_empty
check 'it is JSON' "$python" -m json.tool "$work/saved.json"
efi 0 save "$work/again.json" --efivars "$work/saved.json"
same 'saved again, the same variables' "$(tail -n +2 "$work/saved.json")" "$(tail -n +2 "$work/again.json")"
efi 0 status --efivars "$work/saved.json"
out_has '^Secure Boot: enforcing'
efi 0 save "$work/again.json" --format ndjson --efivars "$work/before"
said 'save, records' <<EOT
{"record":"run","tool":"ima-efi","command":"save","target":"$work/again.json","efivars":"$work/before","esps":[]}
{"record":"summary","variables":12,"unreadable":0,"status":0}
EOT

# compared WHAT STATUS ACTION… <<EXPECTED
compared() {
	machine after "${@:3}"
	efi "$2" compare "$work/saved.json" --efivars "$work/after"
	said "$1"
}

compared 'nothing' 0 <<<"Nothing changed since $work/saved.json was saved."
efi 0 compare "$work/saved.json" -q --efivars "$work/after"
out_empty
compared 'what counts or is another each time' 0 --u16 BootCurrent 1 --hex MTC:eb704011-1402-11d3-8e77-00a0c969723b:7 02000000 \
	<<<"Nothing changed since $work/saved.json was saved."
efi 0 compare "$work/saved.json" -v --efivars "$work/after"
out_has '^Left out: 2 that are another at each start\.$'
compared 'Secure Boot off' 4 --state 0 0 <<'EOT'
changed    SecureBoot            Secure Boot was turned off
EOT
compared 'enrolled' 4 --x509 db "$keys/new.crt" <<'EOT'
enrolled   db                    the certificate "CN = new" was enrolled
EOT
compared 'enrolled by hash' 4 --sha256 db "$other" <<EOT
enrolled   db                    the sha256 hash $other was enrolled
EOT
compared 'enrolled with shim' 4 --x509 MokListRT "$keys/new.crt" <<'EOT'
enrolled   MokListRT             the certificate "CN = new" was enrolled
EOT
compared 'revoked' 4 --sha256 dbx "$other" --x509 dbx "$keys/db.crt" <<EOT
revoked    dbx                   the sha256 hash $other is refused now
revoked    dbx                   the certificate "CN = db" is refused now
EOT
compared 'removed and replaced' 4 --delete db --x509 db "$keys/new.crt" <<'EOT'
removed    db                    the certificate "CN = db" was removed
enrolled   db                    the certificate "CN = new" was enrolled
EOT
compared 'reset' 4 --state 0 1 --delete PK --delete dbx <<'EOT'
changed    SecureBoot            Secure Boot was turned off
changed    SetupMode             the firmware is in setup mode: the platform key is gone
reset      PK                    PK is not there any more: all its 1 entries are gone
reset      dbx                   dbx is not there any more: all its 1 entries are gone
EOT
compared 'reordered' 4 --u16 BootOrder 1,0 <<'EOT'
reordered  BootOrder             was 0000,0001, is 0001,0000
EOT
compared 'a boot option' 4 --boot 0 Linux '\EFI\a.efi' 'quiet ima_appraise=off' <<'EOT'
changed    Boot0000              its options was "quiet", is "quiet ima_appraise=off"
EOT
compared 'a new boot option, once' 4 --boot 2 Stick '\EFI\s.efi' --u16 BootNext 2 <<'EOT'
added      Boot0002              the boot option "Stick", File(\\EFI\\s.efi)
added      BootNext              was not there, is 0002
EOT
compared 'the default entry of systemd-boot' 4 --ucs2 LoaderEntryDefault b.conf <<'EOT'
changed    LoaderEntryDefault    was "a.conf", is "b.conf"
EOT
compared 'a name that a terminal would obey' 4 --text $'Evil\e[2J:605dab50-e046-4300-abb6-3dd810dd8b23:7' $'\e]0;x\a\n' <<'EOT'
added      Evil\x1b[2J           was not there, is 0x1b5d303b78070a
EOT
harmless compare

machine after --x509 db "$keys/new.crt" --u16 BootOrder 1,0
efi 4 compare "$work/saved.json" --format ndjson --efivars "$work/after"
said 'compare, records' <<EOT
{"record":"run","tool":"ima-efi","command":"compare","target":"$work/saved.json","efivars":"$work/after","esps":[]}
{"record":"change","what":"enrolled","variable":"db","guid":"d719b2cb-3d3a-4596-a3bc-dad00e67656f","database":"db","type":"x509","digest":"sha256:$(of_certificate new | cut -d ' ' -f 4)","text":"the certificate \"CN = new\" was enrolled"}
{"record":"change","what":"reordered","variable":"BootOrder","guid":"8be4df61-93ca-11d2-aa0d-00e098032b8c","database":null,"type":null,"digest":null,"text":"was 0000,0001, is 0001,0000"}
{"record":"summary","changes":2,"ignored":0,"status":4}
EOT

# What cannot be read is neither changed nor unchanged.
machine after
mkdir "$work/after/Folder-605dab50-e046-4300-abb6-3dd810dd8b23"
efi 2 compare "$work/saved.json" --efivars "$work/after"
out_has '^  Folder: reading it now: Invalid argument$'
efi 2 save "$work/partly.json" --efivars "$work/after"
out_has '; 1 of them could not be read$'

# Stores of virtual machines compare with each other.
varstore --new "$work/a.fd" --x509 PK "$keys/PK.crt" --enforce
varstore --new "$work/b.fd" --x509 PK "$keys/PK.crt" --no-enforce
efi 0 save "$work/a.json" --efivars "$work/a.fd"
efi 4 compare "$work/a.json" --efivars "$work/b.fd"
said 'stores' <<'EOT'
changed    SecureBootEnable      Secure Boot was turned off in the firmware's settings
EOT

# Mistakes leave what was there.
cp "$work/saved.json" "$work/kept.json"
efi 64 save "$work/nowhere/file" --efivars "$work/before"
err_has 'making a file beside .*: No such file or directory'
efi 64 save "$work/kept.json" --efivars "$work/nowhere"
check 'the old file is still there' cmp "$work/saved.json" "$work/kept.json"
head -c 300 "$work/saved.json" >"$work/cut.json"
efi 64 compare "$work/cut.json" --efivars "$work/before"
err_has 'no JSON object, at byte 300'
sed 's/"ima-efi-variables":1/"ima-efi-variables":2/' "$work/saved.json" >"$work/newer.json"
efi 64 compare "$work/newer.json" --efivars "$work/before"
err_has 'saved in version 2 of the format; this program knows version 1'
efi 64 compare "$work/nowhere" --efivars "$work/before"
err_has 'No such file or directory'
