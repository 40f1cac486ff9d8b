#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The scripts install what configure looks for: packaging/check every library, packaging/quickstart
# those that Millgate needs without its tests.
set -u
cd "$MG_TOP_SRCDIR" || exit 99
failed=0

# The Debian packages, the last argument of each MG_LIB() on standard input.
debian_packages() {
	tr '\n' ' ' | sed 's/MG_LIB(/\n&/g' | sed -n 's/^MG_LIB([^)]*\[\([a-z0-9.+-]*\)\]).*/\1/p'
}

# installs SCRIPT NAME PACKAGE...: the list NAME of the script has all of the packages.
installs() {
	script=$1
	list=$(sed -n "/^$2=/,/[')]\$/p" "$script" | tr -c 'a-z0-9.+-' '\n')
	shift 2
	for package; do
		if ! printf '%s\n' "$list" | grep -qxF -e "$package"; then
			echo "FAIL: $script does not install $package, which configure looks for"
			failed=1
		fi
	done
}

all=$(debian_packages <configure.ac)
needed=$(sed '/^AS_VAR_IF(\[enable_tests\]/,/^MG_LIBS_DONE/d' configure.ac | debian_packages)
if [ "$(echo "$needed" | wc -l)" -lt 5 ] || [ "$(echo "$all" | wc -l)" -lt 8 ]; then
	echo "FAIL: found too few libraries in configure.ac:" $all
	exit 1
fi
installs packaging/check packages $all
installs packaging/quickstart libraries $needed
exit "$failed"
