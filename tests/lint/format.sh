#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sources are laid out as .clang-format says; `make format` does it.
set -euo pipefail
# shellcheck source=tests/lint/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

mapfile -t sources < <(files '*.c' '*.h')
for source in "${sources[@]}"; do
	line=$(clang-format "$source" | cmp -- "$source" - 2>/dev/null | sed 's/.*line //' || true)
	[ -z "$line" ] || finding "$source:$line" "not as clang-format lays it out (make format)"
done
verdict
