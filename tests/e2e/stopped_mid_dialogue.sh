#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The daemon is stopped by TERM, and by INT, in the middle of dialogues: it ends at once, without
# waiting for idle clients.
. "$(dirname "$0")/e2e.sh"
E2E_MILTER_TROUBLE=1

for signal in TERM INT; do
	if [[ $signal == TERM ]]; then
		e2e_start <<< 'policy access { reject sender bad@example.org }'
	else
		lab_millgated_start
	fi
	smtp_open
	smtp 'EHLO client1.example.test'
	smtp 'MAIL FROM:<sender@example.org>'
	check "it stops by $signal" lab_millgated_end $signal
	# Working hooks get some time, and the log says who needed more.
	not_logged 'cut off'
	check 'the socket is gone' test ! -e "$LAB_SOCKET"
	says 'RCPT TO:<user@example.test>' '451 4.7.1 Service unavailable - try again later'
done

# While a policy is at work, too.
lab_conf <<C
modules $E2E_MODULES
policy stages { at rcpt; wait 3s; on hit reject }
C
lab_millgated_start
smtp_open
smtp 'EHLO client1.example.test'
smtp 'MAIL FROM:<sender@example.org>'
smtp_put 'RCPT TO:<user@example.test>'
logged 'waits for [0-9]* ms'
lab_millgated_end TERM
is "status $?" 'status 0'
smtp_read
is "$SMTP_REPLY" '[45]5[01] *'
lab_millgated_start
