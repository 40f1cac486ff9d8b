/* SPDX-License-Identifier: BSD-2-Clause */
/* The connections of a front end. */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>

#include "front/libmilter/conns.h"
#include "config/snapshot.h"
#include "session/session.h"

void conns_init(struct conns *conns, size_t max)
{
	conns->max = max;
	pthread_mutex_init(&conns->lock, NULL);
}

/* Where a connection's agreement is kept after its end, until another takes the place. */
static size_t conns_place(const void *ctx)
{
	/* Allocations are far apart: the low bits say little. */
	return ((uintptr_t)ctx >> 4) % CONNS_ENDED_MAX;
}

struct milter_conn *conns_add(struct conns *conns, void *ctx)
{
	struct milter_conn *conn = calloc(1, sizeof(*conn));
	const size_t place = conns_place(ctx);

	if (!conn)
		return NULL;
	conn->ctx = ctx;
	conn->state = CONN_BUSY;
	pthread_mutex_lock(&conns->lock);
	if (conns->stopping) {
		pthread_mutex_unlock(&conns->lock);
		free(conn);
		return NULL;
	}
	conn->refused = conns->served >= conns->max;
	if (!conn->refused)
		conns->served++;
	if (conns->ended[place].ctx == ctx) {
		conn->agreed = conns->ended[place].agreed;
		conns->ended[place].ctx = NULL;
		conns->ended[place].agreed.kept = NULL;
	}
	conn->next = conns->first;
	conn->link = &conns->first;
	if (conn->next)
		conn->next->link = &conn->next;
	conns->first = conn;
	pthread_mutex_unlock(&conns->lock);
	return conn;
}

void conns_remove(struct conns *conns, struct milter_conn *conn)
{
	const size_t place = conns_place(conn->ctx);

	/* The snapshot that has the texts of the agreement goes with the connection. */
	agreement_keep(&conn->agreed);
	snapshot_unref(&conn->snapshot);
	pthread_mutex_lock(&conns->lock);
	agreement_free(&conns->ended[place].agreed);
	conns->ended[place].ctx = conn->ctx;
	conns->ended[place].agreed = conn->agreed;
	*conn->link = conn->next;
	if (conn->next)
		conn->next->link = conn->link;
	if (!conn->refused)
		conns->served--;
	pthread_mutex_unlock(&conns->lock);
	free(conn);
}

void conns_limit(struct conns *conns, size_t max)
{
	pthread_mutex_lock(&conns->lock);
	conns->max = max;
	pthread_mutex_unlock(&conns->lock);
}

void conns_stop(struct conns *conns)
{
	pthread_mutex_lock(&conns->lock);
	conns->stopping = true;
	pthread_mutex_unlock(&conns->lock);
}

size_t conns_end_idle(struct conns *conns)
{
	size_t busy = 0;

	pthread_mutex_lock(&conns->lock);
	for (struct milter_conn *conn = conns->first; conn; conn = conn->next) {
		enum conn_state idle = CONN_IDLE;

		if (atomic_compare_exchange_strong(&conn->state, &idle, CONN_ENDED)) {
			session_end(&conn->session);
			agreement_free(&conn->agreed);
			snapshot_unref(&conn->snapshot);
		} else if (idle == CONN_BUSY) {
			busy++;
		}
	}
	pthread_mutex_unlock(&conns->lock);
	return busy;
}

bool milter_conn_claim(struct milter_conn *conn)
{
	enum conn_state idle = CONN_IDLE;

	return atomic_compare_exchange_strong(&conn->state, &idle, CONN_BUSY);
}

void milter_conn_release(struct milter_conn *conn)
{
	atomic_store(&conn->state, CONN_IDLE);
}
