#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The daemon is down: Postfix does what milter_default_action says, and asks again when it is back.
. "$(dirname "$0")/e2e.sh"
E2E_MILTER_TROUBLE=1

e2e_start <<'C'
policy access { reject sender bad@example.org }
C
smtp_send --from bad@example.org
reply RCPT "550 5.7.1 *$ID"
check 'it stops' lab_millgated_end TERM
smtp_send
reply MAIL '451 4.7.1 Service unavailable - try again later'
maillog 'warning: connect to Milter service unix:.*millgate.sock'

lab_postfix_set milter_default_action=accept
lab_postfix_reload
smtp_send --from bad@example.org
reply . '250 2.0.0 Ok: queued as *'
delivered 1

lab_postfix_set milter_default_action=reject
lab_postfix_reload
smtp_open
smtp 'EHLO client1.example.test'
says 'MAIL FROM:<sender@example.org>' '550 5.5.0 Service unavailable'

lab_millgated_start
smtp_send --from bad@example.org
reply RCPT "550 5.7.1 *$ID"
smtp_send
delivered 2
