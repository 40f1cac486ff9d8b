#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Postfix passes on commands that it does not know. Each action on them works, and Postfix survives
# it.
. "$(dirname "$0")/e2e.sh"

on_command() {
	cat <<-C
		modules $E2E_MODULES
		policy stages { at command; on hit $1 }
	C
}

session() {
	smtp_open
	smtp 'EHLO client1.example.test'
}

e2e_start < <(on_command 'reject 554 5.5.1 "What?"')
session
for command in HELP 'EXPN all' FOO 'foo bar' TURN; do
	says "$command" "554 5.5.1 What? $ID"
done
# Postfix does not pass on its own commands, nor lines that are no command at all.
says NOOP '250 2.0.0 Ok'
says 'VRFY user@example.test' '252 *'
says STARTTLS '502 *'
says '' '500 5.5.2 Error: bad syntax'
says $'\xff\xfe' '500 5.5.2 Error: bad UTF-8 syntax'
# An unknown command does not spoil the mail.
says 'MAIL FROM:<sender@example.org>' '250 *'
says FOO "554 5.5.1 What? $ID"
says 'RCPT TO:<user@example.test>' '250 *'
smtp_message 'Subject: one' '' 'Text.'
is "$SMTP_REPLY" '250 2.0.0 Ok: queued as *'
delivered 1
# Nor does one between the recipients and the message.
says 'MAIL FROM:<sender@example.org>' '250 *'
says 'RCPT TO:<user@example.test>' '250 *'
says FOO "554 5.5.1 What? $ID"
smtp_message 'Subject: two' '' 'Text.'
is "$SMTP_REPLY" '250 2.0.0 Ok: queued as *'
delivered 2

e2e_again < <(on_command 'tempfail "Later"')
session
says FOO "451 4.7.1 Later $ID"
says NOOP '250 *'

e2e_again < <(on_command 'tempfail 421 4.7.0 "Enough"')
session
says FOO "421 4.7.0 Enough $ID"
says NOOP ''

# Postfix panics when a milter accepts at an unknown command, and discards too much when it discards
# there.
for action in accept discard quarantine 'score 5' 'header X-Unknown "yes"' neutral; do
	e2e_again < <(on_command "$action")
	session
	says FOO '500 5.5.2 Error: command not recognized'
	says 'MAIL FROM:<sender@example.org>' '250 2.1.0 Ok'
	says 'RCPT TO:<user@example.test>' '250 2.1.5 Ok'
	smtp_message "Subject: after $action" '' 'Text.'
	is "$SMTP_REPLY" '250 2.0.0 Ok: queued as *'
	says QUIT '221 *'
done
