#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Long header fields: a policy sees the whole field up to the 60,000 bytes at which Postfix cuts it.
# Longer ones do no harm.
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
policy access { hold header "/^X-Long: begin.*end$/" }
C

message_of() {
	local -a folds
	mapfile -t folds < <(yes " $(printf 'y%.0s' {1..949})" | head -n "$1")
	smtp 'MAIL FROM:<sender@example.org>'
	smtp 'RCPT TO:<user@example.test>'
	smtp_message 'X-Long: begin' "${folds[@]}" ' end' 'Subject: x' '' 'Text.'
	is "$SMTP_REPLY" '250 2.0.0 Ok: queued as *'
}

smtp_open
smtp 'EHLO client1.example.test'
message_of 62
held 1
message_of 105
held 1
delivered 1
message_of 1
held 2
