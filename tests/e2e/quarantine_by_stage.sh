#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# "quarantine" at each stage: the message is taken and waits in Postfix's hold queue. The reason is
# in our log; Postfix does not show it.
. "$(dirname "$0")/e2e.sh"

quarantine_at() {
	cat <<-C
		modules $E2E_MODULES
		policy stages { at $1; on hit quarantine "Seen at $1" }
	C
}

count=0
e2e_start < <(quarantine_at connect)
for stage in connect helo mail rcpt data header eoh body eom; do
	[[ $stage == connect ]] || e2e_again < <(quarantine_at $stage)
	smtp_send
	reply . '250 2.0.0 Ok: queued as *'
	((count++))
	held $count
	maillog 'milter-hold: END-OF-MESSAGE'
	logged "quarantine.*Seen at $stage"
done
delivered 0

# Released by the administrator, it is delivered.
postsuper -H ALL 2> /dev/null
postqueue -f
lab_wait 10 eval '[[ -z $(find "$MG_LAB/spool/hold" -type f) ]]'
lab_wait 10 eval '(( $(find "$LAB_MAIL/all/new" -type f 2> /dev/null | wc -l) == count ))'
held 0
delivered $count
