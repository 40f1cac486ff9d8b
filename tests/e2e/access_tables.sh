#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The policy "access" with tables in Postfix's formats. Right-hand sides do what Postfix's manual
# says.
. "$(dirname "$0")/e2e.sh"

cat > "$MG_LAB/senders" <<'T'
# texthash: address, domain, local part
ok@example.org            OK
no@example.org            REJECT
no-text@example.org       REJECT 5.7.27 Your domain has no mail
later@example.org         DEFER 4.2.0 Come back
code@example.org          554 5.1.8 Bad sender
code4@example.org         450 4.1.8 Bad sender, for now
held@example.org          HOLD Suspicious
lost@example.org          DISCARD
dunno@example.org         DUNNO
info@                     REJECT no bulk
spam.example              REJECT
example.org               REJECT the whole domain
T
cat > "$MG_LAB/clients" <<'T'
192.0.2.10      OK
192.0.2.0/24    REJECT not from {client}
2001:db8::/32   450 4.7.1 v6, later
T
cat > "$MG_LAB/headers" <<'T'
/^Subject: .*viagra/   REJECT No pills
/^X-Spam-Flag: YES/     HOLD
T
e2e_start <<C
recipient-delimiter "+"
policy access clients { check client cidr:$MG_LAB/clients }
policy access senders { check sender texthash:$MG_LAB/senders }
policy access headers { check header pcre:$MG_LAB/headers }
policy access last { reject sender dunno@example.org; on reject reject "Last" }
C
from() {
	smtp_send --from "$1@example.org" "${@:2}"
}

from no
reply RCPT "550 5.7.1 Sender address rejected $ID"
from no-text
reply RCPT "550 5.7.27 Your domain has no mail $ID"
from later
reply RCPT "451 4.2.0 Come back $ID"
from code
reply RCPT "554 5.1.8 Bad sender $ID"
from code4
reply RCPT "450 4.1.8 Bad sender, for now $ID"
from dunno
reply RCPT "550 5.7.1 Last $ID"
from anybody
reply RCPT "550 5.7.1 the whole domain $ID"
smtp_send --from info@elsewhere.example
reply RCPT "550 5.7.1 no bulk $ID"
smtp_send --from a@sub.spam.example
reply RCPT "550 5.7.1 Sender address rejected $ID"
delivered 0
from ok
delivered 1
from held
held 1
from lost
reply . '250 2.0.0 Ok: queued as *'
delivered 1

# user+extension@, as access(5) says.
from no+way
reply RCPT "550 5.7.1 Sender address rejected $ID"
from ok+way
delivered 2
smtp_send --from info+a@elsewhere.example
reply RCPT "550 5.7.1 no bulk $ID"

smtp_send --xclient 'ADDR=192.0.2.11' --from sender@good.example
reply RCPT "550 5.7.1 not from {client} $ID"
smtp_send --xclient 'ADDR=IPV6:2001:db8::99' --from sender@good.example
reply RCPT "450 4.7.1 v6, later $ID"
smtp_send --from sender@good.example --header 'Subject: cheap VIAGRA here'
reply . "550 5.7.1 No pills $ID"
smtp_send --from sender@good.example --add-header 'X-Spam-Flag: YES'
held 2
delivered 2
