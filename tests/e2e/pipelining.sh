#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Commands in one piece (RFC 2920) get their replies one by one and in order.
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
policy access { reject recipient bad@example.test; defer recipient later@example.test }
C
smtp_open
smtp 'EHLO client1.example.test'
smtp_put 'MAIL FROM:<sender@example.org>' 'RCPT TO:<user@example.test>' \
	'RCPT TO:<bad@example.test>' \
	'RCPT TO:<later@example.test>' 'RCPT TO:<another@example.test>' DATA
for want in '250 2.1.0 Ok' '250 2.1.5 Ok' "550 5.7.1 *$ID" "451 4.7.1 *$ID" '250 2.1.5 Ok' \
	'354 *'; do
	smtp_read
	is "$SMTP_REPLY" "$want"
done
smtp_put 'Subject: one' '' 'Text.' . 'MAIL FROM:<sender@example.org>' 'RCPT TO:<bad@example.test>' \
	DATA RSET FOO QUIT
for want in '250 2.0.0 Ok: queued as *' '250 2.1.0 Ok' "550 5.7.1 *$ID" '554 5.5.1 *' \
	'250 2.0.0 Ok' '500 *' '221 *'; do
	smtp_read
	is "$SMTP_REPLY" "$want"
done
delivered 2
