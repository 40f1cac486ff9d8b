#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# "mode monitor": the log says which action would have been taken, and none is.
. "$(dirname "$0")/e2e.sh"

e2e_start <<C
modules $E2E_MODULES
policy stages one { at connect; on hit reject; mode monitor }
policy stages two { at rcpt; on hit tempfail; mode monitor }
policy stages three { at eoh; on hit quarantine; mode monitor }
policy stages four { at eom; on hit score 10; on hit header X-Four "yes"; mode monitor }
policy stages five { at eom; on hit discard; mode off }
score { reject 10 }
C
smtp_send
reply RCPT '250 2.1.5 Ok'
reply . '250 2.0.0 Ok: queued as *'
delivered 1
held 0
lacks "$MAIL" '^X-Four'
logged 'would.*reject'
logged 'would.*tempfail'
not_logged 'stages/five hit'
