# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: BSD-2-Clause
# Measures how long mail waits for slow and for dead DNS. This is the section "time" of run, which
# sources it.

time_delay=50 time_pause=20 time_budget=2000

time_conf()
{
	cat <<-EOF
	listen unix:$work/timed.sock
	socket-mode 0666
	max-connections 2000
	pid-file $work/timed.pid
	log file:$work/timed.log.txt text
	stage-budget ${time_budget}ms
	dns { server 127.0.0.1:$dns_port }
	policy rdns { on generic neutral; on missing neutral; on fail neutral }
	policy dnsbl {
	    zone bl1.test
	    zone bl2.test
	    zone bl3.test
	    domain-zone dbl.test client-name helo sender
	    test-interval 0
	}
	policy helo { resolve yes }
	policy sender-domain { }
	policy spf { }
	EOF
	[ "$(id -u)" != 0 ] || say "user nobody"
}

# time_start FAULT: starts a name server with that fault, and a daemon that asks it
time_start()
{
	local i
	{
		"$build/dns_time" zone $((time_sessions + 20))
		say "* FAULT $1"
	} >"$work/zone"
	"$build/../dns/dns_server" 0 "$work/zone" >"$work/dns_server.out" 2>&1 &
	pid[dns_server]=$!
	disown
	for i in {1..100}; do
		dns_port=$(sed -n 's/^port //p' "$work/dns_server.out")
		[ "$dns_port" ] && break
		sleep 0.05
	done
	[ "$dns_port" ] || die "the name server does not start: $(cat "$work/dns_server.out")"
	rm -f "$work/timed.log.txt"
	time_conf >"$work/timed.conf"
	address[timed]=unix:$work/timed.sock
	"$millgated" -c "$work/timed.conf" >"$work/timed.log" 2>&1 || {
		cat "$work/timed.log" >&2
		die "Millgate does not start"
	}
	pid[timed]=$(cat "$work/timed.pid")
	milter_wait timed
}

time_stop()
{
	milter_stop timed
	milter_stop dns_server
}

# field NAME: of the line in $work/time
field()
{
	sed -n "s/.* $1=\([^ ]*\).*/\1/p" "$work/time"
}

# time_target TEXT VALUE UNIT TARGET
time_target()
{
	figure_target "$1" "$2" "$3" "<=" "$4"
}

middle()
{
	printf '%s\n' "$@" | sort -n | sed -n "$(($# / 2 + 1))p"
}

section_time_early()
{
	local round over=() late=() last=() control=() shares=()
	say "Five policies that ask DNS, whose server answers after $time_delay ms;" \
		"3 x $time_pause ms between CONNECT and RCPT;"
	say "no name asked twice. The slowest chain is three questions from MAIL on:"
	for round in $(seq "$time_rounds"); do
		time_start "delay=$time_delay"
		"$build/dns_time" early "${address[timed]}" "$dns_port" $time_delay $time_pause \
			"$time_sessions" 4 >"$work/early" ||
			die "dns_time failed"
		time_stop
		grep ^sequential "$work/early" >"$work/time"
		printf '  round %s: one after another: %s questions, ' "$round" "$(field questions)"
		printf '%s ms (%s..%s), an answer %s ms\n' "$(field sum_ms_p50)" \
			"$(field sum_ms_min)" "$(field sum_ms_max)" "$(field answer_ms_p50)"
		grep ^control "$work/early" >"$work/time"
		printf '           the slowest chain without Millgate, beyond the bound: '
		printf 'p50 %s p95 %s p99 %s max %s ms\n' \
			"$(field over_ms_p50)" "$(field over_ms_p95)" "$(field over_ms_p99)" \
			"$(field over_ms_max)"
		control+=("$(field over_ms_p50)")
		grep ^early "$work/early" >"$work/time"
		printf '           Millgate: RCPT waits %s ms (p99 %s, max %s), ' \
			"$(field wait_ms_p50)" "$(field wait_ms_p99)" "$(field wait_ms_max)"
		printf 'beyond the bound p50 %s p95 %s p99 %s max %s ms;' "$(field over_ms_p50)" \
			"$(field over_ms_p95)" "$(field over_ms_p99)" "$(field over_ms_max)"
		printf ' within 5 ms: %s of %s, %s failed\n' "$(field within)" "$(field sessions)" \
			"$(field failures)"
		over+=("$(field over_ms_p50)")
		late+=("$(field over_ms_p95)")
		last+=("$(field over_ms_max)")
		shares+=("$(field within)")
	done
	printf '  sessions within 5 ms of the bound, in each round of %s: %s\n' "$time_sessions" \
		"${shares[*]}"
	time_target "RCPT beyond its bound, p50, the middle of $time_rounds rounds" \
		"$(middle "${over[@]}")" ms 5
	time_target "RCPT beyond its bound, p95, the middle of $time_rounds rounds" \
		"$(middle "${late[@]}")" ms 5
	time_target \
		"RCPT beyond its bound, the slowest session, the middle of $time_rounds rounds" \
		"$(middle "${last[@]}")" ms 5
	say "  (of that, the machine and the name server: p50 $(middle "${control[@]}") ms)"
}

section_time_dead()
{
	local policy n least=200
	say "The name server is dead (packets dropped)," \
		"the stage's budget $time_budget ms, 200 sessions at once:"
	time_start drop
	"$build/dns_time" dead "${address[timed]}" $time_budget 200 >"$work/time" ||
		die "dns_time failed"
	sleep 0.5
	printf '  slowest reply of a session: %s ms (p99 %s, max %s); ' \
		"$(field reply_ms_p50)" "$(field reply_ms_p99)" "$(field reply_ms_max)"
	printf 'inside the budget %s of 200; all over after %s ms; %s failed\n' \
		"$(field within)" "$(field all_ms)" "$(field failures)"
	printf '  slowest command that is not RCPT: %s ms; ' "$(field other_ms_max)"
	printf 'sessions that were not over after %s ms: %s\n' \
		$((time_budget + 500)) "$(field stalled)"
	printf '  opening took %s ms (max %s); ' "$(field open_ms_p50)" "$(field open_ms_max)"
	printf 'the middle session was over after %s ms; slowest command: %s\n' \
		"$(field end_ms_p50)" \
		"$(grep -o 'slowest_[^=]*=[0-9]*' "$work/time" | tr '\n' ' ')"
	for policy in rdns dnsbl helo sender-domain spf; do
		n=$(grep -cE "message .*[[ ]$policy timeout " "$work/timed.log.txt")
		printf '  "%s" says timeout in %s sessions\n' $policy "$n"
		[ "$n" -ge "$least" ] || least=$n
	done
	time_target "DNS dead: the slowest of all replies" "$(field reply_ms_max)" ms $time_budget
	time_target "DNS dead: 200 sessions at once, all answered" "$(field all_ms)" ms \
		$((time_budget + 1000))
	time_target "DNS dead: sessions in which a policy does not say timeout" $((200 - least)) \
		"" 0
	time_target "DNS dead: sessions that were not accepted" "$(field failures)" "" 0
	time_stop
}

section_time()
{
	section_time_early
	section_time_dead
}
