#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# After a message was refused (or discarded) for its content, the next one in the same session gets
# its own replies.
. "$(dirname "$0")/e2e.sh"

act_at() {
	cat <<-C
		modules $E2E_MODULES
		policy stages { at $1; on hit $2 }
	C
}

# Three messages in one session: each gets the same.
three() {
	local i
	smtp_open
	smtp 'EHLO client1.example.test'
	for i in 1 2 3; do
		says 'MAIL FROM:<sender@example.org>' '250 2.1.0 Ok'
		says 'RCPT TO:<user@example.test>' '250 2.1.5 Ok'
		smtp_message "Subject: message $i" '' 'Text.'
		is "$SMTP_REPLY" "$1"
	done
	says NOOP '250 2.0.0 Ok'
	says QUIT '221 2.0.0 Bye'
}

e2e_start < <(act_at body 'reject "No"')
three "550 5.7.1 No $ID"
for stage in eoh eom; do
	e2e_again < <(act_at $stage 'reject "No"')
	three "550 5.7.1 No $ID"
done
for stage in body eom; do
	e2e_again < <(act_at $stage 'tempfail "Later"')
	three "451 4.7.1 Later $ID"
	e2e_again < <(act_at $stage discard)
	three '250 2.0.0 Ok: queued as *'
done
delivered 0
