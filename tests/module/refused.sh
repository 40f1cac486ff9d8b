#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The daemon refuses faulty modules with a clear message, and survives modules that misbehave while
# they run.
set -eu
here=$MG_TOP_SRCDIR/tests/module
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/modules"
so=$dir/modules/bad.so
printf 'listen unix:%s/s\nmodules %s/modules\npolicy bad { }\n' "$dir" "$dir" >"$dir/conf"
failed=0

build()
{
	$CC -std=c11 -D_POSIX_C_SOURCE=200809L -fPIC -shared \
		-I"$MG_TOP_SRCDIR/include" -DBAD="$1" -o "$so" "$here/bad.c"
}

# The daemon's output must have the text, and its exit status must be 1.
refused()
{
	local status=0

	"$MILLGATED" -t -c "$dir/conf" >"$dir/out" 2>&1 || status=$?
	if [ "$status" = 1 ] && grep -qF -- "$2" "$dir/out"; then
		echo "ok: $1"
	else
		echo "FAILED: $1: exit status $status, wanted: $2"
		cat "$dir/out"
		failed=1
	fi
}

refused "no file" "there is no $so"
build ABI && refused "another ABI" "is built for ABI 2, this is ABI 1"
build NAME && refused "another name" "registers a policy of another name"
build SIZE && refused "a struct that is too small" "says that its struct mg_policy has 16 bytes"
build OPEN && refused "open() fails" "there is no such library"
build SILENT && refused "open() fails and does not say why" \
	"could not be opened, and does not say why"
build VALUE && refused "a value that would hide a macro" \
	'declares a value "client", which is the name of a macro'
build ITEM && refused "an item outside of the struct" \
	'declares an item "number" that lies outside of its struct'
build HOOKS && refused "no hooks" "registers a policy that has no hooks"
build ACTION && refused "a wrong default action" \
	'bad.so, default of found:1:1: unknown action "rejct"'
build DEFAULT && refused "a wrong default of an item" \
	'bad.so, default of number:1:1: found 1000001, expected a whole number from -1000000'
build STRIDE && refused "an array without the size of its elements" \
	'says that one of its results has 0 bytes, expected'
build NOTHING && refused "no symbol" "has no symbol mg_policy_register"
build UNRESOLVED && refused "a function that the host has not" "mg_no_such_function"

# A file that is truncated at many lengths.
build MISBEHAVING
cp "$so" "$dir/whole.so"
size=$(stat -c %s "$so")
for length in 0 1 15 63 64 100 1000 $((size / 4)) $((size / 2)) $((size * 3 / 4)) $((size - 64)) \
	$((size - 1)); do
	head -c "$length" "$dir/whole.so" >"$so"
	refused "truncated to $length of $size bytes" "truncated"
done
head -c "$size" /dev/urandom >"$so" && refused "noise" "is not a shared object"
rm "$so" && mkdir "$so" && refused "a folder" "is not a regular file"
rmdir "$so"
cp "$dir/whole.so" "$so" && chmod 0 "$so"
[ "$(id -u)" = 0 ] || refused "not readable" "cannot be read"
chmod 755 "$so"

MG_TEST_MODULES=$dir/modules "$MG_TOP_BUILDDIR/tests/scenario/runner" "$here/misbehaving.scn" ||
	failed=1
exit "$failed"
