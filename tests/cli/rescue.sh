#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of ima-rescue share. Source it after lib.sh. Sets $rescue; $disk is the image that
# untouched() speaks of, $before its digest.
# shellcheck disable=SC2154 # variables of lib.sh
set -euo pipefail

rescue=${IMA_SCAN%/*}/ima-rescue
if [ ! -x "$rescue" ]; then
	echo "$rescue is not there: build it first (make)"
	exit 1
fi
# shellcheck disable=SC2034 # of those who source this
disk=$work/disk.img
before=

# A tree that looks installed. Usage: install_tree DIR NAME
install_tree() {
	mkdir -p "$1"/{etc,bin,boot,efi,home,usr/bin,usr/lib/systemd,var/lib/dpkg}
	printf 'ID=%s\nPRETTY_NAME="%s Linux"\nVERSION_ID=1\n' "${2,,}" "$2" >"$1/etc/os-release"
	echo 'root:x:0:0::/root:/bin/sh' >"$1/etc/passwd"
	touch "$1/var/lib/dpkg/status" "$1/usr/lib/systemd/systemd"
	payload "$1/usr/bin/one"
	payload "$1/usr/bin/two"
}

# Puts a file system's image into a partition. Usage: into_partition DISK NUMBER IMAGE
into_partition() {
	local start
	start=$(sfdisk -J "$1" | "$python" -c "
import json, sys
print([p['start'] for p in json.load(sys.stdin)['partitiontable']['partitions'] if p['node'].endswith('$1$2')][0])")
	dd if="$3" of="$1" bs=512 seek="$start" conv=notrunc status=none
}

# The value of a field of the first record that has all the given fields. Usage: field RECORDS KEY FIELD=VALUE…
field() {
	"$python" - "$@" <<'END'
import json, sys
records, key, *wanted = sys.argv[1:]
for line in open(records):
    record = json.loads(line)
    if all(str(record.get(w.split('=', 1)[0])) == w.split('=', 1)[1] for w in wanted):
        print(record[key])
        break
else:
    print('no such record')
END
}

untouched() {
	same "$1: the image has the same bytes" "$before" "$(sha256sum <"$disk")"
	same "$1: no loop device is left" "" "$(losetup -j "$disk")"
}
