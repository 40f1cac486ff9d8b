#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Clients that leave in the middle of a message, send half a line, or nothing at all, do not harm
# the daemon.
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
policy access { reject sender bad@example.org; reject header "/^X-Bad:/" }
C
smtp_open
smtp_close
smtp_open
smtp_put 'EHLO client1.example.test'
smtp_close
for lines in 1 2 3 4 5 6; do
	smtp_open
	smtp 'EHLO client1.example.test'
	smtp 'MAIL FROM:<sender@example.org>'
	smtp 'RCPT TO:<user@example.test>'
	says DATA '354 *'
	message=('Subject: x' 'X-Long: y' ' folded' '' 'Text' '..')
	smtp_put "${message[@]:0:lines}"
	smtp_close
done
# Junk, and a message that is longer than what the client announced.
smtp_open
(printf '\200\377\000\001\r\n\000\r\n' >&"$smtp_fd")
smtp_read
smtp_close
lab_wait 30 grep -q 'lost connection after DATA' "$LAB_MAILLOG"
smtp_send
reply . '250 2.0.0 Ok: queued as *'
delivered 1
check 'the daemon still runs' lab_millgated_runs
