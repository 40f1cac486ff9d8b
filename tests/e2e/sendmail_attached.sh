#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Attached to Sendmail as millgated(8) says: its line for sendmail.mc, the socket in a folder that
# belongs to the daemon's own user. Sendmail considers path and modes safe, and mail is judged. Then
# the same over TCP.
E2E_MTA=sendmail
. "$(dirname "$0")/e2e.sh"

policies='policy access {
    reject sender bad@example.org
    ok sender sender@example.org
    on ok header X-Seen "{client} {queue_id}"
}'

# One message of each kind: refused, and delivered with our header. $1: the number of delivered
# messages by then.
judged() {
	local queue_id
	smtp_send --from bad@example.org
	reply MAIL '250 2.1.0 <bad@example.org>... Sender ok'
	reply RCPT "550 5.7.1 <user@example.test>... Sender address rejected $ID"
	smtp_send
	reply . '250 2.0.0 * Message accepted for delivery'
	queue_id=$(smtp_reply_to . | cut -d ' ' -f 3)
	delivered "$1"
	has "$MAIL" "^X-Seen: 127\.0\.0\.1 $queue_id\$"
	logged "message accepted.* queue_id=$queue_id .*verdict=accepted"
}

e2e_start <<< "$policies"
lab_millgated_end TERM
chown daemon:daemon "${LAB_SOCKET%/*}"
sed -i '/^socket-mode/d; s/^user .*/user daemon/' "$LAB_CONF"
lab_millgated_start
is "$(stat -c %U "$LAB_SOCKET" "${LAB_SOCKET%/*}" | sort -u)" daemon
is "$(stat -c %U "/proc/$MILLGATED_PID")" daemon
judged 1

# Sendmail's spelling of a TCP socket is ours too.
for socket in inet:8891@127.0.0.1 inet6:8891@::1; do
	lab_millgated_end TERM
	lab_sendmail_stop
	LAB_SENDMAIL_SOCKET=$socket
	sed -i "s|^listen .*|listen $socket|" "$LAB_CONF"
	"$MILLGATED" -f -c "$LAB_CONF" >> "$LAB_LOG" 2>&1 &
	MILLGATED_PID=$!
	lab_wait 20 grep -qE ':22BB [0-9A-F]+:0000 0A ' /proc/net/tcp /proc/net/tcp6 ||
		lab_fail "no socket at $socket"
	lab_sendmail_start
	case $socket in
	inet6:*) judged 3 ;;
	*) judged 2 ;;
	esac
done
