/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace: log lines that follow a session of "debug-session" through its stages; millgated(8)
 * has their schema. Callers test session->traced first, so that other sessions pay for one test.
 */
#ifndef MG_TRACE_H
#define MG_TRACE_H

#include "session/decision.h"
#include "session/state.h"

/* The facts of an event are known: decides whether the session is traced from here on. */
void trace_event(struct session *session, enum mg_stage stage);

/* A start hook is called. */
void trace_start(struct session *session, const struct instance *instance, enum mg_stage hook);

/* A hook was called; found: what it said, with its result, or NULL when it had none. */
void trace_call(struct session *session, const struct instance *instance, enum mg_stage hook,
		const struct found *found, size_t result, unsigned us);

/* An instance is not called, because of its "skip" or "only". */
void trace_skip(struct session *session, const struct instance *instance);

/* The instances from an index on are not called any more at this stage. */
void trace_rest(struct session *session, const struct decision *decision, enum mg_stage stage,
		size_t from);

/* The reply to an event. */
void trace_reply(struct session *session, const struct decision *decision, enum mg_stage stage,
		 const struct reply *reply);

/* The session ends. */
void trace_end(struct session *session);

#endif
