#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The policy "headers" on real messages: fields that are missing, doubled, malformed or unwanted.
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
policy headers { match Subject "/casino/"; required From Date Subject }
C

message() {
	smtp_open
	smtp 'EHLO client1.example.test'
	smtp 'MAIL FROM:<sender@example.org>'
	smtp 'RCPT TO:<user@example.test>'
	smtp_message "$@" '' 'Text.'
}

date='Date: Sun, 22 Nov 2026 12:00:00 +0000'
message 'From: a@example.org' "$date" 'Subject: x'
is "$SMTP_REPLY" '250 *'
message 'From: a@example.org' "$date"
is "$SMTP_REPLY" "550 5.6.0 The message has no Subject field $ID"
message 'From: a@example.org' 'From: b@example.org' "$date" 'Subject: x'
is "$SMTP_REPLY" "550 5.6.0 The message has more than one From field $ID"
message 'From: a@example.org, b@example.org' "$date" 'Subject: x'
is "$SMTP_REPLY" "550 5.7.1 The From field has more than one address $ID"
message 'From: nobody, somebody' "$date" 'Subject: x'
is "$SMTP_REPLY" "550 5.6.0 The From field is malformed $ID"
message 'From: a@example.org' "$date" 'Subject: a nice' ' Casino'
is "$SMTP_REPLY" "550 5.7.1 The Subject field is not accepted here $ID"
delivered 1
