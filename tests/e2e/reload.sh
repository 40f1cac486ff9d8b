#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The daemon reads its configuration anew (HUP) in the middle of dialogues: a session goes on with
# the configuration that it began with, the next one has the new. On an error nothing changes.
. "$(dirname "$0")/e2e.sh"

E2E_GENERATION=1
reload() { # the configuration on standard input
	lab_conf
	kill -HUP "$MILLGATED_PID"
	E2E_GENERATION=$((E2E_GENERATION + 1))
	logged "read again: generation $E2E_GENERATION\$"
}

e2e_start <<< 'policy access { reject recipient old@example.test }'
smtp_open
smtp 'EHLO client1.example.test'
smtp 'MAIL FROM:<sender@example.org>'
reload <<< 'policy access { reject recipient new@example.test }'
says 'RCPT TO:<old@example.test>' "550 5.7.1 *$ID"
says 'RCPT TO:<new@example.test>' '250 *'
says 'RCPT TO:<user@example.test>' '250 *'
says DATA '354 *'
# Also between the header and the end of the message, which another process of Postfix reports.
smtp_put 'From: sender@example.org' 'Subject: x' '' 'Text'
reload <<< 'policy access { reject recipient new@example.test; reject header "/^Subject: x/" }'
says . '250 2.0.0 Ok: queued as *'
smtp_close
delivered 2

smtp_open
smtp 'EHLO client1.example.test'
smtp 'MAIL FROM:<sender@example.org>'
says 'RCPT TO:<new@example.test>' "550 5.7.1 *$ID"
says 'RCPT TO:<user@example.test>' '250 *'
says DATA '354 *'
smtp_put 'From: sender@example.org' 'Subject: x' '' 'Text'
says . "550 5.7.1 *$ID"
smtp_close

# With an error the last good configuration stays, for new sessions too.
lab_conf <<< 'policy acess { reject recipient user@example.test }'
kill -HUP "$MILLGATED_PID"
logged 'error: .*millgate.conf:[0-9]+:8: no policy is called'
logged "error: the configuration has not changed \(generation $E2E_GENERATION\): 1 error in"
smtp_open
smtp 'EHLO client1.example.test'
smtp 'MAIL FROM:<sender@example.org>'
says 'RCPT TO:<new@example.test>' "550 5.7.1 *$ID"
says 'RCPT TO:<user@example.test>' '250 *'
smtp_close
check 'the daemon still runs' lab_millgated_runs
