#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Anybody can send mail to postmaster and abuse, unless the configuration says otherwise.
. "$(dirname "$0")/e2e.sh"

dialogue() {
	smtp_open
	smtp 'EHLO client1.example.test'
	says 'MAIL FROM:<bad@example.org>' '250 *'
}

policy='policy access { reject sender bad@example.org }'
e2e_start <<< "$policy"
dialogue
says 'RCPT TO:<user@example.test>' "550 5.7.1 *$ID"
says 'RCPT TO:<postmaster@example.test>' '250 2.1.5 Ok'
says 'RCPT TO:<Abuse@Example.TEST>' '250 2.1.5 Ok'
says 'RCPT TO:<postmasters@example.test>' "550 5.7.1 *$ID"
smtp_message 'Subject: help' '' 'Why?'
is "$SMTP_REPLY" '250 2.0.0 Ok: queued as *'
delivered 2

e2e_again <<< "exempt-recipients help
$policy"
dialogue
says 'RCPT TO:<postmaster@example.test>' "550 5.7.1 *$ID"
says 'RCPT TO:<help@example.test>' '250 2.1.5 Ok'

e2e_again <<< "exempt-recipients none
$policy"
dialogue
says 'RCPT TO:<postmaster@example.test>' "550 5.7.1 *$ID"
