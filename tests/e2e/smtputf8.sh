#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Internationalised mail (SMTPUTF8, RFC 6531): addresses in UTF-8 compare alike in every form that a
# client uses.
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
policy access one { reject sender bücher.example; on reject reject "{sender} rejected" }
policy access two { reject sender jürgen@example.org }
policy access three { hold recipient bøb@example.test }
policy access four { reject sender xn--qei.example }
C

judged() {
	smtp_open
	smtp 'EHLO client1.example.test'
	smtp "MAIL FROM:<$1> SMTPUTF8"
	smtp "RCPT TO:<$2>"
}

for domain in bücher.example BÜCHER.example xn--bcher-kva.example XN--BCHER-KVA.EXAMPLE; do
	judged "me@$domain" user@example.test
	is "$SMTP_REPLY" "550 5.7.1 me@$domain rejected $ID"
done
for domain in ❤.example ❤️.example xn--qei.example; do
	judged "me@$domain" user@example.test
	is "$SMTP_REPLY" "550 5.7.1 *$ID"
done
judged 'me@bucher.example' user@example.test
is "$SMTP_REPLY" '250 *'
judged 'Jürgen@example.org' user@example.test
is "$SMTP_REPLY" "550 5.7.1 *$ID"
judged 'sender@example.org' 'bøb@example.test'
is "$SMTP_REPLY" '250 *'
smtp_message 'Subject: grüße' '' 'Text.'
is "$SMTP_REPLY" '250 *'
held 1
delivered 0
logged 'bøb@example.test'
