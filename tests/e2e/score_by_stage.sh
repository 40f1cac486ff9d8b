#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# "score" at each stage: the scores of the policies add up, and decide as soon as they reach a
# threshold.
. "$(dirname "$0")/e2e.sh"

score_at() {
	cat <<-C
		modules $E2E_MODULES
		policy stages one { at connect; on hit score 4 }
		policy stages two { at $1; on hit score 6 }
		score { reject 10 550 5.7.1 "Your score is {score}" }
	C
}

e2e_start < <(score_at helo)
for stage in helo mail rcpt; do
	[[ $stage == helo ]] || e2e_again < <(score_at $stage)
	smtp_send
	reply MAIL '250 *'
	reply RCPT "550 5.7.1 Your score is 10 $ID"
done
e2e_again < <(score_at data)
smtp_send
reply RCPT '250 *'
reply DATA "550 5.7.1 Your score is 10 $ID"
for stage in header eoh body eom; do
	e2e_again < <(score_at $stage)
	smtp_send
	reply . "550 5.7.1 Your score is 10 $ID"
done
delivered 0

# The highest threshold that is reached decides; a header field can show the score.
e2e_again <<C
modules $E2E_MODULES
policy stages one { at connect; on hit score 4 }
policy access { ok sender plus@example.org; on ok score 4 }
policy access minus { ok sender minus@example.org; on ok score -3 }
score { tempfail 8 "Later: {score}"; quarantine 100; header 2 X-Score "{score} points" }
C
smtp_send --from plus@example.org
reply RCPT "451 4.7.1 Later: 8 $ID"
smtp_send --from plain@example.org
delivered 1
has "$MAIL" '^X-Score: 4 points$'
smtp_send --from minus@example.org
delivered 2
lacks "$MAIL" '^X-Score'

e2e_again <<C
modules $E2E_MODULES
policy stages { at body; on hit score 5 }
score { quarantine 5 "Suspicious" }
C
smtp_send
reply . '250 2.0.0 Ok: queued as *'
held 1
delivered 2
