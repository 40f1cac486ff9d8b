#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every source and every test that lies in the tree is named in a makefile fragment: a test that is
# named nowhere never runs, and nobody sees it.
set -u
cd "$MG_TOP_SRCDIR" || exit 99

names=$(cat Makefile.am ./*/*.mk ./policies/*/*.mk)
failed=0
for file in milter/*.[ch] policies/*/*.[ch] tests/*/*.[ch] tests/*/*.sh tests/scenario/*.scn; do
	case $file in
	*'*'*) continue ;; # no file of this kind
	esac
	name=${file%.c}
	if ! printf '%s\n' "$names" | grep -Eq "(^|[[:space:]])$name(\.c)?([[:space:]]|\$)"; then
		echo "FAIL: $file is in no makefile fragment"
		failed=1
	fi
done
exit "$failed"
