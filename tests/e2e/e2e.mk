# SPDX-License-Identifier: BSD-2-Clause
# End to end with a real Postfix, and a real Sendmail (root only).

e2e_tests = \
	tests/e2e/accept_by_stage.sh \
	tests/e2e/access_tables.sh \
	tests/e2e/after_refusal.sh \
	tests/e2e/authenticated.sh \
	tests/e2e/background.sh \
	tests/e2e/chrooted_smtpd.sh \
	tests/e2e/client_address.sh \
	tests/e2e/combining.sh \
	tests/e2e/commands_policy.sh \
	tests/e2e/connection_limit.sh \
	tests/e2e/daemon_name.sh \
	tests/e2e/default_action.sh \
	tests/e2e/discard_by_stage.sh \
	tests/e2e/dns_down.sh \
	tests/e2e/dnsbl.sh \
	tests/e2e/exempt_recipients.sh \
	tests/e2e/half_dialogues.sh \
	tests/e2e/header_by_stage.sh \
	tests/e2e/headers_policy.sh \
	tests/e2e/helo_policy.sh \
	tests/e2e/inet_socket.sh \
	tests/e2e/killed_mid_dialogue.sh \
	tests/e2e/late_policy.sh \
	tests/e2e/local_submission.sh \
	tests/e2e/log_lines.sh \
	tests/e2e/long_header.sh \
	tests/e2e/monitor.sh \
	tests/e2e/multi_line_reply.sh \
	tests/e2e/odd_addresses.sh \
	tests/e2e/pipelining.sh \
	tests/e2e/quarantine_by_stage.sh \
	tests/e2e/rdns_sender_domain.sh \
	tests/e2e/reject_by_stage.sh \
	tests/e2e/reply_at.sh \
	tests/e2e/rset.sh \
	tests/e2e/score_by_stage.sh \
	tests/e2e/sendmail_actions.sh \
	tests/e2e/sendmail_attached.sh \
	tests/e2e/sendmail_dialogues.sh \
	tests/e2e/sendmail_down.sh \
	tests/e2e/sendmail_facts.sh \
	tests/e2e/sendmail_odd_addresses.sh \
	tests/e2e/sendmail_reply_at.sh \
	tests/e2e/session_id.sh \
	tests/e2e/several_messages.sh \
	tests/e2e/size_policy.sh \
	tests/e2e/smtputf8.sh \
	tests/e2e/spf_results.sh \
	tests/e2e/starttls.sh \
	tests/e2e/stopped_mid_dialogue.sh \
	tests/e2e/tempfail_by_stage.sh \
	tests/e2e/trace_fields.sh \
	tests/e2e/unknown_command.sh
EXTRA_DIST += tests/e2e/e2e.sh

# A policy that reports a result at a configured stage: in tests/e2e/.libs.
tests_e2e_stages_la_SOURCES = tests/e2e/stages.c
tests_e2e_stages_la_CFLAGS = $(MODULE_CFLAGS)
tests_e2e_stages_la_LDFLAGS = $(MODULE_LDFLAGS) -rpath /nowhere
