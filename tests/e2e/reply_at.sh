#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# "reply-at": a refusal decided at CONNECT, HELO or MAIL is given there, as far as Postfix shows it.
. "$(dirname "$0")/e2e.sh"

reject_at() {
	cat <<-C
		modules $E2E_MODULES
		reply-at $2
		policy stages { at $1; on hit reject 554 5.7.1 "Go away" }
	C
}

e2e_start < <(reject_at connect connect)
smtp_open
is "$SMTP_REPLY" '554 mx.example.test ESMTP not accepting connections'
says 'EHLO client1.example.test' '250-mx.example.test*'
says 'MAIL FROM:<sender@example.org>' "554 5.7.1 Go away $ID"
says 'RCPT TO:<user@example.test>' '503 *'
says QUIT '221 *'

# Postfix answers HELO itself and keeps our reply for what follows.
for stage in connect helo; do
	e2e_again < <(reject_at $stage helo)
	smtp_open
	is "$SMTP_REPLY" '220 *'
	says 'HELO client1.example.test' '250 mx.example.test'
	says 'MAIL FROM:<sender@example.org>' "554 5.7.1 Go away $ID"
done

for stage in connect helo mail; do
	e2e_again < <(reject_at $stage mail)
	smtp_open
	says 'EHLO client1.example.test' '250-*PIPELINING*'
	says 'MAIL FROM:<sender@example.org>' "554 5.7.1 Go away $ID"
	says 'RCPT TO:<user@example.test>' '503 *'
	says 'MAIL FROM:<another@example.org>' "554 5.7.1 Go away $ID"
done

# One policy may answer earlier than the rest.
e2e_again <<C
modules $E2E_MODULES
policy stages early { at helo; reply-at mail; on hit tempfail "Early" }
policy stages late { at connect; on hit reject "Late" }
C
smtp_open
smtp 'EHLO client1.example.test'
says 'MAIL FROM:<sender@example.org>' "451 4.7.1 Early $ID"
delivered 0
