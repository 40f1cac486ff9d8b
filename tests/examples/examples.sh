#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Each example of the manual pages of the configuration does what the page says: the files beside
# this one are scenarios in which a line "@PAGE N@" stands for the Nth example of a page. An example
# without a scenario fails. Paths of an example are the scenario's own folder.
set -eu
here=$MG_TOP_SRCDIR/tests/examples
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

page() # NAME: its file
{
	ls "$MG_TOP_SRCDIR"/man/"$1".* "$MG_TOP_SRCDIR"/policies/*/"$1".* 2>/dev/null
}

example() # PAGE N: without roff, and without what belongs to a real host
{
	awk -v n="$2" '/^\.nf/ { inside = ++count == n; next } /^\.fi/ { inside = 0 } inside' \
		"$(page "$1")" |
		sed -e 's/\\-/-/g; s/\\(dq/"/g; s/\\e/\\/g' \
			-e 's,/etc/\(millgate\|postfix\)/,$DIR/,g' \
			-e '/^\(listen\|socket-group\|user\) /d'
}

scenario() # FILE: the scenario that it describes
{
	local line

	while IFS= read -r line; do
		if [[ $line =~ ^@([a-z.-]+)\ ([0-9]+)@$ ]]; then
			example "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
			echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}" >>"$dir/shown"
		else
			printf '%s\n' "$line"
		fi
	done <"$1"
}

: >"$dir/shown"
for file in "$here"/*.example; do
	name=${file##*/}
	scenario "$file" >"$dir/${name%.example}.scn"
done
"$MG_TOP_BUILDDIR/tests/scenario/runner" "$dir"/*.scn || failed=1

for file in "$MG_TOP_SRCDIR"/man/millgate.conf.5.in "$MG_TOP_SRCDIR"/policies/*/*.5.in; do
	name=${file##*/}
	name=${name%.5.in}
	for ((n = 1; n <= $(grep -c '^\.nf' "$file"); n++)); do
		grep -qx "$name $n" "$dir/shown" && continue
		echo "FAIL: no scenario shows example $n of $name"
		failed=1
	done
done
exit "$failed"
