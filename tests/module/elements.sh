#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Loads modules that were compiled against other versions of the header: each frozen one (in
# abi/), and one whose structs have further members at their ends. All must work like one built
# today.
set -eu
here=$MG_TOP_SRCDIR/tests/module
now=$MG_TOP_SRCDIR/include/millgate/policy.h
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
header larger "$now"
awk '/^struct mg_(result|item|policy) \{$/ { inside = 1 }
	inside && /^};$/ { print "\tvoid *later[3];"; inside = 0; n++ }
	{ print }
	END { exit n != 3 }' "$now" >"$dir/larger/millgate/policy.h"
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

# Builds the module NAME, and sees it work in the daemon.
works() # NAME [FLAG...]
{
	local name=$1 status=0

	shift
	$CC -std=c11 -Wall -Wextra -Werror -fPIC -shared -I"$dir/$name" -DNAME="$name" "$@" \
		-o "$dir/modules/$name.so" "$here/elements.c"
	sed "s/@NAME@/$name/" "$here/elements.scn.in" >"$dir/$name.scn"
	MG_TEST_MODULES=$dir/modules "$MG_TOP_BUILDDIR/tests/scenario/runner" "$dir/$name.scn" ||
		status=1
	layout "$name"
	diff "$dir/same/layout" "$dir/$name/layout" || { echo "$name: members moved"; status=1; }
	[ "$status" = 0 ] && echo "ok: $name" || { echo "FAILED: $name"; failed=1; }
}

# A frozen header that is not smaller would show nothing.
sizes() # NAME
{
	printf '#include <millgate/policy.h>\n#include <stdio.h>\nint main(void)\n{\n%s\n}\n' \
		'printf("%zu %zu %zu\n", sizeof(struct mg_result), sizeof(struct mg_item),
			sizeof(struct mg_policy));' \
		>"$dir/sizes.c"
	$CC -I"$dir/$1" -o "$dir/sizes" "$dir/sizes.c" && "$dir/sizes"
}

layout same
works same
works larger -DLATER
for name in "$dir"/frozen*; do works "${name##*/}"; done
read -r result item policy < <(sizes same)
read -r small_result small_item small_policy < <(sizes frozen1)
if ! ((small_result < result && small_item < item && small_policy < policy)); then
	echo "FAILED: policy-1.h has structs as large as today's"
	failed=1
fi
exit "$failed"
