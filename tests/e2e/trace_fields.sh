#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Trace fields stand above Postfix's own Received field, in the order of the configuration; others
# at the header's end.
. "$(dirname "$0")/e2e.sh"

e2e_start <<C
modules $E2E_MODULES
policy stages one { at rcpt; on hit header Received-SPF "pass (one)"; on hit header X-One "one" }
policy stages two {
    at eom
    on hit header Authentication-Results "mx.example.test; spf=pass smtp.mailfrom=example.org"
    on hit header X-Two "two"
}
C
smtp_send
reply . '250 2.0.0 Ok: queued as *'
delivered 1
names=$(sed '/^$/q' "$MAIL" | sed -n 's/^\([A-Za-z-]*\):.*/\1/p' | tr '\n' ' ')
is "$names" '*Received-SPF Authentication-Results Received *'
is "$names" '*Received * X-One X-Two '
is "$(grep -c '^Received-SPF: pass (one)$' "$MAIL") $(grep -c '^Authentication-Results: mx' \
	"$MAIL")" '1 1'
logged 'message accepted'
