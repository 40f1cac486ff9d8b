#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Addresses that RFC 5321 does not allow. An MTA takes them, and derives the addresses that it
# delivers. Policies judge these: otherwise a blank or a comment would let a refused sender pass.
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
policy access senders {
    reject sender sender@fail.example
    on reject reject 554 "Not from {sender}"
}
policy access recipients {
    reject recipient refused@example.test
    on reject reject 554 "Not to {recipient}"
}
C

senders=('sender@fail.example' 'sender@fail.example.' 'sender@ fail.example'
	'sender@fail .example' 'sender@(x)fail.example'
	'sender@fail.example(c)' '(c)sender@fail.example' 'fail.example!sender'
	'sender%fail.example' '@a.example:sender@fail.example'
	'Joe <sender@fail.example>' '"sender"@fail.example' '"sender@fail.example"'
	'sender@FAIL.example' 'sender@fail.example;'
	'<sender@fail.example>')
recipients=('refused@example.test' 'refused@ example.test' 'refused@(x)example.test'
	'example.test!refused' 'refused%example.test'
	'@a.example:refused@example.test' '"refused"@example.test' 're\fused@example.test'
	'refused@example.test.' 'refused')
if [[ $E2E_MTA == sendmail ]]; then
	# Sendmail leaves these parts in its macro, and its macro of a recipient has no domain of
	# its own.
	senders+=('sender@"fail.example"' 'sender@fail\.example' 'sender@""fail.example'
		'sen\der@fail.example' '"sen"der@fail.example')
	recipients=('refused@example.test' ' refused@example.test ' 'refused(x)@example.test'
		'(x)refused@example.test' 'refused @example.test'
		're\fused@example.test' '"ref"used@example.test'
		'refused%example.test@example.test' '@a.example:refused@example.test'
		'"refused"@example.test' 'refused@example.test.' 'refused'
		'refused%example.test' 'example.test!refused' '<refused>@example.test'
		'"refused@example.test"@mx.example.test' 'refused\@example.test')
fi

# answers SENDER RECIPIENT: the reply to RCPT
answers() {
	smtp_open 192.0.2.25
	smtp 'EHLO client1.example.test'
	smtp "MAIL FROM:<$1>"
	smtp "RCPT TO:<$2>"
	smtp_close
}

for sender in "${senders[@]}"; do
	answers "$sender" user@example.test
	is "$SMTP_REPLY" "554 5.7.1 Not from *$ID"
done
for recipient in "${recipients[@]}"; do
	answers sender@example.org "$recipient"
	is "$SMTP_REPLY" "554 5.7.1 Not to *$ID"
done
