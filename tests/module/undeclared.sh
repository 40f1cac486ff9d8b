#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A policy that reads facts without declaring them, and one that declares them.
set -eu
here=$MG_TOP_SRCDIR/tests/module
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

build() # NAME [FLAG]
{
	$CC -std=c11 -Wall -Wextra -Werror -fPIC -shared -I"$MG_TOP_SRCDIR/include" \
		-DPOLICY="$1" "${@:2}" -o "$dir/$1.so" "$here/undeclared.c"
}

build undeclared
build declared -DDECLARED
for facts in undeclared declared; do
	MG_TEST_MODULES=$dir "$MG_TOP_BUILDDIR/tests/scenario/runner" "$here/$facts-facts.scn"
done
