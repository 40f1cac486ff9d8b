#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# RSET, EHLO and a dropped connection at every point of a transaction: the next message is judged
# anew.
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
policy access {
    hold sender held@example.org
    reject recipient bad@example.test
    on hold quarantine
}
C

to_point() {
	smtp_open
	smtp 'EHLO client1.example.test'
	case $1 in
	mail) smtp 'MAIL FROM:<held@example.org>' ;;
	rcpt) smtp 'MAIL FROM:<held@example.org>' && smtp 'RCPT TO:<user@example.test>' ;;
	refused) smtp 'MAIL FROM:<held@example.org>' && smtp 'RCPT TO:<bad@example.test>' ;;
	data) smtp 'MAIL FROM:<held@example.org>' && smtp 'RCPT TO:<user@example.test>' &&
		smtp_message 'Subject: held' '' 'Text.' ;;
	esac
}

count=0
hold=0
for point in ehlo mail rcpt refused data; do
	for way in RSET 'EHLO client1.example.test' 'HELO client1.example.test'; do
		to_point $point
		[[ $point != data ]] || ((hold++))
		says "$way" '250*'
		says 'MAIL FROM:<good@example.org>' '250 2.1.0 Ok'
		says 'RCPT TO:<bad@example.test>' "550 5.7.1 Recipient address rejected $ID"
		says 'RCPT TO:<user@example.test>' '250 2.1.5 Ok'
		smtp_message 'Subject: good' '' 'Text.'
		is "$SMTP_REPLY" '250 2.0.0 Ok: queued as *'
		((count++))
	done
	to_point $point
	[[ $point != data ]] || ((hold++))
	smtp_close
done
delivered $count
held $hold
check 'the daemon still runs' lab_millgated_runs
