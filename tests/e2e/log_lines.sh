#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The log has one line for each decision and each message, in both forms. No text of a sender makes
# a line of its own.
. "$(dirname "$0")/e2e.sh"

e2e_start <<C
modules $E2E_MODULES
policy access one { reject sender bad@example.org; hold header "/^Subject: held/" }
policy stages two { at connect; on hit score 1 }
C
smtp_send
delivered 1
queue_id=$(smtp_reply_to . | awk '{ print $NF }')
logged "$queue_id.*sender@example.org|sender@example.org.*$queue_id"
logged 'user@example.test'
logged 'stages/two.*hit'
smtp_send --from bad@example.org
logged 'reject.*access/one.*5\.7\.1'
smtp_send --header "Subject: held"$'\e[31m'" reject: policy x"
held 1
smtp_send --from "'x y=z\"'@example.org"
check 'no control character in the log' eval '! grep -qP "[\x00-\x08\x0b-\x1f\x7f]" "$LAB_LOG"'

lab_millgated_end TERM
rm -f "$LAB_LOG"
lab_conf <<C
log stderr json
modules $E2E_MODULES
policy access one { reject sender bad@example.org }
C
lab_millgated_start
smtp_send --from bad@example.org
smtp_send --header $'Subject: \e[31m "quoted" \\'
delivered 2
logged '^\{.*"event":"decision".*reject'
logged '^\{.*"event":"message".*"sender@example.org"'
check 'each line is an object' eval '! grep -qvE "^\{\"time\":\".*\}$" "$LAB_LOG"'
