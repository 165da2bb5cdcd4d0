#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# LUKS volumes in a guest, since not every host's kernel has device mapper: ima-rescue unlocks them read-only,
# closes them again, also after a kill, and changes not a byte. cryptsetup makes them. SERIES is one of
# fetch-kernel.sh's kernels.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

root=$(cd "$here/../.." && pwd)
series=${SERIES:-6.12}
programs=("$root/build/release/ima-rescue" "$root/build/release/ima-scan" "$(command -v cryptsetup)"
	"$(command -v mkfs.ext4)")
modules=(dm-crypt ext4 loop xts aes_generic aesni-intel sha256_generic crc32c_generic algif_skcipher)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree

"$here/fetch-kernel.sh" "$series"
kernel=$build/kernels/$series

# Modules in the order in which they load.
copy_modules() {
	local version module file n=0
	version=$(ls "$kernel/root/lib/modules")
	depmod -b "$kernel/root" "$version"
	for module in "${modules[@]}"; do
		modprobe -d "$kernel/root" -S "$version" --show-depends "$module" 2>/dev/null || true
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$work/order"
	while read -r file; do
		n=$((n + 1))
		module=$(printf '%03d-%s' "$n" "$(basename "${file%.xz}")")
		case $file in
		*.xz) xz -dc "$file" >"$tree/modules/$module" ;;
		*) cp "$file" "$tree/modules/$module" ;;
		esac
	done <"$work/order"
}

copy_programs() {
	local program library
	cp "$(command -v busybox)" "$tree/bin/busybox"
	for program in "${programs[@]}"; do
		cp "$program" "$tree/bin/"
		ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
			cp --parents -L "$library" "$tree" 2>/dev/null || true
		done
	done
}

# What the guest does. Each line it prints with "ok" or "FAILED" is a check.
guest_script() {
	cat <<'END'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
for module in /modules/*; do insmod "$module" 2>/dev/null; done
mkdir -p /run/cryptsetup /run/lock /etc
is() { if [ "$2" = "$3" ]; then echo "ok $1"; else echo "FAILED $1: expected <$2>, got <$3>"; fi; }
sum() { sha256sum /tmp/d.img /tmp/h.img | cut -c1-64 | tr '\n' ' '; }
left() { ls /dev/mapper | grep -v control; losetup -a; ls /run/ima-rescue; }
fill() {
	mkfs.ext4 -q /dev/mapper/x && mount /dev/mapper/x /mnt && mkdir -p /mnt/etc /mnt/usr/bin &&
		echo 'PRETTY_NAME="Locked Linux"' >/mnt/etc/os-release && echo x >/mnt/etc/passwd &&
		cp /bin/busybox /mnt/usr/bin/ && umount /mnt && cryptsetup close x
}
quick="-q --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /tmp/key"
printf secret >/tmp/key
printf wrong >/tmp/wrong
dd if=/dev/zero of=/tmp/d.img bs=1M count=48 2>/dev/null
dd if=/dev/zero of=/tmp/h.img bs=1M count=32 2>/dev/null
cryptsetup luksFormat $quick /tmp/d.img && cryptsetup open /tmp/d.img x --key-file /tmp/key && fill
is 'made a LUKS volume' 0 $?
cryptsetup luksFormat $quick --header /tmp/header /tmp/h.img &&
	cryptsetup open --header /tmp/header /tmp/h.img x --key-file /tmp/key && fill
is 'made one with a detached header' 0 $?
before=$(sum)

ima-rescue list /tmp/d.img >/tmp/out
is 'list without a key' 0 $?
is 'names the layer' 1 "$(grep -c crypto_LUKS /tmp/out)"
ima-rescue list --key-file /tmp/wrong /tmp/d.img >/tmp/out 2>/tmp/err
is 'a wrong key is told' 2 $?
is 'in words, and nothing else is said' 1 "$(cat /tmp/out /tmp/err | grep -c 'no key slot takes\|not active')"
is 'nothing left after it' '' "$(left)"
ima-rescue list --key-file /tmp/key /tmp/d.img >/tmp/out
is 'the right key' 0 $?
is 'the system inside' 1 "$(grep -c '  1  Locked Linux' /tmp/out)"
is 'nothing left after list' '' "$(left)"
ima-rescue mount --key-file /tmp/key /tmp/d.img >/dev/null
is 'mount' 0 $?
is 'its file' /run/ima-rescue/1/root/usr/bin/busybox "$(ls /run/ima-rescue/1/root/usr/bin/*)"
is 'mounted as evidence' 1 "$(grep -c ' /run/ima-rescue/1/root ext4 ro,nosuid,nodev,noexec,.*nosymfollow' /proc/mounts)"
is 'the mapping is read-only' 1 "$(cat /sys/block/dm-0/ro)"
ima-rescue umount
is 'umount' 0 $?
is 'nothing left after umount' '' "$(left)"
ima-rescue run --key-file /tmp/key --header /tmp/header /tmp/h.img -- ls '{}' >/tmp/out
is 'a detached header' 0 $?
is 'the tree by it' 1 "$(grep -c '^usr$' /tmp/out)"
is 'nothing left after run' '' "$(left)"
for wait in 0.02 0.05 0.1 0.15 0.2 0.3 0.4 0.5; do
	ima-rescue mount --key-file /tmp/key /tmp/d.img >/dev/null 2>&1 &
	sleep $wait
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	ima-rescue umount
	is "umount after a kill at $wait s" "0 " "$? $(left)"
done
is 'not a byte has changed' "$before" "$(sum)"
echo END
poweroff -f
END
}

mkdir -p "$tree"/{bin,dev,proc,sys,tmp,run,mnt,modules}
copy_modules
copy_programs
guest_script >"$tree/init"
chmod +x "$tree/init"
(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) | gzip -1 >"$work/initramfs"
timeout -k 5 "${E2E_BOOT_TIMEOUT:-240}" qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max \
	-m 1024 -smp 2 -nodefaults -no-user-config -display none -no-reboot -serial "file:$work/console" \
	-kernel "$kernel/vmlinuz" -initrd "$work/initramfs" -append "console=ttyS0 quiet panic=-1" ||
	die "the guest did not end by itself: $(tail -n 5 "$work/console")"
tr -d '\r' <"$work/console" | grep -aE '^(ok|FAILED) |^END$' >"$work/said" || true
grep -a '^FAILED' "$work/said" || true
printf '%d checks, %d failed\n' "$(grep -c '^ok\|^FAILED' "$work/said")" "$(grep -c '^FAILED' "$work/said" || true)"
grep -qx END "$work/said" || die "the guest stopped half way: $(tail -n 5 "$work/console")"
! grep -q '^FAILED' "$work/said"
