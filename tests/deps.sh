#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what building and testing need and this system lacks, through its own package manager.
# Usage: tests/deps.sh [GROUP…]   groups of docs/packages.txt; all of them when none is named.
set -euo pipefail

cd "$(dirname "$0")/.."
table=docs/packages.txt

say() {
	printf 'deps: %s\n' "$*" >&2
}

# The first package manager found, by the name of its column.
find_manager() {
	local program
	for program in apt-get dnf pacman emerge apk; do
		if command -v "$program" >/dev/null; then
			printf '%s\n' "${program%-get}"
			return
		fi
	done
	say "none of apt-get, dnf, pacman, emerge and apk is here; install what $table lists by hand"
	return 1
}

column_of() {
	case $1 in
	apt) echo 2 ;;
	dnf) echo 3 ;;
	pacman) echo 4 ;;
	emerge) echo 5 ;;
	apk) echo 6 ;;
	esac
}

# Package names of the groups asked for, one a line. "none" goes to standard error as a remark.
wanted() {
	local column=$1
	shift
	awk -F'|' -v column="$column" -v groups=" $* " '
		/^#/ || NF == 0 { next }
		/^\[/ { group = $0; gsub(/[][]/, "", group); seen[group] = 1; next }
		groups != "  " && !index(groups, " " group " ") { next }
		{
			n = split($column, names, " ")
			for (i = 1; i <= n; i++)
				if (names[i] == "none")
					print "deps: not packaged here: " $1 >"/dev/stderr"
				else if (names[i] != "-" && !done[names[i]]++)
					print names[i]
		}
		END {
			n = split(groups, asked, " ")
			for (i = 1; i <= n; i++)
				if (!(asked[i] in seen)) {
					print "deps: no such group: " asked[i] >"/dev/stderr"
					exit 64
				}
		}' "$table"
}

# Of the names given, those that are installed.
installed() {
	local manager=$1 name
	shift
	case $manager in
	apt)
		dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
			awk '$1 == "installed" { print $2 }' || true
		;;
	dnf) rpm -q --qf '%{NAME}\n' "$@" 2>/dev/null | grep -v ' ' || true ;;
	pacman) pacman -Qq "$@" 2>/dev/null || true ;;
	emerge)
		for name; do
			if compgen -G "/var/db/pkg/$name-[0-9]*" >/dev/null; then
				printf '%s\n' "$name"
			fi
		done
		;;
	apk) apk info -e "$@" 2>/dev/null || true ;;
	esac
}

# The command that installs, a word a line.
install_command() {
	case $1 in
	apt) printf '%s\n' env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ;;
	dnf) printf '%s\n' dnf install -y ;;
	pacman) printf '%s\n' pacman -S --needed --noconfirm ;;
	emerge) printf '%s\n' emerge --noreplace ;;
	apk) printf '%s\n' apk add ;;
	esac
}

main() {
	local manager names missing command
	manager=$(find_manager)
	names=$(wanted "$(column_of "$manager")" "$@")
	mapfile -t names <<<"$names"
	mapfile -t missing < <(comm -23 <(printf '%s\n' "${names[@]}" | sort) \
		<(installed "$manager" "${names[@]}" | sort))
	if [ "${#missing[@]}" -eq 0 ]; then
		say "everything is here (${#names[@]} packages, ${*:-all groups})"
		return
	fi
	mapfile -t command < <(install_command "$manager")
	if [ "$(id -u)" -ne 0 ]; then
		say "${#missing[@]} packages are missing; run this as root, then come back:"
		say "  ${command[*]} ${missing[*]}"
		return 1
	fi
	say "installing with $manager: ${missing[*]}"
	[ "$manager" != apt ] || apt-get update -qq
	"${command[@]}" "${missing[@]}"
}

main "$@"
