#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The session id in a reply leads from a sender's complaint to the lines of the log, and can be
# turned off.
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
policy access { reject sender bad@example.org }
C
smtp_send --from bad@example.org
reply RCPT "550 5.7.1 *$ID"
got=$(smtp_reply_to RCPT)
id=${got##*\[}
id=${id%\]*}
check 'an id' test -n "$id"
logged "reject.*$id"
maillog "milter-reject: RCPT.*$id"

# Each session has its own; one session's messages share it.
smtp_send --from bad@example.org
got=$(smtp_reply_to RCPT)
check 'another id' test "${got##*\[}" != "$id]"
smtp_open
smtp 'EHLO client1.example.test'
smtp 'MAIL FROM:<bad@example.org>'
smtp 'RCPT TO:<user@example.test>'
first=${SMTP_REPLY##*\[}
smtp RSET
smtp 'MAIL FROM:<bad@example.org>'
smtp 'RCPT TO:<user@example.test>'
is "${SMTP_REPLY##*\[}" "${first%\]}\]"

e2e_again <<'C'
reply-id no
policy access { reject sender bad@example.org; on reject reject "No" }
C
smtp_send --from bad@example.org
reply RCPT '550 5.7.1 No'
