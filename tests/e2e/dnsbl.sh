#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The policy "dnsbl" with a real name server: addresses of both families, answers, weights, domains,
# lists that refuse.
. "$(dirname "$0")/e2e.sh"
# shellcheck source=../../packaging/lab/dns.sh
. "$E2E_LAB/dns.sh"
command -v nsd > /dev/null || e2e_skip "there is no nsd"

lab_dns_make <<'Z'
2.0.0.127.zen.example.		A 127.0.0.2
66.113.0.203.zen.example.	A 127.0.0.4
66.113.0.203.zen.example.	TXT "seen sending spam, see https://zen.example/66"
67.113.0.203.zen.example.	A 127.0.0.20
68.113.0.203.refuses.example.	A 127.255.255.254
69.113.0.203.zen.example.	A 127.0.0.4
69.113.0.203.good.example.	A 127.0.0.3
6.6.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.7.6.5.4.3.2.1.8.b.d.0.1.0.0.2.zen.example. A 127.0.0.2
bad.example.dbl.example.	A 127.0.1.2
Z
lab_dns_start
e2e_start <<C
dns { server $LAB_DNS_SERVER }
policy dnsbl {
    zone zen.example 127.0.0.2-11 weight 2
    zone good.example weight -5
    threshold 2
    test-interval 0
    on allowed header X-List "allowed {sum}"
}
policy dnsbl domains {
    domain-zone dbl.example sender
    test-interval 0
    on listed reject "{subject} is listed by {zone}"
}
policy dnsbl refusing {
    zone refuses.example
    test-interval 0
    on error header X-Refusing "{result}"
}
policy dnsbl broken {
    zone $LAB_DNS_BROKEN
    test-interval 0
    on error header X-Broken "{result}"
}
C

# from ADDRESS [SWAKS OPTION...]
from() {
	local address=$1
	shift
	smtp_send --xclient "ADDR=$address NAME=client1.example.test" "$@"
}

from 203.0.113.10
reply RCPT '250 2.1.5 Ok'
delivered 1
has "$MAIL" '^X-Broken: error$'
lacks "$MAIL" '^X-(List|Refusing):'
from 203.0.113.66
reply CONNECT ''
reply RCPT "550 5.7.1 *seen sending spam, see https://zen.example/66 $ID"
logged 'reject at rcpt: policy dnsbl found listed: .*client=203\.0\.113\.66'
from IPV6:2001:db8:1234:5678::66
reply RCPT "550 5.7.1 * $ID"
from IPV6:2001:db8:1234:5678::67
reply RCPT '250 2.1.5 Ok'
delivered 2

# An answer outside of those on the line.
from 203.0.113.67
reply RCPT '250 2.1.5 Ok'
delivered 3

# An operator's refusal is an error, never a listing.
from 203.0.113.68
reply RCPT '250 2.1.5 Ok'
delivered 4
has "$MAIL" '^X-Refusing: error$'
logged 'policy dnsbl/refusing: error'

# One list speaks against the client, another for it.
from 203.0.113.69
reply RCPT '250 2.1.5 Ok'
delivered 5
has "$MAIL" '^X-List: allowed -3$'

from 203.0.113.10 --from sender@bad.example
reply MAIL '250 *'
reply RCPT "550 5.7.1 bad.example is listed by dbl.example $ID"
from 203.0.113.10 --from '<>'
reply RCPT '250 2.1.5 Ok'
delivered 6
lab_dns_stop
