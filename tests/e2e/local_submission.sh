#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Mail that sendmail(1) submits (Postfix's non_smtpd_milters) is never refused at RCPT, where
# Postfix would keep it for ever. The class "submitted-locally" matches it, and not SMTP from this
# host.
. "$(dirname "$0")/e2e.sh"

submit() {
	printf '%s\n' "Subject: $1" '' 'Text.' |
		timeout 20 sendmail -f local@example.test user@example.test other@example.test
	# pickup(8) is informed at once; settled means that it has seen the message.
	lab_queue_settle
	sleep 1
	lab_queue_settle
}

# This refuses everybody else at RCPT.
e2e_start <<C
modules $E2E_MODULES
class local { submitted-locally yes }
policy stages one { at connect; on hit reject "No client" }
policy stages two { at helo; on hit reject "No HELO" }
policy stages three { at mail; on hit tempfail "No MAIL" }
policy stages four { at rcpt; on hit reject "No RCPT"; on hit header X-Four "{client}" }
policy stages five { at eom; only local; on hit header X-Local "{client} {client_name}" }
C
submit one
delivered 2
has "$MAIL" '^X-Local: '
is "$(find "$MG_LAB/spool/maildrop" -type f | wc -l) left" '0 left'
smtp_send
reply RCPT "550 5.7.1 No client $ID"
smtp_send --xclient 'ADDR=127.0.0.1 NAME=localhost PORT=[UNAVAILABLE]'
reply RCPT "550 5.7.1 No client $ID"
delivered 2

# With an early reply-at, too.
for stage in connect helo mail; do
	e2e_again <<-C
		modules $E2E_MODULES
		reply-at $stage
		policy stages { at connect; on hit reject "No client" }
	C
	submit "at $stage"
done
delivered 8

# It can be refused (bounced to the sender, whose mail is delivered here), held and discarded for
# its content.
e2e_again <<'C'
policy access {
    reject header "/^Subject: bad/"
    hold header "/^Subject: held/"
    discard header "/^Subject: lost/"
}
C
submit good
delivered 10
submit lost
delivered 10
submit held
held 1
delivered 10
submit bad
delivered 11
has "$MAIL" '^Subject: Undelivered Mail Returned to Sender'
has "$MAIL" 'Message header rejected'
