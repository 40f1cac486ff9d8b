# SPDX-License-Identifier: BSD-2-Clause
# A private Postfix for the benchmark, on loopback, that throws every message away. run sources it.
# One instance has an SMTP service for each milter, so that all share a queue and can take turns.

postfix_main_cf()
{
	cat <<-EOF
	compatibility_level = 3.6
	queue_directory = $1/spool
	data_directory = $1/data
	maillog_file = $1/mail.log
	maillog_file_prefixes = /tmp, /var
	multi_instance_enable = yes
	multi_instance_name = postfix-bench
	syslog_name = postfix-bench
	myhostname = mx.bench.test
	inet_interfaces = loopback-only
	inet_protocols = ipv4
	mynetworks = 192.0.2.255/32
	mydestination =
	alias_maps =
	local_recipient_maps =
	virtual_mailbox_domains = bench.test
	virtual_mailbox_maps = static:all
	virtual_transport = discard:
	default_transport = error:no route off this machine
	relay_transport = error:no route off this machine
	smtpd_peername_lookup = no
	smtpd_relay_restrictions = reject_unauth_destination
	smtpd_recipient_restrictions =
	smtpd_client_connection_count_limit = 0
	smtpd_client_connection_rate_limit = 0
	smtpd_client_event_limit_exceptions = 127.0.0.0/8
	default_process_limit = 100
	in_flow_delay = 0
	milter_default_action = tempfail
	milter_protocol = 6
	EOF
}

# postfix_master_cf PORT MILTER [PORT MILTER]...: "none" for no milter
postfix_master_cf()
{
	while [ $# -gt 0 ]; do
		if [ "$2" = none ]; then
			echo "127.0.0.1:$1 inet n - n - - smtpd"
		else
			printf '127.0.0.1:%s inet n - n - - smtpd\n    -o smtpd_milters=%s\n' "$1" \
				"$2"
		fi
		shift 2
	done
	cat <<-EOF
	cleanup unix n - n - 0 cleanup
	qmgr unix n - n 300 1 qmgr
	rewrite unix - - n - - trivial-rewrite
	bounce unix - - n - 0 bounce
	defer unix - - n - 0 bounce
	trace unix - - n - 0 bounce
	error unix - - n - - error
	retry unix - - n - - error
	discard unix - - n - - discard
	anvil unix - - n - 1 anvil
	proxymap unix - - n - - proxymap
	showq unix n - n - - showq
	tlsmgr unix - - n 1000? 1 tlsmgr
	postlog unix-dgram n - n - 1 postlogd
	EOF
}

# postfix_start DIR PORT MILTER...: DIR absolute, and open for user postfix
postfix_start()
{
	local dir=$1
	shift
	mkdir -p "$dir/etc" "$dir/spool" "$dir/data"
	chmod 755 "$dir" "$dir/etc" "$dir/spool"
	chown postfix "$dir/data"
	postfix_main_cf "$dir" >"$dir/etc/main.cf"
	postfix_master_cf "$@" >"$dir/etc/master.cf"
	: >"$dir/etc/dynamicmaps.cf"
	postfix -c "$dir/etc" start >"$dir/start.log" 2>&1
}

postfix_stop()
{
	[ -d "$1/etc" ] || return 0
	postfix -c "$1/etc" stop >>"$1/start.log" 2>&1
}

# Waits until DIR's queue is empty, so that deliveries do not disturb the next turn.
postfix_drain()
{
	local i
	for i in $(seq 100); do
		[ -z "$(find "$1/spool/incoming" "$1/spool/active" "$1/spool/maildrop" -type f \
			-print -quit)" ] && return 0
		sleep 0.1
	done
	return 1
}

# postfix_load PORT MESSAGES PARALLEL: prints messages per second. It fails if smtp-source failed: a
# milter that cannot be reached looks fast.
postfix_load()
{
	local begin end
	begin=${EPOCHREALTIME/[.,]/}
	smtp-source -M client.example.org -s "$3" -l 3000 -m "$2" \
		-f sender@example.org -t user@bench.test "127.0.0.1:$1" || return 1
	end=${EPOCHREALTIME/[.,]/}
	awk -v n="$2" -v us=$((end - begin)) 'BEGIN { printf "%.1f\n", n * 1e6 / us }'
}
