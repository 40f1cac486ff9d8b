#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Each action at each stage, as Sendmail's clients and recipients see it.
E2E_MTA=sendmail
. "$(dirname "$0")/e2e.sh"

stages=(connect helo mail rcpt data header eoh body eom)

# One policy for one stage, so that each of Sendmail's steps is once the only negotiated one.
alone() {
	printf '%s\n' "modules $E2E_MODULES" "policy stages { at $1; on hit $2 }"
}

# A policy for each stage; the client's HELO chooses one. The other arguments are further policies.
by_helo() {
	local stage action=$1
	shift
	echo "modules $E2E_MODULES"
	for stage in "${stages[@]}"; do
		echo "class $stage { helo $stage.example }"
		echo "policy stages $stage { at $stage; only $stage; on hit ${action//@/$stage} }"
	done
	printf '%s\n' "$@"
}

# Prints where the reply to a refusal at stage $1 comes.
replies_to() {
	case $1 in
	connect | helo | mail | rcpt) echo RCPT ;;
	data) echo DATA ;;
	*) echo . ;;
	esac
}

message() { # STAGE
	smtp_open
	smtp "EHLO $1.example"
	smtp 'MAIL FROM:<sender@example.org>'
	if smtp 'RCPT TO:<user@example.test>' && [[ $SMTP_REPLY == 250* ]]; then
		smtp_message "Subject: at $1" '' 'Text.'
	fi
	smtp QUIT
	smtp_close
}

e2e_start < <(alone connect 'reject 554 5.7.0 "No, {client}: 100% sure"')
for stage in "${stages[@]}"; do
	[[ $stage == connect ]] || e2e_again \
		< <(alone "$stage" 'reject 554 5.7.0 "No, {client}: 100% sure"')
	message "$stage"
	reply "$(replies_to "$stage")" "554 5.7.0 No, 127.0.0.1: 100% sure $ID"
	logged "reject at .*policy stages found hit"
done

e2e_again < <(by_helo 'tempfail 452 4.3.2 "Not at @"')
for stage in "${stages[@]}"; do
	message "$stage"
	reply "$(replies_to "$stage")" "452 4.3.2 Not at $stage $ID"
done

# The default replies. Sendmail writes the address in front of texts with some codes.
e2e_again < <(by_helo tempfail)
message mail
reply RCPT "451 4.7.1 *$ID"
message eom
reply . "451 4.7.1 *$ID"
e2e_again < <(by_helo reject)
message mail
reply RCPT "550 5.7.1 <user@example.test>... *$ID"
message eom
reply . "550 5.7.1 *$ID"

# A reply of several lines, and one longer than a line can be.
e2e_again < <(by_helo "reject 554 \"First {{@}\\n$(printf 'word%.0s ' {1..200})\"")
for stage in helo rcpt body; do
	message $stage
	got=$(smtp_reply_to "$(replies_to $stage)")
	is "$got" $'554-5.7.1 First {'"$stage"$'}\n554-5.7.1 word*\n554 5.7.1 word*'"$ID"
	is "$(grep -o word <<< "$got" | wc -l) words" '200 words'
done
delivered 0

# A later policy's reject has no effect.
count=0
e2e_again < <(by_helo accept 'policy stages bad { at eom; on hit reject "Bad" }')
for stage in "${stages[@]}"; do
	message "$stage"
	reply . '250 2.0.0 * Message accepted for delivery'
	delivered $((++count))
	has "$MAIL" "^Subject: at $stage"
done
message none
reply . "550 5.7.1 Bad $ID"

e2e_again < <(by_helo 'header X-Stage "@ {client} {helo} {sender}"')
for stage in "${stages[@]}"; do
	message "$stage"
	delivered $((++count))
	has "$MAIL" "^X-Stage: $stage 127\.0\.0\.1 $stage\.example sender@example\.org\$"
	is "$(grep -c '^X-Stage:' "$MAIL") times" '1 times'
done

# Trace fields stand above Sendmail's own, others at the header's end.
e2e_again < <(by_helo 'header X-Last "@"' "policy stages trace {
    at mail
    on hit header Received-SPF one
    on hit header Authentication-Results two
}")
message eom
delivered $((++count))
is "$(grep -oE '^(Received-SPF|Authentication-Results|Received|Subject|X-Last):' "$MAIL" |
	tr -d '\n')" \
	'Received-SPF:Authentication-Results:Received:Subject:X-Last:'

e2e_again < <(by_helo discard)
for stage in "${stages[@]}"; do
	message "$stage"
	reply . '250 2.0.0 * Message accepted for delivery'
done
logged '^.*discard at eom'
is "$(grep -c 'discard at ' "$LAB_LOG")" ${#stages[@]}
delivered $count

e2e_again < <(by_helo 'quarantine "Seen at @"')
for stage in "${stages[@]}"; do
	message "$stage"
	reply . '250 2.0.0 * Message accepted for delivery'
	maillog "quarantine=Seen at $stage"
done
held ${#stages[@]}
delivered $count
lab_sendmail -bp -qQ > "$MG_LAB/mailq"
has "$MG_LAB/mailq" 'QUARANTINE: Seen at body'
# Released by the administrator, it is delivered.
lab_sendmail -qQ -Q > /dev/null
lab_sendmail -q > /dev/null
held 0
delivered $((count += ${#stages[@]}))

e2e_again < <(by_helo 'score 5' 'score { reject 5 554 5.7.1 "Score {score}" }')
for stage in "${stages[@]}"; do
	message "$stage"
	reply "$(replies_to "$stage")" "554 5.7.1 Score 5 $ID"
done
delivered $count
