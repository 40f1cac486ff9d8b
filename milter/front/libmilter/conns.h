/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The connections of a front end: how many are served, who may use one, and who ends its session.
 *
 * A front end whose library forgets its open connections when it stops, and whose threads cannot be
 * waited for, must know itself what is still open and what is in use.
 */
#ifndef MG_FRONT_CONNS_H
#define MG_FRONT_CONNS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "front/agreement.h"

#define CONNS_ENDED_MAX 1024

struct session;

enum conn_state {
	CONN_IDLE, /* nobody is using it */
	CONN_BUSY, /* a thread is */
	CONN_ENDED /* its session is ended, nobody may use it again */
};

/* A connection of the MTA, from its negotiation to its end. */
struct milter_conn {
	void *ctx;                 /* the library's */
	struct snapshot *snapshot; /* that its session goes by */
	struct session *session;
	_Atomic enum conn_state state;
	struct agreement agreed;
	bool negotiated; /* on this connection; else agreed is what an earlier session left */
	bool refused;    /* beyond the cap */
	bool outdated;   /* what was agreed on does not serve its snapshot */
	struct milter_conn *next, **link;
};

struct conns {
	size_t max;
	atomic_bool stopping; /* set under the lock: no connection is added after it */
	pthread_mutex_t
		lock; /* of the three below; held over a session's end only when all stops */
	struct milter_conn *first;
	size_t served;
	/*
	 * Of connections that ended, by ctx. An MTA may go on with another client's session on the
	 * same connection, without negotiating again; the library tells of an end in either case.
	 */
	struct {
		const void *ctx;
		struct agreement agreed;
	} ended[CONNS_ENDED_MAX];
};

/* conns: zeroed. max: how many are served at a time. */
void conns_init(struct conns *conns, size_t max);

/*
 * A new connection, in use, without a session, refused if there are too many; with the agreement
 * that was made on this ctx before, if any. NULL when the front end is stopping.
 */
struct milter_conn *conns_add(struct conns *conns, void *ctx);

/*
 * Frees a connection that the caller uses and whose session it has ended: as long as a session uses
 * anything, it is here. What was agreed on is kept.
 */
void conns_remove(struct conns *conns, struct milter_conn *conn);

/* Changes how many are served at a time. */
void conns_limit(struct conns *conns, size_t max);

/* Adds no more connections from now on. */
void conns_stop(struct conns *conns);

/*
 * After conns_stop(): ends the sessions that nobody is using; their connections stay allocated.
 * Returns how many are in use.
 */
size_t conns_end_idle(struct conns *conns);

/* Whether the caller may now use it, until milter_conn_release(). */
bool milter_conn_claim(struct milter_conn *conn);
void milter_conn_release(struct milter_conn *conn);

#endif
