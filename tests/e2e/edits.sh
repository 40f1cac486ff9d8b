#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Each edit, as it is seen in the message that Postfix delivers, from both front ends. With
# Sendmail: sendmail_edits.sh.
. "$(dirname "$0")/e2e.sh"

EDITOR=$MG_TOP_BUILDDIR/tests/scenario/.libs

# The header of $MAIL, unfolded, without what the MTA adds itself above and below it.
header() {
	sed '/^$/q' "$MAIL" | sed -e ':a' -e 'N' -e '$!ba' -e 's/\n[ \t]/ /g' |
		grep -vE '^(Return-Path|X-Original-To|Delivered-To|Received|Date|Message-I[dD]|$)'
}

names() {
	header | sed 's/:.*//' | tr '\n' ' '
}

body() {
	sed '1,/^$/d' "$MAIL"
}

# message [RECIPIENT...]: a message whose header has every field that the tests edit.
message() {
	local recipient
	smtp_open
	smtp 'EHLO client.example'
	smtp 'MAIL FROM:<sender@example.org>'
	for recipient in "${@:-user@example.test}"; do
		smtp "RCPT TO:<$recipient>"
	done
	smtp_message 'From: a@example.org' 'X-Gone: 1' 'X-Some: 1' 'x-gone: 2' 'X-Keep: 1' \
		'X-GONE: 3' 'X-Some: 2' 'X-Gone: 4' 'Subject: old' 'X-Some: 3' 'X-Gone: 5' \
		'X-Keep: 2' '' 'Text.'
	smtp QUIT
	smtp_close
}

recipients() {
	local file
	for file in $(lab_delivered); do
		[[ $file -nt $1 ]] && sed -n 's/^Delivered-To: //p' "$file"
	done | sed 's/@.*//' | sort | tr '\n' ' '
}

administrator() {
	cat <<-C
		modules $E2E_MODULES
		policy stages one {
		    at eom
		    on hit delete-header X-Gone
		    on hit header X-Gone "{id}"
		    on hit delete-header X-Some 2
		    on hit replace-header Subject "{sender}: new"
		    on hit replace-header X-New "new"
		    on hit change-sender bounce@example.test
		}
		policy stages two {
		    at rcpt
		    on hit prefix-subject "[two]"
		    on hit header X-Long "$(printf 'word %.0s' {1..60})$(printf 'x%.0s' {1..1500})"
		}
	C
}

edit_fields() {
	message
	reply . '250 2.0.0 *'
	delivered $((++count))
	# Sendmail puts a field that is added beside one of its name, even if that is deleted.
	if [[ $E2E_MTA == sendmail ]]; then
		is "$(names)" 'From X-Gone X-Some X-Keep Subject X-Some X-Keep X-Long X-New '
	else
		is "$(names)" 'From X-Some X-Keep Subject X-Some X-Keep X-Gone X-Long X-New '
	fi
	has "$MAIL" '^Subject: \[two\] sender@example.org: new$'
	is "$(header | grep '^X-Some' | tr '\n' ' ')" 'X-Some: 1 X-Some: 3 '
	is "$(header | grep '^X-Keep' | tr '\n' ' ')" 'X-Keep: 1 X-Keep: 2 '
	has "$MAIL" '^X-New: new$'
	has "$MAIL" '^Return-Path: <bounce@example.test>$'
	is "$(awk 'length > 998' "$MAIL" | wc -l) $(grep -c '^ word word' "$MAIL")" '0 [1-9]*'
	is "$(header | grep '^X-Long' | tr -d ' ' | wc -c)" 1748
	logged 'message accepted .*edits=.*stages/one delete-header X-Gone'
}

redirected() {
	cat <<-C
		modules $E2E_MODULES
		policy stages one {
			at mail; on hit redirect box@example.test; on hit change-sender <>
		}
		policy stages two { at data; on hit add-recipient archive@example.test }
		policy stages three {
			at eom; on hit delete-recipient one@example.test
			on hit replace-body "New\n.\nbody"
		}
	C
}

edit_envelope() {
	touch "$MG_LAB/before"
	sleep 0.01
	message one@example.test two@example.test
	reply . '250 2.0.0 *'
	count=$((count + 2))
	lab_wait 30 e2e_has_delivered "$count"
	delivered $count
	is "$(recipients "$MG_LAB/before")" 'archive box '
	is "$(body | tr -d '\r' | tr '\n' '|')" 'New|.|body|'
	has "$MAIL" '^Return-Path: <>$|^Return-Path: <MAILER-DAEMON'
}

deleted_recipients() {
	cat <<-C
		modules $E2E_MODULES
		policy stages {
			at rcpt; recipient two@example.test
			on hit delete-recipient two@example.test
			on hit delete-recipient THREE@example.test
		}
	C
}

edit_recipients() {
	touch "$MG_LAB/before"
	sleep 0.01
	message one@example.test two@example.test three@example.test
	delivered $((++count))
	is "$(recipients "$MG_LAB/before")" 'one '
}

proposals() {
	cat <<-C
		modules $EDITOR
		policy access { reject header "/^X-Keep: 1\$/"; on reject header X-Access "saw it" }
		policy editor {
		    at eom
		    on found edit
		    on found header X-Record "{record}"
		    do add 0 X-Top-One "one"
		    do add 0 X-Top-Two "two\n\tfolded"
		    do add 1 X-Below "three"
		    do add end X-End "four"
		    do replace X-Some 3 "third"
		    do delete X-Some 1
		    do delete X-Gone 0
		    do replace Subject 0 "subject"
		    do long-body 8000
		}
	C
}

edit_proposals() {
	message
	reply . '250 2.0.0 *'
	delivered $((++count))
	is "$(names)" "X-Top-One X-Top-Two X-Below From X-Keep X-Some Subject X-Some X-Keep \
X-Access X-End X-Record "
	is "$(grep -E '^(X-Top-One|X-Top-Two|Received):' "$MAIL" | sed 's/:.*//' | tr '\n' ' ')" \
		'X-Top-One X-Top-Two Received '
	has "$MAIL" '^X-Top-One: one$'
	is "$(grep -A1 '^X-Top-Two' "$MAIL" | tr '\n\t' '|>')" 'X-Top-Two: two|>folded|'
	is "$(header | grep '^X-Some' | tr '\n' ' ')" 'X-Some: 2 X-Some: third '
	has "$MAIL" '^Subject: subject$'
	has "$MAIL" '^X-Access: saw it$'
	is "$(body | tr -d '\r' | sort | uniq -c | sed 's/^ *//')" '8000 a line of the body'
}

# The record has the blanks after the colons; policies of single fields see what they see without
# it.
exact() {
	cat <<-C
		policy access {
			reject header "/^X-Tab: \td\$/" "/^X-Tab: d\$/" "/^X-Two:  c\$/"
			on reject header X-Access "{detail}"
		}
	C
}

exact_record() {
	echo "modules $EDITOR"
	exact
	echo 'policy editor { at eom; on found header X-Record "{record}" }'
}

exact_message() {
	smtp_open
	smtp 'EHLO client.example'
	smtp 'MAIL FROM:<sender@example.org>'
	smtp 'RCPT TO:<user@example.test>'
	smtp_message 'From: a@example.org' 'X-None:b' 'X-Two:  c' $'X-Tab:\td' 'X-Fold: e' $'\tf' \
		'  g' 'X-Empty:' '' 'Text.'
	smtp QUIT
	smtp_close
	delivered $((++count))
}

record() {
	exact_message
	plain=$(header | grep '^X-Access')
	e2e_again < <(exact_record)
	exact_message
	is "$(header | grep '^X-Access')" "$plain"
	is "$(header | grep '^X-Record' | grep -o 'X-None.*|X-Empty:|')" \
		$'X-None:b|X-Two:  c|X-Tab:\td|X-Fold: e f  g|X-Empty:|'
	# The folds, of the message and of the record.
	is "$(grep -c $'^\tf$' "$MAIL") $(grep -c '^  g' "$MAIL")" '2 2'
	is "$(header | grep -cE '^X-Access: [^ ]')" 1
}

count=0
for MG_FRONT_END in event libmilter; do
	export MG_FRONT_END
	if ((count == 0)); then
		e2e_start < <(administrator)
	else
		e2e_again < <(administrator)
	fi
	edit_fields
	e2e_again < <(redirected)
	edit_envelope
	e2e_again < <(deleted_recipients)
	edit_recipients
	e2e_again < <(proposals)
	edit_proposals
	e2e_again < <(exact)
	record
done
