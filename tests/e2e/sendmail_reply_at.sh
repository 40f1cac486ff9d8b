#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# "reply-at": a refusal decided at CONNECT, HELO or MAIL is given there, as far as Sendmail shows
# it.
E2E_MTA=sendmail
. "$(dirname "$0")/e2e.sh"

# A policy at one stage, answered at another.
act_at() {
	printf '%s\n' "modules $E2E_MODULES" "reply-at $2" "policy stages { at $1; on hit $3 }"
}

session() {
	smtp_open
	is "$SMTP_REPLY" "${1:-220 mx.example.test ESMTP *}"
	smtp 'EHLO client1.example.test'
}

bye() {
	says QUIT '221 2.0.0 *'
	smtp_close
}

# At CONNECT Sendmail does not show code and text.
e2e_start < <(act_at connect connect 'reject 521 5.7.1 "Go away"')
session '554 mx.example.test ESMTP not accepting messages'
is "$SMTP_REPLY" $'250-mx.example.test Hello *\n250 ENHANCEDSTATUSCODES'
says 'MAIL FROM:<sender@example.org>' '550 5.0.0 Command rejected'
says 'RCPT TO:<user@example.test>' '550 5.0.0 Command rejected'
bye
logged 'reject at connect.*521 5\.7\.1 Go away'
e2e_again < <(act_at connect connect 'tempfail 450 4.7.1 "Wait"')
session
says 'MAIL FROM:<sender@example.org>' '451 4.3.2 Please try again later'
bye
e2e_again < <(act_at connect connect 'tempfail 421 4.7.0 "Too much"')
smtp_open
is "$SMTP_REPLY" '421 4.7.0 mx.example.test closing connection'
check 'the connection is closed' eval '! smtp_read'

# A refusal at HELO shows at all commands that follow.
for stage in connect helo; do
	e2e_again < <(act_at $stage helo 'reject 554 5.7.1 "Go away"')
	session
	is "$SMTP_REPLY" '250-mx.example.test Hello *'
	says 'MAIL FROM:<sender@example.org>' "554 5.7.1 Go away $ID"
	says 'RCPT TO:<user@example.test>' "554 5.7.1 Go away $ID"
	says 'HELO again.example.test' '250 mx.example.test Hello *'
	says 'MAIL FROM:<sender@example.org>' "554 5.7.1 Go away $ID"
	bye
done
e2e_again < <(act_at helo helo 'tempfail 421 4.7.0 "Too much"')
session
is "$SMTP_REPLY" "421 4.7.0 Too much $ID"
check 'the connection is closed' eval '! smtp NOOP'

# Another MAIL is judged anew; the address stands in front of some codes.
for stage in connect helo mail; do
	e2e_again < <(act_at $stage mail 'tempfail 450 4.7.1 "Wait"')
	session
	says 'MAIL FROM:<sender@example.org>' "450 4.7.1 <sender@example.org>... Wait $ID"
	says 'RCPT TO:<user@example.test>' '503 5.0.0 Need MAIL before RCPT'
	says 'MAIL FROM:<other@example.org>' "450 4.7.1 <other@example.org>... Wait $ID"
	bye
done
e2e_again <<< 'policy access {
    reject sender bad@example.org
    on reject reject 521 5.7.1 "Go away"
    reply-at mail
}'
session
says 'MAIL FROM:<bad@example.org>' "521 5.7.1 Go away $ID"
says 'MAIL FROM:<sender@example.org>' '250 2.1.0 *'
says 'RCPT TO:<user@example.test>' '250 2.1.5 *'
smtp_message 'Subject: good' '' 'Text.'
is "$SMTP_REPLY" '250 2.0.0 * Message accepted for delivery'
bye

# A discard decided at CONNECT or HELO takes effect at MAIL.
for stage in connect helo; do
	e2e_again < <(act_at $stage $stage discard)
	smtp_send
	reply . '250 2.0.0 * Message accepted for delivery'
	logged 'discard at '
done
delivered 1
