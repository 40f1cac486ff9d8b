# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: BSD-2-Clause
#
# A private nsd(8) for the lab, and the zone that it serves. A script that runs in netns sources
# this after mta.sh.
#
# It listens on 127.0.0.1 and serves one zone, the root. So it answers questions about any name, and
# a name that is not in the zone does not exist. Below LAB_DNS_BROKEN it answers SERVFAIL.

LAB_DNS=$MG_LAB/nsd
LAB_DNS_PORT=5353
LAB_DNS_SERVER=127.0.0.1:$LAB_DNS_PORT
LAB_DNS_BROKEN=broken.example # a zone without a file
LAB_DNS_PID=

lab_dns_conf() {
	cat <<-CONF
		server:
		    ip-address: 127.0.0.1@$LAB_DNS_PORT
		    username: ""
		    database: ""
		    zonesdir: "$LAB_DNS"
		    zonelistfile: "$LAB_DNS/zone.list"
		    xfrdfile: "$LAB_DNS/xfrd.state"
		    xfrdir: "$LAB_DNS"
		    pidfile: "$LAB_DNS/pid"
		    logfile: "$LAB_DNS/log"
		    server-count: 1
		    rrl-ratelimit: 0
		remote-control:
		    control-enable: no
		zone:
		    name: "."
		    zonefile: root
		zone:
		    name: "$LAB_DNS_BROKEN"
		    zonefile: missing
	CONF
}

# Asks the kernel: nsd would count a question.
lab_dns_listens() {
	grep -q "0100007F:$(printf %04X "$LAB_DNS_PORT") " /proc/net/udp
}

# lab_dns_make: makes the zone of the records on standard input. All names are complete, with their
# dot at the end.
lab_dns_make() {
	command -v nsd > /dev/null || lab_fail "there is no nsd"
	mkdir -p "$LAB_DNS"
	lab_dns_conf > "$LAB_DNS/conf"
	{
		printf "\$ORIGIN .\n\$TTL 300\n"
		printf '. SOA ns.lab. hostmaster.lab. 1 3600 3600 3600 60\n'
		printf '. NS ns.lab.\nns.lab. A 127.0.0.1\n'
		cat
	} > "$LAB_DNS/root"
}

# Starts nsd as a job of this shell.
lab_dns_start() {
	nsd -d -c "$LAB_DNS/conf" > "$LAB_DNS/out" 2>&1 &
	LAB_DNS_PID=$!
	lab_wait 30 lab_dns_listens ||
		lab_fail "nsd does not listen: $(cat "$LAB_DNS/out" "$LAB_DNS/log")"
	# nsd opens the socket before it has loaded the zone.
	lab_wait 30 grep -qs 'nsd started' "$LAB_DNS/log" ||
		lab_fail "nsd does not start: $(cat "$LAB_DNS/log")"
	! grep 'error' "$LAB_DNS/log" | grep -v missing >&2 || lab_fail "nsd does not take the zone"
}

# nsd and its child processes.
lab_dns_processes() {
	local -a all=("$LAB_DNS_PID")
	local at
	for ((at = 0; at < ${#all[@]}; at++)); do
		mapfile -O "${#all[@]}" -t all \
			< <(tr ' ' '\n' < "/proc/${all[at]}/task/${all[at]}/children" | grep .)
	done
	echo "${all[@]}"
}

# lab_dns_signal SIGNAL: after STOP no question gets an answer, as if packets were lost; after CONT
# nsd goes on.
lab_dns_signal() {
	local -a all
	read -ra all < <(lab_dns_processes)
	kill "-$1" "${all[@]}"
}

lab_dns_stop() {
	[[ -n $LAB_DNS_PID ]] || return 0
	lab_dns_signal CONT 2> /dev/null
	kill -TERM "$LAB_DNS_PID" 2> /dev/null
	wait "$LAB_DNS_PID" 2> /dev/null
	LAB_DNS_PID=
}
