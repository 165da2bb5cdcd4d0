#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Image files that are not raw, in a guest, since not every host's kernel has nbd: a qcow2 image is served by qemu-nbd
# and read like a raw one; hostile ones are refused or do no harm; not a byte of any changes and nothing is left behind,
# also after a kill. qemu-img makes them. SERIES is one of fetch-kernel.sh's kernels.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=guest.sh
. "$(dirname "$0")/guest.sh"

root=$(cd "$here/../.." && pwd)

guest_begin "${SERIES:-6.12}"
guest_modules nbd loop ext4 crc32c_generic dm-crypt xts aes_generic aesni-intel sha256_generic algif_skcipher
guest_programs "$root/build/release/ima-rescue" "$root/build/release/ima-scan" qemu-nbd
mkdir -p "$guest_tree/images" "$guest_tree/usr/bin"
ln -s /bin/qemu-nbd "$guest_tree/usr/bin/qemu-nbd"

# A disk with one partition that looks installed, then the same in other formats.
make_disk()
{
	local tree=$guest_work/root disk=$1
	mkdir -p "$tree"/{etc,usr/bin,bin}
	echo 'PRETTY_NAME="Guest Linux"' >"$tree/etc/os-release"
	echo 'root:x:0:0::/root:/bin/sh' >"$tree/etc/passwd"
	head -c 300000 /dev/urandom >"$tree/usr/bin/tool"
	truncate -s 40M "$disk"
	sfdisk -q "$disk" <<-END
		label: gpt
		size=34M, type=L
	END
	mkfs.ext4 -q -d "$tree" "$guest_work/part" 34M
	dd if="$guest_work/part" of="$disk" bs=1M seek=1 conv=notrunc status=none
}

cd "$guest_tree/images"
make_disk "$guest_work/disk.raw"
qemu-img convert -O qcow2 -c "$guest_work/disk.raw" plain.qcow2
for format in vmdk vdi vhdx vpc qed qcow; do
	qemu-img convert -O "$format" "$guest_work/disk.raw" "other.$format"
done
qemu-img create -q -f qcow2 -b plain.qcow2 -F qcow2 backed.qcow2
qemu-img create -q -f qcow2 -o data_file=data.raw,data_file_raw=on apart.qcow2 4M
# qemu-img measures how fast the processor is, and gives up when the kernel's clock has not moved meanwhile.
tries=0
until qemu-img create -q -f qcow2 --object secret,id=s,data=x \
	-o encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10 locked.qcow2 4M; do
	tries=$((tries + 1))
	[ "$tries" -lt 50 ] || die "no encrypted image after $tries tries"
done
cp plain.qcow2 snapshots.qcow2 && qemu-img snapshot -c before snapshots.qcow2
# A guest wrote the header of an image into the first sector of its own, raw disk.
cp "$guest_work/disk.raw" forged.raw
dd if=backed.qcow2 of=forged.raw bs=1 count=112 conv=notrunc status=none
cp plain.qcow2 named-raw.img
# Damaged ones: the table of clusters points behind the end; cut short.
cp plain.qcow2 damaged.qcow2
printf '\0\0\1\0\0\0\0\0' | dd of=damaged.qcow2 bs=1 seek=40 conv=notrunc status=none
head -c 200 plain.qcow2 >short.qcow2
# Cut within the data, where QEMU would read zeros; the tables are whole.
qemu-img convert -O qcow2 "$guest_work/disk.raw" cut.qcow2
truncate -s -131072 cut.qcow2
cp plain.qcow2 cut-compressed.qcow2
truncate -s -65536 cut-compressed.qcow2
# What has tables of another kind.
qemu-img convert -O qcow2 -o compat=0.10 "$guest_work/disk.raw" old.qcow2
qemu-img convert -O qcow2 -o extended_l2=on "$guest_work/disk.raw" extended.qcow2
qemu-img convert -O qcow2 -o cluster_size=512 "$guest_work/disk.raw" small.qcow2
qemu-img convert -O qcow2 -o preallocation=metadata "$guest_work/disk.raw" preallocated.qcow2
# One that qemu-nbd refuses: reference counts of 2^8 bits.
cp plain.qcow2 broken.qcow2
printf '\10' | dd of=broken.qcow2 bs=1 seek=99 conv=notrunc status=none
cd "$here"

guest_script init <<'GUEST'
cd /images
sum() { cat /images/* | sha256sum | cut -c1-64; }
# Also no server, and no network block device that is set up: a moment after, since the server ends by itself.
rest() {
	for moment in $(seq 100); do
		found=$(left; pidof qemu-nbd; cat /sys/block/nbd*/size | grep -v '^0$')
		[ -n "$found" ] || return
		sleep 0.3
	done
	echo "$found"
}
refused() { # IMAGE WORDS [OPTION]…
	image=$1 words=$2
	shift 2
	ima-rescue list "$@" "$image" >/tmp/out 2>/tmp/err
	is "$image: refused" 70 $?
	grep -q "$words" /tmp/err && said=$words || said=$(cat /tmp/err)
	is "$image: why" "$words" "$said"
}
before=$(sum)

ima-rescue list plain.qcow2 >/tmp/out 2>/tmp/err
is 'list' '0 ' "$? $(cat /tmp/err)"
is 'the system in it' 1 "$(grep -c '  1  Guest Linux' /tmp/out)"
is 'nothing left after list' '' "$(rest)"
ima-rescue list --format ndjson plain.qcow2 | grep -c '"name":"plain.qcow2#1","path":"plain.qcow2","kind":"partition"' >/tmp/out
is 'it goes by its own name' 1 "$(cat /tmp/out)"
ima-rescue list --image-format qcow2 named-raw.img | grep -q '  1  Guest Linux'
is 'its name is no matter' 0 $?
ima-rescue list snapshots.qcow2 >/tmp/out
is 'snapshots are told' '2 1' "$? $(grep -c 'holds 1 snapshots' /tmp/out)"

ima-rescue mount plain.qcow2 >/tmp/out
is 'mount' 0 $?
is 'a file of it' 300000 "$(cat /run/ima-rescue/1/root/usr/bin/tool | wc -c)"
is 'mounted as evidence' 1 "$(grep -c ' /run/ima-rescue/1/root ext4 ro,nosuid,nodev,noexec,.*nosymfollow' /proc/mounts)"
is 'the device is read-only' 1 "$(cat /sys/block/nbd0/ro)"
server=$(pidof qemu-nbd)
is 'the server is nobody' '65534 65534 65534 65534' "$(grep ^Uid: /proc/$server/status | cut -f2- | tr '\t' ' ')"
is 'it may read, and no more' 0000000000000004 "$(grep ^CapPrm: /proc/$server/status | cut -f2)"
is 'it has no network' 1 "$(ls -l /proc/$server/ns/net /proc/self/ns/net | sed 's/.*net:/net:/' | sort | uniq -u | wc -l | sed s/2/1/)"
ima-rescue mount snapshots.qcow2 >/tmp/out
is 'a second one beside it' 2 $?
is 'both are there' 2 "$(grep -c 'ext4 ro,nosuid' /proc/mounts)"
ima-rescue umount
is 'umount' '0 ' "$? $(rest)"
ima-rescue run plain.qcow2 -- find '{}' -name tool >/tmp/out
is 'run' '0 /run/ima-rescue/1/root/usr/bin/tool' "$? $(cat /tmp/out)"
is 'nothing left after run' '' "$(rest)"
ima-scan --policy exec plain.qcow2 >/tmp/out 2>/dev/null
is 'ima-scan' 1 "$(grep -c '/run/ima-rescue/1/root' /tmp/out)"
is 'nothing left after ima-scan' '' "$(rest)"

refused backed.qcow2 'needs another image, its backing file.*qemu-img convert'
refused apart.qcow2 'keeps its data in another file'
refused locked.qcow2 'is encrypted'
refused short.qcow2 'is cut short'
refused damaged.qcow2 'is cut short or damaged'
refused cut.qcow2 "cut.qcow2: .*cut short or damaged: its tables name bytes [0-9]* to [0-9]* of the file, which has $(stat -c %s cut.qcow2)"
refused cut-compressed.qcow2 'cut short or damaged: its tables name bytes'
for kind in old extended small preallocated; do
	ima-rescue list $kind.qcow2 | grep -q '  1  Guest Linux'
	is "$kind.qcow2 is opened" 0 $?
done
refused broken.qcow2 'qemu-nbd: .*Reference count'
refused forged.raw 'looks like a disk too: say which it is'
refused forged.raw 'needs another image' --image-format qcow2
refused other.vmdk 'it is VMDK (VMware), which is not opened: qemu-img convert'
refused other.vdi 'it is VDI'
refused other.vhdx 'it is VHDX'
refused other.vpc 'it is VHD '
refused other.qed 'it is QED'
refused other.qcow 'it is qcow version 1'
ima-rescue list --image-format raw forged.raw | grep -q '  1  Guest Linux'
is 'a forged header, and it is said to be raw' 0 $?
is 'nothing left after the refused' '' "$(rest)"

for wait in 0.01 0.03 0.05 0.08 0.12 0.16 0.2 0.3 0.5; do
	ima-rescue mount plain.qcow2 >/dev/null 2>&1 &
	sleep $wait
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	ima-rescue umount
	is "umount after a kill at $wait s" "0 " "$? $(rest)"
done

# The server dies under a tree: reading fails, and it is taken down as ever.
ima-rescue mount plain.qcow2 >/dev/null
kill -9 $(pidof qemu-nbd)
echo 3 >/proc/sys/vm/drop_caches
cat /run/ima-rescue/1/root/usr/bin/tool >/dev/null 2>&1
is 'without its server nothing is read' 1 $?
ima-rescue umount
is 'and umount is as ever' '0 ' "$? $(rest)"

# Bytes of the header are something else; the decoder has a fuzz target of its own.
flipped=0 odd=
cp plain.qcow2 /tmp/x.qcow2
for at in $(seq 4 5 111); do
	dd if=plain.qcow2 of=/tmp/x.qcow2 bs=1 count=112 conv=notrunc 2>/dev/null
	printf "\\$((at * 7 % 4))$((at % 8))$((at * 3 % 8))" | dd of=/tmp/x.qcow2 bs=1 seek=$at conv=notrunc 2>/dev/null
	timeout 600 ima-rescue list /tmp/x.qcow2 >/tmp/out 2>&1
	case $? in 0 | 2 | 70) flipped=$((flipped + 1)) ;; *) odd="$odd $at" ;; esac
done
is 'damaged headers' '22 ' "$flipped $odd"
is 'nothing left after damaged headers' '' "$(rest)"

rm -f /bin/qemu-nbd /usr/bin/qemu-nbd
refused plain.qcow2 'opened by qemu-nbd.*qemu-img convert.*: running qemu-nbd'
rmmod nbd
refused plain.qcow2 'made raw by qemu-img convert'
is 'not a byte has changed' "$before" "$(sum)"
finish
GUEST
guest_boot -s init
guest_said
