#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The daemon accepts the examples of the manual pages and of the README. Files and users that they
# name may be missing, and so may a policy that was left out of this build.
set -u
LC_ALL=C
export LC_ALL
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
: "${MILLGATED:=$MG_TOP_BUILDDIR/milter/millgated}"

# Each block of a page goes to a file of its own: roff's between .nf and .fi, Markdown's where lines
# are indented.
examples() { # PAGE
	awk -v name="$(basename "$1")" -v page="$1" '
		function next_file() { if (file) close(file); file = name "." ++n ".conf" }
		page ~ /\.md$/ && !/^    / { inside = 0; next }
		page ~ /\.md$/ && !inside { inside = 1; next_file() }
		/^\.nf/ { inside = 1; next_file(); next }
		/^\.fi/ { inside = 0; next }
		inside { print > file }' "$1"
}

for page in "$MG_TOP_SRCDIR"/man/millgate.conf.5.in "$MG_TOP_SRCDIR"/man/millgated.8 \
	"$MG_TOP_SRCDIR"/policies/*/*.5.in "$MG_TOP_SRCDIR"/README.md; do
	examples "$page"
done

checked=0
failed=0
for file in *.conf; do
	# Skip blocks that are no configuration: commands, other programs' files.
	grep -Eq '^ *(policy|class|score|dns|listen) ' "$file" || continue
	sed -i 's/^    \(    \)*//; s/\\-/-/g; s/\\e/\\/g; s/\\(dq/"/g' "$file"
	grep -q '^listen' "$file" || echo 'listen unix:/nowhere/sock' >>"$file"
	for class in trusted authenticated; do
		grep -q "^class $class " "$file" || echo "class $class { client ::1 }" >>"$file"
	done
	checked=$((checked + 1))
	"$MILLGATED" -t -c "$file" >"$file.out" 2>&1
	if grep -E '^[^ ]+:[0-9]+(:[0-9]+)?: ' "$file.out" |
		grep -v -e 'warning: ' -e 'cannot read /' -e 'no policy is called ' \
			-e 'there is no user ' -e 'there is no group '; then
		echo "FAIL: $file"
		cat "$file" "$file.out"
		failed=1
	fi
done
if [ "$checked" -lt 15 ]; then
	echo "FAIL: found $checked examples only"
	failed=1
fi
exit "$failed"
