#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ima-efi audit over whole targets made here: notation, table of attackers and ids of findings, exactly.
. "$(dirname "$0")/lib.sh"
need_tool sbsign openssl cpio gzip

IMA_EFI=${IMA_EFI:-$root/build/release/ima-efi}
if [ ! -x "$IMA_EFI" ]; then
	printf '%s is not there: build it first (make)\n' "$IMA_EFI"
	exit 1
fi

# make_image ARGUMENT…: see efitarget.py.
make_image() { "$python" "$here/efitarget.py" "$@"; }
variables() { "$python" "$root/tests/efi/varstore.py" "$@"; }

# certificate NAME: $work/NAME.pem, $work/NAME.key
certificate() {
	openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -subj "/CN=$1" -keyout "$work/$1.key" -out "$work/$1.pem" 2>"$err"
}

# sign_image FILE: by the key that is in db.
sign_image() {
	quietly sbsign --key "$work/owner.key" --cert "$work/owner.pem" --output "$1.signed" "$1"
	mv "$1.signed" "$1"
}

# firmware NAME SECUREBOOT: variables with a key of one's own, in $work/NAME.
firmware() {
	variables --dir "$work/$1" --x509 PK "$work/owner.pem" --x509 KEK "$work/owner.pem" --x509 db "$work/owner.pem" \
		--state "$2" 0
}

# archive OUT DIRECTORY: an initramfs of what lies there.
archive() {
	(cd "$2" && find . | LC_ALL=C sort | cpio --quiet -o -H newc --reproducible) | gzip -n >"$1"
}

# --- Kernels ---

mkdir "$work/images"
certificate owner
base_config='CONFIG_X86=y
CONFIG_IMA=y
CONFIG_IMA_APPRAISE=y
CONFIG_IMA_APPRAISE_BOOTPARAM=y
CONFIG_IMA_ARCH_POLICY=y
CONFIG_IMA_SECURE_AND_OR_TRUSTED_BOOT=y
CONFIG_EVM=y
CONFIG_MODULES=y
CONFIG_MODULE_SIG=y
CONFIG_KALLSYMS=y
CONFIG_AUDIT=y
CONFIG_SECURITY_LOCKDOWN_LSM=y
CONFIG_SECURITY_LOCKDOWN_LSM_EARLY=y'
printf '%s\nCONFIG_INTEGRITY_TRUSTED_KEYRING=y\nCONFIG_IMA_LOAD_X509=y\nCONFIG_MODULE_SIG_FORCE=y\nCONFIG_LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY=y\n' \
	"$base_config" >"$work/hardened.config"
# As Debian builds it.
printf '%s\nCONFIG_KEXEC=y\nCONFIG_KEXEC_FILE=y\nCONFIG_KEXEC_SIG=y\nCONFIG_LOCK_DOWN_IN_EFI_SECURE_BOOT=y\n' \
	"$base_config" >"$work/debian.config"
printf 'CONFIG_X86=y\n# CONFIG_IMA is not set\nCONFIG_MODULES=y\n' >"$work/plain.config"
make_image kernel "$work/images/hardened" 6.12.9-gentoo "$work/hardened.config"
make_image kernel "$work/images/debian" 6.1.0-99-amd64 "$work/debian.config"
make_image kernel "$work/images/plain" 6.1.0-1-plain "$work/plain.config"

# --- Targets ---

policy='appraise func=BPRM_CHECK fowner=0 appraise_type=imasig
appraise func=MMAP_CHECK mask=MAY_EXEC fowner=0 appraise_type=imasig
appraise func=MODULE_CHECK appraise_type=imasig
appraise func=FIRMWARE_CHECK appraise_type=imasig
appraise func=KEXEC_KERNEL_CHECK appraise_type=imasig
appraise func=POLICY_CHECK appraise_type=imasig'

# An EFISTUB set-up as the background's best: everything in one signed image.
hardened() {
	local t=$work/gentoo esp=$work/gentoo-esp inside=$work/gentoo-initramfs
	mkdir -p "$t/etc" "$t/sbin" "$esp/EFI/Linux" "$inside/etc/keys" "$inside/etc/ima"
	printf '%s\n' "$policy" >"$inside/etc/ima/ima-policy"
	openssl x509 -in "$work/owner.pem" -outform DER -out "$inside/etc/keys/x509_ima.der"
	printf '#!/bin/sh\ncat /etc/ima/ima-policy >/sys/kernel/security/ima/policy\nexec switch_root /mnt /sbin/init\n' >"$inside/init"
	chmod 755 "$inside/init"
	archive "$work/gentoo.cpio.gz" "$inside"
	make_image uki "$esp/EFI/Linux/gentoo.efi" "$work/images/hardened" "$work/gentoo.cpio.gz" 'root=/dev/sda2 ro'
	sign_image "$esp/EFI/Linux/gentoo.efi"
	firmware gentoo-vars 1
	variables --dir "$work/gentoo-vars" --boot 1 Gentoo '\EFI\Linux\gentoo.efi' --u16 BootOrder 1
}

# GRUB, a separate initramfs, a policy of hashes that systemd loads, and an entry for maintenance.
debian() {
	local t=$work/debian esp=$work/debian-esp kernel=/boot/vmlinuz-6.1.0-99-amd64
	mkdir -p "$t/boot/grub" "$t/etc/ima" "$t/usr/lib/systemd" "$t/sbin" "$esp/EFI/debian" "$work/debian-initramfs"
	printf 'appraise func=BPRM_CHECK\nappraise func=MMAP_CHECK mask=MAY_EXEC\n' >"$t/etc/ima/ima-policy"
	printf 'systemd built with +IMA: /sys/kernel/security/ima/policy\n' >"$t/usr/lib/systemd/systemd"
	chmod 755 "$t/usr/lib/systemd/systemd"
	ln -s ../usr/lib/systemd/systemd "$t/sbin/init"
	printf '#!/bin/sh\n' >"$work/debian-initramfs/init"
	chmod 755 "$work/debian-initramfs/init"
	archive "$t/boot/initrd.img-6.1.0-99-amd64" "$work/debian-initramfs"
	cp "$work/images/debian" "$t$kernel"
	sign_image "$t$kernel"
	make_image loader "$esp/EFI/debian/grubx64.efi" grub
	sign_image "$esp/EFI/debian/grubx64.efi"
	cat >"$t/boot/grub/grub.cfg" <<-END
		set default=0
		menuentry 'Debian' {
			linux $kernel root=/dev/sda2 ro quiet
			initrd /boot/initrd.img-6.1.0-99-amd64
		}
		menuentry 'Maintenance' {
			linux $kernel root=/dev/sda2 ro ima_appraise=off
			initrd /boot/initrd.img-6.1.0-99-amd64
		}
	END
	firmware debian-off 0
	firmware debian-on 1
}

# Signed images with the policy inside, and a loader whose editor is on, with one image that has no command line.
sdboot() {
	local t=$work/sdboot esp=$work/sdboot-esp
	mkdir -p "$t/etc" "$esp/EFI/Linux" "$esp/EFI/BOOT" "$esp/loader"
	make_image loader "$esp/EFI/BOOT/BOOTX64.EFI" systemd-boot
	sign_image "$esp/EFI/BOOT/BOOTX64.EFI"
	printf 'timeout 3\neditor yes\n' >"$esp/loader/loader.conf"
	make_image uki "$esp/EFI/Linux/arch.efi" "$work/images/hardened" "$work/gentoo.cpio.gz" ''
	sign_image "$esp/EFI/Linux/arch.efi"
	firmware sdboot-vars 1
}

# Nothing of IMA, no UEFI.
nothing() {
	local t=$work/nothing
	mkdir -p "$t/boot/grub" "$t/etc"
	cp "$work/images/plain" "$t/boot/vmlinuz"
	printf "menuentry 'Linux' {\n linux /boot/vmlinuz root=/dev/sda1\n}\n" >"$t/boot/grub/grub.cfg"
}

# Made by somebody who wants us to crash, to leave the root, or to write to the terminal.
hostile() {
	local t=$work/hostile esp=$work/hostile-esp
	mkdir -p "$t/boot/grub" "$t/etc/ima" "$t/etc/keys" "$esp/EFI/BOOT" "$esp/EFI/Linux" "$esp/loader/entries"
	ln -s /etc/shadow "$t/boot/vmlinuz-leaves"
	ln -s loop "$t/boot/loop"
	ln -s ../../../../../../../../etc/passwd "$t/etc/ima/ima-policy"
	mkfifo "$t/boot/vmlinuz-fifo" "$esp/EFI/Linux/fifo.efi"
	head -c 3000 "$work/images/debian" >"$t/boot/vmlinuz-cut"
	head -c 70000 /dev/zero >"$t/boot/initrd-zero"
	head -c 40 "$work/gentoo.cpio.gz" >"$t/boot/initrd-cut"
	printf 'MZ' >"$esp/EFI/BOOT/BOOTX64.EFI"
	head -c 900 "$work/gentoo-esp/EFI/Linux/gentoo.efi" >"$esp/EFI/Linux/cut.efi"
	# shellcheck disable=SC2016 # GRUB's variables
	printf 'menuentry "\033]0;owned\007\033[2J\n\xff\xfe" {\n linux /boot/vmlinuz-cut \033[31mima_appraise=off\n initrd /boot/initrd-cut /boot/initrd-zero /boot/initrd-fifo\n}\nmenuentry x {\n linux /boot/loop/loop $a$a$a init="unended\n}\nmenuentry y { linux ../../../../etc/shadow }\nmenuentry z {\n linux /boot/vmlinuz-leaves\n}\n' >"$t/boot/grub/grub.cfg"
	printf 'title \033[1;31mred\nlinux /../../../../etc/shadow\ninitrd /../etc/shadow\noptions %s\n' "$(printf 'ima_appraise=off %.0s' {1..3000})" \
		>"$esp/loader/entries/$(printf 'a\033[2Jb').conf"
	printf -- '-----BEGIN PRIVATE KEY-----\n\033[2J\n-----END PRIVATE KEY-----\n' >"$t/etc/keys/$(printf 'k\n\033c').pem"
	firmware hostile-vars 1
	variables --dir "$work/hostile-vars" --hex Boot0007 ffffffffffff --u16 BootOrder 7,9,7 --hex MokListRT 0011
}

# audit NAME [OPTION…]: two reports of a target, of which the second must be well-formed; status to $status.
audit() {
	local name=$1
	shift
	run "$IMA_EFI" audit "$work/$name" "$@"
	cp "$out" "$work/text"
	refute "$name: no control character in the text" grep -aq $'[\x01-\x08\x0b-\x1f\x7f]' "$work/text"
	run "$IMA_EFI" audit --format ndjson "$work/$name" "$@"
	check "$name: well-formed NDJSON" make_image check "$out" "$status"
}

# expect NAME NOTATION STATUS <<LINES: "ATTACKER PROTECTION DECIDED-BY", then the ids of all findings.
expect() {
	local wanted
	wanted=$(cat)
	same "$1: notation" "$2" "$(make_image notation "$out")"
	has_status "$3" "$1"
	same "$1: attackers and findings" "$wanted" "$(make_image attackers "$out"; make_image findings "$out" | uniq -c | awk '{ print $2 ($1 > 1 ? " x" $1 : "") }')"
}

hardened
audit gentoo --esp "$work/gentoo-esp" --efivars "$work/gentoo-vars"
expect 'hardened' '1d + 3b + 4c + 5b + 6b + Secure Boot' 0 <<'END'
automated-online protected -
root-shell-online protected -
offline-no-physical-access protected -
offline-physical-access detected -
END
check 'text says the notation' grep -q '1d + 3b + 4c + 5b + 6b + Secure Boot' "$work/text"
run "$IMA_EFI" audit -q "$work/gentoo" --esp "$work/gentoo-esp" --efivars "$work/gentoo-vars"
has_status 0 'quiet'
out_empty

# Without the firmware's variables nothing is promised.
audit gentoo --esp "$work/gentoo-esp"
expect 'hardened, firmware not known' '1d + 3b + 4c + 5b + 6b + Secure Boot?' 2 <<'END'
automated-online protected -
root-shell-online not-known secureboot.cannot-tell
offline-no-physical-access not-known secureboot.cannot-tell
offline-physical-access not-known secureboot.cannot-tell
secureboot.cannot-tell
END

# A private key where evmctl leaves it undoes all of it.
mkdir -p "$work/gentoo/etc/keys"
cp "$work/owner.key" "$work/gentoo/etc/keys/privkey_evm.pem"
audit gentoo --esp "$work/gentoo-esp" --efivars "$work/gentoo-vars"
expect 'hardened, with the private key' '1d + 3b + 4c + 5b + 6b + Secure Boot' 4 <<'END'
automated-online protected -
root-shell-online not-protected key.private-on-target
offline-no-physical-access not-protected key.private-on-target
offline-physical-access not-protected key.private-on-target
key.private-on-target
END
rm -r "$work/gentoo/etc/keys"

debian
audit debian --esp "$work/debian-esp" --efivars "$work/debian-off"
expect 'Debian, Secure Boot off' '1c + 3b + 4a + 5a + 6a' 4 <<'END'
automated-online protected -
root-shell-online not-protected boot.entry.ima-appraise-off
offline-no-physical-access not-protected boot.entry.ima-appraise-off
offline-physical-access not-protected boot.entry.ima-appraise-off
secureboot.disabled
boot.entry.ima-appraise-off
boot.entry.editable
policy.online-root-can-change
loader.grub-no-password
kernel.bootparam
kernel.module-sig-not-forced
kernel.no-lockdown
kernel.load-policy-unsigned
kernel.kexec-unsigned
initramfs.external
policy.no-signatures
policy.no-module-check
policy.no-kexec-check
policy.no-firmware-check
END
same 'Debian, Secure Boot off: words' 'Maintenance ima_appraise=off effective' "$(make_image words "$out")"

# The same words, and the kernel ignores them.
audit debian --esp "$work/debian-esp" --efivars "$work/debian-on"
expect 'Debian, Secure Boot on' '1c + 3b + 4c + 5a + 6a + Secure Boot' 4 <<'END'
automated-online protected -
root-shell-online not-protected policy.online-root-can-change
offline-no-physical-access not-protected policy.online-root-can-change
offline-physical-access not-protected policy.online-root-can-change
policy.online-root-can-change
boot.entry.cmdline-not-sealed
loader.grub-no-password
kernel.load-policy-unsigned
initramfs.external
policy.no-signatures
policy.no-firmware-check
boot.entry.ima-appraise-inert
END
same 'Debian, Secure Boot on: words' 'Maintenance ima_appraise=off inert' "$(make_image words "$out")"

sdboot
audit sdboot --esp "$work/sdboot-esp" --efivars "$work/sdboot-vars"
expect 'systemd-boot with its editor' '1d + 3b + 4c + 5b + 6b + Secure Boot' 4 <<'END'
automated-online protected -
root-shell-online not-protected uki.no-cmdline
offline-no-physical-access not-protected uki.no-cmdline
offline-physical-access not-protected uki.no-cmdline
boot.entry.cmdline-not-sealed
uki.no-cmdline
loader.editor-on
END

nothing
audit nothing
expect 'nothing of IMA' '1- + 3- + 4- + 5- + 6- + Secure Boot?' 6 <<'END'
automated-online not-protected kernel.no-ima
root-shell-online not-protected kernel.no-ima
offline-no-physical-access not-protected kernel.no-ima
offline-physical-access not-protected kernel.no-ima
kernel.no-ima
policy.absent
loader.grub-no-password
boot.entry.unsigned-kernel
secureboot.cannot-tell
audit.no-esp
END

hostile
audit hostile --esp "$work/hostile-esp" --efivars "$work/hostile-vars"
has_status 6 'hostile'
refute 'hostile: nothing of the host' grep -aq 'root:' "$out" "$work/text"
same 'hostile: whoever thinks is not kept out' '' "$(make_image attackers "$out" | grep -v automated | grep -E ' (protected|detected) ' || true)"

# --- With ima-scan, and mistakes ---

audit gentoo --esp "$work/gentoo-esp" --efivars "$work/gentoo-vars" --color=never
cp "$out" "$work/alone"
run "$IMA_EFI" audit --format ndjson "$work/gentoo" --esp "$work/gentoo-esp" --efivars "$work/gentoo-vars" --scan -- --policy exec
same 'two reports, one after the other' 'ima-efi ima-scan' \
	"$("$python" -c 'import json, sys; print(*[json.loads(l)["tool"] for l in open(sys.argv[1]) if "\"record\":\"run\"" in l])' "$out")"
scan --policy exec "$work/gentoo"
scan_status=$status
run "$IMA_EFI" audit "$work/gentoo" --esp "$work/gentoo-esp" --efivars "$work/gentoo-vars" --scan -- --policy exec
has_status "$scan_status" 'audit and scan: nothing is added to the status of the scan'
scan --policy exec "$work/debian"
scan_status=$status
run "$IMA_EFI" audit "$work/debian" --esp "$work/debian-esp" --efivars "$work/debian-on" --scan -- --policy exec
has_status $((scan_status | 4)) 'audit and scan: bits are added'
run "$IMA_EFI" audit "$work/gentoo" --scan -- --no-such-option
has_status 64 'a mistake in what ima-scan is given'
run "$IMA_EFI" audit "$work/gentoo" -o "$work/file" --efivars "$work/gentoo-vars" --scan -- --policy exec
out_empty
check 'both reports in the file' grep -q 'Audit of' "$work/file"
mkdir "$work/alone-bin"
cp "$IMA_EFI" "$work/alone-bin/"
run env PATH="$(dirname "$IMA_SCAN"):$PATH" "$work/alone-bin/ima-efi" audit "$work/gentoo" --scan
has_status 70 'ima-scan is not looked for in PATH'
err_has 'ima-scan beside this program'
expect_status 64 "$IMA_EFI" audit
expect_status 64 "$IMA_EFI" audit "$work/no-such-directory"
expect_status 64 "$IMA_EFI" audit "$work/gentoo" --esp "$work/no-such-directory"
expect_status 64 "$IMA_EFI" audit "$work/gentoo" --efivars "$work/no-such-directory"
expect_status 64 "$IMA_EFI" audit "$work/gentoo" -- --policy exec
