#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Loads modules that were compiled against other versions of the header: each frozen one (in
# abi/), and one whose structs have further members at their ends. All must work like one built
# today. One whose structs lack what the first release had is refused.
set -eu
here=$MG_TOP_SRCDIR/tests/module
now=$MG_TOP_SRCDIR/include/millgate/policy.h
first=$here/abi/policy-1.h
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/modules"
failed=0

header() # NAME FILE
{
	mkdir -p "$dir/$1/millgate"
	cp "$2" "$dir/$1/millgate/policy.h"
}

# The ends of these structs get members that no host of today knows.
header larger "$first"
awk '/^struct mg_(result|item|policy) \{$/ { inside = 1 }
	inside && /^};$/ { print "\tvoid *later[3];"; inside = 0; n++ }
	{ print }
	END { exit n != 3 }' "$first" >"$dir/larger/millgate/policy.h"

# The end of one struct loses members.
smaller() # NAME STRUCT MEMBERS
{
	header "$1" "$first"
	awk -v begin="struct $2 {" -v members="$3" '
		$0 == begin { inside = 1 }
		inside && /^};$/ { inside = 0; n -= members }
		inside { line[n++] = $0; next }
		{ for (i = 0; i < n; i++) print line[i]; n = 0; print }' \
		"$first" >"$dir/$1/millgate/policy.h"
}
smaller short_result mg_result 1
smaller short_item mg_item 1
smaller short_policy mg_policy 2 # of which each fills half of an alignment
header same "$now"
for frozen in "$here"/abi/policy-*.h; do
	name=${frozen##*/policy-}
	header "frozen${name%.h}" "$frozen"
done

layout() # NAME
{
	$CC -std=c11 -I"$dir/$1" -o "$dir/layout" "$here/layout.c" &&
		"$dir/layout" >"$dir/$1/layout"
}

build() # NAME [FLAG...]
{
	$CC -std=c11 -Wall -Wextra -Werror -fPIC -shared -I"$dir/$1" -DNAME="$1" "${@:2}" \
		-o "$dir/modules/$1.so" "$here/elements.c"
}

# Builds the module NAME, and sees it work in the daemon.
works() # NAME [FLAG...]
{
	local name=$1 status=0

	build "$@"
	sed "s/@NAME@/$name/" "$here/elements.scn.in" >"$dir/$name.scn"
	MG_TEST_MODULES=$dir/modules "$MG_TOP_BUILDDIR/tests/scenario/runner" "$dir/$name.scn" ||
		status=1
	layout "$name"
	diff "$dir/same/layout" "$dir/$name/layout" || { echo "$name: members moved"; status=1; }
	[ "$status" = 0 ] && echo "ok: $name" || { echo "FAILED: $name"; failed=1; }
}

refused() # NAME WHAT
{
	build "$1"
	printf 'listen unix:%s/s\nmodules %s/modules\npolicy %s { }\n' "$dir" "$dir" "$1" \
		>"$dir/conf"
	if ! "$MILLGATED" -t -c "$dir/conf" >"$dir/out" 2>&1 &&
		grep -q "$1.so: says that $2 .* bytes, expected .* or more" "$dir/out"; then
		echo "ok: $1"
	else
		echo "FAILED: $1 is not refused"
		cat "$dir/out"
		failed=1
	fi
}

layout same
works same
works larger -DLATER
for name in "$dir"/frozen*; do works "${name##*/}"; done
refused short_result "one of its results has"
refused short_item "one of its items has"
refused short_policy "its struct mg_policy has"
exit "$failed"
