/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The queries of one thread of the engine: which server is asked when, and what is made of its
 * answers. A query is in one state at a time and in the list of that state. It moves on when one of
 * its attempts has ended (queries_settle()) or when its time has come (queries_due()); nothing that
 * is called meanwhile calls back.
 *
 *     NEW -> WAITING -> FINISHED -> DELIVERED     and so it is over, or
 *               |  ^       ^
 *               v  |       |
 *              OVERDUE ----+
 */
#ifndef MG_DNS_QUERY_H
#define MG_DNS_QUERY_H

#include <stdint.h>

#include "dns/health.h"
#include "dns/message.h"
#include "dns/servers.h"

enum query_state {
	QUERY_NEW,      /* not begun; in no list */
	QUERY_WAITING,  /* for the server asked last; the next is asked when its time is over */
	QUERY_OVERDUE,  /* no server is left to ask; some attempt may still be answered */
	QUERY_FINISHED, /* its answer is to be delivered */
	QUERY_DELIVERED /* until the last of its attempts has ended */
};

#define QUERY_STATES (QUERY_DELIVERED + 1)

struct queries;

/* One question that is in flight to name servers. */
struct dns_query {
	/*
	 * Called once each, on a thread of the engine: done of all queries that were answered at
	 * about the same time, then inform of all of them, so that whoever is informed of the first
	 * of several answers finds the others too, and need not sleep again. The answer is the
	 * engine's; NULL: the engine was closed. When all attempts were in vain it is MG_DNS_LATE.
	 */
	void (*done)(struct dns_query *query, struct dns_answer *answer);
	void (*inform)(struct dns_query *query, struct dns_answer *answer);
	struct dns_chain chain; /* the question; goes on along CNAMEs */

	/* Private to the engine; zero at first. */
	struct queries *queries;
	enum query_state state;
	struct dns_query *next, *before; /* in the list of its state */
	int64_t began, due;              /* microseconds */
	unsigned round;                  /* of a question along the chain */
	unsigned server;                 /* asked last */
	unsigned attempts;               /* that have not ended */

	/* Servers of this round, as bits. */
	unsigned tried;
	unsigned
		awaited; /* those with an open attempt, but for a dead one that was asked besides */
	unsigned heard;  /* those that sent a message */
	unsigned silent; /* those that sent nothing in time */

	const char *why;           /* it failed at a server in this round; NULL: at none */
	struct dns_answer *answer; /* QUERY_FINISHED */
};

struct query_list {
	struct dns_query *first, *last;
	unsigned n;
};

struct queries {
	struct server_set servers;
	struct dns_health *health;
	struct dns_limits limits;
	int64_t now; /* microseconds; the thread sets it whenever it wakes up */
	struct query_list in[QUERY_STATES];
	int64_t finished_at;    /* the first of those in QUERY_FINISHED */
	struct query_list over; /* for the engine to take */
};

/* Begins a query, which now belongs to these queries. */
void query_begin(struct queries *queries, struct dns_query *query);

/* Moves on the queries whose attempts have ended, until no attempt is left that has. */
void queries_settle(struct queries *queries);

/* Turns to the next server for those that have waited for one long enough. */
void queries_due(struct queries *queries);

/*
 * Begins all queries that are not finished anew, with other servers. 0, or -1 when these cannot be
 * used: then there are none.
 */
int queries_change_servers(struct queries *queries, const struct dns_servers *servers);

/* Closes the servers. All queries that are not finished finish without an answer. */
void queries_close(struct queries *queries);

/* Calls done and inform of the finished. Returns how many there were. */
unsigned queries_deliver(struct queries *queries);

/* Whether there is any that is not over. */
bool queries_any(const struct queries *queries);

#endif
