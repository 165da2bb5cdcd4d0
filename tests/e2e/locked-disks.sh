#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# LUKS volumes in a guest, since not every host's kernel has device mapper: ima-rescue unlocks them read-only,
# closes them again, also after a kill or a signal, and changes not a byte. cryptsetup makes them. SERIES is one of
# fetch-kernel.sh's kernels.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=guest.sh
. "$(dirname "$0")/guest.sh"

root=$(cd "$here/../.." && pwd)

guest_begin "${SERIES:-6.12}"
guest_modules dm-crypt ext4 loop xts aes_generic aesni-intel sha256_generic crc32c_generic algif_skcipher
guest_programs "$root/build/release/ima-rescue" "$root/build/release/ima-scan" cryptsetup mkfs.ext4
guest_script init <<'GUEST'
sum() { sha256sum /tmp/d.img /tmp/h.img | cut -c1-64 | tr '\n' ' '; }
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
ima-rescue list --key-file - /tmp/d.img </tmp/key >/tmp/out
is 'a key from standard input' '0 1' "$? $(grep -c '  1  Locked Linux' /tmp/out)"

# Asked to stop, at once or with a command running: it is undone before the end, and the status says why.
# (A shell starts what is in the background deaf to Ctrl-C, so timeout does it.)
stop() { # SIGNAL SECONDS STATUS WORD…
	signal=$1 wait=$2 status=$3
	shift 3
	timeout -s $signal $wait "$@" >/tmp/out 2>/tmp/err
	is "$2 and SIG$signal after $wait s" "$status " "$? $(left)"
}
for wait in 0.3 0.6 0.9; do
	ima-rescue mount --key-file /tmp/key /tmp/d.img >/dev/null 2>/tmp/err &
	sleep $wait
	kill -TERM $! 2>/dev/null
	wait $! 2>/dev/null
	status=$?
	# It may have been done already, and then it is whole.
	[ $status != 0 ] || ima-rescue umount
	[ $status = 0 ] || [ $status = 143 ]
	is "mount and SIGTERM after $wait s (status $status)" '0 ' "$? $(left)"
done
stop TERM 3 143 ima-rescue run --key-file /tmp/key /tmp/d.img -- sleep 1000
stop HUP 3 129 ima-rescue run --key-file /tmp/key /tmp/d.img -- sleep 1000
stop INT 3 130 ima-rescue run --key-file /tmp/key /tmp/d.img -- sleep 1000
ima-rescue run --key-file /tmp/key /tmp/d.img -- sh -c 'trap "" TERM; while :; do sleep 1; done' &
sleep 3
kill -TERM $!
sleep 1
kill -TERM $!
wait $!
is 'one that will not end is ended when asked twice' '143 ' "$? $(left)"
# A signal that waits before the first step: nothing is begun that would need undoing.
mkfifo /tmp/pipe
stop INT 8 130 ima-rescue list --key-file /tmp/pipe /tmp/d.img
is 'a word about it' 'ima-rescue: stopped by SIGINT' "$(cat /tmp/err)"
ima-rescue list --key-file /tmp/key /tmp/d.img | true
is 'nobody reads the report' '' "$(left)"
(trap '' HUP; exec ima-rescue run --key-file /tmp/key /tmp/d.img -- sleep 4) &
sleep 2
kill -HUP $!
wait $!
is 'nohup' '0 ' "$? $(left)"

for wait in 0.02 0.05 0.1 0.15 0.2 0.3 0.4 0.5; do
	ima-rescue mount --key-file /tmp/key /tmp/d.img >/dev/null 2>&1 &
	sleep $wait
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	ima-rescue umount
	is "umount after a kill at $wait s" "0 " "$? $(left)"
done
is 'not a byte has changed' "$before" "$(sum)"
finish
GUEST
guest_boot -s init
guest_said
