#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The class "daemon" distinguishes two services of one Postfix by their names
# (milter_macro_daemon_name).
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
class submission { daemon submission }
policy access {
    reject sender sender@example.org
    only submission
    on reject reject "Not at {daemon}"
}
C
smtp_send --port 587
reply RCPT "550 5.7.1 Not at submission $ID"
smtp_send --port 25
reply . '250 2.0.0 Ok: queued as *'
delivered 1
