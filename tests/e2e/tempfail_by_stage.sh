#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# "tempfail" at each stage: the default reply, and one of the configuration's own.
. "$(dirname "$0")/e2e.sh"

tempfail_at() {
	cat <<-C
		modules $E2E_MODULES
		policy stages { at $1; on hit tempfail ${2-} }
	C
}

e2e_start < <(tempfail_at connect)
for stage in connect helo mail rcpt; do
	[[ $stage == connect ]] || e2e_again < <(tempfail_at $stage)
	smtp_send
	reply MAIL '250 2.1.0 Ok'
	reply RCPT "451 4.7.1 *$ID"
done
e2e_again < <(tempfail_at data '452 4.3.2 "Not now"')
smtp_send
reply DATA "452 4.3.2 Not now $ID"
for stage in header eoh body eom; do
	e2e_again < <(tempfail_at $stage '452 4.3.2 "Not now"')
	smtp_send
	reply . "452 4.3.2 Not now $ID"
done
delivered 0
