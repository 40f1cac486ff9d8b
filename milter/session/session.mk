# SPDX-License-Identifier: BSD-2-Clause
# The facts of a client and its messages, and the results of policies.

noinst_LIBRARIES += milter/session/libsession.a
milter_session_libsession_a_SOURCES = \
	milter/session/call.c milter/session/call.h \
	milter/session/call_dns.c milter/session/call_services.h \
	milter/session/call_edits.c \
	milter/session/call_facts.c \
	milter/session/call_readings.c \
	milter/session/client.c milter/session/client.h \
	milter/session/decision.h \
	milter/session/edit.h \
	milter/session/edits.c milter/session/edits.h \
	milter/session/edits_fields.c milter/session/edits_fields.h \
	milter/session/edits_text.c milter/session/edits_text.h \
	milter/session/findings.c \
	milter/session/host.c milter/session/host.h \
	milter/session/journal.c milter/session/journal.h \
	milter/session/journal_message.c milter/session/journal_message.h \
	milter/session/lookup.c milter/session/lookup.h \
	milter/session/match.c milter/session/match.h \
	milter/session/mta.h \
	milter/session/outcome.c milter/session/outcome.h \
	milter/session/path.c milter/session/path.h \
	milter/session/pipeline.c milter/session/pipeline.h \
	milter/session/pool.c milter/session/pool.h \
	milter/session/readings.c milter/session/readings.h \
	milter/session/recipient.c milter/session/recipient.h \
	milter/session/record.c milter/session/record.h \
	milter/session/render.c milter/session/render.h \
	milter/session/reply.c milter/session/reply.h \
	milter/session/services.c milter/session/services.h \
	milter/session/session.c milter/session/session.h \
	milter/session/state.c milter/session/state.h \
	milter/session/trace.c milter/session/trace.h
