#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole job on real input: a Debian root, signed by evmctl, all good; then tampered with in fifty places,
# and exactly those are found. Usage: tests/cli/debian-tree.sh [PROGRAM] [TAMPERINGS [SEED]]
# The unsigned tree is kept in build/debian-root.tar for the next run.
if [ $# -gt 0 ]; then
	IMA_SCAN=$(realpath "$1")
	export IMA_SCAN
fi
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

tamperings=${2:-50}
seed=${3:-1}
tree=$root/build/debian-root.tar
need_tool evmctl tar
mkdir -p "$root/build"

# Where this machine gets its own packages from; nothing about that is written here.
mirror() {
	command -v apt-get >/dev/null || return 1
	# shellcheck disable=SC2016 # apt's own placeholders
	apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Identifier: Packages' 2>/dev/null |
		awk '$1 == "bookworm" && $2 == "main" { print $3; exit }'
}

bootstrap() {
	local from proxy
	command -v debootstrap >/dev/null || return 1
	from=$(mirror)
	[ -n "$from" ] || return 1
	proxy=$(apt-config shell p Acquire::http::Proxy | sed "s/^p='\(.*\)'$/\1/")
	echo 'debootstrap from where apt gets its packages …'
	http_proxy=${proxy:-${http_proxy:-}} timeout 900 debootstrap --variant=minbase bookworm "$work/root" "$from" \
		>"$work/debootstrap.log" 2>&1 && return
	tail -n 3 "$work/debootstrap.log"
	rm -rf --one-file-system "$work/root"
	return 1
}

own_system() {
	local multiarch directory
	multiarch=$(gcc -print-multiarch 2>/dev/null || echo none)
	echo 'no mirror to bootstrap from: a copy of the programs of this machine'
	mkdir -p "$work/root"
	for directory in /etc /usr/bin /usr/sbin "/usr/lib/$multiarch" /usr/lib/systemd /usr/share/doc; do
		if [ -d "$directory" ]; then
			tar -C / -c --one-file-system "${directory#/}" | tar -C "$work/root" -x
		fi
	done
}

if [ ! -s "$tree" ]; then
	bootstrap || own_system
	# Devices and sockets are no matter here, and may not be packed everywhere.
	tar -C "$work/root" --exclude=./dev --exclude=./proc --exclude=./sys --sort=name -cf "$tree.new" .
	mv "$tree.new" "$tree"
	rm -rf --one-file-system "$work/root"
fi

key owner rsa2048
INODES=$(($(tar -tf "$tree" | wc -l) + 4096))
export INODES
target ext4 $(($(stat -c %s "$tree") * 3 / 2000000 + 512))
tar -C "$t" -xf "$tree"
files=$(find "$t" -type f | wc -l)
inodes=$(find "$t" -type f -printf '%i\n' | sort -u | wc -l)

# Two processes: evmctl signs the files of a directory, and reads the key for each.
began=$EPOCHSECONDS
find "$t" -type f -print0 | xargs -0 -P "$(nproc)" -n 1 evmctl ima_sign -k "$keys/owner.pem" >"$work/signing.log" 2>&1 ||
	failed 'signing' "$(tail -n 5 "$work/signing.log")"
echo "$files files ($inodes inodes) signed in $((EPOCHSECONDS - began)) s"

cat >"$work/policy" <<'POLICY'
appraise func=BPRM_CHECK mask=MAY_EXEC appraise_type=imasig
appraise func=MMAP_CHECK mask=MAY_EXEC appraise_type=imasig
appraise func=MODULE_CHECK appraise_type=imasig
appraise func=FILE_CHECK mask=MAY_READ appraise_type=imasig
POLICY
began=$EPOCHSECONDS
for policy in '' "$work/policy"; do
	LIMIT=900 scan ${policy:+--policy "$policy"} -k "$keys/owner.der" "$t"
	has_status 0 "a signed Debian root${policy:+ under a policy}"
	well_formed 'a signed Debian root'
	same 'every inode is reported once' "$inodes" "$(table path | wc -l)"
	same 'every file passes' pass "$(table verdict | sort -u)"
done
same 'every file is governed' true "$(table governed | sort -u)"

"$python" "$here/tamper.py" "$t" "$tamperings" "$seed" >"$work/tampered"
LIMIT=900 scan --policy "$work/policy" -k "$keys/owner.der" "$t"
echo "three scans in $((EPOCHSECONDS - began)) s"
check "a tampered root fails (status $status)" test $((status & 1)) -eq 1
well_formed 'a tampered root'
same "exactly the $tamperings tamperings are found, with their causes" \
	"$(cut -f 1,3 "$work/tampered")" "$(table path verdict cause | awk -F '\t' '$2 !~ /^pass/ { print $1 "\t" $3 }')"
run "$IMA_SCAN" -0 --policy "$work/policy" -k "$keys/owner.der" "$t"
same 'and -0 names them' "$(cut -f 1 "$work/tampered")" "$(sort -z "$out" | tr '\0' '\n')"
cut -f 2 "$work/tampered" | sort | uniq -c
