#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The policies "rdns" and "sender-domain", and the names of "helo", with a real name server.
. "$(dirname "$0")/e2e.sh"
# shellcheck source=../../packaging/lab/dns.sh
. "$E2E_LAB/dns.sh"
command -v nsd > /dev/null || e2e_skip "there is no nsd"

lab_dns_make <<Z
10.113.0.203.in-addr.arpa.	PTR mail.good.example.
mail.good.example.		A 203.0.113.10
11.113.0.203.in-addr.arpa.	PTR mail.liar.example.
mail.liar.example.		A 203.0.113.99
12.113.0.203.in-addr.arpa.	PTR 203-0-113-12.dyn.isp.example.
203-0-113-12.dyn.isp.example.	A 203.0.113.12
14.113.0.203.in-addr.arpa.	PTR mail.$LAB_DNS_BROKEN.
good.example.			MX 10 mail.good.example.
address.example.		A 203.0.113.10
null.example.			MX 0 .
nowhere.example.		MX 10 gone.nowhere.example.
private.example.		MX 10 mail.private.example.
mail.private.example.		A 10.1.2.3
txt.example.			TXT "no mail here"
Z
lab_dns_start
e2e_start <<C
dns { server $LAB_DNS_SERVER }
policy rdns {
    on pass      header X-Rdns "{iprev} {name}"
    on generic   header X-Rdns "generic {name}"
    on fail      header X-Rdns "{iprev} {name}"
    on missing   header X-Rdns "missing {iprev}"
    on temperror header X-Rdns "{iprev}"
}
C
client=203.0.113.10

# mail FROM [SWAKS OPTION...]
mail() {
	local sender=$1
	shift
	smtp_send --xclient "ADDR=$client NAME=client1.example.test" --from "$sender" "$@"
}

mail sender@good.example
reply RCPT '250 2.1.5 Ok'
delivered 1
has "$MAIL" '^X-Rdns: pass mail\.good\.example'
client=203.0.113.11
mail sender@good.example
delivered 2
has "$MAIL" '^X-Rdns: fail mail\.liar\.example'
client=203.0.113.12
mail sender@good.example
delivered 3
has "$MAIL" '^X-Rdns: generic 203-0-113-12\.dyn\.isp\.example'
client=203.0.113.13
mail sender@good.example
delivered 4
has "$MAIL" '^X-Rdns: missing permerror$'
client=203.0.113.14
mail sender@good.example
delivered 5
has "$MAIL" '^X-Rdns: temperror$'

client=203.0.113.10
e2e_again <<C
dns { server $LAB_DNS_SERVER }
policy sender-domain {
    on exists      header X-Domain "{result} {domain}"
    on bad-mx      reject 550 5.1.8 "{domain}: {host} is no host of the Internet"
    on no-mail     reject 550 5.1.8 "{domain} takes no mail"
    on unknown     tempfail 450 4.1.8 "{domain} does not exist"
    on unknown-tld reject 550 5.1.8 "{domain}: no such top-level domain"
    on error       tempfail 451 4.4.3 "{domain} cannot be looked up"
}
C
mail sender@good.example
reply RCPT '250 2.1.5 Ok'
delivered 6
has "$MAIL" '^X-Domain: exists good\.example$'
mail sender@address.example
reply RCPT '250 2.1.5 Ok'
delivered 7
mail sender@null.example
reply RCPT "550 5.7.27 * $ID"
mail sender@nowhere.example
reply RCPT "550 5.1.8 nowhere.example: * is no host of the Internet $ID"
mail sender@private.example
reply RCPT "550 5.1.8 private.example: mail.private.example is no host of the Internet $ID"
mail sender@txt.example
reply RCPT "550 5.1.8 txt.example takes no mail $ID"
mail sender@missing.good.example
reply RCPT "450 4.1.8 missing.good.example does not exist $ID"
mail sender@mail.no-such-tld
reply RCPT "550 5.1.8 mail.no-such-tld: no such top-level domain $ID"
mail "sender@$LAB_DNS_BROKEN"
reply RCPT "451 4.4.3 $LAB_DNS_BROKEN cannot be looked up $ID"
mail '<>'
reply RCPT '250 2.1.5 Ok'
delivered 8
lacks "$MAIL" '^X-Domain:'

e2e_again <<C
dns { server $LAB_DNS_SERVER }
policy helo {
    on unresolved reject 550 5.7.1 "HELO {helo} is not in the DNS"
    on mismatch   header X-Helo "{result} {helo}"
    on ok         header X-Helo "{result} {helo}"
}
C
mail sender@good.example --ehlo mail.good.example
reply RCPT '250 2.1.5 Ok'
delivered 9
has "$MAIL" '^X-Helo: ok mail\.good\.example$'
mail sender@good.example --ehlo mail.liar.example
delivered 10
has "$MAIL" '^X-Helo: mismatch mail\.liar\.example$'
mail sender@good.example --ehlo missing.good.example
reply RCPT "550 5.7.1 HELO missing.good.example is not in the DNS $ID"
lab_dns_stop
