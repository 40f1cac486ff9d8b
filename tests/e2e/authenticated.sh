#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Clients that have logged in (by XCLIENT LOGIN): the classes "auth yes" and "auth NAME", and the
# macro {auth}.
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
class authenticated { auth yes }
class boss { auth boss }
policy access first { hold sender sender@example.org; only boss }
policy access second { reject client 192.0.2.66; skip authenticated }
policy access third {
    ok sender sender@example.org
    on ok header X-Auth "{auth}"
    only authenticated
}
C
as() {
	smtp_send --xclient "ADDR=192.0.2.66 NAME=spammer.example.org${1:+ LOGIN=$1}"
}
as ''
reply RCPT "550 5.7.1 Client host rejected $ID"
as user
reply . '250 2.0.0 Ok: queued as *'
delivered 1
has "$MAIL" '^X-Auth: user$'
as boss
reply . '250 2.0.0 Ok: queued as *'
held 1
delivered 1
