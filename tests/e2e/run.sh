#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel as oracle: boots real kernels on an image full of labels, has ima-scan judge the same
# image, and compares. Everything lies in $E2E_BUILD (build/e2e), where later runs find it again.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

usage()
{
	cat <<'END'
usage: tests/e2e/run.sh [OPTION]...
  --kernels "6.1 6.12"   series to boot: 6.1, 6.12, 6.1-cloud, 6.12-cloud
  --policies "A B"       names of files in tests/e2e/policies, all by default
  --quick                one kernel and the policies that find most
  --kernel-only          only record what the kernel does
  --scan-only            judge and compare again what the kernel did in an earlier run
  --no-report            leave docs/kernel-agreement.md as it is
  -h, --help             this text

IMA_SCAN         the program to be tried, default build/release/ima-scan
IMA_SCAN_STATIC  the same, fully static: judges the fs-verity files inside a guest
E2E_JOBS         guests at a time, default 2
E2E_BUILD        where everything is kept, default build/e2e

Exit status: 0 full agreement, 1 disagreements, 70 the bench itself failed.
END
}

kernels='6.1 6.12'
policies=
kernel_only=no
scan_only=no
report=yes
while [ $# -gt 0 ]; do
	case $1 in
	--kernels)     kernels=${2:?} && shift ;;
	--policies)    policies=${2:?} && shift ;;
	--quick)       kernels=6.12 policies='tcb-text exec-imasig evm-both subjects' ;;
	--kernel-only) kernel_only=yes ;;
	--scan-only)   scan_only=yes ;;
	--no-report)   report=no ;;
	-h | --help)   usage && exit 0 ;;
	*)	       echo "run.sh: unknown option $1 (--help lists them)" >&2 && exit 64 ;;
	esac
	shift
done
if [ -z "$policies" ]; then
	for file in "$here"/policies/*.policy; do
		policies+=" $(basename "$file" .policy)"
	done
fi

scanner=${IMA_SCAN:-$(dirname "$(dirname "$here")")/build/release/ima-scan}
static=${IMA_SCAN_STATIC:-}
keys=$build/keys
runs=$build/runs
image=$build/corpus.img
texts=$build/policies
mounted=

# setting POLICY NAME DEFAULT: the value of a "#: NAME=VALUE" line
setting()
{
	local value
	value=$(sed -n "s/^#: $2=//p" "$here/policies/$1.policy")
	echo "${value:-$3}"
}

# Policies as they are loaded: those of the folder, or as many rules as one of them says to generate.
write_policies()
{
	local policy words
	mkdir -p "$texts"
	for policy in $policies; do
		cp "$here/policies/$policy.policy" "$texts/"
		words=$(setting "$policy" generate '')
		# shellcheck disable=SC2086 # a seed and a number
		[ -z "$words" ] || "$here/rules.py" $words >>"$texts/$policy.policy"
	done
}

evm_number()
{
	case $1 in
	none) echo 0 ;;
	hmac) echo 1 ;;
	x509) echo 2 ;;
	both) echo 3 ;;
	*)    die "policy says evm=$1" ;;
	esac
}

# What the guest gets beside init: keys, policy, config.
guest_files()
{
	local policy=$1 folder=$2 evm
	evm=$(setting "$policy" evm none)
	rm -rf "$folder"
	mkdir -p "$folder/e2e/keys"
	cp -r "$keys/ima" "$keys/ima-v1" "$keys/ima-revoked" "$keys/evm" "$keys/evm-v1" \
		"$folder/e2e/keys/"
	case $evm in
	hmac | both) cp "$keys/kmk" "$keys/evm-key.blob" "$folder/e2e/keys/" ;;
	esac
	[ -n "$(setting "$policy" builtin '')" ] ||
		cp "$texts/$policy.policy" "$folder/e2e/policy"
	{
		echo "evm=$(evm_number "$evm")"
		echo "tries=$(setting "$policy" tries read:0)"
		echo "only=$(setting "$policy" only '')"
	} >"$folder/e2e/config"
}

# A policy whose files must kill the kernel: the console is all that is left to say so.
crash_run()
{
	local series=$1 folder=$2 cmdline=$3
	(boot "$series" "$folder" "$cmdline oops=panic" "$image" no) 2>/dev/null &&
		die "$series: the kernel survived what it is known to die of: see $folder/console"
	rm -rf "$folder/e2e"
	grep -q 'RIP:.*mpi_free' "$folder/console" ||
		die "$series: the guest died, but not in mpi_free: see $folder/console"
	printf '{"record":"boot","kernel":"%s"}\n{"record":"oops","where":"mpi_free"}\n' \
		"$(cat "$build/kernels/$series/release")" >"$folder/kernel.ndjson"
}

kernel_run()
{
	local series=$1 policy=$2 folder=$runs/$1/$2 cmdline=ima_appraise=enforce hash builtin evm
	guest_files "$policy" "$folder"
	cp "$build/corpus.id" "$folder/corpus.id"
	hash=$(setting "$policy" hash '')
	builtin=$(setting "$policy" builtin '')
	[ -z "$hash" ] || cmdline+=" ima_hash=$hash"
	[ -z "$builtin" ] || cmdline+=" ima_policy=$builtin"
	cmdline+=" $(setting "$policy" cmdline '')"
	if [ "$(setting "$policy" expect '')" = oops ]; then
		crash_run "$series" "$folder" "$cmdline"
		return
	fi
	boot "$series" "$folder" "$cmdline" "$image" no
	rm -rf "$folder/e2e"
	evm=$(evm_number "$(setting "$policy" evm none)")
	grep -q "\"record\":\"evm\".*\"state\":\"$evm\"" "$folder/kernel.ndjson" ||
		die "$series $policy: EVM is not in state $evm: see $folder/kernel.ndjson"
}

# The arguments that say to ima-scan what the guest was told; POLICY-FILE as the scanner sees it.
scan_arguments()
{
	local series=$1 policy=$2 keys_seen=$3 policy_file=$4 config=$5
	printf '%s ' --format ndjson --hooks all -k "$keys_seen/ima" --evm-key "$keys_seen/evm" \
		--evm "$(setting "$policy" evm none)" \
		--policy "$(setting "$policy" builtin "$policy_file")" \
		--kernel-version "$(cat "$build/kernels/$series/release")" --kernel-config "$config" \
		--ima-hash "$(setting "$policy" hash sha256)"
	case $(setting "$policy" evm none) in
	hmac | both) printf '%s ' --evm-hmac-key "$keys_seen/evm-hmac.bin" ;;
	esac
}

mount_image()
{
	mounted=$(mktemp -d "$build/mount.XXXXXX")
	trap unmount_image EXIT
	mount -o loop,ro,noload "$image" "$mounted"
}

unmount_image()
{
	[ -z "$mounted" ] || umount "$mounted"
	[ -z "$mounted" ] || rmdir "$mounted"
	mounted=
}

host_scan()
{
	local series=$1 policy=$2 folder=$runs/$1/$2 status=0 arguments
	cmp -s "$build/corpus.id" "$folder/corpus.id" ||
		die "$series $policy: the kernel tried another image, or none: run without --scan-only"
	arguments=$(scan_arguments "$series" "$policy" "$keys" "$texts/$policy.policy" \
		"$build/kernels/$series/config")
	# shellcheck disable=SC2086 # none of the words has a blank
	timeout 900 "$scanner" $arguments "$mounted" >"$folder/scan.ndjson" 2>"$folder/scan.err" ||
		status=$?
	echo "$status" >"$folder/scan.status"
	# 64 is an answer too: the policy may be one that the kernel refuses.
	[ "$status" -lt 70 ] || die "$series $policy: ima-scan ended with $status: $(tail -n 3 "$folder/scan.err")"
}

# All policies of a kernel in one guest without any policy: files with fs-verity can be read there.
guest_scan()
{
	local series=$1 folder=$runs/$1/.scan policy
	rm -rf "$folder"
	mkdir -p "$folder/e2e/policies"
	cp -r "$keys" "$folder/e2e/keys"
	rm -rf "$folder/e2e/keys/private"
	cp "$static" "$folder/e2e/ima-scan"
	cp "$build/kernels/$series/config" "$folder/e2e/kernel-config"
	for policy in $policies; do
		cp "$texts/$policy.policy" "$folder/e2e/policies/"
		printf '%s\t%s /mnt/verity\n' "$policy" "$(scan_arguments "$series" "$policy" \
			/e2e/keys "/e2e/policies/$policy.policy" /e2e/kernel-config)"
	done >"$folder/e2e/scans"
	# Keys are for the scanner only: nothing of this boot is judged by the kernel.
	mv "$folder/e2e/keys" "$folder/keys" && mkdir "$folder/e2e/keys.scan"
	mv "$folder/keys"/* "$folder/e2e/keys.scan/" && rmdir "$folder/keys"
	sed -i 's,/e2e/keys/,/e2e/keys.scan/,g' "$folder/e2e/scans"
	echo mode=scan >"$folder/e2e/config"
	boot "$series" "$folder" ima_appraise=off "$image" no
	rm -rf "$folder/e2e"
}

# each FUNCTION WORDS...: runs FUNCTION SERIES POLICY for all pairs, E2E_JOBS at a time.
each()
{
	local function=$1 series policy running=0 failed=no
	for series in $kernels; do
		for policy in $policies; do
			if [ "$running" -ge "${E2E_JOBS:-2}" ]; then
				wait -n || failed=yes
				running=$((running - 1))
			fi
			"$function" "$series" "$policy" &
			running=$((running + 1))
		done
	done
	while [ "$running" -gt 0 ]; do
		wait -n || failed=yes
		running=$((running - 1))
	done
	[ "$failed" = no ] || die "stopped, as said above"
}

[ "$(id -u)" = 0 ] || die "needs root: to mount the image, and to make files that root owns"
for policy in $policies; do
	[ -f "$here/policies/$policy.policy" ] || die "no policy $policy"
done
if [ "$kernel_only" = no ] && [ ! -x "$scanner" ]; then
	die "no program $scanner to try: build it, set IMA_SCAN, or use --kernel-only"
fi

started=$(date +%s)
write_policies
if [ "$scan_only" = no ]; then
	# shellcheck disable=SC2086 # a list
	"$here/fetch-kernel.sh" $kernels
	# shellcheck disable=SC2086
	"$here/build-initramfs.sh" $kernels
	"$here/corpus.sh"
	each kernel_run
	echo "run.sh: the kernels have spoken after $(($(date +%s) - started)) s" >&2
fi
if [ "$kernel_only" = no ]; then
	mount_image
	each host_scan
	unmount_image
	if [ -n "$static" ]; then
		for series in $kernels; do
			guest_scan "$series"
		done
	fi
	arguments=()
	[ "$report" = no ] || arguments+=(--report "$here/../../docs/kernel-agreement.md")
	# shellcheck disable=SC2086
	python3 "$here/compare.py" --runs "$runs" --policy-dir "$texts" \
		--exceptions "$here/exceptions.txt" --kernels $kernels --policies $policies \
		"${arguments[@]}"
else
	# shellcheck disable=SC2086
	python3 "$here/compare.py" --runs "$runs" --policy-dir "$texts" --kernel-only \
		--kernels $kernels --policies $policies
fi
