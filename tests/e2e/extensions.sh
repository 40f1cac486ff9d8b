#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# With the same recipient delimiter, the policy "access" finds the key of a table that Postfix's own
# check_sender_access finds.
. "$(dirname "$0")/e2e.sh"

cat > "$MG_LAB/keys" <<'T'
boss@x.example      REJECT key-boss
boss+a@x.example    REJECT key-boss-a
x.example           REJECT key-domain
info@               REJECT key-info
info+b@             REJECT key-info-b
owner@              REJECT key-owner
list@               REJECT key-list
mailer@             REJECT key-mailer
double@             REJECT key-double
postmaster@         REJECT key-postmaster
T
senders=(
	boss@x.example BOSS+A@X.example boss+b@x.example boss-b@x.example boss+@x.example
	boss+a+b@x.example other+a@x.example '"boss+q r"@x.example' boss+a@sub.x.example
	info@y.example info+b@y.example info+c@y.example info-c+d@y.example +info@y.example
	owner-info@y.example owner+a@y.example list-request@y.example list-a@y.example
	mailer-daemon@y.example mailer-a@y.example double-bounce@y.example double-a@y.example
	postmaster@y.example postmaster+a@y.example nobody+a@y.example
)
e2e_start recipient_delimiter=+- smtpd_delay_reject=no \
	"smtpd_sender_restrictions=check_sender_access texthash:$MG_LAB/keys" <<< 'policy helo { }'

# key SENDER COMMAND: prints the key that the command's refusal names, or what it replied.
key() {
	local sender=$1 command=$2
	smtp_open
	smtp 'EHLO client1.example.test'
	smtp "MAIL FROM:<$sender>"
	[[ $command == MAIL ]] || smtp "$command TO:<user@example.test>"
	[[ $SMTP_REPLY =~ key-[a-z-]+ ]] && echo "${BASH_REMATCH[0]}" || echo "${SMTP_REPLY:0:3}"
}

declare -A found
for sender in "${senders[@]}"; do
	found[$sender]=$(key "$sender" MAIL)
done
is "${found[boss+b@x.example]} ${found[info+c@y.example]}" 'key-boss key-info'
is "${found[nobody+a@y.example]}" 250

lab_postfix_set smtpd_sender_restrictions=
lab_postfix_reload
e2e_again <<C
recipient-delimiter +-
policy access { check sender texthash:$MG_LAB/keys }
C
for sender in "${senders[@]}"; do
	is "$sender $(key "$sender" RCPT)" "$sender ${found[$sender]}"
done
