#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The daemon is killed in the middle of dialogues: Postfix defers, nothing passes unseen, and the
# daemon starts again over the old socket.
. "$(dirname "$0")/e2e.sh"
E2E_MILTER_TROUBLE=1

e2e_start <<'C'
policy access { reject sender bad@example.org; reject header "/^Subject: bad/" }
C

# The dialogue's commands after a point.
rest_of() {
	case $1 in
	helo) printf '%s\n' 'MAIL FROM:<bad@example.org>' 'RCPT TO:<user@example.test>' DATA ;;
	mail) printf '%s\n' 'RCPT TO:<user@example.test>' DATA ;;
	rcpt) printf '%s\n' DATA ;;
	esac
}

until_point() {
	smtp_open
	smtp 'EHLO client1.example.test'
	[[ $1 != helo ]] || return
	smtp 'MAIL FROM:<sender@example.org>'
	[[ $1 != mail ]] || return
	smtp 'RCPT TO:<user@example.test>'
	[[ $1 != rcpt ]] || return
	smtp DATA
}

# Goes on as a client that understands replies. The negotiated replies decide where the first
# deferral comes.
go_on() {
	local line
	SMTP_REPLY='354 '
	while read -r line; do
		smtp "$line"
		[[ $SMTP_REPLY == [23]* ]] || return
	done < <(rest_of "$1")
	smtp_put 'Subject: x' '' 'Text.' .
	smtp_read
}

for point in helo mail rcpt data; do
	until_point $point
	lab_millgated_end KILL
	check 'the socket is left' test -S "$LAB_SOCKET"
	go_on $point
	is "$SMTP_REPLY" '451 4.7.1 Service unavailable - try again later'
	# The rest of this session is deferred, too; a new one finds the new daemon.
	lab_millgated_start
	says RSET '250 *'
	go_on helo
	is "$SMTP_REPLY" '451 4.7.1 Service unavailable - try again later'
	smtp_send
	reply . '250 2.0.0 Ok: queued as *'
	smtp_send --from bad@example.org
	reply RCPT "550 5.7.1 *$ID"
done
delivered 4
