#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# How fast the DNS service is, against a real nsd on loopback: dns.sh [SECONDS [THREADS]]. Bounded in time; leaves nothing running.
set -eu
seconds=${1:-3} threads=${2:-1}
: "${BENCH_BUILD:=tests/bench}"
port=15353
work=$(mktemp -d)
trap 'kill "$(cat "$work/nsd.pid" 2>/dev/null)" 2>/dev/null || :; rm -rf "$work"' EXIT
cat >"$work/nsd.conf" <<CONF
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
cat >"$work/bench.test" <<'ZONE'
$ORIGIN bench.test.
$TTL 300
@ IN SOA ns hostmaster 1 3600 3600 3600 300
@ IN NS ns
* IN A 192.0.2.1
ZONE
nsd -c "$work/nsd.conf" 2>"$work/nsd.err" || { cat "$work/nsd.err" >&2; exit 1; }
for i in 1 2 3 4 5 6 7 8 9 10; do
	test -s "$work/nsd.pid" && break
	sleep 0.2
done
sleep 0.3
"$BENCH_BUILD/dns_bench" "$port" "$seconds" "$threads"
