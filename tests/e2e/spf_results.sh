#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The policy "spf" with a real name server: each result's reply, its log line and its header field
# in the delivered mail.
. "$(dirname "$0")/e2e.sh"
# shellcheck source=../../packaging/lab/dns.sh
. "$E2E_LAB/dns.sh"
command -v nsd > /dev/null || e2e_skip "there is no nsd"

lab_dns_make <<'Z'
pass.example.		TXT "v=spf1 ip4:192.0.2.10 -all"
fail.example.		TXT "v=spf1 ip4:198.51.100.0/24 -all"
explained.example.	TXT "v=spf1 -all exp=why.explained.example"
why.explained.example.	TXT "%{i} is none of the servers of %{d}"
softfail.example.	TXT "v=spf1 ip4:198.51.100.0/24 ~all"
neutral.example.	TXT "v=spf1 ?all"
none.example.		A 192.0.2.99
permerror.example.	TXT "v=spf1 ip4:192.0.2.300 -all"
two.example.		TXT "v=spf1 +all"
two.example.		TXT "v=spf1 -all"
temperror.example.	TXT "v=spf1 include:broken.example -all"
chain.example.		TXT "v=spf1 include:inner.example -all"
inner.example.		TXT "v=spf1 mx:hosts.example ?all"
hosts.example.		MX 10 mail.hosts.example.
mail.hosts.example.	A 192.0.2.10
client1.example.test.	TXT "v=spf1 a -all"
client1.example.test.	A 192.0.2.10
helo.example.		TXT "v=spf1 -all"
six.example.		TXT "v=spf1 ip6:2001:db8::10 -all"
lookups.example.	TXT "v=spf1 include:lookups.example -all"
Z
lab_dns_start
e2e_start <<C
dns { server $LAB_DNS_SERVER }
policy spf {
    on none      header Received-SPF "{received_spf}"
    on neutral   header Received-SPF "{received_spf}"
    on pass      header Received-SPF "{received_spf}"
    on softfail  header Received-SPF "{received_spf}"
    on permerror header Received-SPF "{received_spf}"
}
C
as=(--xclient "ADDR=192.0.2.10 NAME=client1.example.test")

# mail SENDER [SWAKS OPTION...]
mail() {
	local sender=$1
	shift
	smtp_send "${as[@]}" --from "$sender" "$@"
}

mail sender@pass.example
reply RCPT '250 2.1.5 Ok'
delivered 1
has "$MAIL" '^Received-SPF: pass \(mx\.example\.test: .*pass\.example\) identity=mailfrom;'
has "$MAIL" 'client-ip="?192\.0\.2\.10"?'
has "$MAIL" 'envelope-from="?sender@pass\.example"?'
logged 'message .*policies=\[spf pass '

mail sender@softfail.example
reply RCPT '250 2.1.5 Ok'
delivered 2
has "$MAIL" '^Received-SPF: softfail '
logged 'message .*policies=\[spf softfail '

mail sender@neutral.example
reply RCPT '250 2.1.5 Ok'
delivered 3
has "$MAIL" '^Received-SPF: neutral '
logged 'message .*policies=\[spf neutral '

mail sender@none.example
reply RCPT '250 2.1.5 Ok'
delivered 4
has "$MAIL" '^Received-SPF: none '
logged 'message .*policies=\[spf none '

mail sender@permerror.example
reply RCPT '250 2.1.5 Ok'
delivered 5
has "$MAIL" '^Received-SPF: permerror '
logged 'message .*policies=\[spf permerror '
mail sender@two.example
delivered 6
has "$MAIL" '^Received-SPF: permerror '
mail sender@lookups.example
delivered 7
has "$MAIL" '^Received-SPF: permerror '

# A record that needs three more questions.
mail sender@chain.example
delivered 8
has "$MAIL" '^Received-SPF: pass '

# Refusals are at RCPT, and nothing is delivered.
mail sender@fail.example
reply MAIL '250 *'
reply RCPT "550 5.7.23 fail.example does not permit 192.0.2.10 to send its mail $ID"
logged 'reject at rcpt: policy spf found fail: .*sender=sender@fail'
mail sender@explained.example
reply RCPT "550 5.7.23 192.0.2.10 is none of the servers of explained.example $ID"
mail sender@temperror.example
reply RCPT "451 4.4.3 The SPF record of temperror.example cannot be looked up now $ID"
logged 'tempfail at rcpt: policy spf found temperror: .*sender=sender@temperror'
mail "sender@$LAB_DNS_BROKEN"
reply RCPT "451 4.4.3 The SPF record of $LAB_DNS_BROKEN cannot be looked up now $ID"
delivered 8

# A bounce has no sender: the policy checks the HELO name.
mail '<>' --ehlo client1.example.test
reply RCPT '250 2.1.5 Ok'
delivered 9
has "$MAIL" '^Received-SPF: pass .*identity=mailfrom;'
mail '<>' --ehlo helo.example
reply RCPT "550 5.7.23 helo.example does not permit 192.0.2.10 to send its mail $ID"

# IPv6.
as=(--xclient "ADDR=IPV6:2001:db8::10 NAME=client6.example.test")
mail sender@six.example
delivered 10
has "$MAIL" '^Received-SPF: pass '
has "$MAIL" 'client-ip="?2001:db8::10"?'
as=(--xclient "ADDR=IPV6:2001:db8::66 NAME=spammer6.example.org")
mail sender@six.example
reply RCPT "550 5.7.23 six.example does not permit 2001:db8::66 to send its mail $ID"

# The postmaster is never refused, and mail that is submitted on the machine has no client to check.
mail sender@fail.example --to postmaster@example.test
reply RCPT '250 2.1.5 Ok'
delivered 11
printf 'From: sender@fail.example\nTo: user@example.test\n\nlocal\n' |
	sendmail -f sender@fail.example user@example.test
lab_wait 5 grep -q 'from=<sender@fail.example>.*queue active' "$LAB_MAILLOG"
delivered 12
lacks "$MAIL" '^Received-SPF:'

# The other engine has the same results, where the build has it.
if "$MILLGATED" -t -c <(printf 'listen unix:%s\nuser root\npolicy spf { engine libspf2 }\n' \
	"$LAB_SOCKET") > /dev/null 2>&1; then
	e2e_again <<-C
		dns { server $LAB_DNS_SERVER }
		policy spf { engine libspf2; on pass header Received-SPF "{received_spf}" }
	C
	as=(--xclient "ADDR=192.0.2.10 NAME=client1.example.test")
	mail sender@chain.example
	reply RCPT '250 2.1.5 Ok'
	delivered 13
	has "$MAIL" '^Received-SPF: pass '
	mail sender@fail.example
	reply RCPT "550 5.7.23 * $ID"
	mail sender@temperror.example
	reply RCPT "451 4.4.3 * $ID"
	mail sender@permerror.example
	reply RCPT '250 2.1.5 Ok'
	logged 'message .*policies=\[spf permerror '
fi
lab_dns_stop
