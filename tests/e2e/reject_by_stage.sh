#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# "reject" at each stage: the reply's code, status and text, and its place in the dialogue. Rejects
# before RCPT come at RCPT, those at DATA at once, those of the message itself after the final dot.
. "$(dirname "$0")/e2e.sh"

reject_at() {
	cat <<-C
		modules $E2E_MODULES
		policy stages { at $1; on hit reject 554 5.7.0 "No at $1, {client}: 100% sure" }
	C
}

want_at() {
	printf '554 5.7.0 No at %s, 127.0.0.1: 100%% sure %s' "$1" "$ID"
}

e2e_start < <(reject_at connect)
for stage in connect helo mail rcpt; do
	[[ $stage == connect ]] || e2e_again < <(reject_at $stage)
	smtp_send
	reply connect '220 *'
	reply EHLO '250-*'
	reply MAIL '250 2.1.0 Ok'
	reply RCPT "$(want_at $stage)"
	logged "reject.*$stage"
done
e2e_again < <(reject_at data)
smtp_send
reply RCPT '250 2.1.5 Ok'
reply DATA "$(want_at data)"
for stage in header eoh body eom; do
	e2e_again < <(reject_at $stage)
	smtp_send
	reply DATA '354 *'
	reply . "$(want_at $stage)"
done
delivered 0
