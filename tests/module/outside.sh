#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Installs Millgate into a folder, builds two modules there with only the installed header and
# millgate.pc, one of them the example of the installed millgate-policy(3), and runs them. Compiles
# the header alone as C11 and as C++17.
set -eu
here=$MG_TOP_SRCDIR/tests/module
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

make -s -C "$MG_TOP_BUILDDIR" install-data install-exec DESTDIR="$dir/root" \
	>"$dir/install.log" 2>&1 ||
	{ cat "$dir/install.log"; exit 1; }
pc=$(find "$dir/root" -name millgate.pc)
[ -n "$pc" ] || { echo "millgate.pc was not installed"; exit 1; }
export PKG_CONFIG_PATH=${pc%/*} PKG_CONFIG_SYSROOT_DIR=$dir/root
cflags=$(pkg-config --cflags millgate)
include=$(find "$dir/root" -type d -path '*/include')

echo "the header alone"
echo '#include <millgate/policy.h>' >"$dir/alone.c"
cp "$dir/alone.c" "$dir/alone.cc"
$CC -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$include" -fsyntax-only "$dir/alone.c"
${CXX:-g++} -std=c++17 -Wall -Wextra -Wpedantic -Werror -I"$include" -fsyntax-only "$dir/alone.cc"

mkdir "$dir/modules"
runner=$MG_TOP_BUILDDIR/tests/scenario/runner
export MG_TEST_MODULES=$dir/modules

build() { # TYPE SOURCE
	# shellcheck disable=SC2086 # the flags are several words
	$CC -std=c11 -Wall -Wextra -Wpedantic -Werror -fPIC -shared $cflags -I"$include" \
		-o "$dir/modules/$1.so" "$2"
	local symbols
	symbols=$(nm -D --defined-only "$dir/modules/$1.so" | awk '{print $3}')
	[ "$symbols" = mg_policy_register ] ||
		{ echo "$1 exports more than one symbol: $symbols"; exit 1; }
}

echo "a module"
build outside "$here/outside.c"
"$runner" "$here/outside-runs.scn"

echo "the example of millgate-policy(3)"
awk '/^\.SH / { example = $2 == "EXAMPLE" }
	example && /^\.fi/ { exit }
	inside { gsub(/\\-/, "-"); gsub(/\\e/, "\\"); print }
	example && /^\.nf/ { inside = 1 }' \
	"$(find "$dir/root" -name millgate-policy.3)" >"$dir/mxhost.c"
build mxhost "$dir/mxhost.c"
"$runner" "$here/example-runs.scn"

echo "an error and a warning of its check()"
printf 'listen unix:%s/s\nmodules %s/modules\npolicy outside { word forbidden }\n' "$dir" "$dir" \
	>"$dir/conf"
if "$MILLGATED" -t -c "$dir/conf" >"$dir/out" 2>&1; then echo "was taken"; exit 1; fi
cat "$dir/out"
grep -q "conf:3:23: found forbidden, expected another word" "$dir/out"
sed -i 's/forbidden/of/' "$dir/conf"
"$MILLGATED" -t -c "$dir/conf" >"$dir/out" 2>&1 || { cat "$dir/out"; exit 1; }
grep -q "conf:3:23: warning: of is in every other subject" "$dir/out" || { cat "$dir/out"; exit 1; }
