#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The daemon in the background: its pid file, its log file, a rotated log (HUP), a second daemon
# that is refused, and TERM.
. "$(dirname "$0")/e2e.sh"

e2e_start <<< 'policy access { reject sender bad@example.org }'
lab_millgated_end TERM
pid_file=$MG_LAB/run/millgate.pid
log=$MG_LAB/file.log
lab_conf <<C
pid-file $pid_file
log file:$log text
policy access { reject sender bad@example.org }
C
check 'it goes into the background' timeout 60 "$MILLGATED" -c "$LAB_CONF"
check 'it listens when the command has returned' lab_millgated_listens
MILLGATED_PID=$(< "$pid_file")
check 'the pid file is right' lab_millgated_runs
smtp_send --from bad@example.org
reply RCPT "550 5.7.1 *$ID"
lab_wait 30 grep -q 'reject at rcpt' "$log"
has "$log" 'reject at rcpt'

mv "$log" "$log.1"
check 'the script for logrotate' sh -e -c "$(sed -e '1,/postrotate/d; /endscript/,$d' \
	-e "s,/run/millgated.pid,$pid_file,g" "$MG_TOP_SRCDIR/packaging/millgate.logrotate")"
lab_wait 30 test -e "$log"
smtp_send --from bad@example.org
reply RCPT "550 5.7.1 *$ID"
lab_wait 30 grep -q 'reject at rcpt' "$log"
has "$log" 'reject at rcpt'
is "$(grep -c 'reject at rcpt' "$log.1")" 1

# When the log cannot be opened again, the daemon keeps the old one and reports it.
mv "$log" "$log.2"
mkdir "$log"
kill -HUP "$MILLGATED_PID"
lab_wait 30 grep -q 'the log file cannot be opened again, the present one is kept' "$log.2"
has "$log.2" 'error: the log file cannot be opened again, the present one is kept: Is a directory'
smtp_send --from bad@example.org
reply RCPT "550 5.7.1 *$ID"
lab_wait 30 eval '(($(grep -c "reject at rcpt" "$log.2") == 2))'
is "$(grep -c 'reject at rcpt' "$log.2")" 2
is "$(grep -c 'log file opened again' "$log.2")" 1
rmdir "$log"
kill -HUP "$MILLGATED_PID"
lab_wait 30 test -e "$log"

check 'a second daemon is refused' \
	eval '! timeout 60 "$MILLGATED" -c "$LAB_CONF" 2> "$MG_LAB/second"'
has "$MG_LAB/second" '.'
smtp_send
delivered 1

kill -TERM "$MILLGATED_PID"
check 'it ends' lab_wait 30 lab_millgated_ended
check 'without its pid file' test ! -e "$pid_file"
check 'without its socket' test ! -e "$LAB_SOCKET"
lab_millgated_start
