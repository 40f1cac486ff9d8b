#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What is judged beside what is delivered: an address in thousands of forms goes through the MTA,
# and no form that is delivered as that address passes a rule that refuses it. The forms of another
# address are not refused.
. "$(dirname "$0")/e2e.sh"
e2e_need perl

forms() {
	perl "$E2E_DIR/address_forms.pl" "$@"
}

# A further domain of the MTA's own, and with Sendmail a table that leads to other users.
own_domains() {
	if [[ $E2E_MTA == postfix ]]; then
		settings=('mydestination = example.net, mx.example.test, localhost'
			'local_transport = virtual' 'local_recipient_maps =')
		return
	fi
	echo 'secret@virt.test mapped' > "$MG_LAB/virtusers"
	LAB_SENDMAIL_MC="FEATURE(\`virtusertable', \`text -o -k0 -v1 $MG_LAB/virtusers')dnl
VIRTUSER_DOMAIN(\`virt.test')dnl
LOCAL_CONFIG
Cwexample.net"
}

settings=()
own_domains
LAB_LOG_LEVEL=warning
e2e_start "${settings[@]}" <<'C'
policy access recipients {
    reject recipient closed@example.test closed@example.net secret@virt.test
    on reject reject 550 5.7.1 "Closed"
}
policy access senders {
    reject sender boss@example.test boss@example.net
    on reject reject 550 5.7.1 "No boss"
}
policy access bounces {
    reject sender <>
    on reject reject 550 5.7.1 "No bounces"
}
C

# compare PATTERN KIND N REFUSAL LOCAL DOMAIN...: sends the forms. No line that PATTERN (awk)
# selects of what is delivered may be there.
compare() {
	local said=$MG_LAB/said mail=$MG_LAB/delivered evaded number refused
	rm -rf "${LAB_MAIL:?}"/all/new/*
	check "all forms of $2 are answered" forms "${@:2}" > "$said"
	lab_delivered > "$mail"
	evaded=$(xargs -r perl "$E2E_DIR/address_forms.pl" delivered < "$mail" |
		awk -F '\t' "$1 { print \$1 }" | sort -un)
	for number in $evaded; do
		echo "evaded, one of these:"
		grep "^taken $number " "$said"
	done
	refused=$(grep -c '^refused ' "$said")
	echo "$2 ${*:5}: $(wc -l < "$said") forms, $refused refused by Millgate," \
		"$(grep -c '^mta ' "$said") by the MTA, $(wc -l < "$mail") messages delivered"
	is "evaded: ${evaded:-none}" "evaded: none"
	check "there are many forms that Millgate refuses" test "$refused" -gt 50
}

# spared KIND N REFUSAL LOCAL DOMAIN...: none of the forms of another address is refused.
spared() {
	forms "$@" > "$MG_LAB/said"
	is "$(grep '^refused ' "$MG_LAB/said")" ""
	check "many forms are taken" test "$(grep -c '^taken ' "$MG_LAB/said")" -gt 50
}

own=(example.test example.net)
compare '$2 ~ /^closed(@example.(test|net))?$/' recipients 4000 Closed closed "${own[@]}"
spared recipients 500 Closed open "${own[@]}"
compare '$3 ~ /^boss(@example.(test|net))?$/' senders 1000 'No boss' boss "${own[@]}"
spared senders 200 'No boss' staff "${own[@]}"
compare '$3 == "" || $3 == "mailer-daemon"' nulls 500 'No bounces'
[[ $E2E_MTA != sendmail ]] ||
	compare '$2 ~ /^(mapped|secret@virt.test)$/' recipients 1000 Closed secret virt.test

# The policy address leaves none but mailboxes of RFC 5321 without a route.
e2e_again <<'C'
policy address { }
C
domain='(example\.(test|net)|mx\.example\.test|\[[0-9.]+\])'
mailbox='^taken [0-9]+ <?("(\\?[a-z])+"|[a-z]+)@'"$domain>?$"
for kind in recipients senders; do
	forms "$kind" 1000 'address rejected' closed "${own[@]}" > "$MG_LAB/said"
	is "$(grep '^taken ' "$MG_LAB/said" | grep -viE "$mailbox")" ""
	check "many forms are refused" test "$(grep -c '^refused ' "$MG_LAB/said")" -gt 300
	check "a mailbox is taken" grep -qxE "taken [0-9]+ <closed@example.test>" "$MG_LAB/said"
done
