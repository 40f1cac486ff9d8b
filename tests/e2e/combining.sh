#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Several policies that disagree: a reject wins over a tempfail, and after an accept no further
# policy runs.
. "$(dirname "$0")/e2e.sh"

e2e_start <<C
policy access first {
    defer sender deferred@example.org rejected@example.org
    on defer tempfail "Later"
}
policy access second {
    reject sender rejected@example.org good@example.org
    ok sender ok@example.org
    on reject reject "Never"
}
policy access third { reject sender ok@example.org; on reject reject "Not heard" }
C
smtp_send --from deferred@example.org
reply RCPT "451 4.7.1 Later $ID"
smtp_send --from rejected@example.org
reply RCPT "550 5.7.1 Never $ID"
smtp_send --from ok@example.org
reply . '250 2.0.0 Ok: queued as *'
delivered 1

# A tempfail decided before the accept stands.
e2e_again <<C
policy access first { defer sender sender@example.org; on defer tempfail "Later" }
policy access second { ok sender sender@example.org }
C
smtp_send
reply RCPT "451 4.7.1 Later $ID"
delivered 1
