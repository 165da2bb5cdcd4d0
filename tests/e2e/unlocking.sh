#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What opens LUKS volumes, in a guest that has device mapper: the question at a terminal, tokens, kinds of LUKS; and that neither a secret stays in memory nor a damaged header is mended. SERIES is one of
# fetch-kernel.sh's kernels. SLOW=1 also opens LUKS1 by cryptsetup's defaults, and argon2id with 1 GiB: minutes, where no
# hardware helps.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=guest.sh
. "$(dirname "$0")/guest.sh"

root=$(cd "$here/../.." && pwd)

guest_begin "${SERIES:-6.12}"
guest_modules dm-crypt dm-integrity authenc hmac ext4 loop xts aes_generic aesni-intel sha256_generic crc32c_generic \
	algif_skcipher
guest_programs "$root/build/release/ima-rescue" cryptsetup mkfs.ext4 script keyctl stty
# What argon2 loads when its threads end (pthread_exit).
cp --parents -L "$(ldconfig -p | sed -n 's/.*libgcc_s.so.1.*x86-64.*=> //p' | head -n 1)" "$guest_tree"
# Headers as cryptsetup makes them, and hostile ones that ask for hours or for memory that is not there. These are made here: it needs
# no device mapper for that, and a guest without hardware help would measure for long.
mkdir -p "$guest_tree/headers"
cd "$guest_tree/headers"
# format NAME OPTION…
format() {
	truncate -s 18M "$1.img"
	printf correct-horse-battery | cryptsetup -q luksFormat --key-file - "${@:2}" "$1.img"
}
format default-1 --type luks1
format default-2 --type luks2
echo "${SLOW:-}" >"$guest_tree/slow"
format gigabyte --type luks2 --pbkdf argon2id --pbkdf-memory 1048576 --pbkdf-force-iterations 4 --pbkdf-parallel 4
format quick --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000
patched() { # NAME PATH=VALUE…
	cp quick.img "$1.img"
	"$here/lukspatch.py" "$1.img" "${@:2}"
}
patched sound keyslots.0.kdf.iterations=1000
patched rounds keyslots.0.kdf.iterations=2147483647
patched digest digests.0.iterations=2147483647
patched key keyslots.0.area.key_size=4096
cp gigabyte.img memory.img
"$here/lukspatch.py" memory.img keyslots.0.kdf.memory=67108864
cp gigabyte.img passes.img
"$here/lukspatch.py" passes.img keyslots.0.kdf.time=100000 keyslots.0.kdf.memory=65536
# Eight slots of LUKS1, and its digest.
cp default-1.img old-rounds.img
printf '\377\377\377\377' | dd of=old-rounds.img bs=1 seek=212 conv=notrunc status=none
cp default-1.img old-digest.img
printf '\377\377\377\377' | dd of=old-digest.img bs=1 seek=164 conv=notrunc status=none
# One slot that is good behind one that asks for hours; a token of the dear one.
cp quick.img two-slots.img
printf correct-horse-battery >../key
printf another >../another
cryptsetup -q luksAddKey --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file ../key two-slots.img ../another
"$here/lukspatch.py" two-slots.img keyslots.0.kdf.iterations=2147483647
# One that is good behind a cheaper one that is damaged.
cp quick.img damaged-slot.img
cryptsetup -q luksAddKey --pbkdf pbkdf2 --pbkdf-force-iterations 100000 --key-file ../key damaged-slot.img ../another
"$here/lukspatch.py" damaged-slot.img 'keyslots.0.kdf.hash="sha999"'
cp two-slots.img dear-token.img
cryptsetup token add --key-description rescue --key-slot 0 dear-token.img
rm ../key ../another
cd "$here"

guest_script init <<'GUEST'
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
sum() { sha256sum /tmp/*.img /tmp/*.header | cut -c1-64 | tr '\n' ' '; }
fill() {
	mkfs.ext4 -q /dev/mapper/x && mount /dev/mapper/x /mnt && mkdir -p /mnt/etc /mnt/usr/bin &&
		echo "PRETTY_NAME=\"$1 Linux\"" >/mnt/etc/os-release && echo x >/mnt/etc/passwd &&
		cp /bin/busybox /mnt/usr/bin/ && umount /mnt && cryptsetup close x
}
# make FILE MIB OPTION…: a LUKS volume that looks installed.
make() {
	file=$1
	dd if=/dev/zero of="$file" bs=1M count="$2" 2>/dev/null
	shift 2
	cryptsetup -q luksFormat --key-file /tmp/key "$@" "$file" &&
		cryptsetup open "$file" x --key-file /tmp/key && fill LUKS
	is "made ${file##*/}" 0 $?
}
quick="--pbkdf pbkdf2 --pbkdf-force-iterations 1000"
secret=correct-horse-battery
printf $secret >/tmp/key
make /tmp/one.img 8 --type luks1 -i 10
make /tmp/two.img 32 --type luks2 $quick
make /tmp/kept.img 24 --type luks2 $quick --integrity hmac-sha256
cp /tmp/two.img /tmp/token.img
cryptsetup token add --key-description rescue /tmp/token.img
cp /tmp/two.img /tmp/plugin.img
echo '{"type":"no-such-kind","keyslots":["0"]}' | cryptsetup token import /tmp/plugin.img
# The first copy of the header is damaged, then the second.
cp /tmp/two.img /tmp/first.img
printf x | dd of=/tmp/first.img bs=1 seek=5000 conv=notrunc 2>/dev/null
cp /tmp/two.img /tmp/second.img
printf x | dd of=/tmp/second.img bs=1 seek=21400 conv=notrunc 2>/dev/null
dd if=/dev/zero of=/tmp/apart.img bs=1M count=16 2>/dev/null
cryptsetup -q luksFormat --type luks2 $quick --key-file /tmp/key --header /tmp/good.header /tmp/apart.img &&
	cryptsetup open --header /tmp/good.header /tmp/apart.img x --key-file /tmp/key && fill Apart
is 'made apart.img' 0 $?
cp /tmp/good.header /tmp/bad.header
printf x | dd of=/tmp/bad.header bs=1 seek=5000 conv=notrunc 2>/dev/null
before=$(sum)

opens() { # WHAT IMAGE OPTION…: status 0, or 2 with words
	what=$1 image=$2
	shift 2
	timeout 600 ima-rescue list "$@" $image >/tmp/out 2>/tmp/err
	is "$what" '0 1' "$? $(grep -c '  1  [A-Z].* Linux' /tmp/out)"
	is "$what: nothing left" '' "$(left)"
}
told() { # WORDS IMAGE OPTION…
	words=$1 image=$2
	shift 2
	timeout 600 ima-rescue list "$@" $image >/tmp/out 2>/tmp/err
	is "$image: $words" '2 1' "$? $(grep -c "$words" /tmp/out)"
	is "$image: nothing left" '' "$(left)"
}
# What a header may ask for. The volumes in it are empty: a volume is there, or a word about why not.
whole=$(sha256sum /headers/* | sha256sum)
tried() { # WHAT IMAGE WORDS OPTION…: opened, when no words are given
	what=$1 image=/headers/$2.img words=$3 begun=$(cut -d. -f1 /proc/uptime)
	shift 3
	timeout 500 ima-rescue list "$@" $image >/tmp/out 2>/tmp/err
	if [ -n "$words" ]; then said=$(grep -c "$words" /tmp/out); else said=$(grep -c '^ *ima-rescue-1-0 ' /tmp/out); fi
	is "$what ($(($(cut -d. -f1 /proc/uptime) - begun)) s)" "1 " "$said $(left)"
	# It was not tried at all: with that, it would never end.
	[ -z "$words" ] || is "$what: at once" 1 "$(($(cut -d. -f1 /proc/uptime) - begun < 60))"
}
tried 'cryptsetup, LUKS2' default-2 '' --key-file /tmp/key
if [ "$(cat /slow)" = 1 ]; then
	tried 'cryptsetup, LUKS1' default-1 '' --key-file /tmp/key
	tried 'argon2id with 1 GiB' gigabyte '' --key-file /tmp/key
fi
tried 'a header that was patched and asks for little' sound '' --key-file /tmp/key
tried 'rounds of PBKDF2' rounds 'slot 0 asks for 2147483647 rounds of PBKDF2, some 4294 s of work' --key-file /tmp/key
tried 'rounds of a digest' digest 'slot 0 asks for 1000 rounds of PBKDF2, some 2147 s of work with the check' --key-file /tmp/key
tried 'a long key' key 'asks for 0 threads and a key of 4096 bytes' --key-file /tmp/key
tried 'memory' memory 'slot 0 wants 65536 MiB of memory, and [0-9]* MiB are available' --key-file /tmp/key
tried 'passes of argon2' passes 'slot 0 asks for 100000 passes of argon2' --key-file /tmp/key
tried 'rounds of LUKS1' old-rounds 'slot 0 asks for 4294967295 rounds' --key-file /tmp/key
tried 'rounds of a digest of LUKS1' old-digest 'slot 0 asks for [0-9]* rounds of PBKDF2, some 4[0-9]* s' --key-file /tmp/key
printf another >/tmp/another
tried 'a good slot behind a dear one' two-slots '' --key-file /tmp/another
tried 'the dear one' two-slots 'slot 0 asks for 2147483647 rounds' --key-file /tmp/key
tried 'a good slot behind a damaged one' damaged-slot '' --key-file /tmp/another
tried 'the damaged one' damaged-slot 'unlocking by key slot 0: ' --key-file /tmp/key
tried 'a token of it' dear-token 'token 0: unlocking: key slot 0 asks for 2147483647 rounds' --token
ima-rescue list --costly --key-file /tmp/key /headers/passes.img >/tmp/out 2>&1 &
sleep 8
kill -9 $!
wait $!
is '--costly tries it, and does not end' '137 ' "$? $(cat /tmp/out)"
ima-rescue umount
is 'and is cleaned up' '0 ' "$? $(left)"
is 'the headers are as they were' "$whole" "$(sha256sum /headers/* | sha256sum)"

opens LUKS1 /tmp/one.img --key-file /tmp/key
opens LUKS2 /tmp/two.img --key-file /tmp/key
# Either copy will do, and the other is not mended (see the end).
opens 'the first header damaged' /tmp/first.img --key-file /tmp/key
opens 'the second header damaged' /tmp/second.img --key-file /tmp/key
opens 'a damaged header apart' /tmp/apart.img --header /tmp/bad.header --key-file /tmp/key
ima-rescue list --key-file /tmp/key /tmp/kept.img >/tmp/out
kept=$?
if [ $kept = 0 ]; then grep -q '  1  LUKS Linux' /tmp/out; else grep -q 'it is kept by dm-integrity (hmac' /tmp/out; fi
is "dm-integrity (status $kept)" '0 ' "$? $(left)"
# Tokens.
told 'no token of it gives a key' /tmp/token.img --token
keyctl add user rescue $secret @u >/dev/null
opens 'a token of the kernel keyring' /tmp/token.img --token
told 'token 0 is of the type no-such-kind' /tmp/plugin.img --token
told 'it has no token' /tmp/one.img --token
opens 'a token that is of no use, and a key' /tmp/plugin.img --token --key-file /tmp/key
keyctl purge user rescue >/dev/null

# At a terminal: typed TEXT is what somebody types when asked; what is shown is in /tmp/screen.
typed() { # TEXT COMMAND
	(
		until grep -q 'Passphrase' /tmp/screen 2>/dev/null; do sleep 0.2; done
		printf "$1"
		# The terminal goes with what types: not before all is said, however long a key takes.
		until grep -q '^-*echo ' /tmp/screen; do sleep 0.2; done
	) | script -qec "trap : INT; $2; echo status \$?; stty -a | grep -o '[-]*echo ' | head -n 1" -f /tmp/screen >/dev/null
	# A terminal has colours.
	tr -d '\r' </tmp/screen | sed "s/$(printf '\033')\[[0-9]*m//g" >/tmp/shown
	rm /tmp/screen
}
screen() { grep -c "$1" /tmp/shown; }
: >/tmp/screen
typed "$secret\n" 'ima-rescue list --unlock --image /tmp/one.img --image /tmp/two.img'
is 'asked once' 1 "$(screen 'Passphrase (tried on every locked volume): ')"
is 'tried on every volume' 2 "$(screen '^ *[12]  LUKS Linux')"
is 'nothing of it is shown' 0 "$(screen "$secret")"
is 'good' '1 1' "$(screen '^status 0') $(screen '^echo')"
is 'nothing left after it' '' "$(left)"
typed 'wrong\n' 'ima-rescue list --unlock /tmp/two.img'
is 'a wrong one' '1 1 1' "$(screen 'no key slot takes this passphrase') $(screen '^status 2') $(screen '^echo')"
typed '\003' 'ima-rescue list --unlock /tmp/two.img'
is 'Ctrl-C' '1 1' "$(screen '^status 130') $(screen '^echo')"
is 'a word about it, and the next line is its own' 1 "$(screen '^ima-rescue: stopped by SIGINT')"
typed '\004' 'ima-rescue list --unlock /tmp/two.img'
is 'no more to read' '1 1 1' "$(screen 'no passphrase was typed') $(screen '^status 70') $(screen '^echo')"
typed '\n' 'ima-rescue list --unlock /tmp/two.img'
is 'an empty one' '1 1' "$(screen 'no passphrase was typed') $(screen '^echo')"
long=$(printf '%0513d' 0)
typed "$long\n" 'ima-rescue list --unlock /tmp/two.img'
is 'one that is too long' '1 1' "$(screen 'is longer than 512 bytes') $(screen '^echo')"
is 'nothing left after the refused' '' "$(left)"
# No process of a shell that has no terminal is asked.
setsid ima-rescue list --unlock /tmp/two.img >/tmp/out 2>/tmp/err </dev/null
is 'no terminal' '70 1' "$? $(grep -c 'no terminal.*--key-file -' /tmp/err)"
ima-rescue list --key-file - /tmp/two.img </dev/null 2>/tmp/err
is 'no key in standard input' '70 1' "$? $(grep -c 'the key of standard input is empty' /tmp/err)"
dd if=/dev/zero bs=1M count=9 2>/dev/null | ima-rescue list --key-file - /tmp/two.img 2>/tmp/err
is 'more than a key' '70 1' "$? $(grep -c 'File too large' /tmp/err)"

# Memory of the process that holds a tree: found PID TEXT prints how often the text is in what it may write to.
found() {
	grep -a ' rw' /proc/$1/maps | grep -v '\[v' | while read -r range rest; do
		from=$((0x${range%-*} / 4096)) to=$((0x${range#*-} / 4096))
		dd if=/proc/$1/mem bs=4096 skip=$from count=$((to - from)) 2>/dev/null
	done | tr '\0' '\n' | grep -ac "$2"
}
ima-rescue run --key-file /tmp/key /tmp/two.img -- sleep 1000 >/dev/null 2>&1 &
holder=$!
until pid=$(pidof sleep) && [ -n "$pid" ]; do sleep 0.2; done
[ "$(found $holder ima-rescue-1-0)" -gt 0 ]
is 'the search finds what is there' 0 $?
is 'the secret is not' 0 "$(found $holder $secret)"
kill $holder
wait $holder
is 'nothing left after it' '' "$(left)"
# While it is held: locked in memory, and nobody but root may look.
mkfifo /tmp/pipe
ima-rescue list --key-file /tmp/pipe /tmp/two.img >/dev/null 2>&1 &
sleep 1
exec 3>/tmp/pipe
printf $secret >&3
for moment in $(seq 100); do
	grep -q 'VmLck:.* [1-9][0-9]* kB' /proc/$!/status && break
	sleep 0.2
done
is 'locked in memory' 1 "$(grep -c 'VmLck:.* [1-9][0-9]* kB' /proc/$!/status)"
is 'not to be dumped' 1 "$(grep -l . /proc/$!/coredump_filter >/dev/null; grep -c 'VmFlags:.* lo.* dd' /proc/$!/smaps)"
exec 3>&-
wait $!
is 'and it opens' '0 ' "$? $(left)"
is 'not a byte has changed' "$before" "$(sum)"
finish
GUEST
# The gigabyte that a header asks for is there.
guest_boot -s init -- -m 3072
guest_said
