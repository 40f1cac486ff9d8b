/* SPDX-License-Identifier: BSD-2-Clause */
/* A session's state: where its memory comes from, and what follows from it alone. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "session/readings.h"
#include "session/state.h"

static void state_free(struct pooled *object)
{
	struct session *session = (struct session *)object;

	arena_free(&session->event_arena);
	arena_free(&session->message_arena);
	arena_free(&session->helo_arena);
	arena_free(&session->arena);
	free(session);
}

struct session *state_take(struct host *host)
{
	struct session *session = (struct session *)pool_take(&host->idle);

	if (!session)
		session = calloc(1, sizeof(*session));
	if (!session)
		memory_ended();
	/* The pool keeps the memory of the last session, and no fact of its client. */
	*session = (struct session){ .pooled.free = state_free,
				     .arena = session->arena,
				     .helo_arena = session->helo_arena,
				     .message_arena = session->message_arena,
				     .event_arena = session->event_arena };
	MAGIC_SET(session, SESSION_MAGIC);
	return session;
}

void state_give_back(struct session *session)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	/*
	 * Narrower scopes end first. Functions registered for the session's end may use the
	 * snapshot.
	 */
	arena_reset(&session->event_arena);
	arena_reset(&session->message_arena);
	arena_reset(&session->helo_arena);
	arena_reset(&session->arena);
	snapshot_unref(&session->snapshot);
	MAGIC_SET(session, 0);
	pool_give_back(&session->host->idle, &session->pooled);
}

const char *state_macro(const struct session *session, const char *name)
{
	return session->mta->macro(session->mta_ctx, name);
}

const struct action *state_actions(const struct found *found)
{
	const struct instance *instance = found->instance;

	return found->dns_dead && instance->dns_dead ? instance->dns_dead
						     : instance->actions[found->result];
}

struct arena *state_arena(struct session *session, enum mg_stage hook)
{
	switch (hook) {
	case MG_CONNECT:
		return &session->arena;
	case MG_HELO:
		return &session->helo_arena;
	case MG_COMMAND:
		return &session->event_arena;
	default:
		return &session->message_arena;
	}
}

/* All of its readings must be exempt, but for where the MTA's tables lead postmaster's mail. */
bool state_is_exempt(struct session *session)
{
	const struct readings *readings = session->message.recipient_readings;

	return readings &&
	       readings_find(readings, MG_ALL_READINGS, session->snapshot->settings.exempt,
			     &session->event_arena, NULL, NULL) == 1;
}
