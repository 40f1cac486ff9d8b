#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The daemon is down, or killed or stopped in the middle of dialogues. Sendmail does what the flag F
# of its INPUT_MAIL_FILTER says, nothing passes unseen that should not, and new sessions find the
# new daemon.
E2E_MTA=sendmail
. "$(dirname "$0")/e2e.sh"
E2E_MILTER_TROUBLE=1

accepted='250 2.0.0 * Message accepted for delivery'
count=0

session() {
	smtp_open
	smtp 'EHLO client1.example.test'
}

# Plays the dialogue from a point on, as a client that understands replies. The negotiated replies
# decide where the first failure comes.
go_on() { # POINT
	local line lines=('MAIL FROM:<bad@example.org>' 'RCPT TO:<user@example.test>' DATA)
	case $1 in
	mail) lines=("${lines[@]:1}") ;;
	rcpt) lines=(DATA) ;;
	data) lines=() ;;
	esac
	for line in "${lines[@]}"; do
		smtp "$line"
		[[ $SMTP_REPLY == [23]* ]] || return
	done
	smtp_put 'Subject: bad' '' 'Text.' .
	smtp_read
}

until_point() {
	session
	[[ $1 != helo ]] || return
	smtp 'MAIL FROM:<sender@example.org>'
	[[ $1 != mail ]] || return
	smtp 'RCPT TO:<user@example.test>'
	[[ $1 != rcpt ]] || return
	smtp DATA
}

with_flag() {
	LAB_SENDMAIL_DOWN=$1
	lab_sendmail_stop
	lab_sendmail_start
}

judged() {
	smtp_send --from bad@example.org
	reply RCPT "554 5.7.1 Bad $ID"
	smtp_send
	reply . "$accepted"
	delivered $((++count))
}

e2e_start <<'C'
policy access {
    reject sender bad@example.org
    reject header "/^Subject: bad/"
    on reject reject 554 "Bad"
}
C
for flag in T R; do
	case $flag in
	T) failure='451 4.3.2 Please try again later' ;;
	R) failure='55[04] 5.7.1 *Command rejected' ;;
	esac
	with_flag $flag
	judged
	for point in helo mail rcpt data; do
		until_point $point
		lab_millgated_end KILL 2> /dev/null
		go_on $point
		is "$SMTP_REPLY" "$failure"
		lab_millgated_start
		# The rest of this session, too; a new one is served.
		says RSET '250 *'
		go_on helo
		is "$SMTP_REPLY" "$failure"
		smtp QUIT
		smtp_close
		judged
	done
done
maillog 'Milter \(millgate\): .*to error state'

# Down before the client comes.
check 'the daemon stops by TERM with status 0' lab_millgated_end TERM
smtp_open
is "$SMTP_REPLY" '554 mx.example.test ESMTP not accepting messages'
smtp 'EHLO client1.example.test'
says 'MAIL FROM:<sender@example.org>' '550 5.0.0 Command rejected'
smtp_close
with_flag T
session
says 'MAIL FROM:<sender@example.org>' '451 4.3.2 Please try again later'
smtp_close

# Without a flag mail passes unchecked.
with_flag ''
smtp_send --from bad@example.org
reply . "$accepted"
delivered $((++count))
lab_millgated_start
judged
until_point rcpt
lab_millgated_end KILL 2> /dev/null
go_on rcpt
is "$SMTP_REPLY" "$accepted"
smtp_close
delivered $((++count))

# Stopped while a policy is at work: at once, and Sendmail defers.
with_flag T
lab_conf <<C
modules $E2E_MODULES
policy stages { at rcpt; wait 5s; on hit reject }
C
lab_millgated_start
session
smtp 'MAIL FROM:<sender@example.org>'
smtp_put 'RCPT TO:<user@example.test>'
logged 'waits for [0-9]* ms'
lab_millgated_end TERM
is "status $?" 'status 0'
smtp_read
is "$SMTP_REPLY" '[45]5[01] *'
smtp_close
lab_conf <<< 'policy access { reject sender bad@example.org; on reject reject 554 "Bad" }'
lab_millgated_start
judged
