#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The daemon has the protections that configure promised.
set -u
LC_ALL=C
export LC_ALL

skip() {
	echo "SKIPPED: $1; nothing was looked at"
	exit 77
}

failed=0
has() { # WHAT, PATTERN, TEXT
	if printf '%s\n' "$3" | grep -Eq "$2"; then
		echo "ok: $1"
	else
		echo "FAIL: $1: nothing matches \"$2\" in $MILLGATED"
		failed=1
	fi
}

test "$MG_HARDENING" = no && skip "this build was configured with --disable-hardening"
test "$MG_SANITIZER" = no || skip "this build was configured with --enable-sanitizer=$MG_SANITIZER"

header=$(readelf -W -h "$MILLGATED") || exit 99
segments=$(readelf -W -l "$MILLGATED") || exit 99
dynamic=$(readelf -W -d "$MILLGATED") || exit 99
symbols=$(readelf -W --dyn-syms "$MILLGATED") || exit 99

has "position-independent (type)" 'Type: +DYN' "$header"
has "position-independent (flag)" 'FLAGS_1.*\bPIE\b' "$dynamic"
has "all symbols bound at the start" 'BIND_NOW|FLAGS_1.*\bNOW\b' "$dynamic"
has "read-only after relocation" 'GNU_RELRO' "$segments"
has "stack not executable" 'GNU_STACK .* RW +0x' "$segments"
has "stack protector" '__stack_chk_fail' "$symbols"
has "fortified calls" '__[a-z]+_chk(@|$)' "$symbols"
exit "$failed"
