#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# As on Debian: smtpd is chrooted into the queue directory, the socket lies below it and belongs to
# the group postfix, and the daemon runs as an ordinary user.
. "$(dirname "$0")/e2e.sh"

e2e_start 'smtpd_milters = unix:millgate/millgate.sock' \
	<<< 'policy access { reject sender bad@example.org }'
lab_millgated_end TERM
lab_postfix_stop
sed -i -E 's/^(25 .* n  +-  +)n( .*)/\1y\2/' "$MAIL_CONFIG/master.cf"
check 'smtpd is chrooted' grep -qE '^25 +inet +n +- +y ' "$MAIL_CONFIG/master.cf"
mkdir -p "$MG_LAB/spool/millgate"
chown daemon:postfix "$MG_LAB/spool/millgate"
chmod 0750 "$MG_LAB/spool/millgate"
LAB_SOCKET=$MG_LAB/spool/millgate/millgate.sock
cat > "$LAB_CONF" <<C
listen unix:$LAB_SOCKET
socket-mode 0660
socket-group postfix
user daemon
policy access { reject sender bad@example.org }
C
lab_millgated_start
lab_postfix_start
is "$(stat -c '%A %U:%G' "$LAB_SOCKET")" 'srw-rw---- *:postfix'
is "$(stat -c %U "/proc/$MILLGATED_PID")" daemon
smtp_send --from bad@example.org
reply RCPT "550 5.7.1 *$ID"
smtp_send
delivered 1
