#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The facts that Sendmail reports of clients and messages: address and name, IPv4 and IPv6, the
# daemon that they came to, login, TLS, sender and recipient as they were written, and the queue id.
E2E_MTA=sendmail
E2E_TLS=1
E2E_AUTH=1
. "$(dirname "$0")/e2e.sh"

facts='{client} {client_name} {client_port} {helo} {daemon} {auth} {tls} {sender} {queue_id}'
resolve='{client_ptr} {client_resolve}'
e2e_start <<C
modules $E2E_MODULES
class office { client 198.51.100.0/24 2001:db8::10 }
class named { client-name example.org }
class authenticated { auth yes }
class tester { auth tester@mx.example.test }
class encrypted { tls yes }
class submission { daemon submission }
class local { submitted-locally yes }
policy stages facts { at rcpt; on hit header X-Facts "$facts" }
policy stages resolve { at rcpt; on hit header X-Resolve "$resolve" }
policy stages queue-id { at mail; reply-at mail; on hit header X-Queue-Id "{queue_id}" }
policy access address {
    reject client 192.0.2.64/26
    on reject reject 554 "{client} {client_name} may not"
    skip named
}
policy access name { hold client-name example.org }
policy stages office { at rcpt; only office; on hit header X-Office "{client}" }
policy stages anybody { at rcpt; only authenticated; on hit header X-Login "{auth}" }
policy stages tester { at rcpt; only tester; on hit header X-Tester "{auth}" }
policy stages encrypted { at rcpt; only encrypted; on hit header X-TLS "{tls}" }
policy stages submission { at rcpt; only submission; on hit header X-Daemon "{daemon}" }
policy stages local { at rcpt; only local; on hit reject "Not local" }
policy helo {
    on ok header X-Helo "ok"
    on wrong-literal header X-Helo "wrong-literal"
    on impostor header X-Helo "impostor"
}
policy access recipient {
    reject recipient refused@example.test
    on reject reject 554 "{sender} {recipient} {queue_id}"
}
C

accepted='250 2.0.0 * Message accepted for delivery'
count=0

session() { # ADDRESS [PORT]
	smtp_open "$@"
	smtp 'EHLO client1.example.test'
}

message() { # [RECIPIENT]
	says 'MAIL FROM:<Sender@example.org> SIZE=100' '250 2.1.0 <Sender@example.org>... Sender ok'
	says "RCPT TO:<${1:-user@example.test}>" '250 2.1.5 *'
	smtp_message 'Subject: facts' '' 'Text.'
	is "$SMTP_REPLY" "$accepted"
	QUEUE_ID=$(cut -d ' ' -f 3 <<< "$SMTP_REPLY")
	smtp QUIT
	smtp_close
}

# The last message's facts, whose field is folded.
facts() {
	delivered $((++count))
	is "$(unfolded "$MAIL" | sed -n 's/^X-Facts: //p')" "$1"
}

# Sendmail has its own forms of addresses in its macros. Policies see the client's form.
smtp_from 192.0.2.10
session 192.0.2.25
says 'MAIL FROM:<Sender@example.org>' '250 *'
says 'RCPT TO:<Refused@Example.Test>' \
	"554 5.7.1 Sender@example.org Refused@Example.Test +([0-9A-Za-z]) $ID"
smtp RSET
message
facts "192.0.2.10 client1.example.test +([0-9]) client1.example.test MTA   Sender@example.org \
$QUEUE_ID"
has "$MAIL" "^X-Queue-Id: $QUEUE_ID\$"
has "$MAIL" '^X-Resolve: client1\.example\.test ok$'
lacks "$MAIL" '^X-(Office|Login|Tester|TLS|Daemon):'

# Of several messages each has its own id.
session 127.0.0.1
for _ in 1 2; do
	smtp 'MAIL FROM:<sender@example.org>'
	smtp 'RCPT TO:<user@example.test>'
	smtp_message 'Subject: facts' '' 'Text.'
	QUEUE_ID=$(cut -d ' ' -f 3 <<< "$SMTP_REPLY")
	facts "127.0.0.1 localhost * sender@example.org $QUEUE_ID"
	has "$MAIL" "^X-Queue-Id: $QUEUE_ID\$"
	logged "message accepted.* queue_id=$QUEUE_ID"
done
smtp_close

smtp_from 198.51.100.10
session 192.0.2.25
message
delivered $((++count))
has "$MAIL" '^X-Office: 198\.51\.100\.10$'
smtp_from 2001:db8::10
session 2001:db8::25
message
facts "2001:db8::10 client6.example.test +([0-9]) client1.example.test MTA6 *"
has "$MAIL" '^X-Office: 2001:db8::10$'

# This daemon listens at all addresses. Our own address is known nevertheless.
has "$MAIL" '^X-Helo: ok$'
smtp_from 192.0.2.10
smtp_open 192.0.2.25
smtp 'EHLO [192.0.2.25]'
message
delivered $((++count))
has "$MAIL" '^X-Helo: impostor$'
smtp_from 192.0.2.25
smtp_open 192.0.2.25
smtp 'EHLO mx.example.test'
message
delivered $((++count))
has "$MAIL" '^X-Helo: ok$'

# Refused by address; those with a spared name wait in the queue.
smtp_from 203.0.113.10
session 192.0.2.25
message
facts '203.0.113.10 unknown *'
has "$MAIL" '^X-Resolve: unknown fail$'
smtp_from 192.0.2.66
session 192.0.2.25
message
held 1
smtp_from 2001:db8::66
session 2001:db8::25
message
held 2
delivered $count

session 127.0.0.1 587
message
facts '127.0.0.1 localhost +([0-9]) client1.example.test submission *'
has "$MAIL" '^X-Daemon: submission$'

# Logged in: not before AUTH, and only the users that the classes name.
session 127.0.0.1
says "AUTH PLAIN $(printf '\0tester@mx.example.test\0secret' | base64)" '235 2.0.0 *'
message
facts '* tester@mx.example.test  Sender@example.org *'
has "$MAIL" '^X-Login: tester@mx\.example\.test$'
has "$MAIL" '^X-Tester: tester@mx\.example\.test$'

# Encrypted: the second EHLO counts.
smtp_send --tls
check 'a second EHLO' eval '(( $(grep -c "^C: EHLO" "$LAB_DIALOGUE") == 2 ))'
facts '127.0.0.1 localhost +([0-9]) client1.example.test MTA  TLSv1.[23] *'
has "$MAIL" '^X-TLS: TLSv1\.[23]$'

# A client on standard input and output has no address (sendmail -bs).
coproc BS { lab_sendmail -bs 2>&1; }
# bash removes the variables of a coprocess at its end.
bs_pid=$BS_PID
exec {bs_out}<&"${BS[0]}" {bs_in}>&"${BS[1]}"
for line in 'EHLO local.example.test' 'MAIL FROM:<sender@example.org>' \
	'RCPT TO:<user@example.test>' DATA; do
	until read -r -t 20 reply <&"$bs_out" && [[ $reply == ???' '* ]]; do :; done
	printf '%s\r\n' "$line" >&"$bs_in"
done
until read -r -t 20 reply <&"$bs_out" && [[ $reply == ???' '* ]]; do :; done
is "$reply" '354 *'
printf '%s\r\n' 'Subject: bs' '' 'Text.' . QUIT >&"$bs_in"
read -r -t 20 reply <&"$bs_out"
is "${reply%$'\r'}" "$accepted"
wait "$bs_pid"
facts 'unknown localhost 0 local.example.test *'
