#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs checks by name; CI and `make test` only call this.
# Usage: tests/run.sh NAME… | all | list
# A check is a function check_NAME below. It passes with status 0 and is skipped with status 77; a line
# "skipped: …" in its output is a part that was skipped. With CI=true whatever is skipped has failed.
set -euo pipefail

cd "$(dirname "$0")/.."

skip_status=77
limit_seconds=1800
tail_lines=60
logs=build/logs
jobs=$(nproc)
scratch=

# In the order of `all`: what fails soonest first, what takes longest last.
checks=(gcc clang lint unit-asan unit-tsan valgrind static install-uninstall cli demo faults hostile fuzz-smoke
	tidy kernels debian-tree ovmf disk-errors locked-disks unlocking assembled-disks disk-images file-systems e2e)

build() {
	make --no-print-directory -j"$jobs" CI=1 "$@"
}

make_scratch() {
	scratch=$(mktemp -d)
	trap 'rm -rf "$scratch"' EXIT
}

# Runs a test script; a missing one is a failure, not a skip.
script() {
	if [ ! -x "$1" ]; then
		echo "$1 is not there, or not executable"
		return 1
	fi
	"$@"
}

# --- The checks -----------------------------------------------------------------------------------

check_gcc() {
	build CC=gcc all unit
}

check_clang() {
	build CC=clang all unit
}

# AddressSanitizer and UndefinedBehaviorSanitizer in one build.
check_unit_asan() {
	ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 CK_TIMEOUT_MULTIPLIER=4 \
		build variant=asan unit
}

check_unit_tsan() {
	TSAN_OPTIONS=halt_on_error=1 CK_TIMEOUT_MULTIPLIER=10 build variant=tsan unit
}

# The decoders' unit tests, without fork, so that valgrind sees one process: those that change their process (the
# sandbox, mounts) cannot run so. Memory errors, not leaks, since what a test leaves behind is not the program's;
# then leaks by the program itself, which may find what it likes in the tree it scans.
check_valgrind() {
	local status=0 suite
	build build/release/unit all
	for suite in base escape imaxattr ecdsasig policy_parse policy_match policy_lint profile content listfile \
		verity verdict tally evm modsig kconfig bootconfig kernelcmdline peimage sbat uki; do
		CK_FORK=no CK_RUN_SUITE=$suite valgrind --quiet --error-exitcode=99 --leak-check=no \
			build/release/unit || return 1
	done
	valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
		build/release/ima-scan -j4 --policy all --format ndjson scanner >/dev/null || status=$?
	echo "the program under valgrind: status $status"
	[ "$status" -lt 4 ]
}

check_static() {
	build static
	build variant=static unit
	build/static/ima-scan --version
	file build/static/ima-scan | grep -E 'statically linked|static-pie linked'
	if ldd build/static/ima-scan; then
		echo 'build/static/ima-scan asks for a dynamic loader'
		return 1
	fi
	(cd / && env -i "$OLDPWD/build/static/ima-scan" --help >/dev/null)
}

check_install_uninstall() {
	local left
	make_scratch
	build install DESTDIR="$scratch" PREFIX=/usr
	"$scratch/usr/sbin/ima-scan" --version
	test -s "$scratch/usr/share/man/man8/ima-scan.8"
	build uninstall DESTDIR="$scratch" PREFIX=/usr
	left=$(find "$scratch" ! -type d)
	if [ -n "$left" ]; then
		printf 'left behind by uninstall:\n%s\n' "$left"
		return 1
	fi
}

check_lint() {
	local lint failed=0
	build build/release/ima-scan build/release/ima-efi
	for lint in tests/lint/*.sh; do
		printf -- '-- %s\n' "$lint"
		"$lint" || failed=1
	done
	return "$failed"
}

check_tidy() {
	build variant=release CC=clang tidy
}

check_cli() {
	build all
	script tests/cli/run.sh build/release/ima-scan
}

check_demo() {
	build all
	script tests/demo.sh build/release/ima-scan
}

# Every family of calls, and what leaks: a sample; tests/faults/run.sh --every is complete.
check_faults() {
	build all
	build variant=asan build/asan/ima-scan
	script tests/faults/run.sh --asan build/asan/ima-scan build/release/ima-scan
}

# 200 random trees; 10000 by tests/hostile/run.sh build/release/ima-scan 10000.
check_hostile() {
	build all
	script tests/hostile/run.sh build/release/ima-scan 200
}

check_fuzz_smoke() {
	build fuzz SECONDS=3
}

# Debian's own kernel images, downloaded and unpacked: release, configuration, certificates.
check_kernels() {
	build build/release/unit
	script tests/e2e/fetch-kernel.sh 6.1 6.12
	KERNELS=$PWD/build/e2e/kernels CK_RUN_SUITE=kernelfiles build/release/unit
}

check_debian_tree() {
	build all
	script tests/cli/debian-tree.sh build/release/ima-scan
}

# In a guest whose kernel has device mapper's targets "error" and "flakey".
check_disk_errors() {
	build static
	IMA_SCAN_STATIC=$PWD/build/static/ima-scan script tests/e2e/disk-errors.sh
}

# LUKS volumes, unlocked and closed in a guest.
check_locked_disks() {
	build all
	script tests/e2e/locked-disks.sh
}

# md and LVM, in layers with LUKS, brought up and taken down in a guest.
check_assembled_disks() {
	build all
	script tests/e2e/assembled-disks.sh
}

# What opens them: the question at a terminal, tokens, damaged headers.
check_unlocking() {
	build all
	script tests/e2e/unlocking.sh
}

# qcow2 images through qemu-nbd.
check_disk_images() {
	build all
	script tests/e2e/disk-images.sh
}

# Every file system, clean and cut off, and journals replayed into memory, in a guest.
check_file_systems() {
	build all
	script tests/e2e/file-systems.sh
}

# Which images firmware starts, asked of the firmware.
check_ovmf() {
	build all
	script tests/e2e/ovmf.sh --no-report
}

check_e2e() {
	build all
	build static
	IMA_SCAN_STATIC=$PWD/build/static/ima-scan script tests/e2e/run.sh --no-report
}

# --- Running them ---------------------------------------------------------------------------------

is_check() {
	declare -F "check_${1//-/_}" >/dev/null
}

# Says how a finished check went, from its status and log: passed, skipped or failed.
outcome_of() {
	local status=$1 log=$2
	if [ "$status" -eq "$skip_status" ] ||
		{ [ "$status" -eq 0 ] && grep -q '^skipped: ' "$log"; }; then
		echo skipped
	elif [ "$status" -eq 0 ]; then
		echo passed
	else
		echo failed
	fi
}

# Runs one check in a process of its own and prints how it went. Sets `outcome`.
run_check() {
	local name=$1 log=$logs/$1.log status=0 began=$EPOCHSECONDS
	printf '== %s\n' "$name"
	timeout -k 10 "$limit_seconds" "$BASH" "$0" --check "$name" >"$log" 2>&1 </dev/null || status=$?
	outcome=$(outcome_of "$status" "$log")
	[ "$status" -ne 124 ] || echo "   stopped after $limit_seconds s"
	case $outcome in
	failed) { grep -vE '^  (CC|AR|LD) ' "$log" || true; } | tail -n "$tail_lines" | sed 's/^/   /' ;;
	skipped) { grep '^skipped: ' "$log" || tail -n 3 "$log"; } | sed 's/^/   /' ;;
	esac
	if [ "$outcome" = skipped ] && [ "${CI:-}" = true ]; then
		outcome=failed
		echo "   a skipped check is a failure under CI=true"
	fi
	printf '   %s %s (%d s, status %d, %s)\n' "$name" "$outcome" $((EPOCHSECONDS - began)) \
		"$status" "$log"
}

main() {
	local name outcome
	local -A count=([passed]=0 [failed]=0 [skipped]=0)
	mkdir -p "$logs"
	for name; do
		is_check "$name" || {
			echo "tests/run.sh: no check named $name; there are: ${checks[*]}" >&2
			exit 64
		}
	done
	for name; do
		run_check "$name"
		count[$outcome]=$((count[$outcome] + 1))
	done
	printf '%d passed, %d failed' "${count[passed]}" "${count[failed]}"
	[ "${count[skipped]}" -eq 0 ] || printf ', %d skipped' "${count[skipped]}"
	printf '\n'
	[ "${count[failed]}" -eq 0 ]
}

case ${1:-} in
'' | -h | --help) sed -n '3,6s/^# //p' "$0" ;;
list) printf '%s\n' "${checks[@]}" ;;
all) main "${checks[@]}" ;;
--check) "check_${2//-/_}" ;;
*) main "$@" ;;
esac
