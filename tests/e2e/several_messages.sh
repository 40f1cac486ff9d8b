#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Several messages in one session: results of the client count for each, results of a message for
# that one.
. "$(dirname "$0")/e2e.sh"

e2e_start <<C
modules $E2E_MODULES
policy stages { at connect; on hit header X-Client "{client}" }
policy access {
    reject sender bad@example.org
    reject header "/^Subject: bad/"
    hold sender held@example.org
}
C

message() {
	smtp "MAIL FROM:<$1>"
	smtp 'RCPT TO:<user@example.test>'
	[[ $SMTP_REPLY == 250* ]] || return
	smtp_message "Subject: $2" '' 'Text.'
}

smtp_open
smtp 'EHLO client1.example.test'
message good@example.org one
is "$SMTP_REPLY" '250 2.0.0 Ok: queued as *'
message bad@example.org two
is "$SMTP_REPLY" "550 5.7.1 Sender address rejected $ID"
smtp RSET
message good@example.org bad
is "$SMTP_REPLY" "550 5.7.1 Message header rejected $ID"
message held@example.org four
is "$SMTP_REPLY" '250 2.0.0 Ok: queued as *'
message good@example.org five
is "$SMTP_REPLY" '250 2.0.0 Ok: queued as *'
message '' six
is "$SMTP_REPLY" '250 2.0.0 Ok: queued as *'
says QUIT '221 *'
held 1
delivered 3
is "$(cat "$LAB_MAIL"/all/new/* | grep -c '^X-Client: 127.0.0.1$')" 3
