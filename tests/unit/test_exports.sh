#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Modules can call the functions of policy.h: milter/daemon/exports.list names them all, and the
# daemon exports them.
set -u
LC_ALL=C
export LC_ALL
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

fail() { # TITLE: what "diff" found is the reason
	echo "FAIL: $1"
	exit 1
}

# A module defines mg_policy_register itself; mg_builtin_* is its name in the daemon.
sed -e 's,/\*.*\*/,,' -e '/^ \*/d' -e '/^#/d' "$MG_TOP_SRCDIR/include/millgate/policy.h" |
	grep -oE '(^|[^a-z_])mg_[a-z0-9_]+\(' | sed 's/.*\(mg_[a-z0-9_]*\)(/\1/' |
	grep -vE '^mg_(policy_register|builtin_)' | sort -u >"$work/header"
sed -n 's/^\t\(.*\);$/\1/p' "$MG_TOP_SRCDIR/milter/daemon/exports.list" | sort >"$work/list"
test -s "$work/list" || fail "milter/daemon/exports.list could not be read"
diff -u "$work/header" "$work/list" ||
	fail "policy.h (-) and milter/daemon/exports.list (+) do not name the same functions"

# These are no exports of ours: the copy of another library's variable (stderr), functions of a
# sanitizer, and functions that a folder replaces for its library, named in its file "interposed".
readelf -W -r "$MILLGATED" | awk '$3 ~ /_COPY$/ { sub(/@.*/, "", $5); print $5 }' >"$work/copies"
find "$MG_TOP_SRCDIR/milter" -name interposed -exec cat {} + >"$work/interposed"
nm -D --defined-only "$MILLGATED" | sed 's/.* //; s/@.*//' |
	grep -vxFf "$work/copies" | grep -vxFf "$work/interposed" | sort >"$work/all"
if test "$MG_SANITIZER" = no; then
	cp "$work/all" "$work/ours"
else
	grep '^mg_' "$work/all" >"$work/ours"
fi
diff -u "$work/list" "$work/ours" ||
	fail "milter/daemon/exports.list (-) and the exports of $MILLGATED (+) are not the same"
echo "$(grep -c . "$work/list") functions, declared, listed and exported alike"
