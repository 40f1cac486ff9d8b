# SPDX-License-Identifier: BSD-2-Clause
# Runs the test suites of a Debian package through the daemon. Tests source it, with ENGINE set and
# the suites as arguments.
suites=${SPF_SUITES:-/usr/share/gocode/src/blitiri.com.ar/go/spf/testdata}

if ! test -r "$suites/rfc7208-tests.yml"; then
	echo "no test suites: on Debian they are in the package golang-blitiri-go-spf-dev"
	exit 77
fi

run_suites() { # ENGINE SUITE...
	local engine=$1 suite
	local files=()
	shift
	for suite; do
		files+=("$suites/$suite")
	done
	"$MG_TOP_BUILDDIR/tests/conformance/spf/run" "$engine" \
		"$MG_TOP_SRCDIR/tests/conformance/spf/exceptions" "${files[@]}"
}
