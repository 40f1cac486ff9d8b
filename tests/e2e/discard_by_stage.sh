#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# "discard" at each stage: the client gets a positive reply, and nobody gets the message.
. "$(dirname "$0")/e2e.sh"

discard_at() {
	cat <<-C
		modules $E2E_MODULES
		policy stages { at $1; on hit discard }
	C
}

e2e_start < <(discard_at connect)
for stage in connect helo mail rcpt data header eoh body eom; do
	[[ $stage == connect ]] || e2e_again < <(discard_at $stage)
	smtp_send --header "Subject: discarded at $stage"
	reply . '250 2.0.0 Ok: queued as *'
	logged 'discard'
done
delivered 0
held 0
maillog 'milter-discard: RCPT'

# The session goes on: the next message is judged anew.
e2e_again <<'C'
policy access { discard sender bad@example.org }
C
smtp_open
smtp 'EHLO client1.example.test'
for sender in bad good bad; do
	says "MAIL FROM:<$sender@example.org>" '250 *'
	smtp 'RCPT TO:<user@example.test>'
	smtp_message "Subject: from $sender" '' 'Text.'
	is "$SMTP_REPLY" '250 2.0.0 Ok: queued as *'
done
delivered 1
has "$MAIL" '^Subject: from good'
