#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The client's address and verified name, IPv4 and IPv6, from real connections and by XCLIENT.
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
class office { client 198.51.100.0/24 2001:db8::10 }
class named { client-name example.org }
policy access address {
    reject client 192.0.2.64/26 2001:db8::66
    on reject reject "{client} {client_name} may not"
}
policy access all { ok client 0.0.0.0/0 ::/0; on ok header X-Office "{client}"; only office }
policy access name { hold client-name example.org; only named }
class unsure { client-resolve temp }
class nameless { client-resolve fail }
policy access unverified {
    reject client-ptr bad.example
    on reject reject "{client_ptr} {client_resolve} may not"
    only unsure
}
policy access nameless {
    reject client-ptr unknown
    on reject reject "{client_ptr} {client_resolve} may not"
    only nameless
    skip office
}
C

from() {
	smtp_open "$1" || return
	smtp 'EHLO client1.example.test'
	smtp 'MAIL FROM:<sender@example.org>'
	smtp 'RCPT TO:<user@example.test>'
}

smtp_from 192.0.2.10
from 192.0.2.25
is "$SMTP_REPLY" '250 2.1.5 Ok'
smtp_from 192.0.2.66
from 192.0.2.25
is "$SMTP_REPLY" "550 5.7.1 192.0.2.66 spammer.example.org may not $ID"
smtp_from 2001:db8::66
from 2001:db8::25
is "$SMTP_REPLY" "550 5.7.1 2001:db8::66 spammer6.example.org may not $ID"
smtp_from 2001:db8::10
from 2001:db8::25
is "$SMTP_REPLY" '250 2.1.5 Ok'
smtp_message 'Subject: six' '' 'Text.'
delivered 1
has "$MAIL" '^X-Office: 2001:db8::10$'

smtp_send --server 192.0.2.25 --local-interface 198.51.100.10
delivered 2
has "$MAIL" '^X-Office: 198.51.100.10$'

# XCLIENT opens a new session for another client in the same connection.
smtp_send --xclient 'ADDR=192.0.2.127 NAME=[UNAVAILABLE]'
reply RCPT "550 5.7.1 192.0.2.127 * may not $ID"
smtp_send --xclient 'ADDR=IPV6:2001:db8:0:0:0:0:0:66 NAME=x.example.org'
reply RCPT "550 5.7.1 2001:db8::66 x.example.org may not $ID"
smtp_send --xclient 'ADDR=203.0.113.9 NAME=x.example.org'
reply . '250 *'
held 1
# An IPv4 client through an IPv6 socket is an IPv4 client.
smtp_send --xclient 'ADDR=IPV6:::ffff:192.0.2.66 NAME=[UNAVAILABLE]'
reply RCPT "550 5.7.1 192.0.2.66 * may not $ID"
delivered 2

# A name that the MTA could not verify for now, and none at all.
smtp_send --xclient 'ADDR=203.0.113.9 NAME=[TEMPUNAVAIL] REVERSE_NAME=x.bad.example'
reply RCPT "550 5.7.1 x.bad.example temp may not $ID"
smtp_send --xclient 'ADDR=203.0.113.9 NAME=[UNAVAILABLE] REVERSE_NAME=[UNAVAILABLE]'
reply RCPT "550 5.7.1 unknown fail may not $ID"

# A client whose address the MTA does not know. (libmilter never calls its callbacks for one.)
if [[ ${MG_FRONT_END:-event} == event ]]; then
	smtp_send --xclient 'ADDR=[UNAVAILABLE] NAME=[UNAVAILABLE]'
	reply . '250 *'
	delivered 3
	logged 'message accepted .*client=unknown'
fi
