#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# STARTTLS: the second EHLO counts, and a class "tls yes" matches such sessions only.
. "$(dirname "$0")/e2e.sh"

E2E_TLS=1
e2e_start <<C
modules $E2E_MODULES
class encrypted { tls yes }
class plain { tls no }
policy stages one { at rcpt; only encrypted; on hit header X-TLS "{tls}" }
policy access two { reject sender sender@example.org; only plain; on reject reject "Encrypt it" }
policy stages three { at helo; on hit header X-Helo "{helo}" }
C
smtp_send
reply RCPT "550 5.7.1 Encrypt it $ID"
smtp_send --tls
check 'a second EHLO' eval '(( $(grep -c "^C: EHLO" "$LAB_DIALOGUE") == 2 ))'
reply RCPT '250 2.1.5 Ok'
delivered 1
has "$MAIL" '^X-TLS: TLSv1\.[23]$'
has "$MAIL" '^X-Helo: client1.example.test$'
is "$(grep -c '^X-Helo:' "$MAIL")" 1
