#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Our own engine passes the suite of RFC 7208 without any exception, and two smaller suites.
. "$MG_TOP_SRCDIR/tests/conformance/spf/suites.sh"
run_suites rfc7208 rfc7208-tests.yml pyspf-tests.yml blitirispf-tests.yml
