#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The macros of items compile with a member of their type, and with no other, as C11 and as C++20.
# Enumerations of another size do not compile.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

source() # MACRO TYPE
{
	cat <<SOURCE
#include <millgate/policy.h>
enum choice { ONE, TWO };
struct object {
	char before;
	$2 member;
};
extern const struct mg_item items[2];
const struct mg_item items[2] = {
	MG_ITEM_$1(struct object, member, "name", .syntax = "WORD", .help = "It is one."),
	{ .name = nullptr },
};
SOURCE
}

compiles() # LANGUAGE MACRO TYPE
{
	local flags=(-Wall -Wextra -Wpedantic -Werror -Wno-missing-field-initializers
		-fsyntax-only -I"$MG_TOP_SRCDIR/include")

	source "$2" "$3" >"$dir/item"
	if [ "$1" = c11 ]; then
		$CC -std=c11 "${flags[@]}" -Dnullptr=NULL -x c "$dir/item"
	else
		${CXX:-g++} -std=c++20 "${flags[@]}" -x c++ "$dir/item"
	fi >"$dir/out" 2>&1
}

check() # MACRO RIGHT WRONG...
{
	local macro=$1 right=$2 language type

	shift 2
	for language in c11 c++20; do
		compiles $language "$macro" "$right" ||
			{ echo "FAILED: $language: $macro, $right:"; cat "$dir/out"; failed=1; }
		for type; do
			compiles $language "$macro" "$type" || continue
			echo "FAILED: $language: $macro takes $type"
			failed=1
		done
	done
}

check BOOL bool int 'unsigned char'
check INT 'long long' int long 'unsigned long long' size_t double
check SIZE 'long long' size_t int
check DURATION 'long long' int unsigned double
check STRING 'const char *' 'char *' 'const void *' 'char'
check STRINGS 'struct mg_strings' 'const char *const *' 'struct mg_lines' 'const char *'
check CHOICE int 'enum choice' 'long long' unsigned bool
check TABLE 'const struct mg_table *' 'struct mg_table *' 'const void *' 'struct mg_strings'
check LINES 'struct mg_lines' 'struct mg_strings' 'const struct mg_line *' int

echo '#include <millgate/policy.h>' >"$dir/alone.c"
cp "$dir/alone.c" "$dir/alone.cc"
# shellcheck disable=SC2086 # it may be two words
for standard in c11 c++17; do
	case $standard in
	c11) compiler=$CC file=$dir/alone.c ;;
	*) compiler=${CXX:-g++} file=$dir/alone.cc ;;
	esac
	if $compiler -std=$standard -fshort-enums -fsyntax-only -I"$MG_TOP_SRCDIR/include" "$file" \
		>"$dir/out" 2>&1 || ! grep -q "an enum has the size of int" "$dir/out"; then
		echo "FAILED: $standard takes enumerations of another size"
		cat "$dir/out"
		failed=1
	fi
done
exit "$failed"
