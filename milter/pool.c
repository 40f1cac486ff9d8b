/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions to use again, and how one begins. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "session.h"

#define POOL_IDLE_MAX 256 /* beyond a burst, memory goes back */

static struct session *pool_take(struct host *host)
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

	/* What policies registered for the session's end may use the snapshot, and the narrower scopes end first. */
	arena_reset(&session->event_arena);
	arena_reset(&session->message_arena);
	arena_reset(&session->helo_arena);
	arena_reset(&session->arena);
	snapshot_unref(&session->snapshot);
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

/* Twelve letters and digits: unique in this process, and, as it begins with the time, among those that follow it. */
static void pool_name(struct session *session)
{
	static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	uint64_t id = atomic_fetch_add_explicit(&session->host->next_id, 1, memory_order_relaxed);

	for (size_t i = SESSION_ID_SIZE - 1; i-- > 0; id >>= 5)
		session->id[i] = digits[id & 31];
	session->id[SESSION_ID_SIZE - 1] = '\0';
}

struct session *session_new(struct host *host, const struct mta *mta, void *ctx)
{
	struct session *session = pool_take(host);
	struct snapshot *snapshot = snapshot_ref(host->snapshot);

	session->host = host;
	session->snapshot = snapshot;
	session->mta = mta;
	session->mta_ctx = ctx;
	session->messages = 0;
	session->explained = false;
	session->helo = NULL;
	memset(&session->client, 0, sizeof(session->client));
	strcpy(session->client.text, "unknown");
	memset(&session->message, 0, sizeof(session->message));
	session->asked =
		arena_zalloc(&session->arena, (snapshot->ninstances + 1) * sizeof(*session->asked));
	session->classes = arena_alloc(&session->arena, snapshot->nclasses + 1);
	memset(session->classes, -1, snapshot->nclasses + 1);
	pool_name(session);
	atomic_fetch_add_explicit(&host->counters.sessions, 1, memory_order_relaxed);
	return session;
}
