#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a small labelled and tampered target, scans it, and says whether each file got the verdict it should.
# Usage: tests/demo.sh PROGRAM [--update-readme]
# Keys, labels and the image are made at run time and leave with it. Status 0: the report is as expected;
# 1: it is not; 77: this machine cannot hold such a target. --update-readme puts the report between the marks in README.md.

update_readme=0
for argument; do
	case $argument in
	--update-readme) update_readme=1 ;;
	-*) echo "tests/demo.sh: no option $argument" >&2 && exit 64 ;;
	*) IMA_SCAN=$(realpath "$argument") && export IMA_SCAN ;;
	esac
done

# What is missing, and how to get it.
missing() {
	printf 'The demo needs %s.\n%s\nskipped: needs %s\n' "$1" "$2" "$1"
	exit 77
}
[ "$(id -u)" = 0 ] || missing 'root, to mount an image and to write security.* attributes' 'Run it again with sudo.'
for tool in evmctl openssl mkfs.ext4 getfattr python3; do
	command -v "$tool" >/dev/null || missing "$tool" 'Install it with: make deps'
done
unshare --mount true 2>/dev/null || missing 'mounts of its own (CAP_SYS_ADMIN)' \
	'In a container: start it with --privileged, or run this on the host or in a virtual machine.'
losetup -f >/dev/null 2>&1 || missing 'a loop device' \
	'Load the driver with: modprobe loop. In a container: --privileged and /dev/loop-control from the host.'

# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/cli/lib.sh"

key owner rsa2048
key stranger p256
label payload "$work/hmac-key" 64 'hmac key'
cp "$keys/owner.der" "$work/owner.der"
target ext4 32
uuid=$(uuid_of "$work/ext4.img")

# file PATH MODE KIND: content of that kind, always the same.
file() {
	local path=$t/$1
	payload "$path" "${4:-9000}"
	case $3 in
	elf) printf '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0' | dd of="$path" conv=notrunc status=none ;;
	script) printf '#!/bin/sh\necho %s\n' "$1" >"$path" ;;
	data) ;;
	esac
	chmod "$2" "$path"
}
portable() {
	local path=$1
	shift
	evm_sign owner '' "$t/$path" --portable "$@"
}

for path in usr/bin/bash usr/bin/login usr/bin/passwd usr/bin/su usr/bin/ssh usr/bin/nc usr/bin/ls usr/bin/cp \
	usr/bin/mount usr/bin/busybox usr/bin/gdb usr/bin/vim usr/bin/tar usr/bin/sed; do
	file "$path" 755 elf
	portable "$path" --imasig
done
for path in usr/lib/libc.so.6 usr/lib/libpam.so.0 usr/lib/libcrypto.so.3; do
	file "$path" 644 elf
	portable "$path" --imasig
done
for path in usr/sbin/update etc/rc.local; do
	file "$path" 755 script
	portable "$path" --imasig
done
for path in boot/vmlinuz-6.12.0 boot/initrd.img-6.12.0 lib/modules/6.12.0/kernel/e1000.ko etc/ima/ima-policy; do
	file "$path" 644 data
	portable "$path" --imasig
done
file etc/passwd 644 data
file usr/share/doc/README 644 data
file home/user/tool 755 elf
chown 1000:1000 "$t/home/user/tool"

# What happened to them.
label flip "$t/usr/bin/login" 3456                       # one bit, size and times kept
chmod u+s "$t/usr/bin/bash"                              # a shell that is root
sign stranger sha256 "$t/usr/bin/ssh"                    # signed by somebody else
portable usr/bin/ssh
file usr/bin/nc 755 elf 12000                            # replaced, the old labels copied back
setfattr -x security.ima "$t/usr/bin/ls"                 # labels lost
setfattr -x security.evm "$t/usr/bin/ls"
setfattr -x security.evm "$t/usr/bin/cp"
evm_sign owner "$uuid" "$t/usr/bin/mount" --imahash      # a hash where the policy wants a signature
evm_hmac "$work/hmac-key" "$uuid" "$t/usr/bin/busybox"   # only the kernel has that key
label set "$t/usr/bin/gdb" security.ima 0904aabb         # a label of no known kind
portable usr/bin/gdb
hash sha256 "$t/usr/bin/vim"                             # a hash that a portable signature vouches for
label append-label "$t/usr/bin/vim" security.ima 0000
portable usr/bin/vim
evm_sign owner '' "$t/usr/bin/tar" --portable --imasig -a sha1 # an algorithm the policy does not take
hash sha256 "$t/usr/lib/libpam.so.0"                     # a backdoor below a good-looking hash
portable usr/lib/libpam.so.0
label flip "$t/usr/lib/libpam.so.0" 40000
label flip "$t/lib/modules/6.12.0/kernel/e1000.ko" 100
printf 'echo evil\n' >>"$t/etc/rc.local"
image_umount "$t"
image_mount "$work/ext4.img" "$work/target" ro,nodev,nosuid,noexec

cat >"$work/policy" <<'POLICY'
dont_appraise fowner=1000
appraise func=BPRM_CHECK mask=MAY_EXEC appraise_type=imasig appraise_algos=sha256,sha384,sha512
appraise func=MMAP_CHECK mask=MAY_EXEC appraise_type=imasig appraise_algos=sha256,sha384,sha512
appraise func=MODULE_CHECK appraise_type=imasig
appraise func=KEXEC_KERNEL_CHECK appraise_type=imasig
appraise func=POLICY_CHECK appraise_type=imasig
POLICY

cd "$work"
options=(--key owner.der --evm-key owner.der --evm both --policy policy)
printf '$ ima-scan %s target\n' "${options[*]}"
run "$IMA_SCAN" --color=never "${options[@]}" target
# The place where the target was mounted says nothing to a reader.
sed "s|$work/||g; s|$work|.|g" "$out" >"$work/report.txt"
cat "$work/report.txt" "$err"
printf '$ echo $?\n%s\n\n' "$status"
has_status 3 'the text report'

scan "${options[@]}" target
has_status 3 'the NDJSON report'
well_formed 'the NDJSON report'
expect_table path governed verdict cause <<'TABLE'
	boot/initrd.img-6.12.0              false  pass            -
	boot/vmlinuz-6.12.0                 true   pass            -
	etc/ima/ima-policy                  true   pass            -
	etc/passwd                          false  no_label        no-label
	etc/rc.local                        true   fail            invalid-signature
	home/user/tool                      false  no_label        no-label
	lib/modules/6.12.0/kernel/e1000.ko  true   fail            invalid-signature
	usr/bin/bash                        true   fail_immutable  invalid-fail-immutable
	usr/bin/busybox                     true   undecided       no-hmac-key
	usr/bin/cp                          true   no_label        missing-HMAC
	usr/bin/gdb                         true   unknown         unknown-ima-data
	usr/bin/login                       true   fail            invalid-signature
	usr/bin/ls                          true   no_label        IMA-signature-required
	usr/bin/mount                       true   fail            IMA-signature-required
	usr/bin/nc                          true   fail            invalid-signature
	usr/bin/passwd                      true   pass            -
	usr/bin/sed                         true   pass            -
	usr/bin/ssh                         true   fail            invalid-signature
	usr/bin/su                          true   pass            -
	usr/bin/tar                         true   fail            denied-hash-algorithm
	usr/bin/vim                         true   pass            -
	usr/lib/libc.so.6                   true   pass            -
	usr/lib/libcrypto.so.3              true   pass            -
	usr/lib/libpam.so.0                 true   fail            invalid-hash
	usr/sbin/update                     true   pass            -
	usr/share/doc/README                false  no_label        no-label
TABLE
same 'trailing bytes are said' trailing-bytes "$(table path hygiene | awk '$1 == "usr/bin/vim" { print $2 }')"
same 'an unknown key is said' unknown-key "$(table path ima.signature | awk '$1 == "usr/bin/ssh" { print $2 }')"

if [ "$update_readme" = 1 ]; then
	if [ "$failures" -gt 0 ]; then
		echo 'README.md is left alone: the report is not as expected.'
	else
		"$python" - "$root/README.md" "$work/report.txt" "${options[*]}" <<'PYTHON'
import re, sys
readme, report, options = sys.argv[1:]
text = open(readme, encoding="utf-8").read()
shown = "```\n$ ima-scan %s target\n%s```\n" % (options, open(report, encoding="utf-8").read())
new, count = re.subn(r"(<!-- report -->\n).*?(<!-- /report -->)", lambda m: m[1] + shown + m[2], text, flags=re.S)
if count != 1:
    sys.exit("README.md has no <!-- report --> … <!-- /report -->")
open(readme, "w", encoding="utf-8").write(new)
PYTHON
		echo 'README.md shows this report now.'
	fi
fi
