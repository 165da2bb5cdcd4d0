#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs checks by name; CI and `make test` only call this.
# Usage: tests/run.sh NAME… | all | list
# A check is a function check_NAME below. It passes with status 0 and is skipped with status 77; a line
# "skipped: …" in its output is a part that was skipped. With CI=true whatever is skipped has failed.
# Wide checks run one by one, then the narrow ones, LANES at a time (default: as many as there are processors).
set -euo pipefail

cd "$(dirname "$0")/.."

skip_status=77
limit_seconds=3600 # a hang, on a machine however busy
tail_lines=60
logs=build/logs
jobs=$(nproc)
lanes=${LANES:-$jobs}
scratch=

# So much longer may a unit test take than it says: sanitizers are slow, and so is a busy machine.
export CK_TIMEOUT_MULTIPLIER=${CK_TIMEOUT_MULTIPLIER:-10}
export E2E_JOBS=${E2E_JOBS:-$jobs}

# Those that use every processor by themselves, or that count what another one would disturb: what fails soonest
# first. These also make what the others need (needs, below).
wide=(gcc clang lint static install-uninstall cli-cold unit-asan faults hostile fuzz-smoke unit-tsan tidy ovmf e2e)
# Those that do one thing after another, most of them in a guest. They share nothing but what they read: what takes
# longest first, so that the lanes end together.
narrow=(file-systems cli assembled-disks valgrind debian-tree unlocking disk-images locked-disks disk-errors kernels
	demo)

# What narrow checks find built: made once before the first of them starts, so that no program is replaced while
# another check runs it. The words are lines for make.
declare -A goals=([programs]=all [unit]=build/release/unit [static]=static)
declare -A needs=([file-systems]=programs [cli]=programs [assembled-disks]=programs [valgrind]='programs unit'
	[debian-tree]=programs [unlocking]=programs [disk-images]=programs [locked-disks]=programs [disk-errors]='programs static'
	[kernels]=unit [demo]=programs)

# Tests of tests/cli that count what the kernel reads from a disk.
cli_cold=(readahead)

# Two of them never work in the same trees.
build() {
	mkdir -p "$logs"
	flock -o "$logs/build.lock" make --no-print-directory -j"$jobs" CI=1 "$@"
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
	ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 build variant=asan unit
}

check_unit_tsan() {
	TSAN_OPTIONS=halt_on_error=1 build variant=tsan unit
}

# The decoders' unit tests, without fork, so that valgrind sees one process: those that change their process (the
# sandbox, mounts) cannot run so. Memory errors, not leaks, since what a test leaves behind is not the program's;
# then leaks by the program itself, which may find what it likes in the tree it scans.
check_valgrind() {
	local status=0 suite
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
	build all
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
	local test name names=()
	for test in tests/cli/test_*.sh; do
		name=${test##*/test_} && name=${name%.sh}
		[[ " ${cli_cold[*]} " == *" $name "* ]] || names+=("$name")
	done
	script tests/cli/run.sh build/release/ima-scan "${names[@]}"
}

check_cli_cold() {
	build all
	script tests/cli/run.sh build/release/ima-scan "${cli_cold[@]}"
}

check_demo() {
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
	script tests/e2e/fetch-kernel.sh 6.1 6.12
	KERNELS=$PWD/build/e2e/kernels CK_RUN_SUITE=kernelfiles build/release/unit
}

check_debian_tree() {
	script tests/cli/debian-tree.sh build/release/ima-scan
}

# In a guest whose kernel has device mapper's targets "error" and "flakey".
check_disk_errors() {
	IMA_SCAN_STATIC=$PWD/build/static/ima-scan script tests/e2e/disk-errors.sh
}

# LUKS volumes, unlocked and closed in a guest.
check_locked_disks() {
	script tests/e2e/locked-disks.sh
}

# md and LVM, in layers with LUKS, brought up and taken down in a guest.
check_assembled_disks() {
	script tests/e2e/assembled-disks.sh
}

# What opens them: the question at a terminal, tokens, damaged headers.
check_unlocking() {
	script tests/e2e/unlocking.sh
}

# qcow2 images through qemu-nbd.
check_disk_images() {
	script tests/e2e/disk-images.sh
}

# Every file system, clean and cut off, and journals replayed into memory, in a guest.
check_file_systems() {
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

# --- Running one ----------------------------------------------------------------------------------

is_check() {
	declare -F "check_${1//-/_}" >/dev/null
}

# Says how a finished check went, from its status and log: passed, skipped or failed.
outcome_of() {
	local status=$1 log=$2
	if [ "$status" -eq "$skip_status" ] ||
		{ [ "$status" -eq 0 ] && grep -aq '^skipped: ' "$log"; }; then
		echo skipped
	elif [ "$status" -eq 0 ]; then
		echo passed
	else
		echo failed
	fi
}

# Whether a check can have mounts of its own; without, all run one after another.
can_be_apart() {
	unshare --mount --propagation private true 2>/dev/null
}

# A check in a mount namespace of its own, where no other one's trees are.
apart() {
	mkdir -p /run/ima-rescue
	mount -t tmpfs -o mode=700 apart /run/ima-rescue
	exec "$BASH" "$0" --check "$1"
}

# The process of a check, in the background: sets `process`. Its temporary files are below a directory of its own.
start_check() {
	local name=$1 log=$2 temporary=$3 how=--check command=()
	if can_be_apart; then
		command=(unshare --mount --propagation private)
		how=--apart
	fi
	# What a shell starts in the background is deaf to Ctrl-C; tests send it.
	TMPDIR=$temporary timeout -k 10 "$limit_seconds" env --default-signal=INT,QUIT "${command[@]}" "$BASH" "$0" \
		"$how" "$name" >"$log" 2>&1 </dev/null &
	process=$!
}

# What is said of a finished check.
describe() {
	local name=$1 outcome=$2 status=$3 seconds=$4 log=$5
	[ "$status" -ne 124 ] || echo "   stopped after $limit_seconds s"
	case $outcome in
	failed) { grep -avE '^  (CC|AR|LD) ' "$log" || true; } | tail -n "$tail_lines" | sed 's/^/   /' ;;
	skipped) { grep -a '^skipped: ' "$log" || tail -n 3 "$log"; } | sed 's/^/   /' ;;
	esac
	if [ "$outcome" = skipped ] && [ "${CI:-}" = true ]; then
		outcome=failed
		echo "   a skipped check is a failure under CI=true"
	fi
	printf '   %s %s (%d s, status %d, %s)\n' "$name" "$outcome" "$seconds" "$status" "$log"
}

# Runs one check in a process of its own and prints how it went, in one piece. What came of it is in NAME.outcome.
run_check() {
	local name=$1 log=$logs/$1.log status=0 began=$EPOCHSECONDS outcome process temporary said
	temporary=$(mktemp -d)
	chmod 711 "$temporary" # some tests go on as nobody
	start_check "$name" "$log" "$temporary"
	trap 'kill "$process" 2>/dev/null; wait "$process"; rm -rf --one-file-system "$temporary"; exit 130' TERM
	wait "$process" || status=$?
	rm -rf --one-file-system "$temporary"
	outcome=$(outcome_of "$status" "$log")
	said=$(describe "$name" "$outcome" "$status" $((EPOCHSECONDS - began)) "$log")
	flock "$logs/print.lock" printf '%s\n' "$said"
	if [ "$outcome" = skipped ] && [ "${CI:-}" = true ]; then
		outcome=failed
	fi
	echo "$outcome" >"$logs/$name.outcome"
}

# --- Running all ----------------------------------------------------------------------------------

# Runs a check beside this process, so that it can be waited for, and stopped.
run_beside() {
	run_check "$1" &
}

one_by_one() {
	local name
	for name; do
		printf '== %s\n' "$name"
		run_beside "$name"
		wait -n || true
	done
}

in_lanes() {
	local name running=0
	for name; do
		if [ "$running" -ge "$lanes" ]; then
			wait -n || true
			running=$((running - 1))
		fi
		run_beside "$name"
		running=$((running + 1))
	done
	wait
}

# Makes what these checks need, each thing once.
make_needs() {
	local name need
	local -A made=()
	for name; do
		for need in ${needs[$name]}; do
			[ -z "${made[$need]:-}" ] || continue
			made[$need]=yes
			# shellcheck disable=SC2086 # words for make
			build ${goals[$need]} || return 1
		done
	done
}

# Narrow checks; all of them fail when what they need cannot be made.
run_narrow() {
	local began=$EPOCHSECONDS
	printf '== %s\n' "$*"
	if ! make_needs "$@" >"$logs/build.log" 2>&1 </dev/null; then
		tail -n "$tail_lines" "$logs/build.log" | sed 's/^/   /'
		echo "   not run: what they need cannot be built ($logs/build.log)"
		return
	fi
	printf '   built (%d s)\n' $((EPOCHSECONDS - began))
	can_be_apart || lanes=1
	in_lanes "$@"
}

# A check that was to run and has no outcome has failed, whatever ended it.
count_outcomes() {
	local name outcome
	local -A count=([passed]=0 [failed]=0 [skipped]=0)
	for name; do
		outcome=$(cat "$logs/$name.outcome" 2>/dev/null) || true
		case $outcome in
		passed | failed | skipped) ;;
		*)
			echo "   $name failed: it came to no end"
			outcome=failed
			;;
		esac
		count[$outcome]=$((count[$outcome] + 1))
	done
	printf '%d passed, %d failed' "${count[passed]}" "${count[failed]}"
	[ "${count[skipped]}" -eq 0 ] || printf ', %d skipped' "${count[skipped]}"
	printf '\n'
	[ "${count[failed]}" -eq 0 ]
}

stop_all() {
	trap '' INT TERM
	# shellcheck disable=SC2046 # numbers
	kill $(jobs -p) 2>/dev/null || true
	wait
	exit 130
}

# A function that no list names would never run.
all_are_listed() {
	local name
	for name in $(compgen -A function check_); do
		name=${name#check_}
		[[ " ${wide[*]} ${narrow[*]} " == *" ${name//_/-} "* ]] || {
			echo "tests/run.sh: check_$name is neither wide nor narrow" >&2
			return 1
		}
	done
}

# Takes names in any order, each once.
main() {
	local name narrow_ones=() wide_ones=()
	local -A chosen=()
	all_are_listed || exit 70
	mkdir -p "$logs"
	for name; do
		is_check "$name" || {
			echo "tests/run.sh: no check named $name; there are: ${wide[*]} ${narrow[*]}" >&2
			exit 64
		}
		chosen[$name]=yes
		rm -f "$logs/$name.outcome"
	done
	for name in "${wide[@]}"; do
		[ -z "${chosen[$name]:-}" ] || wide_ones+=("$name")
	done
	for name in "${narrow[@]}"; do
		[ -z "${chosen[$name]:-}" ] || narrow_ones+=("$name")
	done
	trap stop_all INT TERM
	one_by_one "${wide_ones[@]}"
	[ "${#narrow_ones[@]}" -eq 0 ] || run_narrow "${narrow_ones[@]}"
	trap - INT TERM
	count_outcomes "${!chosen[@]}"
}

case ${1:-} in
'' | -h | --help) sed -n '3,7s/^# //p' "$0" ;;
list) printf '%s\n' "${wide[@]}" "${narrow[@]}" ;;
all) main "${wide[@]}" "${narrow[@]}" ;;
--check) "check_${2//-/_}" ;;
--apart) apart "$2" ;;
*) main "$@" ;;
esac
