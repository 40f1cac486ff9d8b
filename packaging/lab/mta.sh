# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A private Postfix, and Millgate beside it, in the folder $MG_LAB. A script that runs in netns
# sources this.
#
# Postfix listens on ports 25 and 587 of all addresses of the namespace. It takes mail for
# anybody@example.test and delivers it into one maildir; no mail leaves the machine. It asks
# Millgate at a unix socket.

LAB_SOCKET=$MG_LAB/run/millgate.sock
LAB_CONF=$MG_LAB/millgate.conf
LAB_LOG=$MG_LAB/millgate.log
LAB_MAILLOG=$MG_LAB/maillog
LAB_MAIL=$MG_LAB/mail
# sendmail(1), postqueue(1) and postcat(1) find the instance by it.
export MAIL_CONFIG=$MG_LAB/postfix
# The MTA logs this when its milter gives it reason to complain.
LAB_MILTER_TROUBLE='warning: milter'
MILLGATED_PID=

lab_fail() {
	echo "lab: $*" >&2
	exit 99
}

# lab_wait SECONDS COMMAND...: waits until COMMAND succeeds. The exit status is 1 if it does not in
# time.
lab_wait() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS <= end)) || return 1
		sleep 0.05
	done
}

# ---- Postfix ----------------------------------------------------------------

lab_main_cf() {
	cat <<-CF
		compatibility_level = 3.6
		queue_directory = $MG_LAB/spool
		data_directory = $MG_LAB/data
		maillog_file = $LAB_MAILLOG
		maillog_file_prefixes = $MG_LAB
		syslog_name = postfix
		myhostname = mx.example.test
		myorigin = example.test
		inet_interfaces = all
		inet_protocols = all
		mynetworks = 127.0.0.0/8
		mydestination =
		alias_maps =
		alias_database =
		biff = no
		append_dot_mydomain = no
		# anybody at example.test, into one maildir; nobody else anywhere
		virtual_mailbox_domains = example.test, xn--bcher-kva.example
		virtual_mailbox_maps = static:all/
		virtual_mailbox_base = $LAB_MAIL
		virtual_uid_maps = static:65534
		virtual_gid_maps = static:65534
		default_transport = error:5.1.2 no route off this machine
		relay_transport = error:5.1.2 no route off this machine
		local_header_rewrite_clients =
		smtpd_relay_restrictions = reject_unauth_destination
		smtpd_recipient_restrictions =
		# a test's clients are many and in a hurry
		smtpd_client_connection_count_limit = 0
		smtpd_client_connection_rate_limit = 0
		smtpd_error_sleep_time = 0
		smtpd_soft_error_limit = 1000
		smtpd_hard_error_limit = 1001
		smtpd_junk_command_limit = 1000
		in_flow_delay = 0
		smtpd_timeout = 60s
		# the client's address, name and login are what the test says
		smtpd_authorized_xclient_hosts = 127.0.0.0/8, [::1]/128
		smtpd_milters = unix:$LAB_SOCKET
		non_smtpd_milters = unix:$LAB_SOCKET
		milter_default_action = tempfail
		milter_connect_timeout = 30s
		milter_command_timeout = 30s
		milter_content_timeout = 60s
	CF
}

lab_master_cf() {
	cat <<-'CF'
		25        inet  n       -       n       -       -       smtpd
		587       inet  n       -       n       -       -       smtpd
		    -o milter_macro_daemon_name=submission
		pickup    unix  n       -       n       1       1       pickup
		cleanup   unix  n       -       n       -       0       cleanup
		qmgr      unix  n       -       n       300     1       qmgr
		tlsmgr    unix  -       -       n       1000?   1       tlsmgr
		rewrite   unix  -       -       n       -       -       trivial-rewrite
		bounce    unix  -       -       n       -       0       bounce
		defer     unix  -       -       n       -       0       bounce
		trace     unix  -       -       n       -       0       bounce
		verify    unix  -       -       n       -       1       verify
		flush     unix  n       -       n       1000?   0       flush
		proxymap  unix  -       -       n       -       -       proxymap
		showq     unix  n       -       n       -       -       showq
		error     unix  -       -       n       -       -       error
		retry     unix  -       -       n       -       -       error
		discard   unix  -       -       n       -       -       discard
		virtual   unix  -       n       n       -       -       virtual
		anvil     unix  -       -       n       -       1       anvil
		postlog   unix-dgram n  -       n       -       1       postlogd
	CF
}

# Makes the instance and starts nothing.
lab_postfix_make() {
	mkdir "$MAIL_CONFIG" "$MG_LAB/spool" "$MG_LAB/data" "$LAB_MAIL" "$MG_LAB/run"
	chown postfix "$MG_LAB/data"
	chmod 0700 "$MG_LAB/data"
	chown 65534:65534 "$LAB_MAIL"
	lab_main_cf > "$MAIL_CONFIG/main.cf"
	lab_master_cf > "$MAIL_CONFIG/master.cf"
}

# lab_postfix_set "NAME = VALUE"...: call it before the start, or call lab_postfix_reload after it.
lab_postfix_set() {
	postconf -e "$@"
}

# STARTTLS, with a new certificate.
lab_postfix_tls() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=mx.example.test \
		-keyout "$MAIL_CONFIG/key.pem" -out "$MAIL_CONFIG/cert.pem" 2> /dev/null ||
		lab_fail "openssl req failed"
	lab_postfix_set smtpd_tls_security_level=may \
		"smtpd_tls_cert_file=$MAIL_CONFIG/cert.pem" \
		"smtpd_tls_key_file=$MAIL_CONFIG/key.pem"
}

# Asks the kernel: the MTA would inform Millgate of a connection.
lab_postfix_listens() {
	grep -qE ':0019 [0-9A-F]+:0000 0A ' /proc/net/tcp /proc/net/tcp6
}

lab_postfix_start() {
	timeout 30 postfix start > "$MG_LAB/postfix.out" 2>&1 ||
		{ cat "$MG_LAB/postfix.out" >&2; lab_fail "postfix does not start"; }
	lab_wait 30 lab_postfix_listens || lab_fail "postfix does not listen: $(cat "$LAB_MAILLOG")"
}

lab_postfix_renewed() {
	local pid
	for pid; do
		[[ ! -e /proc/$pid ]] || return 1
	done
}

# Gives new processes the new parameters. Running ones end first, at once: there is no client.
lab_postfix_reload() {
	local -a old
	mapfile -t old < <(pgrep -x 'smtpd|cleanup|pickup|qmgr')
	timeout 30 postfix reload > "$MG_LAB/postfix.out" 2>&1 ||
		lab_fail "postfix reload failed: $(cat "$MG_LAB/postfix.out")"
	lab_wait 30 lab_postfix_renewed "${old[@]}" || lab_fail "a process of Postfix does not end"
}

lab_postfix_stop() {
	timeout 30 postfix stop > "$MG_LAB/postfix.out" 2>&1 || :
}

lab_queue_idle() {
	[[ -z $(find "$MG_LAB"/spool/{maildrop,incoming,active} -type f 2> /dev/null) ]]
}

lab_queue_show() {
	postqueue -p
}

# The files of the messages on hold.
lab_held() {
	find "$MG_LAB/spool/hold" -type f
}

# Waits until all messages are delivered, held, deferred or thrown away.
lab_queue_settle() {
	lab_wait 60 lab_queue_idle || lab_fail "the queue does not settle: $(lab_queue_show)"
}

# The delivered messages' files, the oldest first.
lab_delivered() {
	lab_queue_settle
	find "$LAB_MAIL/all/new" -type f -printf '%T@ %p\n' 2> /dev/null | sort -n | cut -d' ' -f2-
}

# ---- Millgate ---------------------------------------------------------------

# lab_conf [BLOCK]: makes the configuration of the lab's own lines and of BLOCK or standard input.
lab_conf() {
	{
		echo "listen unix:$LAB_SOCKET"
		echo "socket-mode 0666"
		echo "user root"
		echo "log-level ${LAB_LOG_LEVEL:-debug}"
		[[ -z ${MG_FRONT_END-} ]] || echo "front-end $MG_FRONT_END"
		if (($#)); then printf '%s\n' "$@"; else cat; fi
	} > "$LAB_CONF"
}

# A listening socket, not the remains of a killed daemon; and with its mode: before that nobody can
# connect.
lab_millgated_listens() {
	grep -q "00010000 .* $LAB_SOCKET\$" /proc/net/unix && [[ $(stat -c %a "$LAB_SOCKET") != 0 ]]
}

lab_millgated_started() {
	lab_millgated_listens || ! lab_millgated_runs
}

lab_millgated_runs() {
	[[ -n $MILLGATED_PID ]] && kill -0 "$MILLGATED_PID" 2> /dev/null
}

# Starts it in the foreground, as a job of this shell. Its output is the log.
lab_millgated_start() {
	"$MILLGATED" -f -c "$LAB_CONF" >> "$LAB_LOG" 2>&1 &
	MILLGATED_PID=$!
	lab_wait 30 lab_millgated_started || lab_fail "millgated does not listen"
	lab_millgated_runs || {
		cat "$LAB_LOG" >&2
		lab_fail "millgated did not start"
	}
}

# lab_millgated_end SIGNAL: sends the signal and waits. The exit status is the daemon's; 124: it did
# not end.
lab_millgated_end() {
	local status=0 pid=$MILLGATED_PID
	[[ -n $pid ]] || return 0
	kill "-$1" "$pid" 2> /dev/null || :
	if ! lab_wait 30 lab_millgated_ended; then
		kill -KILL "$pid"
		status=124
	fi
	wait "$pid" 2> /dev/null || ((status)) || status=$?
	MILLGATED_PID=
	return "$status"
}

lab_millgated_ended() {
	[[ ! -e /proc/$MILLGATED_PID/stat ]] || [[ $(< "/proc/$MILLGATED_PID/stat") == *') Z '* ]]
}
