#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The engine libspf2 passes the suite of RFC 7208, but for the exceptions in the list.
. "$MG_TOP_SRCDIR/tests/conformance/spf/suites.sh"
run_suites libspf2 rfc7208-tests.yml pyspf-tests.yml blitirispf-tests.yml
