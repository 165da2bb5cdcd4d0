# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What every tests/cli/test_*.sh starts from: a mount namespace and a directory of its own, loop images, keys,
# labels by evmctl, and checks that are counted. A test sources this file, checks, and ends; the trap reports.
#
# From the environment: IMA_SCAN, the program; IMA_TEST_KEYS, a directory of keys shared by the tests of one run;
# VERBOSE=1 prints every check; KEEP=1 keeps the test's directory.

set -euo pipefail
umask 022
export LC_ALL=C

skip_status=77

# Ends the test as skipped. tests/run.sh looks for the words "skipped: ".
skip() {
	printf 'skipped: %s\n' "$*"
	skipped=1
	exit "$skip_status"
}

# Mounts belong to the test alone and vanish with it, however it ends.
if [ "${IMA_TEST_NAMESPACE:-}" != "$$" ]; then
	if [ "$(id -u)" != 0 ]; then
		printf 'skipped: needs root (loop devices, mounts and security.* attributes)\n'
		exit "$skip_status"
	fi
	if unshare --mount --propagation private true 2>/dev/null; then
		# exec keeps the process id, so the variable is true of this process only.
		export IMA_TEST_NAMESPACE=$$
		exec unshare --mount --propagation private "$BASH" "$0" "$@"
	fi
	printf 'skipped: cannot make a mount namespace (unshare --mount)\n'
	exit "$skip_status"
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
IMA_SCAN=${IMA_SCAN:-$root/build/release/ima-scan}
case $IMA_SCAN in
/*) ;;
*) IMA_SCAN=$PWD/$IMA_SCAN ;;
esac
export IMA_SCAN
python=python3
if [ -x /usr/bin/python3 ]; then
	python=/usr/bin/python3
fi

if [ ! -x "$IMA_SCAN" ]; then
	printf '%s is not there: build it first (make)\n' "$IMA_SCAN"
	exit 1
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/ima-scan-test.XXXXXX")
out=$work/out
err=$work/err
keys=${IMA_TEST_KEYS:-$work/keys}
mkdir -p "$keys"
: >"$out"
: >"$err"
checks=0
failures=0
skipped=0
status=0
mounted=()
# A scan must not depend on who runs the tests.
unset NO_COLOR

cleanup() {
	local rc=$? i
	trap - EXIT INT TERM
	set +e
	cd /
	for ((i = ${#mounted[@]} - 1; i >= 0; i--)); do
		umount -l "${mounted[i]}" 2>/dev/null
	done
	if [ "${KEEP:-}" = 1 ]; then
		printf 'kept %s\n' "$work"
	else
		rm -rf --one-file-system "$work"
	fi
	if [ "$skipped" = 1 ]; then
		exit "$rc"
	fi
	if [ "$rc" != 0 ]; then
		printf 'the test itself stopped with status %d after %d checks\n' "$rc" "$checks"
		failures=$((failures + 1))
	fi
	printf '%d checks, %d failed\n' "$checks" "$failures"
	exit $((failures > 0))
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# --- Checks -------------------------------------------------------------------------------------------

passed() {
	checks=$((checks + 1))
	if [ "${VERBOSE:-}" = 1 ]; then
		printf '  ok: %s\n' "$1"
	fi
}

# failed DESCRIPTION [DETAIL]
failed() {
	checks=$((checks + 1))
	failures=$((failures + 1))
	printf '  FAILED: %s\n' "$1"
	if [ -n "${2:-}" ]; then
		printf '%s\n' "$2" | head -n "${DETAIL_LINES:-30}" | cat -v | sed 's/^/      /'
	fi
}

# check DESCRIPTION COMMAND…: the command must succeed.
check() {
	local what=$1 detail
	shift
	if detail=$("$@" 2>&1); then
		passed "$what"
	else
		failed "$what" "$detail"
	fi
}

# refute DESCRIPTION COMMAND…: the command must fail.
refute() {
	local what=$1 detail
	shift
	if detail=$("$@" 2>&1); then
		failed "$what" "$detail"
	else
		passed "$what"
	fi
}

# same DESCRIPTION EXPECTED ACTUAL: two strings.
same() {
	if [ "$2" = "$3" ]; then
		passed "$1"
	else
		failed "$1" "$(diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") | sed 's/^</expected:/; s/^>/actual:  /')"
	fi
}

# run COMMAND…: output to $out and $err, exit status to $status. Five minutes are a hang, on a machine however busy.
run() {
	status=0
	timeout -k 5 "${LIMIT:-300}" "$@" >"$out" 2>"$err" </dev/null || status=$?
}

# until_reads PROCESS PATH: waits until it has a file below that path open, so it is at work; or until it has ended.
until_reads() {
	while kill -0 "$1" 2>/dev/null && ! readlink "/proc/$1/fd"/* 2>/dev/null | grep -q "^$2"; do
		sleep 0.05
	done
}

# expect_status N COMMAND…
expect_status() {
	local expected=$1
	shift
	run "$@"
	has_status "$expected" "${*##*/}"
}

# has_status N WHAT: of the last run.
has_status() {
	if [ "$status" = "$1" ]; then
		passed "status $1: $2"
	else
		failed "status $1: $2" "status was $status; on stderr: $(head -c 600 "$err")"
	fi
}

# out_has REGEX, err_has REGEX: extended regular expression, in the last run's output.
out_has() { check "stdout has /$1/" grep -aEq -- "$1" "$out"; }
err_has() { check "stderr has /$1/ (it is: $(head -c 200 "$err" | tr '\n' ' '))" grep -aEq -- "$1" "$err"; }
out_empty() { same 'nothing on stdout' '' "$(head -c 300 "$out" | tr -d '\0')"; }
err_empty() { same 'nothing on stderr' '' "$(head -c 300 "$err" | tr -d '\0')"; }

# --- Scanning -----------------------------------------------------------------------------------------

# scan ARGUMENT…: an NDJSON scan into $out.
scan() {
	run "$IMA_SCAN" --format ndjson "$@"
}

# report COMMAND ARGUMENT…: see report.py.
report() {
	"$python" "$here/report.py" "$@"
}

# label COMMAND ARGUMENT…: see label.py.
label() {
	"$python" "$here/label.py" "$@"
}

# table COLUMN…: of the last NDJSON scan, one line per file, sorted by path; missing fields are "-".
table() {
	report table "$out" "$@"
}

# json FIELD [RECORD]: of the last scan; the record is "summary" unless named. Dots go down.
json() {
	report field "$out" "${2:-summary}" "$1"
}

# verdicts_without FAULTS: of the last scan, without the files that FAULTS (of `report faults`) names or that lie below
# what it names.
verdicts_without() {
	table path verdict | awk -F '\t' '
		NR == FNR { lost[$2]; next }
		{
			path = $1
			while (path != "" && !(path in lost))
				if (!sub("/[^/]*$", "", path))
					path = ""
			if (path == "")
				print
		}' "$1" -
}

# well_formed WHAT: the last NDJSON scan holds what the format promises.
well_formed() {
	check "well-formed NDJSON: ${1:-scan}" report check "$out" "$status"
}

# expect_table COLUMN… <<EXPECTED: blanks between the columns.
expect_table() {
	local expected
	expected=$(sed '/^[[:space:]]*$/d; s/^[[:space:]]*//; s/[[:space:]]\{1,\}/\t/g' | sort)
	same "table ${*}" "$expected" "$(table "$@" | sort)"
}

# --- Images -------------------------------------------------------------------------------------------

need_tool() {
	local tool
	for tool; do
		command -v "$tool" >/dev/null || skip "needs $tool"
	done
}

# image_make FS FILE [MEGABYTES]
image_make() {
	local fs=$1 file=$2 size=${3:-}
	need_tool "mkfs.$fs"
	case $fs in
	ext4) size=${size:-64} ;;
	xfs) size=${size:-320} ;; # the least that mkfs.xfs takes
	btrfs) size=${size:-160} ;;
	esac
	truncate -s "${size}M" "$file"
	case $fs in
	ext4) mkfs.ext4 -q -F -N "${INODES:-16384}" "$file" ;;
	xfs) mkfs.xfs -q -f "$file" ;;
	btrfs) mkfs.btrfs -q -f "$file" >/dev/null ;;
	esac
}

# loop_mount FILE DIRECTORY [OPTIONS]: by a loop device that goes when it is unmounted. Not by mount's option "loop": a
# loop device stays read-only, and with it the mount, when an earlier user of its number set it so and was killed.
loop_mount() {
	local device status=0
	mkdir -p "$2"
	device=$(losetup --show -f "$1") || return
	blockdev --setrw "$device"
	mount ${3:+-o "$3"} "$device" "$2" || status=$?
	losetup -d "$device"
	[ "$status" -eq 0 ] || return "$status"
	mounted+=("$2")
}

# image_mount FILE DIRECTORY [OPTIONS]
image_mount() {
	loop_mount "$@" 2>"$err" || skip "cannot mount a loop image: $(cat "$err")"
}

# image_umount DIRECTORY
image_umount() {
	local i
	umount -R "$1"
	for i in "${!mounted[@]}"; do
		if [ "${mounted[i]}" = "$1" ]; then
			unset 'mounted[i]'
		fi
	done
	mounted=("${mounted[@]}")
}

# target [FS] [MEGABYTES]: a fresh file system mounted at $t.
target() {
	local fs=${1:-ext4}
	t=$work/$fs
	if mountpoint -q "$t"; then
		image_umount "$t"
	fi
	image_make "$fs" "$work/$fs.img" "${2:-}"
	image_mount "$work/$fs.img" "$t"
	if [ -d "$t/lost+found" ]; then
		rmdir "$t/lost+found"
	fi
}

uuid_of() {
	blkid -p -s UUID -o value "$1"
}

# --- Keys and labels ----------------------------------------------------------------------------------

# key NAME [KIND]: rsa1024, rsa2048, rsa4096, p256, p384, p521; the name is the kind unless given. Makes
# $keys/NAME.pem, the private key, and $keys/NAME.der, a self-signed certificate with the extensions that
# evmctl's own documentation asks for.
key() {
	local name=$1 kind=${2:-$1} options=()
	if [ -e "$keys/$name.der" ]; then
		return
	fi
	case $kind in
	rsa*) options=(-newkey "rsa:${kind#rsa}") ;;
	p*) options=(-newkey ec -pkeyopt "ec_paramgen_curve:P-${kind#p}") ;;
	esac
	openssl req -x509 -nodes -sha256 -days 3650 "${options[@]}" -config "$here/x509.cnf" \
		-subj "/O=ima-scan tests/CN=$name" -keyout "$keys/$name.pem" -outform DER \
		-out "$keys/$name.der.new" 2>"$err"
	mv "$keys/$name.der.new" "$keys/$name.der"
}

# sign KEY HASH FILE…, hash HASH FILE…: write security.ima. evmctl takes one file and ignores the others.
sign() {
	local name=$1 algo=$2 file
	shift 2
	for file; do
		quietly evmctl ima_sign -a "$algo" -k "$keys/$name.pem" "$file"
	done
}

hash() {
	local algo=$1 file
	shift
	for file; do
		quietly evmctl ima_hash -a "$algo" "$file"
	done
}

quietly() {
	"$@" >"$work/tool.log" 2>&1 || {
		printf '%s failed:\n' "${*##*/}"
		cat "$work/tool.log"
		return 1
	}
}

# append_signature KEY FILE [OPTION…]: as the kernel's scripts/sign-file does it for modules; options are for openssl cms.
append_signature() {
	local name=$1 file=$2 size
	shift 2
	openssl x509 -inform DER -in "$keys/$name.der" -out "$work/signer.pem"
	quietly openssl cms -sign -binary -noattr -nocerts -md sha256 -in "$file" -outform DER -out "$work/signature.p7" \
		-signer "$work/signer.pem" -inkey "$keys/$name.pem" "$@"
	size=$(stat -c %s "$work/signature.p7")
	# struct module_signature: PKCS#7, and the size in big-endian order.
	{
		cat "$work/signature.p7"
		printf '\0\0\2\0\0\0\0\0'
		# shellcheck disable=SC2059 # the format is the data
		printf "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $((size >> 24)) $((size >> 16 & 255)) $((size >> 8 & 255)) $((size & 255)))"
		printf '~Module signature appended~\n'
	} >>"$file"
}

# copy FROM TO: content, owner, mode and every security attribute (cp leaves security.evm behind, as
# /etc/xattr.conf says).
copy() {
	cp --preserve=mode,ownership,timestamps "$1" "$2"
	label copy "$1" "$2"
}

# evm_sign KEY UUID FILE OPTION…: writes security.evm (and security.ima with --imahash or --imasig).
evm_sign() {
	local name=$1 uuid=$2 file=$3
	shift 3
	quietly evmctl sign -k "$keys/$name.pem" ${uuid:+"--uuid=$uuid"} "$@" "$file"
	getfattr -n security.evm --only-values "$file" >/dev/null 2>&1 || {
		printf 'evmctl wrote no security.evm on %s:\n' "$file"
		cat "$work/tool.log"
		return 1
	}
}

# evm_hmac KEYFILE UUID FILE: a digest and an HMAC over the file's facts, as a kernel with EVM_ATTR_FSUUID does it.
evm_hmac() {
	quietly evmctl ima_hash "$3"
	label hmac "$3" "$1" "$2"
}

# evmctl_hmac KEYFILE FILE: the same by evmctl, which leaves the UUID out and knows one place only for the key: so
# it gets an /etc of its own.
evmctl_hmac() {
	quietly evmctl ima_hash "$2"
	# shellcheck disable=SC2016 # expands in the inner shell
	quietly unshare --mount --propagation private "$BASH" -c '
		key=$(base64 -w0 "$1") && mount -t tmpfs none /etc && mkdir /etc/keys &&
		base64 -d <<<"$key" >/etc/keys/evm-key-plain && evmctl hmac -a sha1 "$2"' - "$1" "$2"
}

# payload FILE [BYTES]: content that differs from file to file and is the same in each run.
payload() {
	local file=$1 size=${2:-3000}
	mkdir -p "$(dirname "$file")"
	label payload "$file" "$size" "${file##*/}"
}
