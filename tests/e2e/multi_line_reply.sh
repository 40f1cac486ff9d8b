#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Long texts and line ends make replies of several lines. The client sees the code on each line.
. "$(dirname "$0")/e2e.sh"

long=$(printf 'word%.0s ' {1..300})
e2e_start <<C
policy access one {
    reject sender lines@example.org
    on reject reject 553 5.1.8 "First line\nsecond {sender}\nthird"
}
policy access two { reject sender long@example.org; on reject reject "$long" }
policy access three { defer sender percent@example.org; on defer tempfail "100%s %n %% sure" }
policy access four { reject sender id@example.org; on reject reject "See {id} there" }
C
smtp_send --from lines@example.org
reply RCPT $'553-5.1.8 First line\n553-5.1.8 second lines@example.org\n553 5.1.8 third '"$ID"
smtp_send --from long@example.org
reply RCPT $'550-5.7.1 word*\n550 5.7.1 word*'"$ID"
got=$(smtp_reply_to RCPT)
is "$(grep -o word <<< "$got" | wc -l) words" '300 words'
check 'no line is longer than RFC 5321 allows' eval '! grep -qE ".{511}" <<< "$got"'
smtp_send --from percent@example.org
reply RCPT "451 4.7.1 100%s %n %% sure $ID"
smtp_send --from id@example.org
reply RCPT '550 5.7.1 See +([0-9A-Za-z_-]) there'
delivered 0
