#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# "header" at each stage: the field is in the delivered message, once, with the macros' values.
. "$(dirname "$0")/e2e.sh"

header_at() {
	cat <<-C
		modules $E2E_MODULES
		policy stages { at $1; on hit header X-Stage "$1 {client} {helo} {sender}" }
	C
}

count=0
e2e_start < <(header_at connect)
for stage in connect helo mail rcpt data header eoh body eom; do
	[[ $stage == connect ]] || e2e_again < <(header_at $stage)
	smtp_send
	reply . '250 2.0.0 Ok: queued as *'
	((count++))
	delivered $count
	has "$MAIL" "^X-Stage: $stage 127\.0\.0\.1 client1\.example\.test sender@example\.org\$"
	is "$(grep -c '^X-Stage:' "$MAIL") times" '1 times'
done

# Several fields of several policies.
e2e_again <<C
modules $E2E_MODULES
policy stages one { at helo; on hit header X-One "a {helo}"; on hit header X-Two "{{b}" }
policy stages two { at eom; on hit header X-Three "c" }
C
smtp_send
delivered $((count + 1))
has "$MAIL" '^X-One: a client1.example.test$'
has "$MAIL" '^X-Two: \{b\}$'
has "$MAIL" '^X-Three: c$'
