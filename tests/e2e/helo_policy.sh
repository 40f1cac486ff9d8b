#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The policy "helo": names that no honest client uses, and ours claimed by a stranger.
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
class ours { client 127.0.0.0/8 }
policy helo { skip ours; on wrong-literal reject }
C
as() {
	smtp_send --xclient "ADDR=192.0.2.66 NAME=spammer.example.org" --ehlo "$1"
}

as mail.example.org
reply RCPT '250 *'
as '[192.0.2.66]'
reply RCPT '250 *'
as 192.0.2.66
reply RCPT "501 5.5.2 HELO 192.0.2.66: an address belongs in brackets $ID"
as '[192.0.2.67]'
reply RCPT "550 5.7.1 HELO \[192.0.2.67\]: *$ID"
as localhost
reply RCPT "504 5.5.2 HELO localhost: a fully-qualified name is needed $ID"
as mx.example.test
reply RCPT "550 5.7.1 HELO mx.example.test: that is not you $ID"
as 'bad!name.example'
reply RCPT "501 5.5.2 HELO bad!name.example: *$ID"
delivered 2
smtp_send --ehlo localhost
reply RCPT '250 *'

smtp_open
smtp 'EHLO client1.example.test'
smtp 'XCLIENT ADDR=192.0.2.66'
says 'MAIL FROM:<sender@example.org>' '250 *'
says 'RCPT TO:<user@example.test>' "503 5.5.1 Send HELO or EHLO first $ID"
delivered 3
