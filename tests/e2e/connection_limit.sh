#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Clients beyond max-connections are deferred; when one session has ended, the next is served.
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
max-connections 2
policy access { reject sender bad@example.org }
C
smtp_open
one=$smtp_fd
smtp_fd=
smtp_open
two=$smtp_fd
smtp_fd=
smtp_open
is "$SMTP_REPLY" '421 mx.example.test Service unavailable - try again later'
maillog 'milter-reject: CONNECT.*: 421 4.3.2 Too many connections'
logged 'max-connections'
exec {one}>&-
# This takes until Postfix has ended its session, too.
is_served() {
	smtp_send --from bad@example.org
	[[ $(smtp_reply_to RCPT) == 550* ]]
}
lab_wait 30 is_served
reply RCPT "550 5.7.1 *$ID"
exec {two}>&-
smtp_send
delivered 1
