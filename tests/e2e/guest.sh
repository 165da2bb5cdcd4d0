# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A guest that runs a script of its own: for what not every host's kernel has (device mapper, vfat, nbd, …) and
# for pulling the plug. Sourced, not run. In order:
#
#   guest_begin SERIES               downloads the kernel when it is not there; a work folder, removed at the end
#   guest_modules NAME…              these modules of it and what they need; what is built in is passed over
#   guest_programs PROGRAM…          with their shared libraries; busybox is there
#   guest_script NAME <FILE          adds a shell script: the preamble below runs first. NAME "init" is the default one
#   guest_boot [-s NAME] [-k] [-- QEMU-OPTION…]   boots; -s NAME: that script, default init; -k: it ends by losing its power, not by itself
#   guest_said                       prints checks and failures of the last boot; its status says whether all was well
#
# In the guest: `is WHAT EXPECTED GOT` is a check; `finish` ends it well; `pull_plug` cuts the power.
# What it prints with "ok " or "FAILED " in front is a check; without `finish` or `pull_plug` it stopped half way.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

guest_cleanup()
{
	rm -rf "$guest_work"
}

guest_begin()
{
	guest_series=$1
	"$here/fetch-kernel.sh" "$guest_series"
	guest_work=$(mktemp -d)
	trap guest_cleanup EXIT
	guest_tree=$guest_work/tree
	mkdir -p "$guest_tree"/{bin,sbin,dev,proc,sys,tmp,run,mnt,etc}
	cp "$(command -v busybox)" "$guest_tree/bin/busybox"
}

guest_modules()
{
	"$here/build-initramfs.sh" --modules "$guest_tree/modules" "$guest_series" "$@"
}

# The place of a program in the guest is its place here when that is below /usr or /sbin, since others may name it so.
guest_programs()
{
	local program path library
	for program; do
		path=$(command -v "$program") || die "$program is not here: make deps"
		cp -L "$path" "$guest_tree/bin/"
		[ "${path#/usr/sbin/}" = "$path" ] || ln -sf "/bin/${path##*/}" "$guest_tree/sbin/${path##*/}"
		ldd "$path" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do
			cp --parents -L "$library" "$guest_tree" 2>/dev/null || true
		done
	done
}

guest_preamble()
{
	cat <<'END'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/sbin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
mkdir -p /run/cryptsetup /run/lock /run/lvm /tmp
while read -r module; do insmod "/modules/$module" 2>/dev/null; done </modules/order
is() { if [ "$2" = "$3" ]; then echo "ok $1"; else echo "FAILED $1: expected <$2>, got <$3>"; fi; }
# What is left behind of mappings, loop devices, arrays and trees: nothing, when all is well.
left() { ls /dev/mapper 2>/dev/null | grep -v control; losetup -a; ls -d /sys/block/md* 2>/dev/null; ls /run/ima-rescue 2>/dev/null; }
finish() { echo END; sync; poweroff -f; }
pull_plug() { echo PLUG; echo b >/proc/sysrq-trigger; sleep 60; }
END
}

guest_script()
{
	{
		guest_preamble
		cat
	} >"$guest_tree/$1"
	chmod +x "$guest_tree/$1"
}

guest_boot()
{
	local script=init ending=END option
	OPTIND=1
	while getopts s:k option; do
		case $option in
		s) script=$OPTARG ;;
		k) ending=PLUG ;;
		*) die "guest_boot: no such option" ;;
		esac
	done
	shift $((OPTIND - 1))
	(cd "$guest_tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) |
		gzip -1 >"$guest_work/initramfs"
	timeout -k 5 "${E2E_BOOT_TIMEOUT:-1800}" qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max \
		-m 1024 -smp 2 -nodefaults -no-user-config -display none -no-reboot \
		-serial "file:$guest_work/console" -kernel "$build/kernels/$guest_series/vmlinuz" \
		-initrd "$guest_work/initramfs" -append "console=ttyS0 quiet panic=-1 no_timer_check rdinit=/$script" "$@" ||
		die "the guest did not end by itself: $(tail -n 5 "$guest_work/console")"
	tr -d '\r' <"$guest_work/console" | grep -aE "^(ok|FAILED) |^$ending\$" >"$guest_work/said" || true
	grep -qx "$ending" "$guest_work/said" ||
		die "the guest stopped half way: $(tail -n 5 "$guest_work/console")"
}

guest_said()
{
	grep -a '^FAILED' "$guest_work/said" || true
	printf '%d checks, %d failed\n' "$(grep -c '^ok\|^FAILED' "$guest_work/said")" \
		"$(grep -c '^FAILED' "$guest_work/said" || true)"
	! grep -q '^FAILED' "$guest_work/said"
}
