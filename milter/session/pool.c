/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions to use again. */
#include <config.h>

#include <stdlib.h>

#include "session/pool.h"

#define POOL_IDLE_MAX 256 /* beyond a burst, memory goes back */

struct session *pool_take(struct host *host)
{
	struct session *session;

	pthread_mutex_lock(&host->lock);
	session = host->idle;
	if (session) {
		host->idle = session->next_idle;
		host->nidle--;
	}
	pthread_mutex_unlock(&host->lock);
	if (!session)
		session = calloc(1, sizeof(*session));
	if (!session)
		abort();
	return session;
}

static void pool_free_one(struct session *session)
{
	arena_free(&session->event_arena);
	arena_free(&session->message_arena);
	arena_free(&session->helo_arena);
	arena_free(&session->arena);
	free(session);
}

void pool_give_back(struct session *session)
{
	struct host *host = session->host;

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
	pthread_mutex_lock(&host->lock);
	if (host->nidle < POOL_IDLE_MAX) {
		session->next_idle = host->idle;
		host->idle = session;
		host->nidle++;
		session = NULL;
	}
	pthread_mutex_unlock(&host->lock);
	if (session)
		pool_free_one(session);
}

void pool_free(struct host *host)
{
	while (host->idle) {
		struct session *session = host->idle;

		host->idle = session->next_idle;
		pool_free_one(session);
	}
}
