#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The rooms of milter/: each includes only itself and the rooms that the table below names, and no
# policy includes a room. Modules do not include each other in circles: a module is NAME.c and
# NAME.h.
set -u
cd "$MG_TOP_SRCDIR" || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

# ROOM and the rooms that it may include.
cat >"$work/rooms" <<'ROOMS'
base
table base
dns base
config dns table base
session config dns table base
front session config base
front/libmilter front session config base
daemon front/libmilter front session config dns table base
tools session config dns table base
ROOMS

# FILE INCLUDED, both below milter/.
includes() {
	grep -Hno '^#[[:space:]]*include "[^"]*"' "$@" |
		sed 's/^milter\///; s/:[0-9]*:#[[:space:]]*include "/ /; s/"$//'
}

room_of='function room(path) { sub(/\/[^\/]*$/, "", path); return path }'
find milter -name '*.[ch]' | sort >"$work/files"
test -s "$work/files" || exit 99
xargs grep -l '' /dev/null <"$work/files" | sed 's,/[^/]*$,,; s,^milter/*,,' |
	sort -u >"$work/found"
cut -d ' ' -f 1 "$work/rooms" | sort -u >"$work/named"
if ! diff "$work/named" "$work/found" >"$work/diff"; then
	echo "FAIL: the rooms of this test (<) are not the folders of milter/ (>):"
	cat "$work/diff"
	exit 1
fi
# shellcheck disable=SC2046 # no file here has a blank in its name
includes $(cat "$work/files") >"$work/includes"

awk "$room_of"'
	NR == FNR { for (i = 1; i <= NF; i++) may[$1 " " $i] = 1; next }
	$2 == "builtin.h" { next }
	!(room($1) " " room($2) in may) {
		print "FAIL: milter/" $1 " includes \"" $2 "\", which is not below its room"
		failed = 1
	}
	END { exit failed }' "$work/rooms" "$work/includes" || exit 1

# tsort names the modules of a circle. A circle of headers is one of modules.
sed -n 's,^\([^ ]*\)\.[ch] \([^ ]*/[^ ]*\)\.h$,\1 \2,p' "$work/includes" |
	sort -u | awk '$1 != $2' >"$work/modules"
test -s "$work/modules" || { echo "FAIL: no modules in milter/"; exit 1; }
tsort "$work/modules" >/dev/null 2>"$work/circles" ||
	{ echo "FAIL: modules include each other in a circle:"; cat "$work/circles"; exit 1; }

# A policy knows policy.h, its own folder and those that policies share.
includes $(find policies -name '*.[ch]') |
	sed 's/^[^ ]* //' | sort -u | while read -r name; do
	if test -e "milter/$name"; then
		echo "FAIL: a policy includes milter/$name"
	fi
done | grep . && exit 1
echo "$(wc -l <"$work/includes") includes, all downwards"
