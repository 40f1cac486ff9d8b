#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The milter socket on TCP, IPv4 and IPv6, instead of a unix socket.
. "$(dirname "$0")/e2e.sh"

e2e_start 'smtpd_milters = inet:127.0.0.1:8891' <<'C'
policy access {
    reject sender bad@example.org
    ok sender sender@example.org
    on ok header X-Ok "{client}"
}
C
lab_millgated_end TERM

# Starts the daemon on another socket than the lab's.
listen_on() {
	lab_conf <<-'C'
		policy access {
		    reject sender bad@example.org
		    ok sender sender@example.org
		    on ok header X-Ok "{client}"
		}
	C
	sed -i "s|^listen .*|listen $1|; /^socket-mode/d" "$LAB_CONF"
	"$MILLGATED" -f -c "$LAB_CONF" >> "$LAB_LOG" 2>&1 &
	MILLGATED_PID=$!
	# A listening socket is not enough: the daemon listens for a moment to find out whether it
	# can.
	lab_wait 30 grep -q " serves $1" "$LAB_LOG" || lab_fail "no socket at $1"
}

listen_on inet:8891@127.0.0.1
smtp_send --from bad@example.org
reply RCPT "550 5.7.1 *$ID"
smtp_send
delivered 1
has "$MAIL" '^X-Ok: 127.0.0.1$'
check 'it stops' lab_millgated_end TERM

lab_postfix_set 'smtpd_milters = inet:[::1]:8891'
lab_postfix_reload
listen_on inet6:8891@::1
smtp_send --from bad@example.org
reply RCPT "550 5.7.1 *$ID"
smtp_send
delivered 2

# A health check of the milter's port, and a client that takes it for a web server.
exec {probe}<> /dev/tcp/::1/8891
exec {probe}>&-
exec {probe}<> /dev/tcp/::1/8891
# It may have closed already.
(printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >&"$probe") 2> /dev/null || :
sleep 0.5
exec {probe}>&-
smtp_send
delivered 3
check 'the daemon still runs' lab_millgated_runs
