# SPDX-License-Identifier: BSD-2-Clause
# The tests: "make check" runs all, "make check-KIND" one kind: build unit policies scenario module e2e.

# Not .sh: a script and a scenario of the same name would then share a log.
TEST_EXTENSIONS = .scn
# Check's limits of time (CK_...) are those of a machine that has nothing else to do.
AM_TESTS_ENVIRONMENT = \
	MILLGATED=$${MILLGATED-'$(abs_top_builddir)/milter/millgated'}; \
	MG_TOP_SRCDIR='$(abs_top_srcdir)'; MG_TOP_BUILDDIR='$(abs_top_builddir)'; \
	MG_HARDENING='@enable_hardening@'; MG_SANITIZER='@enable_sanitizer@'; \
	MG_TEST_MODULES='$(abs_top_builddir)/tests/scenario/.libs'; \
	CC='$(CC)'; \
	CK_DEFAULT_TIMEOUT=$${CK_DEFAULT_TIMEOUT-30}; CK_TIMEOUT_MULTIPLIER=$${CK_TIMEOUT_MULTIPLIER-10}; \
	export MILLGATED MG_TOP_SRCDIR MG_TOP_BUILDDIR MG_HARDENING MG_SANITIZER \
		MG_TEST_MODULES CC CK_DEFAULT_TIMEOUT CK_TIMEOUT_MULTIPLIER;

# ---- Of the build itself.

build_tests = \
	tests/unit/test_exports.sh \
	tests/unit/test_hardening.sh \
	tests/unit/test_lists.sh

# ---- Check programs: each is its one source file, linked with the core.

unit_tests = \
	tests/unit/test_answer \
	tests/unit/test_arena \
	tests/unit/test_conf \
	tests/unit/test_dialogue \
	tests/unit/test_dns \
	tests/unit/test_dns_cache \
	tests/unit/test_dns_call \
	tests/unit/test_dns_late \
	tests/unit/test_dns_message \
	tests/unit/test_dns_settings \
	tests/unit/test_dns_walk \
	tests/unit/test_domain \
	tests/unit/test_errors \
	tests/unit/test_front_event \
	tests/unit/test_front_event_life \
	tests/unit/test_front_event_limits \
	tests/unit/test_front_libmilter \
	tests/unit/test_front_libmilter_life \
	tests/unit/test_front_socket \
	tests/unit/test_items \
	tests/unit/test_log \
	tests/unit/test_log_sinks \
	tests/unit/test_macros \
	tests/unit/test_packet \
	tests/unit/test_pidfile \
	tests/unit/test_reply \
	tests/unit/test_session \
	tests/unit/test_snapshot \
	tests/unit/test_table \
	tests/unit/test_table_files \
	tests/unit/test_table_postfix \
	tests/unit/test_table_threads \
	tests/unit/test_text \
	tests/unit/test_workers \
	tests/mta/test_mta

unit_headers = \
	tests/unit/dialogue_help.h \
	tests/unit/front_help.h \
	tests/unit/table_help.h
EXTRA_DIST += $(unit_headers)
LDADD = $(core_libs) $(JANSSON_LIBS) $(CHECK_LIBS)

# ---- The MTA's side of the milter protocol, for scenarios, benchmark and fuzzers.

mta_lib = tests/mta/libmta.a
tests_mta_libmta_a_CPPFLAGS = $(AM_CPPFLAGS) $(MILTER_CFLAGS)
tests_mta_libmta_a_SOURCES = \
	tests/mta/address.c \
	tests/mta/macros.c \
	tests/mta/mta.c tests/mta/mta.h \
	tests/mta/negotiate.c \
	tests/mta/reply.c \
	tests/mta/wire.c tests/mta/wire.h

tests_mta_test_mta_SOURCES = tests/mta/test_mta.c tests/mta/echo_milter.c tests/mta/echo_milter.h
tests_mta_test_mta_CPPFLAGS = $(AM_CPPFLAGS) $(MILTER_CFLAGS)
tests_mta_test_mta_LDADD = $(mta_lib) $(MILTER_LIBS) $(CHECK_LIBS)

# The front ends over a session of the test's own: so nothing of the core but what they ask for.
front_test_sources = tests/unit/front_help.c tests/unit/front_help.h milter/front_conns.c milter/front_event.c \
	milter/front_libmilter.c milter/workers.c
front_test_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/tests/mta $(MILTER_CFLAGS)
front_test_libs = $(mta_lib) milter/libmillgate.a $(core_deps) $(MILTER_LIBS) $(CHECK_LIBS)
tests_unit_test_front_event_SOURCES = tests/unit/test_front.c $(front_test_sources)
tests_unit_test_front_event_CPPFLAGS = $(front_test_cppflags) -DFRONT_UNDER_TEST=front_event
tests_unit_test_front_event_LDADD = $(front_test_libs)
tests_unit_test_front_event_life_SOURCES = tests/unit/test_front_life.c $(front_test_sources)
tests_unit_test_front_event_life_CPPFLAGS = $(tests_unit_test_front_event_CPPFLAGS)
tests_unit_test_front_event_life_LDADD = $(front_test_libs)
tests_unit_test_front_event_limits_SOURCES = tests/unit/test_front_limits.c $(front_test_sources)
tests_unit_test_front_event_limits_CPPFLAGS = $(tests_unit_test_front_event_CPPFLAGS)
tests_unit_test_front_event_limits_LDADD = $(front_test_libs)
tests_unit_test_front_libmilter_SOURCES = $(tests_unit_test_front_event_SOURCES)
tests_unit_test_front_libmilter_CPPFLAGS = $(front_test_cppflags) -DFRONT_UNDER_TEST=front_libmilter
tests_unit_test_front_libmilter_LDADD = $(front_test_libs)
tests_unit_test_front_libmilter_life_SOURCES = $(tests_unit_test_front_event_life_SOURCES)
tests_unit_test_front_libmilter_life_CPPFLAGS = $(tests_unit_test_front_libmilter_CPPFLAGS)
tests_unit_test_front_libmilter_life_LDADD = $(front_test_libs)
tests_unit_test_dialogue_SOURCES = tests/unit/test_dialogue.c tests/unit/dialogue_help.c tests/unit/dialogue_help.h
tests_unit_test_dialogue_LDADD = milter/libmillgate.a $(core_deps) $(CHECK_LIBS)
tests_unit_test_workers_SOURCES = tests/unit/test_workers.c milter/workers.c

# ---- DNS: a resolver with canned answers, and a server with faults.

dns_lib = tests/dns/libdnstest.a
tests_dns_libdnstest_a_SOURCES = \
	tests/dns/patience.h \
	tests/dns/reply.c tests/dns/reply.h \
	tests/dns/server.c tests/dns/server.h \
	tests/dns/stub.c tests/dns/stub.h
tests_unit_test_dns_LDADD = $(dns_lib) $(core_libs) $(CHECK_LIBS)
tests_unit_test_dns_call_LDADD = $(dns_lib) $(core_libs) $(CHECK_LIBS)
tests_unit_test_dns_late_LDADD = $(dns_lib) $(core_libs) $(CHECK_LIBS)
tests_unit_test_dns_walk_LDADD = $(dns_lib) $(core_libs) $(CHECK_LIBS)

dns_server = tests/dns/dns_server
tests_dns_dns_server_LDADD = $(dns_lib)

# ---- Policies, each alone (policies_tests, by the fragments of the policies).

check_fake_host = tests/policies/libfakehost.a
tests_policies_libfakehost_a_SOURCES = tests/policies/fake_host.c tests/policies/fake_host.h \
	tests/dns/fake_dns.c tests/dns/fake_dns.h \
	tests/dns/stub.c tests/dns/stub.h

# The fake host is the mg_* functions, so the core's are not to be linked: no MG_WHOLE_CORE here.
policy_test_libs = $(check_fake_host) milter/libmillgate.a $(core_deps) $(CHECK_LIBS)

# ---- Scenarios: the real daemon, one behaviour a file; the runner plays them.

scenario_runner = tests/scenario/runner
tests_scenario_runner_SOURCES = \
	tests/scenario/check.c \
	tests/scenario/connection.c \
	tests/scenario/daemon.c tests/scenario/daemon.h \
	tests/scenario/dialogue.c \
	tests/scenario/expect.c \
	tests/scenario/play.c tests/scenario/play.h \
	tests/scenario/runner.c \
	tests/scenario/script.c tests/scenario/script.h \
	tests/scenario/text.c tests/scenario/text.h
tests_scenario_runner_CPPFLAGS = $(AM_CPPFLAGS) $(MILTER_CFLAGS) $(JANSSON_CFLAGS) -D_GNU_SOURCE
tests_scenario_runner_LDADD = $(mta_lib) $(dns_lib) $(JANSSON_LIBS)
SCN_LOG_COMPILER = tests/scenario/runner
EXTRA_DIST += tests/scenario/README.md tests/scenario/valgrind.supp

# A policy that finds what a scenario tells it, where it tells it: in tests/scenario/.libs.
tests_scenario_probe_la_SOURCES = tests/scenario/probe.c
tests_scenario_probe_la_CFLAGS = $(MODULE_CFLAGS)
tests_scenario_probe_la_LDFLAGS = $(MODULE_LDFLAGS) -rpath /nowhere

scenario_tests = \
	tests/scenario/accept-above-is-asked.scn \
	tests/scenario/accept-in-content.scn \
	tests/scenario/accept-message.scn \
	tests/scenario/accept-once-in-log.scn \
	tests/scenario/accept-quarantine-stands.scn \
	tests/scenario/accept-recipient-content.scn \
	tests/scenario/accept-recipient.scn \
	tests/scenario/accept-session.scn \
	tests/scenario/access-cidr.scn \
	tests/scenario/access-client-name.scn \
	tests/scenario/access-client.scn \
	tests/scenario/access-dunno.scn \
	tests/scenario/access-header.scn \
	tests/scenario/access-helo.scn \
	tests/scenario/access-idna.scn \
	tests/scenario/access-own-actions.scn \
	tests/scenario/access-pcre.scn \
	tests/scenario/access-postmaster.scn \
	tests/scenario/access-recipient.scn \
	tests/scenario/access-sender.scn \
	tests/scenario/access-smtputf8.scn \
	tests/scenario/access-texthash.scn \
	tests/scenario/access-wrong-code.scn \
	tests/scenario/combine-accept-then-reject.scn \
	tests/scenario/combine-body-enough-for-one.scn \
	tests/scenario/combine-body-enough.scn \
	tests/scenario/combine-body-in-chunks.scn \
	tests/scenario/combine-budget-per-stage.scn \
	tests/scenario/combine-deadline.scn \
	tests/scenario/combine-discard-ends.scn \
	tests/scenario/combine-discard-waits-for-mail.scn \
	tests/scenario/combine-edits-not-on-refusal.scn \
	tests/scenario/combine-error-action.scn \
	tests/scenario/combine-error.scn \
	tests/scenario/combine-every-stage-discard.scn \
	tests/scenario/combine-every-stage-reject.scn \
	tests/scenario/combine-every-stage-tempfail.scn \
	tests/scenario/combine-file-order.scn \
	tests/scenario/combine-first-reject-ends.scn \
	tests/scenario/combine-headers-held.scn \
	tests/scenario/combine-late-is-forgotten.scn \
	tests/scenario/combine-helo-found-again.scn \
	tests/scenario/combine-message-state-ends.scn \
	tests/scenario/combine-quarantine-at-end.scn \
	tests/scenario/combine-quarantine-first-reason.scn \
	tests/scenario/combine-quarantine-refused-recipient.scn \
	tests/scenario/combine-refused-mail.scn \
	tests/scenario/combine-reject-then-accept.scn \
	tests/scenario/combine-reject-then-tempfail.scn \
	tests/scenario/combine-refused-data-stands.scn \
	tests/scenario/combine-reply-at-connect.scn \
	tests/scenario/combine-reply-at-helo.scn \
	tests/scenario/combine-reply-at-mail.scn \
	tests/scenario/combine-reply-at-of-a-policy.scn \
	tests/scenario/combine-same-type-twice.scn \
	tests/scenario/combine-scopes.scn \
	tests/scenario/combine-session-results-for-each-recipient.scn \
	tests/scenario/combine-several-actions.scn \
	tests/scenario/combine-slow-sessions-apart.scn \
	tests/scenario/combine-stage-budget.scn \
	tests/scenario/combine-stage-order.scn \
	tests/scenario/combine-start-early.scn \
	tests/scenario/combine-tempfail-alone.scn \
	tests/scenario/combine-tempfail-then-accept.scn \
	tests/scenario/combine-tempfail-then-reject.scn \
	tests/scenario/combine-timeout.scn \
	tests/scenario/combine-wrong-result.scn \
	tests/scenario/config-addresses-and-names.scn \
	tests/scenario/commands-goes-on.scn \
	tests/scenario/commands-hostile.scn \
	tests/scenario/commands-max.scn \
	tests/scenario/commands-session.scn \
	tests/scenario/commands-too-many.scn \
	tests/scenario/config-all-at-once.scn \
	tests/scenario/config-all-errors.scn \
	tests/scenario/config-bad-code.scn \
	tests/scenario/config-bad-header-action.scn \
	tests/scenario/config-bad-names.scn \
	tests/scenario/config-bad-regex.scn \
	tests/scenario/config-bad-score.scn \
	tests/scenario/config-bad-units.scn \
	tests/scenario/config-bad-words.scn \
	tests/scenario/config-block-where-none-belongs.scn \
	tests/scenario/config-check-without-table.scn \
	tests/scenario/config-class-known-too-late.scn \
	tests/scenario/config-class-mismatch.scn \
	tests/scenario/config-control-characters.scn \
	tests/scenario/config-contradictions.scn \
	tests/scenario/config-empty-class.scn \
	tests/scenario/config-empty-names.scn \
	tests/scenario/config-exempt-recipients.scn \
	tests/scenario/config-header-entries.scn \
	tests/scenario/config-include-good.scn \
	tests/scenario/config-include-loop.scn \
	tests/scenario/config-include.scn \
	tests/scenario/config-listen.scn \
	tests/scenario/config-never-runs.scn \
	tests/scenario/config-no-file.scn \
	tests/scenario/config-ok.scn \
	tests/scenario/config-paths.scn \
	tests/scenario/config-paths-taken.scn \
	tests/scenario/config-score-never-acts.scn \
	tests/scenario/config-single-fields.scn \
	tests/scenario/config-skip-later-stage.scn \
	tests/scenario/config-skip-later.scn \
	tests/scenario/config-skip-unknown-result.scn \
	tests/scenario/config-slips-of-codes.scn \
	tests/scenario/config-syntax-forms.scn \
	tests/scenario/config-table-malformed.scn \
	tests/scenario/config-table-missing.scn \
	tests/scenario/config-too-many-lines.scn \
	tests/scenario/config-twice.scn \
	tests/scenario/config-two-terminal-actions.scn \
	tests/scenario/config-unclosed-block.scn \
	tests/scenario/config-unclosed-quote.scn \
	tests/scenario/config-unknown-action.scn \
	tests/scenario/config-unknown-class.scn \
	tests/scenario/config-unknown-key-in-policy.scn \
	tests/scenario/config-unknown-key.scn \
	tests/scenario/config-unknown-macro.scn \
	tests/scenario/config-unknown-result.scn \
	tests/scenario/config-unknown-type.scn \
	tests/scenario/config-utf8.scn \
	tests/scenario/config-wrong-class.scn \
	tests/scenario/exempt-none.scn \
	tests/scenario/exempt-not-before-rcpt.scn \
	tests/scenario/exempt-own-list.scn \
	tests/scenario/exempt-postmaster.scn \
	tests/scenario/exempt-reject-of-content.scn \
	tests/scenario/exempt-score-at-rcpt.scn \
	tests/scenario/exempt-score-later.scn \
	tests/scenario/exempt-tempfail.scn \
	tests/scenario/dns-dead.scn \
	tests/scenario/dns-dead-short-budget.scn \
	tests/scenario/dns-second-server.scn \
	tests/scenario/dns-silent-name.scn \
	tests/scenario/dnsbl-dead-budget.scn \
	tests/scenario/dnsbl-dead-list.scn \
	tests/scenario/dnsbl-domains.scn \
	tests/scenario/dnsbl-ipv6.scn \
	tests/scenario/dnsbl-listed.scn \
	tests/scenario/dnsbl-lists-everything.scn \
	tests/scenario/dnsbl-private-client.scn \
	tests/scenario/dnsbl-refusal-code.scn \
	tests/scenario/dnsbl-weights.scn \
	tests/scenario/helo-dns-not-asked.scn \
	tests/scenario/helo-dns-results.scn \
	tests/scenario/front-address-without-brackets.scn \
	tests/scenario/front-after-refusal.scn \
	tests/scenario/front-blocked-sessions.scn \
	tests/scenario/front-bounce-sender.scn \
	tests/scenario/front-byte-by-byte.scn \
	tests/scenario/front-client-ipv4-mapped.scn \
	tests/scenario/front-client-ipv4.scn \
	tests/scenario/front-client-ipv6-tagged.scn \
	tests/scenario/front-client-ipv6.scn \
	tests/scenario/front-client-scope.scn \
	tests/scenario/front-client-unix.scn \
	tests/scenario/front-client-unknown.scn \
	tests/scenario/front-client-without-name.scn \
	tests/scenario/front-close-everywhere.scn \
	tests/scenario/front-connect-twice.scn \
	tests/scenario/front-connection-cap.scn \
	tests/scenario/front-content-without-envelope.scn \
	tests/scenario/front-half-a-packet.scn \
	tests/scenario/front-header-without-name.scn \
	tests/scenario/front-health-check.scn \
	tests/scenario/front-helo-in-message.scn \
	tests/scenario/front-helo-repeated.scn \
	tests/scenario/front-hup.scn \
	tests/scenario/front-inet-host-first.scn \
	tests/scenario/front-inet.scn \
	tests/scenario/front-inet6.scn \
	tests/scenario/front-int.scn \
	tests/scenario/front-junk-in-dialogue.scn \
	tests/scenario/front-junk.scn \
	tests/scenario/front-killed.scn \
	tests/scenario/front-large-body.scn \
	tests/scenario/front-large-header.scn \
	tests/scenario/front-large-in-pieces.scn \
	tests/scenario/front-mail-twice.scn \
	tests/scenario/front-mail-without-argument.scn \
	tests/scenario/front-many-connections.scn \
	tests/scenario/front-many-in-one-write.scn \
	tests/scenario/front-many-parameters.scn \
	tests/scenario/front-memory.scn \
	tests/scenario/front-mta-without-quarantine.scn \
	tests/scenario/front-negotiates-body.scn \
	tests/scenario/front-negotiates-commands.scn \
	tests/scenario/front-negotiates-headers.scn \
	tests/scenario/front-negotiates-little.scn \
	tests/scenario/front-negotiates-monitor.scn \
	tests/scenario/front-negotiates-no-action.scn \
	tests/scenario/front-negotiates-off.scn \
	tests/scenario/front-old-mta-no-no.scn \
	tests/scenario/front-old-mta-no-nr.scn \
	tests/scenario/front-old-mta-no-skip.scn \
	tests/scenario/front-old-mta-no-symlist.scn \
	tests/scenario/front-old-mta-version-2.scn \
	tests/scenario/front-pid-file.scn \
	tests/scenario/front-pipelining.scn \
	tests/scenario/front-quit-new.scn \
	tests/scenario/front-rset-everywhere.scn \
	tests/scenario/front-several-messages.scn \
	tests/scenario/front-slow-mta.scn \
	tests/scenario/front-socket-in-use.scn \
	tests/scenario/front-socket-mode-default.scn \
	tests/scenario/front-socket-mode.scn \
	tests/scenario/front-source-route.scn \
	tests/scenario/front-starttls.scn \
	tests/scenario/front-term-in-message.scn \
	tests/scenario/front-unknown-command-before-content.scn \
	tests/scenario/front-unknown-command-before-end.scn \
	tests/scenario/front-unknown-command-everywhere.scn \
	tests/scenario/front-without-helo.scn \
	tests/scenario/headers-8bit.scn \
	tests/scenario/headers-bad-from.scn \
	tests/scenario/headers-blank-before-colon.scn \
	tests/scenario/headers-duplicate-allowed.scn \
	tests/scenario/headers-duplicate.scn \
	tests/scenario/headers-folded.scn \
	tests/scenario/headers-good.scn \
	tests/scenario/headers-many-from.scn \
	tests/scenario/headers-match.scn \
	tests/scenario/headers-no-from.scn \
	tests/scenario/headers-overlong.scn \
	tests/scenario/headers-required.scn \
	tests/scenario/helo-bare-address.scn \
	tests/scenario/helo-good.scn \
	tests/scenario/helo-impostor.scn \
	tests/scenario/helo-local.scn \
	tests/scenario/helo-missing.scn \
	tests/scenario/helo-not-qualified.scn \
	tests/scenario/helo-results-as-scores.scn \
	tests/scenario/helo-syntax.scn \
	tests/scenario/helo-underscore.scn \
	tests/scenario/helo-wrong-literal.scn \
	tests/scenario/local-class.scn \
	tests/scenario/local-content-is-judged.scn \
	tests/scenario/local-loopback-smtp.scn \
	tests/scenario/local-never-refused.scn \
	tests/scenario/local-reply-at-connect.scn \
	tests/scenario/local-score.scn \
	tests/scenario/log-aborted.scn \
	tests/scenario/log-accept-is-quiet.scn \
	tests/scenario/log-auth.scn \
	tests/scenario/log-cannot-be-forged.scn \
	tests/scenario/log-counters.scn \
	tests/scenario/log-decision-line.scn \
	tests/scenario/log-escapes.scn \
	tests/scenario/log-ids-differ.scn \
	tests/scenario/log-json-hostile.scn \
	tests/scenario/log-json.scn \
	tests/scenario/log-level-warning.scn \
	tests/scenario/log-long-values.scn \
	tests/scenario/log-many-recipients.scn \
	tests/scenario/log-message-line.scn \
	tests/scenario/log-null-sender.scn \
	tests/scenario/log-refused.scn \
	tests/scenario/log-session-without-message.scn \
	tests/scenario/monitor-at-connect.scn \
	tests/scenario/monitor-does-not-end-the-asking.scn \
	tests/scenario/monitor-each-recipient.scn \
	tests/scenario/monitor-every-action.scn \
	tests/scenario/monitor-neutral-is-silent.scn \
	tests/scenario/monitor-off.scn \
	tests/scenario/monitor-reject.scn \
	tests/scenario/monitor-result-counts-for-skip.scn \
	tests/scenario/rdns-results.scn \
	tests/scenario/reply-codes.scn \
	tests/scenario/reply-defaults.scn \
	tests/scenario/reply-empty-text.scn \
	tests/scenario/reply-header-invalid-utf8.scn \
	tests/scenario/reply-header-text.scn \
	tests/scenario/reply-id-in-log.scn \
	tests/scenario/reply-id-in-text.scn \
	tests/scenario/reply-id-off.scn \
	tests/scenario/reply-injection.scn \
	tests/scenario/reply-invalid-utf8.scn \
	tests/scenario/reply-literal-brace.scn \
	tests/scenario/reply-long.scn \
	tests/scenario/reply-macro-detail.scn \
	tests/scenario/reply-macro-queue-id.scn \
	tests/scenario/reply-macro-score.scn \
	tests/scenario/reply-macro-without-value.scn \
	tests/scenario/reply-macros.scn \
	tests/scenario/reply-many-percent.scn \
	tests/scenario/reply-multi-line.scn \
	tests/scenario/reply-of-the-policy.scn \
	tests/scenario/reply-percent.scn \
	tests/scenario/reply-tls.scn \
	tests/scenario/reply-trace-fields.scn \
	tests/scenario/sender-domain-results.scn \
	tests/scenario/reply-utf8.scn \
	tests/scenario/score-adds-up.scn \
	tests/scenario/score-after-accept.scn \
	tests/scenario/score-at-each-stage.scn \
	tests/scenario/score-below.scn \
	tests/scenario/score-default-reply.scn \
	tests/scenario/score-discard.scn \
	tests/scenario/score-hardest-wins.scn \
	tests/scenario/score-header.scn \
	tests/scenario/score-monitored.scn \
	tests/scenario/score-negative.scn \
	tests/scenario/score-next-message.scn \
	tests/scenario/score-of-accepted-recipients.scn \
	tests/scenario/score-quarantine.scn \
	tests/scenario/score-reject-and-action.scn \
	tests/scenario/score-reply-at-connect.scn \
	tests/scenario/score-reply-at.scn \
	tests/scenario/score-without-thresholds.scn \
	tests/scenario/size-announced.scn \
	tests/scenario/size-body-line.scn \
	tests/scenario/size-counted.scn \
	tests/scenario/size-headers.scn \
	tests/scenario/size-recipients.scn \
	tests/scenario/skip-and-only.scn \
	tests/scenario/skip-class-any-value.scn \
	tests/scenario/skip-class-auth.scn \
	tests/scenario/skip-class-client-name.scn \
	tests/scenario/skip-class-client.scn \
	tests/scenario/skip-class-daemon.scn \
	tests/scenario/skip-class-sender-recipient.scn \
	tests/scenario/skip-class-table.scn \
	tests/scenario/skip-only-result.scn \
	tests/scenario/skip-only.scn \
	tests/scenario/skip-recipient-later.scn \
	tests/scenario/skip-result-by-type.scn \
	tests/scenario/skip-result-of-another.scn \
	tests/scenario/skip-result.scn \
	tests/scenario/spf-questions.scn

# ---- Modules that do not behave, or were built elsewhere.

module_tests = \
	tests/module/outside.sh \
	tests/module/refused.sh
module_files = \
	tests/module/bad.c \
	tests/module/misbehaving.scn \
	tests/module/outside.c \
	tests/module/outside.scn
EXTRA_DIST += $(module_files)

# ---- End to end with a real Postfix, and a real Sendmail (root only).

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

# A policy that finds something at the stage that it is told: in tests/e2e/.libs.
tests_e2e_stages_la_SOURCES = tests/e2e/stages.c
tests_e2e_stages_la_CFLAGS = $(MODULE_CFLAGS)
tests_e2e_stages_la_LDFLAGS = $(MODULE_LDFLAGS) -rpath /nowhere

# ---- Fuzzers, one source file each; the corpus of fuzz_NAME is tests/fuzz/corpus/NAME.

fuzzers = \
	tests/fuzz/fuzz_conf \
	tests/fuzz/fuzz_dialogue \
	tests/fuzz/fuzz_dns \
	tests/fuzz/fuzz_spf \
	tests/fuzz/fuzz_spf_engines \
	tests/fuzz/fuzz_table
fuzz_libs = $(core_libs) $(MG_FUZZER_LIBS)
tests_fuzz_fuzz_conf_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_dialogue_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_dns_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_table_LDADD = $(fuzz_libs)
# These two are their own host: nothing of the core.
tests_fuzz_fuzz_spf_LDADD = policies/spf/libspf.a $(SPF2_LIBS) $(MG_FUZZER_LIBS)
tests_fuzz_fuzz_spf_engines_LDADD = policies/spf/libspf.a $(SPF2_LIBS) $(MG_FUZZER_LIBS)
EXTRA_DIST += tests/fuzz/corpus
if FUZZERS
noinst_PROGRAMS += $(fuzzers)
else
EXTRA_PROGRAMS += $(fuzzers)
endif

# ---- The benchmark.

bench_programs = tests/bench/load tests/bench/null_milter tests/bench/dns_bench tests/bench/dns_time \
	tests/bench/spf_bench
tests_bench_dns_bench_CPPFLAGS = $(AM_CPPFLAGS) $(CARES_CFLAGS)
tests_bench_dns_bench_LDADD = milter/libmillgate.a $(core_deps)
tests_bench_spf_bench_SOURCES = tests/bench/spf_bench.c tests/conformance/spf/zone.c tests/conformance/spf/zone.h
tests_bench_spf_bench_LDADD = policies/spf/libspf.a $(policy_test_libs)
tests_bench_dns_time_SOURCES = tests/bench/dns_time.c \
	tests/bench/dialogue.c tests/bench/dialogue.h \
	tests/bench/hist.c tests/bench/hist.h
tests_bench_dns_time_LDADD = $(mta_lib)
tests_bench_load_SOURCES = tests/bench/load.c \
	tests/bench/dialogue.c tests/bench/dialogue.h \
	tests/bench/hist.c tests/bench/hist.h \
	tests/bench/malloc_count.h
tests_bench_load_LDADD = $(mta_lib)
tests_bench_null_milter_CPPFLAGS = $(AM_CPPFLAGS) $(MILTER_CFLAGS)
tests_bench_null_milter_LDADD = $(MILTER_LIBS)
bench_objects = tests/bench/malloc_count.so
tests/bench/malloc_count.so: tests/bench/malloc_count.c tests/bench/malloc_count.h
	$(AM_V_CCLD)$(MKDIR_P) $(@D) && $(CC) $(MG_STD_CFLAGS) $(MG_WARN_CFLAGS) $(CPPFLAGS) $(CFLAGS) \
		-fPIC -shared $(LDFLAGS) -o $@ $<
EXTRA_PROGRAMS += $(bench_programs)
EXTRA_DIST += tests/bench/malloc_count.c tests/bench/run tests/bench/postfix.sh tests/bench/time.sh \
	tests/bench/json.awk tests/bench/ratio.awk tests/bench/dns.sh

.PHONY: bench
bench: all $(bench_programs) $(bench_objects) $(dns_server)
	MILLGATED='$(abs_top_builddir)/milter/millgated' BENCH_BUILD='$(abs_top_builddir)/tests/bench' \
		'$(srcdir)/tests/bench/run' $(BENCHFLAGS)

.PHONY: bench-dns
bench-dns:
	$(MAKE) bench BENCHFLAGS='-s dns -s time $(BENCHFLAGS)'

# ---- How they are built and run.

# Modules for tests. Without -rpath libtool would make no shared object of what is not installed.
test_modules = tests/scenario/probe.la tests/e2e/stages.la

if TESTS_WANTED
check_LIBRARIES += $(mta_lib) $(dns_lib) $(check_fake_host)
check_PROGRAMS += $(unit_tests) $(policies_tests) $(scenario_runner) $(dns_server)
check_LTLIBRARIES += $(test_modules)
TESTS += $(build_tests) $(unit_tests) $(policies_tests) $(scenario_tests) $(module_tests) \
	$(conformance_tests)
if E2E
TESTS += $(e2e_tests)
endif
else
EXTRA_LIBRARIES += $(mta_lib) $(dns_lib) $(check_fake_host)
EXTRA_LTLIBRARIES = $(test_modules)
endif
CLEANFILES += $(bench_objects) $(bench_programs)
EXTRA_DIST += $(build_tests) $(scenario_tests) $(module_tests) $(e2e_tests)

# Scenarios under a sanitizer or valgrind: without those that measure the daemon itself. BESIDES: other tests.
.PHONY: check-instrumented
check-instrumented: all
	$(AM_V_at)$(MAKE) $(AM_MAKEFLAGS) check \
		TESTS="$(BESIDES) `cd $(srcdir) && grep -L '^needs plain' $(scenario_tests) | tr '\n' ' '`"

# The front end on libmilter, without what only the other does.
.PHONY: check-libmilter
check-libmilter: all
	$(AM_V_at)MG_FRONT_END=libmilter; export MG_FRONT_END; $(MAKE) $(AM_MAKEFLAGS) check \
		TESTS="$(e2e_tests) `cd $(srcdir) && grep -L '^needs event' $(scenario_tests) | tr '\n' ' '`"

check_kinds = check-build check-unit check-policies check-scenario check-module check-conformance check-e2e
.PHONY: $(check_kinds)
$(check_kinds): all
	$(AM_V_at)$(MAKE) $(AM_MAKEFLAGS) check TESTS='$($(@:check-%=%)_tests)'
