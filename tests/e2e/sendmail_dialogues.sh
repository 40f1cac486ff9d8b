#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Sendmail's dialogues: several messages in one, RSET and EHLO at every point, unknown commands,
# clients that leave in the middle, pipelining, some recipients refused, bodies of several chunks.
E2E_MTA=sendmail
. "$(dirname "$0")/e2e.sh"

session() {
	smtp_open
	smtp 'EHLO client1.example.test'
}

message() { # SENDER SUBJECT LINE...
	smtp "MAIL FROM:<$1>"
	smtp 'RCPT TO:<user@example.test>'
	[[ $SMTP_REPLY == 250* ]] || return
	smtp_message "Subject: $2" '' "${@:3}"
}

accepted='250 2.0.0 * Message accepted for delivery'
count=0
hold=0

# ---- Several messages: results of the client count for each, results of a message for that one.
e2e_start <<C
modules $E2E_MODULES
policy stages { at connect; on hit header X-Client "{client}" }
policy access {
	reject sender bad@example.org
	reject recipient bad@example.test
	reject header "/^Subject: bad/"
	hold sender held@example.org
	on reject reject 554 "Bad"; on hold quarantine
}
C
session
message good@example.org one
is "$SMTP_REPLY" "$accepted"
message bad@example.org two
is "$SMTP_REPLY" "554 5.7.1 Bad $ID"
smtp RSET
message good@example.org bad
is "$SMTP_REPLY" "554 5.7.1 Bad $ID"
message held@example.org four
is "$SMTP_REPLY" "$accepted"
message good@example.org five 'Text.'
is "$SMTP_REPLY" "$accepted"
message '' six '' '..' 'no more'
is "$SMTP_REPLY" "$accepted"
says QUIT '221 *'
smtp_close
held $((hold += 1))
delivered $((count += 3))
is "$(cat "$LAB_MAIL"/all/new/* | grep -c '^X-Client: 127.0.0.1$')" 3
is "$(grep -c 'verdict=' "$LAB_LOG")" 6

# ---- The next message is judged from its beginning, whatever ended the one before.
to_point() {
	session
	case $1 in
	mail) smtp 'MAIL FROM:<held@example.org>' ;;
	rcpt) smtp 'MAIL FROM:<held@example.org>' && smtp 'RCPT TO:<user@example.test>' ;;
	refused) smtp 'MAIL FROM:<held@example.org>' && smtp 'RCPT TO:<bad@example.test>' ;;
	message) message held@example.org held && ((++hold)) ;;
	esac
}
for point in ehlo mail rcpt refused message; do
	for way in RSET 'EHLO client1.example.test' 'HELO client1.example.test'; do
		to_point $point
		says "$way" '250*'
		says 'MAIL FROM:<good@example.org>' '250 2.1.0 *'
		says 'RCPT TO:<bad@example.test>' "554 5.7.1 Bad $ID"
		says 'RCPT TO:<user@example.test>' '250 2.1.5 *'
		says 'MAIL FROM:<held@example.org>' '503 5.5.0 Sender already specified'
		smtp_message 'Subject: good' '' 'Text.'
		is "$SMTP_REPLY" "$accepted"
		says QUIT '221 *'
		((++count))
	done
	to_point $point
	smtp_close
done
delivered $count
held $hold

# ---- Some recipients refused, one by Sendmail itself; all in one piece.
smtp_from 192.0.2.10
smtp_open 192.0.2.25
smtp 'EHLO client1.example.test'
smtp_put 'MAIL FROM:<good@example.org> SIZE=100' 'RCPT TO:<bad@example.test>' \
	'RCPT TO:<user@elsewhere.example>' \
	'RCPT TO:<user@example.test> NOTIFY=NEVER' 'RCPT TO:<"other user"@example.test>' DATA
for want in '250 2.1.0 *' "554 5.7.1 Bad $ID" '550 5.7.1 *Relaying denied' '250 2.1.5 *' \
	'250 2.1.5 *' '354 *'; do
	smtp_read
	is "$SMTP_REPLY" "$want"
done
smtp_put 'Subject: two' '' 'Text.' . 'MAIL FROM:<good@example.org>' 'RCPT TO:<bad@example.test>' \
	DATA QUIT
for want in "$accepted" '250 2.1.0 *' "554 5.7.1 Bad $ID" '503 5.0.0 Need RCPT (recipient)' \
	'221 *'; do
	smtp_read
	is "$SMTP_REPLY" "$want"
done
smtp_close
delivered $((count += 2))
logged 'message accepted.*recipients_refused=1.*user@example.test.*other user'

# ---- A refusal of DATA stands, though Sendmail lets the client go on with the transaction.
# (libmilter gives no reply to that.)
if [[ ${MG_FRONT_END:-event} == event ]]; then
	e2e_again <<-C
		modules $E2E_MODULES
		class bad { sender bad@example.org }
		policy stages { at data; only bad; on hit reject 554 "Not this" }
		policy access { reject recipient bad@example.test }
	C
	session
	smtp 'MAIL FROM:<bad@example.org>'
	smtp 'RCPT TO:<user@example.test>'
	for command in DATA DATA 'RCPT TO:<other@example.test>' DATA; do
		says "$command" "554 5.7.1 Not this $ID"
	done
	smtp RSET
	message good@example.org 'another'
	is "$SMTP_REPLY" "$accepted"
	says QUIT '221 *'
	delivered $((++count))
fi

# ---- Clients that leave.
before=$(grep -c 'verdict=aborted' "$LAB_LOG")
for lines in 1 2 3 4; do
	session
	smtp 'MAIL FROM:<good@example.org>'
	smtp 'RCPT TO:<user@example.test>'
	smtp DATA
	parts=('Subject: x' 'X-Folded: y' ' z' '' 'Text')
	smtp_put "${parts[@]:0:lines}"
	smtp_close
done
check 'their messages are aborted' lab_wait 10 eval \
	'(( $(grep -c "verdict=aborted" "$LAB_LOG") == before + 4 ))'
delivered $count

# ---- Commands that Sendmail does not know: it passes them on whole, and answers others itself.
on_command() {
	printf '%s\n' "modules $E2E_MODULES" "policy stages { at command; on hit $1 }"
}
e2e_again < <(on_command 'reject 554 5.5.1 "What?"')
smtp_open
says FOO "554 5.5.1 What? $ID"
smtp 'EHLO client1.example.test'
for command in 'foo bar' 'GET / HTTP/1.1' $'\xff\xfe' ''; do
	says "$command" "554 5.5.1 What? $ID"
done
logged 'stage=command|reject at command'
says NOOP '250 2.0.0 OK'
says HELP '214 *'
says TURN '502 5.5.1 *'
says 'VRFY user@example.test' '25[02] *'
says 'MAIL FROM:<good@example.org>' '250 *'
says FOO "554 5.5.1 What? $ID"
says 'RCPT TO:<user@example.test>' '250 *'
says FOO "554 5.5.1 What? $ID"
smtp_message 'Subject: not spoilt' '' 'Text.'
is "$SMTP_REPLY" "$accepted"
says QUIT '221 *'
delivered $((++count))
e2e_again < <(on_command 'tempfail 421 4.7.0 "Enough"')
session
says FOO "421 4.7.0 Enough $ID"
check 'the connection is closed' eval '! smtp NOOP'
for action in accept discard quarantine 'score 5' neutral; do
	e2e_again < <(on_command "$action")
	session
	says FOO '500 5.5.1 Command unrecognized: "FOO"'
	message good@example.org "after $action"
	is "$SMTP_REPLY" "$accepted"
	says QUIT '221 *'
	# What an unknown command shows counts for the messages of its session.
	[[ $action == discard || $action == quarantine ]] || ((++count))
	delivered "$count"
done

# ---- Bodies of several chunks: seen to the end, and left when enough was seen.
e2e_again <<< 'policy size { max-message 150K; on message reject 552 5.3.4 "Too large" }'
line=$(printf '%0900d' 0)
for lines in 100 200; do
	mapfile -t body < <(yes "$line" | head -n $lines)
	session
	message good@example.org "$lines lines" "${body[@]}"
	case $lines in
	100) is "$SMTP_REPLY" "$accepted" ;;
	200) is "$SMTP_REPLY" "552 5.3.4 Too large $ID" ;;
	esac
	says QUIT '221 *'
done
delivered $((++count))
check 'the daemon still runs' lab_millgated_runs
