#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# After "accept" at any stage no further policy runs: none can refuse the message, and the mail is
# delivered.
. "$(dirname "$0")/e2e.sh"

# A later policy would reject at the last stage.
accept_at() {
	cat <<-C
		modules $E2E_MODULES
		policy stages good { at $1; on hit accept }
		policy stages bad { at eom; on hit reject "Bad" }
	C
}

count=0
e2e_start < <(accept_at connect)
for stage in connect helo mail rcpt data header eoh body eom; do
	[[ $stage == connect ]] || e2e_again < <(accept_at $stage)
	smtp_send --header "Subject: accepted at $stage"
	reply . '250 2.0.0 Ok: queued as *'
	((count++))
	delivered $count
	has "$MAIL" "^Subject: accepted at $stage"
done

# An accept reaches only its subject: the recipient, the message, the session.
e2e_again <<C
modules $E2E_MODULES
policy stages good { at rcpt; recipient friend@example.test; on hit accept }
policy stages bad { at rcpt; on hit reject "Bad" }
C
smtp_open
smtp 'EHLO client1.example.test'
smtp 'MAIL FROM:<sender@example.org>'
says 'RCPT TO:<friend@example.test>' '250 2.1.5 Ok'
says 'RCPT TO:<user@example.test>' "550 5.7.1 Bad $ID"
smtp_message 'Subject: for the friend' '' 'Text.'
is "$SMTP_REPLY" '250 2.0.0 Ok: queued as *'
delivered $((count + 1))
has "$MAIL" '^Delivered-To: friend@example.test'
