#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A makefile fragment names or finds every source and every test in the tree: otherwise a test would
# never run, and nobody would notice. No two tests share a log. The README's list of
# packages has every library that configure requires, but for those of the tests.
set -u
cd "$MG_TOP_SRCDIR" || exit 99

names=$(cat Makefile.am ./*/*.mk ./*/*/*.mk ./*/*/*/*.mk)
failed=0
found=
for pattern in $(printf '%s\n' "$names" | sed -n 's/.*(call found,\([^)]*\)).*/\1/p'); do
	case $pattern in
	*'*'*) # of which the shell has found none
		echo "FAIL: there is no $pattern"
		failed=1
		;;
	esac
	found="$found $pattern"
done
shared=$(printf '%s\n' tests/*/*.sh tests/*/*.scn tests/*/test_*.c |
	sed 's/\.[a-z]*$//' | sort | uniq -d)
if [ -n "$shared" ]; then
	printf 'FAIL: tests that share a log: %s\n' "$shared"
	failed=1
fi
names="$names $found"
for file in milter/*/*.[ch] milter/*/*/*.[ch] policies/*/*.[ch] policies/*/*/*.[ch] \
	tests/*/*.[ch] tests/*/*.sh tests/*/*.scn; do
	case $file in
	*'*'*) continue ;; # no file of this kind
	esac
	name=${file%.c}
	if ! printf '%s\n' "$names" | grep -Eq "(^|[[:space:]])$name(\.c)?([[:space:]]|\$)"; then
		echo "FAIL: $file is in no makefile fragment"
		failed=1
	fi
done
for package in $(sed -n 's/^MG_LIB(.*\[\([a-z0-9.+-]*\)\])$/\1/p' configure.ac); do
	if ! grep -Eq "^    apt-get install (.* )?$package( |\$)" README.md; then
		echo "FAIL: README.md does not install $package"
		failed=1
	fi
done
exit "$failed"
