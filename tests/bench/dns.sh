# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: BSD-2-Clause
# Measures the DNS service against a real nsd on loopback, and SPF from its cache. This is the
# section "dns" of run, which sources it.

dns_conf()
{
	cat <<-CONF
	server:
	    ip-address: 127.0.0.1@$port
	    username: ""
	    database: ""
	    zonesdir: "$work"
	    zonelistfile: "$work/zone.list"
	    xfrdfile: "$work/xfrd.state"
	    pidfile: "$work/nsd.pid"
	    logfile: "$work/nsd.log"
	    rrl-ratelimit: 0
	    server-count: 1
	remote-control:
	    control-enable: no
	zone:
	    name: bench.test
	    zonefile: bench.test
	CONF
}

dns_zone()
{
	cat <<-'ZONE'
	$ORIGIN bench.test.
	$TTL 300
	@ IN SOA ns hostmaster 1 3600 3600 3600 300
	@ IN NS ns
	* IN A 192.0.2.1
	ZONE
}

dns_start()
{
	local i
	dns_conf >"$work/nsd.conf"
	dns_zone >"$work/bench.test"
	nsd -c "$work/nsd.conf" 2>"$work/nsd.err" ||
		{ cat "$work/nsd.err" >&2; die "nsd does not start"; }
	for i in {1..100}; do
		[ -s "$work/nsd.pid" ] && break
		sleep 0.05
	done
	[ -s "$work/nsd.pid" ] || die "nsd does not start: $(cat "$work/nsd.log")"
	pid[nsd]=$(cat "$work/nsd.pid")
	sleep 0.3
}

# The children of nsd end with it on this signal.
dns_stop()
{
	kill -TERM "${pid[nsd]}" 2>/dev/null
	while kill -0 "${pid[nsd]}" 2>/dev/null; do
		sleep 0.01
	done
	unset "pid[nsd]"
}

# dns_result NAME: a result of dns_bench
dns_result()
{
	sed -n "s/^result $1 //p" "$work/dns"
}

section_dns_service()
{
	local threads
	for threads in 1 2; do
		say "The DNS service with $threads thread(s), a real nsd:"
		"$build/dns_bench" "$port" "$dns_seconds" $threads "$dns_rounds" >"$work/dns" ||
			die "dns_bench failed"
		grep -v ^result "$work/dns" | sed 's/^/  /'
		[ $threads = 1 ] && figure_target "DNS answers from the cache, 4 threads" \
			"$(dns_result cached_4)" /s ">=" 2000000
		figure_target "DNS not from the cache, $threads thread(s), to c-ares: by callback" \
			"$(dns_result callback)" "" ">=" 0.7
		figure_target "  16 clients that wait" "$(dns_result waiting)" "" ">=" 0.7
	done
}

section_dns()
{
	if command -v nsd >/dev/null; then
		dns_start
		section_dns_service
		dns_stop
	else
		say "The DNS service: left out, because there is no nsd."
	fi
	say "SPF evaluations, all answers from the cache:"
	"$build/spf_bench" "$spf_count" >"$work/spf" || die "spf_bench failed"
	sed 's/^/  /' "$work/spf"
	figure_target "SPF evaluation from the cache, the slowest of the cases" \
		"$(sed -n 's/^rfc7208 .* with ahead *\([0-9.]*\) us$/\1/p' "$work/spf" | sort -n |
		tail -1)" us "<=" 15
}
