# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: BSD-2-Clause
#
# A private Sendmail for the lab, in place of the Postfix of mta.sh. A script that runs in netns
# sources this after mta.sh.
#
# It listens on ports 25 and 587 of all addresses of the namespace. It takes mail for
# anybody@example.test and delivers it into one folder; no mail leaves the machine. LAB_SENDMAIL is
# the folder that sendmail-fetch has made; without it, the lab uses an installed Sendmail. Its queue
# ids, replies and macros are Sendmail's own.

LAB_SENDMAIL=${MG_SENDMAIL-}
LAB_SENDMAIL_BINARY=$LAB_SENDMAIL/usr/libexec/sendmail/sendmail
LAB_SENDMAIL_CF=$LAB_SENDMAIL/usr/share/sendmail/cf
LAB_SENDMAIL_DIR=/run/sendmail
LAB_SOCKET=/run/millgate/millgate.sock # as in the manual
LAB_SENDMAIL_SOCKET=local:$LAB_SOCKET
LAB_SENDMAIL_DOWN=T # what is done when the filter is down: T tempfail, R reject, nothing: accept
LAB_SENDMAIL_PID=
# A failed write of QUIT is no trouble: Millgate was stopped before a client left.
LAB_MILTER_TROUBLE='Milter \(millgate\): (timeout|select|read|write\([^Q]\)|local socket|error'
LAB_MILTER_TROUBLE+='|.*(unsafe|abort|fail))'

# The line for sendmail.mc from the manual page, with the test's socket and flag.
lab_sendmail_filter() {
	sed -n "/^INPUT_MAIL_FILTER(/{
		s|local:/run/millgate/millgate.sock|$LAB_SENDMAIL_SOCKET|
		s|F=T|F=$LAB_SENDMAIL_DOWN|
		p
	}" "$LAB_MANUAL"
}

# Names come from the namespace's hosts file, mail goes to our own program, and there is no limit to
# the number and speed of clients.
lab_sendmail_mc() {
	cat <<-MC
		divert(0)dnl
		VERSIONID(\`millgate lab')
		OSTYPE(\`linux')dnl
		define(\`_DEF_LOCAL_MAILER_FLAGS', \`lsDFMq')dnl
		define(\`confDOMAIN_NAME', \`mx.example.test')dnl
		define(\`QUEUE_DIR', \`$LAB_SENDMAIL_DIR/queue')dnl
		define(\`confPID_FILE', \`$LAB_SENDMAIL_DIR/pid')dnl
		define(\`STATUS_FILE', \`$LAB_SENDMAIL_DIR/statistics')dnl
		define(\`HELP_FILE', \`$LAB_SENDMAIL_DIR/help')dnl
		define(\`ALIAS_FILE', \`')dnl
		define(\`confCONTROL_SOCKET_NAME', \`')dnl
		define(\`confSERVICE_SWITCH_FILE', \`$LAB_SENDMAIL_DIR/switch')dnl
		define(\`confHOSTS_FILE', \`/etc/hosts')dnl
		define(\`confDONT_PROBE_INTERFACES', \`True')dnl
		define(\`confTO_IDENT', \`0')dnl
		define(\`confTO_COMMAND', \`60s')dnl
		define(\`confREFUSE_LA', \`9999')dnl
		define(\`confQUEUE_LA', \`9999')dnl
		define(\`confDELAY_LA', \`0')dnl
		define(\`confBAD_RCPT_THROTTLE', \`0')dnl
		define(\`confMAX_DAEMON_CHILDREN', \`0')dnl
		define(\`confPRIVACY_FLAGS', \`')dnl
		define(\`confLOG_LEVEL', \`10')dnl
		define(\`LOCAL_MAILER_PATH', \`$LAB_SENDMAIL_DIR/deliver')dnl
		define(\`LOCAL_MAILER_ARGS', \`deliver \$u')dnl
		define(\`LOCAL_MAILER_FLAGS', \`SPn9')dnl
		FEATURE(\`no_default_msa')dnl
		FEATURE(\`nocanonify')dnl
		FEATURE(\`accept_unresolvable_domains')dnl
		FEATURE(\`accept_unqualified_senders')dnl
		DAEMON_OPTIONS(\`Name=MTA, Family=inet, Port=25')dnl
		DAEMON_OPTIONS(\`Name=MTA6, Family=inet6, Addr=2001:db8::25, Port=25')dnl
		DAEMON_OPTIONS(\`Name=submission, Family=inet, Port=587')dnl
		$(lab_sendmail_filter)dnl
		$LAB_SENDMAIL_MC
		MAILER(\`local')dnl
		MAILER(\`smtp')dnl
		LOCAL_CONFIG
		Cwexample.test
	MC
}
LAB_SENDMAIL_MC= # further lines
LAB_MANUAL=$(dirname "${BASH_SOURCE[0]}")/../../man/millgated.8

# Writes a file for each message. It is written elsewhere first, so that files in the folder are
# complete.
lab_sendmail_mailer() {
	cat <<-SH
		#!/bin/sh
		file=\$(mktemp $LAB_MAIL/all/tmp/XXXXXX) || exit 75
		{ for user; do echo "Delivered-To: \$user"; done; cat; } > "\$file" &&
			mv "\$file" "$LAB_MAIL/all/new/"
	SH
}

# Sendmail logs to syslog alone. So the namespace gets its own /dev with a socket; its datagrams go
# to the log.
lab_sendmail_syslog() {
	local dev=$LAB_SENDMAIL_DIR/dev node
	mkdir "$dev" && mount -t tmpfs -o mode=0755,size=1m millgate-dev "$dev" ||
		lab_fail "no /dev of our own"
	for node in null zero full random urandom tty; do
		[[ -e /dev/$node ]] || continue
		: > "$dev/$node"
		mount --bind "/dev/$node" "$dev/$node"
	done
	ln -s /proc/self/fd "$dev/fd"
	mount --move "$dev" /dev
	perl -MIO::Socket::UNIX -e '
		my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => "/dev/log")
			or die "/dev/log: $!";
		chmod 0666, "/dev/log";
		$| = 1;
		while (defined $socket->recv(my $line, 65536)) {
			$line =~ s/^<\d+>//;
			$line =~ s/[\0\n]+$//;
			print "$line\n";
		}' > "$LAB_MAILLOG" &
	disown
	lab_wait 10 test -S /dev/log || lab_fail "no syslog"
}

# Makes the instance and starts nothing.
lab_sendmail_make() {
	mount -t tmpfs -o mode=0755,size=256m millgate-run /run || lab_fail "no /run of our own"
	mkdir "$LAB_SENDMAIL_DIR" "${LAB_SOCKET%/*}"
	mkdir -m 0700 "$LAB_SENDMAIL_DIR/queue"
	mkdir -p "$LAB_MAIL/all/new" "$LAB_MAIL/all/tmp"
	: > "$LAB_SENDMAIL_DIR/statistics"
	: > "$LAB_SENDMAIL_DIR/help"
	printf 'hosts files\naliases files\n' > "$LAB_SENDMAIL_DIR/switch"
	lab_sendmail_mailer > "$LAB_SENDMAIL_DIR/deliver"
	chmod 0755 "$LAB_SENDMAIL_DIR/deliver"
	lab_sendmail_syslog
}

# sendmail.cf from sendmail.mc.
lab_sendmail_configure() {
	lab_sendmail_mc > "$LAB_SENDMAIL_DIR/mc"
	grep -q '^INPUT_MAIL_FILTER' "$LAB_SENDMAIL_DIR/mc" ||
		lab_fail "the manual page has no line for sendmail.mc"
	(cd "$LAB_SENDMAIL_CF" && m4 -D_CF_DIR_="$PWD/" m4/cf.m4 "$LAB_SENDMAIL_DIR/mc") \
		> "$LAB_SENDMAIL_DIR/cf" 2> "$LAB_SENDMAIL_DIR/m4.out" ||
		lab_fail "m4: $(cat "$LAB_SENDMAIL_DIR/m4.out")"
}

# Asks the kernel: the MTA would inform Millgate of a connection.
lab_sendmail_listens() {
	grep -qE ':0019 [0-9A-F]+:0000 0A ' /proc/net/tcp &&
		grep -qE ':024B [0-9A-F]+:0000 0A ' /proc/net/tcp &&
		grep -qE ':0019 [0-9A-F]+:0000 0A ' /proc/net/tcp6
}

# lab_sendmail [OPTION...]: runs the command sendmail on the instance.
lab_sendmail() {
	"$LAB_SENDMAIL_BINARY" -C "$LAB_SENDMAIL_DIR/cf" "$@"
}

# Starts it in the foreground, as a job of this shell.
lab_sendmail_start() {
	lab_sendmail_configure
	"$LAB_SENDMAIL_BINARY" -bD -C "$LAB_SENDMAIL_DIR/cf" > "$LAB_SENDMAIL_DIR/out" 2>&1 \
		< /dev/null &
	LAB_SENDMAIL_PID=$!
	lab_wait 20 lab_sendmail_listens ||
		lab_fail "sendmail does not listen: $(cat "$LAB_SENDMAIL_DIR/out" "$LAB_MAILLOG")"
}

# A process that serves a client goes on until the client leaves.
lab_sendmail_stop() {
	[[ -n $LAB_SENDMAIL_PID ]] || return 0
	kill -TERM "$LAB_SENDMAIL_PID" 2> /dev/null
	wait "$LAB_SENDMAIL_PID" 2> /dev/null
	LAB_SENDMAIL_PID=
}

# ---- What a test asks for besides: before the start ---------------------------

# lab_sendmail_define NAME VALUE: adds a definition to sendmail.mc.
lab_sendmail_define() {
	LAB_SENDMAIL_MC+="define(\`$1', \`$2')dnl"$'\n'
}

# STARTTLS, with a new certificate. Sendmail does not offer it without certificates of authorities.
lab_sendmail_tls() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=mx.example.test \
		-keyout "$LAB_SENDMAIL_DIR/key.pem" \
		-out "$LAB_SENDMAIL_DIR/cert.pem" 2> /dev/null || lab_fail "openssl req failed"
	chmod 0600 "$LAB_SENDMAIL_DIR/key.pem"
	lab_sendmail_define confSERVER_CERT "$LAB_SENDMAIL_DIR/cert.pem"
	lab_sendmail_define confSERVER_KEY "$LAB_SENDMAIL_DIR/key.pem"
	lab_sendmail_define confCACERT "$LAB_SENDMAIL_DIR/cert.pem"
	lab_sendmail_define confCACERT_PATH "$LAB_SENDMAIL_DIR"
}

# AUTH PLAIN, for the user "tester" with the password "secret".
lab_sendmail_auth() {
	local sasl=$LAB_SENDMAIL_DIR/sasl
	mkdir "$sasl"
	printf '%s\n' 'pwcheck_method: auxprop' 'auxprop_plugin: sasldb' \
		"sasldb_path: $sasl/users" > "$sasl/Sendmail.conf"
	perl -MDB_File -e '
		tie my %users, "DB_File", $ARGV[0], O_RDWR | O_CREAT, 0600, $DB_HASH
			or die "$ARGV[0]: $!";
		$users{"tester\0mx.example.test\0userPassword"} = "secret";' "$sasl/users" ||
			lab_fail "no user for AUTH"
	chmod 0600 "$sasl/Sendmail.conf"
	mount --bind "$sasl" /usr/lib/sasl2 || lab_fail "no SASL configuration of our own"
	lab_sendmail_define confAUTH_MECHANISMS PLAIN
}

# ---- The queue: the same words as for Postfix -----------------------------------

# A message has a file qf... from before its reply until its delivery, or hf... while in quarantine.
lab_queue_idle() {
	[[ -z $(find "$LAB_SENDMAIL_DIR/queue" -name '[qt]f*') ]]
}

lab_queue_show() {
	ls "$LAB_SENDMAIL_DIR/queue"
}

lab_held() {
	find "$LAB_SENDMAIL_DIR/queue" -name 'hf*'
}
