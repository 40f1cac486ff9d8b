#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# No line has more than 100 columns. A tab ends at the next multiple of 8; a character beyond ASCII
# is one column. These are exempt:
# - the fuzzers' corpora: they are input, byte for byte;
# - statements of scenarios: they are bytes on the wire and lines of the log, and a statement cannot
#   continue on the next line (comments and configurations in scenarios are checked);
# - a line of such a configuration with a text of more than 80 columns: a text cannot continue on
#   the next line either.
set -u
LC_ALL=C
export LC_ALL
cd "$MG_TOP_SRCDIR" || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

# The source tree without generated files, and without builds in it ("make distcheck" makes one).
sources() {
	find . \
		\( -path ./.git -o -path ./build-aux -o -path ./tests/fuzz/corpus -o \
		-name autom4te.cache -o -name _inst \) -prune -o \
		-type d ! -path . -exec test -e '{}/config.status' \; -prune -o \
		-type f ! -name config.h ! -name builtin.h ! -name aclocal.m4 \
		! -name libtool.m4 ! -name 'lt*.m4' \
		\( -name '*.[ch]' -o -name '*.sh' -o -name '*.scn' -o \
		-name '*.awk' -o -name '*.mk' -o -name '*.am' -o \
		-name '*.ac' -o -name '*.m4' -o -name '*.md' -o -name NEWS -o \
		-name '*.[1-8].in' -o -path './man/*.[38]' -o \
		-path './packaging/*' -o -path ./.ci/run -o -path ./tests/bench/run \) -print |
		sed 's,^\./,,' | sort
}

cat >"$work/width.awk" <<'AWK'
function columns(line,    tab) {
	gsub(/[\200-\277]/, "", line) # UTF-8: only the first byte of a character counts
	while ((tab = index(line, "\t")))
		line = substr(line, 1, tab - 1) substr("        ", (tab - 1) % 8 + 1) \
			substr(line, tab + 1)
	return length(line)
}
function longest_text(line,    longest) {
	while (match(line, /"([^"\\]|\\.)*"/)) {
		if (RLENGTH > longest)
			longest = RLENGTH
		line = substr(line, RSTART + RLENGTH)
	}
	return longest
}
FNR == 1 { in_config = 0 }
FILENAME ~ /\.scn$/ {
	if ($0 == "config")
		in_config = 1
	if ($0 == "end")
		in_config = 0
	if (!/^#/ && (!in_config || longest_text($0) > 80))
		next
}
columns($0) > 100 { print FILENAME ":" FNR ": " columns($0) " columns" }
AWK

sources >"$work/sources"
for known in include/millgate/policy.h NEWS README.md man/millgated.8 packaging/check; do
	grep -qx "$known" "$work/sources" || { echo "FAIL: $known is not looked at"; exit 1; }
done
xargs awk -f "$work/width.awk" <"$work/sources" >"$work/long" || exit 99
cat "$work/long"
echo "$(grep -c . "$work/long") of the lines of $(grep -c . "$work/sources") files are too long"
test ! -s "$work/long"
