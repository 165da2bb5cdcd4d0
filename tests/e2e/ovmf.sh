#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The firmware as oracle: OVMF, with and without Debian's shim, is asked which images it starts, in
# many states of Secure Boot; ima-efi is asked the same of the same files, and compared. Everything
# lies in $E2E_BUILD/ovmf (build/e2e/ovmf).
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

usage()
{
	cat <<'END'
usage: tests/e2e/ovmf.sh [OPTION]...
  --stores "A B"    only these stores of ovmf/stores.py are asked about images
  --boots "A B"     only these boots of ovmf/boots.txt
  --firmware-only   only record what the firmware does
  --compare-only    ask ima-efi again about what the firmware did in an earlier run
  --no-report       leave docs/firmware-agreement.md as it is
  -h, --help        this text

IMA_EFI     the program to be tried, default build/release/ima-efi
E2E_JOBS    guests at a time, default 2
E2E_BUILD   where everything is kept, default build/e2e

Exit status: 0 full agreement, 1 disagreements, 70 the bench itself failed.
END
}

stores=
boots=
firmware=yes
compare=yes
report=yes
part=no
while [ $# -gt 0 ]; do
	case $1 in
	--stores)	 stores=${2?} part=yes && shift ;;
	--boots)	 boots=${2?} part=yes && shift ;;
	--firmware-only) compare=no ;;
	--compare-only)	 firmware=no ;;
	--no-report)	 report=no ;;
	-h | --help)	 usage && exit 0 ;;
	*)		 echo "ovmf.sh: unknown option $1 (--help lists them)" >&2 && exit 64 ;;
	esac
	shift
done

tools=$here/ovmf
root=$(cd "$here/../.." && pwd)
work=$build/ovmf
keys=$work/keys
runs=$work/runs
program=${IMA_EFI:-$root/build/release/ima-efi}
series=6.1
code=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
# A guest takes 3 to 10 s on an idle machine.
guest_seconds=${E2E_BOOT_TIMEOUT:-900}

sbat_head='sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n'

# --- What is tried ------------------------------------------------------------------------------

# efi_program OUT SOURCE [SBAT]
efi_program()
{
	local out=$work/$1 defines=()
	[ $# -lt 3 ] || defines=(-DSBAT="\"$3\"")
	clang -target x86_64-unknown-windows -std=gnu17 -O1 -Wall -Wextra -Werror -ffreestanding \
		-fno-stack-protector -mno-red-zone -mno-stack-arg-probe -fshort-wchar \
		"${defines[@]}" -c "$tools/$2" -o "$out.o"
	ld -m i386pep --no-insert-timestamp --subsystem 10 -e efi_main --dynamicbase --file-alignment 512 -s \
		-o "$out.efi" "$out.o"
}

efi_programs()
{
	efi_program trial trial.c "${sbat_head}imascan.trial,1,ima-scan,trial,1,x\\n"
	efi_program payload payload.c "${sbat_head}imascan.payload,1,ima-scan,payload,1,x\\n"
	efi_program payload-nosbat payload.c
	efi_program payload-oldsbat payload.c "${sbat_head}grub,1,FSF,grub,2.02,x\\n"
	efi_program payload-badsbat payload.c 'sbat,one,SBAT\nno commas'
}

fetch_shim()
{
	[ ! -f "$work/shim.efi" ] || return 0
	rm -rf "$work/shim"
	mkdir -p "$work/shim"
	(cd "$work/shim" && apt-get -q download shim-signed >apt.log 2>&1) ||
		die "downloading shim-signed failed: $(tail -n 1 "$work/shim/apt.log")"
	dpkg -x "$work"/shim/*.deb "$work/shim"
	basename "$work"/shim/*.deb .deb >"$work/shim.version"
	cp "$work/shim/usr/lib/shim/shimx64.efi.signed" "$work/shim.efi"
}

# The guest's own files: init, ima-efi and the libraries that it needs, one module.
guest_initramfs()
{
	local tree=$work/initramfs.d kernel=$build/kernels/$series module library
	rm -rf "$tree"
	mkdir -p "$tree"/{dev,proc,sys}
	"${CC:-cc}" -std=c17 -O2 -Wall -Wextra -Werror -static -o "$tree/init" "$tools/init.c"
	module=$(find "$kernel/root/lib/modules" -name 'efivarfs.ko*')
	case $module in
	*.ko)	 cp "$module" "$tree/efivarfs.ko" ;;
	*.ko.xz) xz -dc "$module" >"$tree/efivarfs.ko" ;;
	*)	 die "no module efivarfs in kernel $series" ;;
	esac
	if [ -x "$program" ]; then
		cp "$program" "$tree/ima-efi"
		ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
			cp --parents -L "$library" "$tree"
		done
	fi
	(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) |
		zstd -q -3 >"$work/initramfs"
}

guest_images()
{
	rm -rf "$work/ukis" "$work/images" "$work/stores"
	mkdir -p "$work/ukis" "$work/images" "$work/stores"
	cp "$build/kernels/$series/vmlinuz" "$work/vmlinuz"
	cp "$stub" "$work/stub.efi"
	printf 'ID=trial\nPRETTY_NAME="a trial"\n' >"$work/osrel"
	printf 'console=ttyS0 quiet panic=-1' >"$work/cmdline"
	python3 "$tools/images.py" "$keys" "$work" "$work/images"
	python3 "$tools/ukis.py" "$keys" "$work" "$work/ukis"
	cp "$work/ukis/unsigned.efi" "$work/uki-unsigned.efi"
	python3 "$tools/stores.py" "$keys" "$work/images" "$work" "$work/stores"
}

# esp IMAGE WAY PROGRAM [FILE...]: an EFI system partition whose loader is PROGRAM, or shim with PROGRAM
# as second stage; the files go to \trial. Beside it, IMAGE.d, the same as a directory.
esp()
{
	local image=$1 way=$2 tree=$1.d name=BOOTX64.EFI
	rm -rf "$tree" "$image"
	mkdir -p "$tree/EFI/BOOT" "$tree/trial"
	if [ "$way" = shim ]; then
		cp "$work/shim.efi" "$tree/EFI/BOOT/BOOTX64.EFI"
		name=grubx64.efi
	fi
	cp "$3" "$tree/EFI/BOOT/$name"
	shift 3
	[ $# -eq 0 ] || cp "$@" "$tree/trial"
	truncate -s 40M "$image"
	mkfs.vfat -n TRIAL "$image" >/dev/null
	mcopy -s -i "$image" "$tree"/* ::/
}

# --- Guests -------------------------------------------------------------------------------------

# guest FOLDER IMAGE: the machine, with FOLDER/vars.fd as its variables. The screen's text goes to
# FOLDER/console, what our programs say to FOLDER/answers.
guest()
{
	exec timeout -k 5 "$guest_seconds" qemu-system-x86_64 \
		-machine q35,smm=on -accel tcg,thread=multi -cpu max -m 512M -smp 1 \
		-nodefaults -no-user-config -display none -no-reboot \
		-global driver=cfi.pflash01,property=secure,value=on \
		-drive "if=pflash,format=raw,unit=0,readonly=on,file=$code" \
		-drive "if=pflash,format=raw,unit=1,file=$1/vars.fd" \
		-serial "file:$1/console" -serial "file:$1/guest" \
		-debugcon "file:$1/answers" -global isa-debugcon.iobase=0xe9 \
		-drive "if=virtio,format=raw,readonly=on,file=$2"
}

new_run()
{
	rm -rf "$1"
	mkdir -p "$1"
	cp "$work/stores/$2.fd" "$1/vars.fd"
	: >"$1/console"
}

# Every image is asked about in one guest.
trial()
{
	local store=$1 way=$2 folder=$runs/trial/$1
	new_run "$folder" "$store"
	(guest "$folder" "$work/trial-$way.img") 2>"$folder/qemu.err" ||
		die "$store: the trial did not end by itself: see $folder/console"
	grep -q '"record":"end"' "$folder/answers" ||
		die "$store: the trial stopped half way: see $folder/answers"
}

# What the console of a guest tells, once it tells: "started" or "refused".
outcome_of()
{
	if grep -aq '^@@ READY' "$1/guest" 2>/dev/null; then
		echo started
	elif grep -aqE 'BdsDxe: failed to (load|start) Boot[0-9A-F]{4} "UEFI .*: (Access Denied|Security Violation|Unsupported)|Verification failed: .*Security (Policy )?Violation' \
		"$1/console"; then
		echo refused
	fi
}

# A refusal leaves the firmware waiting for a key: what it said is enough.
boot_uki()
{
	local name=$1 store=$2 way=$3 image=$4 folder=$runs/boot/$1 outcome pid
	new_run "$folder" "$store"
	esp "$folder/esp" "$way" "$work/ukis/$image.efi"
	guest "$folder" "$folder/esp" 2>"$folder/qemu.err" &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		outcome=$(outcome_of "$folder")
		[ "$outcome" != refused ] || kill "$pid" 2>/dev/null || true
		sleep 0.2
	done
	wait "$pid" || true
	outcome=$(outcome_of "$folder")
	[ -n "$outcome" ] || die "$name: neither started nor refused: see $folder/console"
	[ "$outcome" = refused ] || grep -aq '^@@ OVER' "$folder/guest" ||
		die "$name: the guest did not end by itself: see $folder/guest"
	rm -f "$folder/esp"
	echo "$outcome" >"$folder/outcome"
}

# wanted NAME LIST: is it in the list, or is the list empty?
wanted()
{
	case " ${2:-$1} " in
	*" $1 "*) return 0 ;;
	*)	  return 1 ;;
	esac
}

running=0
failed=no

# in_turn COMMAND...: starts it, E2E_JOBS at a time.
in_turn()
{
	if [ "$running" -ge "${E2E_JOBS:-2}" ]; then
		wait -n || failed=yes
		running=$((running - 1))
	fi
	"$@" &
	running=$((running + 1))
}

versions()
{
	echo "OVMF: Debian's package ovmf $(dpkg-query -W -f '${Version}' ovmf)"
	echo "shim: Debian's package $(sed 's/_/ /; s/_amd64$//' "$work/shim.version")"
	echo "kernel: $(cat "$build/kernels/$series/release")"
	qemu-system-x86_64 --version | sed -n '1s/^QEMU emulator version \([0-9.]*\).*/QEMU: \1/p'
}

all_guests()
{
	local store way used name image
	while read -r name store way image; do
		! wanted "$name" "$boots" || in_turn boot_uki "$name" "$store" "$way" "$image"
	done < <(sed -e '/^#/d' -e 's/|.*//' "$tools/boots.txt")
	while IFS=$'\t' read -r store way used _; do
		if [ "$used" != trial ] || ! wanted "$store" "$stores"; then
			continue
		fi
		in_turn trial "$store" "$way"
	done <"$work/stores/list"
	while [ "$running" -gt 0 ]; do
		wait -n || failed=yes
		running=$((running - 1))
	done
	[ "$failed" = no ] || die "stopped, as said above"
}

# ------------------------------------------------------------------------------------------------

for file in "$code" "$stub"; do
	[ -f "$file" ] || die "no $file: see docs/packages.txt"
done
[ "$compare" = no ] || [ -x "$program" ] ||
	die "no program $program to try: build it, set IMA_EFI, or use --firmware-only"

mkdir -p "$work"
if [ "$firmware" = yes ]; then
	started=$(date +%s)
	"$here/fetch-kernel.sh" "$series"
	fetch_shim
	"$tools/keys.sh" "$keys"
	efi_programs
	guest_initramfs
	guest_images
	esp "$work/trial-direct.img" direct "$work/trial.efi" "$work"/images/*
	esp "$work/trial-shim.img" shim "$work/trial.efi" "$work"/images/*
	[ "$part" = yes ] || rm -rf "$runs"
	versions >"$work/versions"
	echo "ovmf.sh: everything is made after $(($(date +%s) - started)) s" >&2
	all_guests
	echo "ovmf.sh: the firmware has spoken after $(($(date +%s) - started)) s" >&2
fi
[ "$compare" = yes ] || exit 0

arguments=()
[ "$report" = no ] || arguments+=(--report "$root/docs/firmware-agreement.md")
[ "$part" = no ] || arguments+=(--part)
python3 "$tools/compare.py" --work "$work" --program "$program" --boots-file "$tools/boots.txt" \
	"${arguments[@]}"
