#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The name server is gone: every command is answered inside the stage's budget, and no mail is lost.
. "$(dirname "$0")/e2e.sh"
# shellcheck source=../../packaging/lab/dns.sh
. "$E2E_LAB/dns.sh"
command -v nsd > /dev/null || e2e_skip "there is no nsd"

lab_dns_make <<'Z'
fail.example.		TXT "v=spf1 -all"
fail.example.		A 203.0.114.25
other.example.		TXT "v=spf1 -all"
Z
lab_dns_start
e2e_start <<C
stage-budget 5s
dns { server $LAB_DNS_SERVER; timeout 4s; tries 4 }
policy rdns { }
policy dnsbl { zone bl.example; domain-zone dbl.example sender helo; test-interval 0 }
policy helo { resolve yes }
policy sender-domain { }
policy spf { on timeout header X-SPF "{result}" }
C

# timed COMMAND...: $MS is how many milliseconds it takes.
timed() {
	local begin=${EPOCHREALTIME/./}
	"$@"
	MS=$(((${EPOCHREALTIME/./} - begin) / 1000))
}

# Packets are lost: no answer comes. The policies report "timeout", which lets mail through. RCPT
# waits for the budget, not for a minute of tries, half of which is as long as Postfix waits.
lab_dns_signal STOP
smtp_open
smtp 'EHLO client1.example.test'
smtp 'XCLIENT ADDR=203.0.114.10 NAME=client1.example.test'
timed says 'EHLO client1.example.test' '250*'
others=($MS)
timed says 'MAIL FROM:<sender@fail.example>' '250 *'
others+=($MS)
timed says 'RCPT TO:<user@example.test>' '250 2.1.5 Ok'
waited=$MS
# A failed look-up is not waited for again.
timed says 'RCPT TO:<other@example.test>' '250 2.1.5 Ok'
others+=($MS)
timed smtp_message 'Subject: no DNS' '' 'text'
others+=($MS)
is "$SMTP_REPLY" '250 2.0.0 Ok: queued as *'
check "RCPT waits: $waited ms" test "$waited" -ge 4500
for ms in "${others[@]}"; do
	check "$ms ms: it does not wait as RCPT does, $waited ms" test "$ms" -lt $((waited * 4 / 5))
done
smtp QUIT
delivered 2
has "$MAIL" '^X-SPF: timeout$'
for policy in rdns dnsbl helo sender-domain spf; do
	logged "message .*[[ ]$policy timeout "
done

# Failed look-ups are repeated as soon as there are answers.
lab_dns_signal CONT
as=(--xclient "ADDR=203.0.114.11 NAME=client1.example.test")
lab_dns_answers() {
	smtp_send "${as[@]}" --quit-after RCPT --from sender@fail.example
	[[ $(smtp_reply_to RCPT) == 550* ]]
}
lab_wait 20 lab_dns_answers
reply RCPT "550 5.7.23 fail.example does not permit * $ID"

# Nothing listens there any more. This is known at once, and DNS is dead as before. The key dns-dead
# has the client try again.
lab_dns_stop
e2e_again <<C
stage-budget 8s
dns-dead tempfail
dns { server $LAB_DNS_SERVER }
policy spf { }
C
smtp_send "${as[@]}" --from sender@other.example
reply RCPT "451 4.4.3 DNS is not available here, try again later $ID"
logged 'spf.*timeout'
logged 'warning: DNS is dead: no server can be reached'
lab_dns_start
lab_dns_try_again() {
	smtp_send "${as[@]}" --from sender@other.example
	[[ $(smtp_reply_to RCPT) == 550* ]]
}
check "the server is found again" lab_wait 20 lab_dns_try_again
logged 'warning: DNS answers again'
delivered 2
lab_dns_stop
