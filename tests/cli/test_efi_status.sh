#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ima-efi status: the word in each state, both reports whole; from a directory, a store, this machine.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/efi.sh
. "$(dirname "$0")/efi.sh"

certificate PK
certificate db
certificate amitest '/CN=DO NOT TRUST - AMI Test PK'
certificate hostile $'/CN=db\e[31mred\xe2\x80\xae'

# dump NAME ACTION…: a directory of variables.
dump() {
	rm -rf "${work:?}/$1"
	varstore --dir "$work/$1" "${@:2}"
}
# word WORD STATUS ACTION…
word() {
	dump one "${@:3}"
	efi "$2" status --efivars "$work/one"
	same "$1" "Secure Boot: $1" "$(head -n 1 "$out")"
}
pk=(--x509 PK "$keys/PK.crt")

# The whole of it.
dump good --state 1 0 --u8 AuditMode 0 "${pk[@]}" --x509 KEK "$keys/PK.crt" --x509 db "$keys/db.crt" \
	--sha256 db "$(printf '5a%.0s' {1..32})" --sha256 dbx "$(printf '5b%.0s' {1..32})" \
	--x509 MokListRT "$keys/db.crt" --text SbatLevelRT $'sbat,1,2024010900\nshim,4\n'
efi 0 status --efivars "$work/good"
said 'text' <<'EOT'
Secure Boot: enforcing
 because SecureBoot is 1, SetupMode is 0, and there is a platform key

Variables
  SecureBoot        on
  SetupMode         off
  AuditMode         off
  DeployedMode      absent
  VendorKeys        absent

Keys
  PK                1 certificate
  KEK               1 certificate
  db                1 certificate, 1 hash
  dbx               1 hash
  dbt               absent
  dbr               absent
  MokListRT         1 certificate
  MokListXRT        absent

shim
  validation        not turned off
  SBAT level        sbat,1,2024010900
                    shim,4
EOT
size() { stat -c %s "$work"/good/"$1"-* | awk '{ print $1 - 4 }'; }
efi 0 status --format ndjson --efivars "$work/good"
said 'records' <<EOT
{"record":"run","tool":"ima-efi","command":"status","target":null,"efivars":"$work/good","esps":[]}
{"record":"secureboot","state":"enforcing","reasons":["SecureBoot is 1, SetupMode is 0, and there is a platform key"],"SecureBoot":"on","SetupMode":"off","AuditMode":"off","DeployedMode":"absent","VendorKeys":"absent","test_platform_key":null,"shim":{"ran":true,"MokSBStateRT":"absent","MokListTrustedRT":"absent","SbatLevelRT":"sbat,1,2024010900\\u000ashim,4\\u000a","HSIStatus":null},"databases":[{"name":"PK","present":true,"bytes":$(size PK),"readable":true,"certificates":1,"hashes":0,"others":0},{"name":"KEK","present":true,"bytes":$(size KEK),"readable":true,"certificates":1,"hashes":0,"others":0},{"name":"db","present":true,"bytes":$(size db),"readable":true,"certificates":1,"hashes":1,"others":0},{"name":"dbx","present":true,"bytes":76,"readable":true,"certificates":0,"hashes":1,"others":0},{"name":"dbt","present":false,"certificates":0,"hashes":0,"others":0},{"name":"dbr","present":false,"certificates":0,"hashes":0,"others":0},{"name":"MokListRT","present":true,"bytes":$(size MokListRT),"readable":true,"certificates":1,"hashes":0,"others":0},{"name":"MokListXRT","present":false,"certificates":0,"hashes":0,"others":0}]}
{"record":"summary","status":0}
EOT
efi 0 status --quiet --efivars "$work/good"
out_empty
efi 0 status -o "$work/report" --efivars "$work/good"
out_empty
same 'the report in a file' 'Secure Boot: enforcing' "$(head -n 1 "$work/report")"

# The words, and the absence of each variable.
word enforcing 0 --state 1 0 "${pk[@]}"
word 'setup mode' 4 --state 0 1
word disabled 4 --state 0 0 "${pk[@]}"
word 'cannot tell' 2 --state 1 0 "${pk[@]}" --delete SecureBoot
out_has 'because the variable SecureBoot is absent'
word 'cannot tell' 2 --state 1 0 "${pk[@]}" --delete SetupMode
out_has 'because the variable SetupMode is absent'
word 'cannot tell' 2 --state 1 0
out_has 'yet the platform key PK is absent'
word 'cannot tell' 2 --state 1 1 "${pk[@]}"
word 'cannot tell' 2 --state 1 0 "${pk[@]}" --hex SecureBoot 0100
word 'cannot tell' 2 --state 1 0 "${pk[@]}" --u8 AuditMode 1

# What speaks against a state that enforces.
word enforcing 4 --state 1 0 --x509 PK "$keys/amitest.crt"
out_has 'PK is a test key: CN = DO NOT TRUST - AMI Test PK'
word enforcing 4 --state 1 0 "${pk[@]}" --u8 MokSBStateRT 1
out_has 'shim was told not to verify'
word enforcing 2 --state 1 0 "${pk[@]}" --u8 MokSBStateRT:605dab50-e046-4300-abb6-3dd810dd8b23:7 0
out_has 'MokSBStateRT is not as shim makes it'
word enforcing 2 --state 1 0 "${pk[@]}" --sha256 dbx "$(printf '5b%.0s' {1..32})" --hex db 0011
out_has '^  db: malformed at byte 0: fewer bytes are left'

# Colours, on demand only.
efi 0 status --color always --efivars "$work/good"
out_has $'\033\\[32menforcing\033\\[0m'
NO_COLOR=1 efi 0 status --color always --efivars "$work/good"
out_has $'\033\\[32menforcing'

# A name of the target's is shown, not obeyed.
dump hostile --state 1 0 --x509 PK "$keys/hostile.crt" --text SbatLevelRT $'sbat\e]0;title\a\n\x7f' \
	--ucs2 $'Evil\e[2J:605dab50-e046-4300-abb6-3dd810dd8b23' x
for format in text ndjson; do
	for command in status keys boot; do
		run "$IMA_EFI" "$command" -v --format "$format" --efivars "$work/hostile"
		harmless "$command $format"
	done
done

# Stores.
varstore --new "$work/own.fd" "${pk[@]}" --enforce
efi 0 status --efivars "$work/own.fd"
out_has '^Secure Boot: enforcing'
out_has 'at its next start'
varstore --new "$work/off.fd" "${pk[@]}" --no-enforce
efi 4 status --efivars "$work/off.fd"
out_has '^Secure Boot: disabled'
varstore --new "$work/setup.fd" --x509 db "$keys/db.crt"
efi 4 status --efivars "$work/setup.fd"
out_has '^Secure Boot: setup mode'

# This machine: libefivar reads what EFIVARFS_PATH says.
EFIVARFS_PATH=$work/good/ efi 0 status
out_has '^Secure Boot: enforcing'
EFIVARFS_PATH=$work/nowhere/ efi 2 status
out_has '^Secure Boot: cannot tell'
out_has 'is efivarfs mounted'

# Mistakes.
efi 64 status --efivars "$work/nowhere"
err_has 'No such file or directory'
err_has "^Try 'ima-efi --help'"
out_empty
printf 'x' >"$work/text"
efi 64 status --efivars "$work/text"
err_has 'neither a directory of variables, nor an OVMF variable store, nor a file'
efi 64 status "$work/good"
err_has 'one word too many'
efi 64
err_has 'no command given: it is one of status, keys, boot, audit, save, compare'
efi 64 nonsense
err_has 'no command "nonsense"'
efi 64 status --format xml
err_has '[-]-format is one of text, ndjson'
efi 64 status --nonsense
err_has 'unknown or ambiguous option "--nonsense"'
efi 64 save
err_has 'the command save wants FILE'
efi 0 --help
out_has '^Usage: ima-efi COMMAND'
err_empty
efi 0 --version
out_has '^ima-efi [0-9]'
