#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The policy "size": messages that are too large as announced (SIZE=) or in fact, too many
# recipients, too large headers.
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
policy size { max-message 20K; max-recipients 2; max-header 2K }
C

begin() {
	smtp_open
	smtp 'EHLO client1.example.test'
	smtp "MAIL FROM:<sender@example.org>$1"
}

begin ' SIZE=30000'
says 'RCPT TO:<user@example.test>' "552 5.3.4 The message is larger than 20480 bytes $ID"
begin ''
says 'RCPT TO:<user@example.test>' '250 *'
says 'RCPT TO:<second@example.test>' '250 *'
says 'RCPT TO:<third@example.test>' "452 4.5.3 No more than 2 recipients at a time $ID"
smtp_message 'Subject: small' '' 'Text.'
is "$SMTP_REPLY" '250 *'
delivered 2

mapfile -t lines < <(yes "$(printf 'x%.0s' {1..70})" | head -n 400)
begin ''
smtp 'RCPT TO:<user@example.test>'
smtp_message 'Subject: large' '' "${lines[@]}"
is "$SMTP_REPLY" "552 5.3.4 The message is larger than 20480 bytes $ID"
begin ''
smtp 'RCPT TO:<user@example.test>'
smtp_message "X-Long: $(printf 'y%.0s' {1..900})" " $(printf 'y%.0s' {1..900})" \
	" $(printf 'y%.0s' {1..900})" '' 'Text.'
is "$SMTP_REPLY" "552 5.3.4 A header field is larger than 2048 bytes $ID"
delivered 2
