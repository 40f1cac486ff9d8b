#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A module that cannot be unloaded is not taken for the file that has come in its place.
set -eu
here=$MG_TOP_SRCDIR/tests/module
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

build() # NAME FLAG
{
	$CC -std=c11 -D_POSIX_C_SOURCE=200809L -fPIC -shared -Wl,-z,nodelete \
		-I"$MG_TOP_SRCDIR/include" -DBAD=MISBEHAVING "$2" -o "$dir/$1.so" "$here/bad.c"
}

build bad -O0
build next -O2
cp "$dir/bad.so" "$dir/same.so"
MG_TEST_MODULES=$dir "$MG_TOP_BUILDDIR/tests/scenario/runner" "$here/module-stays.scn"
