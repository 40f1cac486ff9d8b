#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A policy that takes longer than its deadline has the result "timeout". By default that causes no
# action, and the mail does not wait.
. "$(dirname "$0")/e2e.sh"

e2e_start <<C
modules $E2E_MODULES
policy stages slow { at rcpt; wait 600ms; deadline 300ms; on hit reject "Too late" }
C
smtp_send
reply RCPT '250 2.1.5 Ok'
delivered 1
logged 'stages/slow.*timeout'

e2e_again <<C
modules $E2E_MODULES
policy stages slow { at rcpt; wait 600ms; deadline 300ms; on timeout tempfail "Not now" }
C
smtp_send
reply RCPT "451 4.7.1 Not now $ID"

# The policies share the stage's budget: those that come after its end have no time left.
e2e_again <<C
modules $E2E_MODULES
stage-budget 500ms
policy stages slow { at rcpt; wait 700ms; on hit score 1 }
policy stages next { at rcpt; wait 50ms; on timeout header X-Next "timeout" }
C
smtp_send
reply RCPT '250 2.1.5 Ok'
delivered 2
has "$MAIL" '^X-Next: timeout$'
