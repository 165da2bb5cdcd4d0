#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What tests/cli/test_efi_*.sh add to lib.sh, which they source first: firmware variables, certificates, and
# comparing whole reports.
# shellcheck disable=SC2154 # variables of lib.sh
set -euo pipefail

IMA_EFI=${IMA_EFI:-$(dirname "$IMA_SCAN")/ima-efi}
if [ ! -x "$IMA_EFI" ]; then
	printf '%s is not there: build it first (make)\n' "$IMA_EFI"
	exit 1
fi

# varstore ARGUMENT…: see tests/efi/varstore.py.
varstore() {
	"$python" "$here/../efi/varstore.py" "$@"
}

# certificate NAME [SUBJECT]: $keys/NAME.crt, self-signed, valid for twenty years.
certificate() {
	if [ ! -e "$keys/$1.crt" ]; then
		openssl req -x509 -nodes -sha256 -days 7300 -newkey rsa:2048 -subj "${2:-/CN=$1}" \
			-keyout "$keys/$1.key" -out "$keys/$1.crt" 2>"$err"
	fi
}

# of_certificate NAME: what a report says of it, SERIAL FROM TO SHA256.
of_certificate() {
	local serial from to
	serial=$(openssl x509 -in "$keys/$1.crt" -noout -serial | sed 's/serial=//')
	from=$(date -u -d "$(openssl x509 -in "$keys/$1.crt" -noout -startdate | sed 's/.*=//')" +%FT%TZ)
	to=$(date -u -d "$(openssl x509 -in "$keys/$1.crt" -noout -enddate | sed 's/.*=//')" +%FT%TZ)
	printf '%s %s %s %s\n' "$serial" "$from" "$to" \
		"$(openssl x509 -in "$keys/$1.crt" -outform DER | sha256sum | cut -d ' ' -f 1)"
}

# efi STATUS ARGUMENT…: runs the program, which must end with that status.
efi() {
	local expected=$1
	shift
	run "$IMA_EFI" "$@"
	has_status "$expected" "ima-efi $*"
}

# said WHAT <<EXPECTED: the whole of standard output. In NDJSON, what differs from run to run is left out.
said() {
	same "$1" "$(cat)" "$(sed -E 's/"(version|commit|started)":"[^"]*",?//g; s/,\}/}/g' "$out")"
	err_empty
}

# harmless WHAT: no control bytes in the report but line ends, and well-formed UTF-8.
harmless() {
	check "no control bytes: $1" "$python" -c '
import sys
data = open(sys.argv[1], "rb").read()
data.decode("utf-8")
bad = sorted({b for b in data if b < 32 and b != 10 or b == 127})
print(bad)
sys.exit(bool(bad))' "$out"
}
