/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine: threads that ask name servers, by c-ares, and read what they answer. It keeps nothing: the cache stands before it.
 */
#ifndef MG_DNS_ENGINE_H
#define MG_DNS_ENGINE_H

#include <stdint.h>

#include "dns/message.h"
#include "dns/settings.h"

struct engine_thread;

/* One question that is in flight. The engine's copy lives until tell has returned. */
struct dns_query {
	/*
	 * Called once each, on a thread of the engine: done of all that were answered at about the same time, then tell of all of
	 * them, so that who is told of the first of several answers finds the others too, and need not sleep again. The answer is
	 * the engine's; NULL: the engine was closed. When all tries were in vain it is MG_DNS_LATE.
	 */
	void (*done)(struct dns_query *query, struct dns_answer *answer);
	void (*tell)(struct dns_query *query, struct dns_answer *answer);
	struct dns_chain chain; /* the question; goes on along CNAMEs */

	/* The engine's. */
	struct engine_thread *thread;
	/* In the queue, then among those that wait for their server, then among the finished. */
	struct dns_query *next, *before;
	int64_t due;    /* when the next server is to be asked too */
	unsigned round; /* of a question along the chain */
	unsigned tried; /* servers, as bits, in this round */
	/* Those of them that have not answered, but for a dead one that was asked besides. */
	unsigned awaited;
	unsigned server; /* asked last */
	unsigned open;   /* attempts that c-ares has not ended */
	bool finished, delivered, waits;
	bool heard;   /* in this round a server sent a message about it */
	bool unheard; /* a server that it was sent to said nothing */
	int64_t began;
	struct dns_answer *answer; /* once it is finished */
	const char *why; /* it failed at a server in this round; NULL: none has answered */
};

struct dns_engine_counters {
	atomic_ullong sent;    /* questions to a server; c-ares' own repetitions not counted */
	atomic_ullong dead;    /* how often a server was found not to answer */
	atomic_ullong reloads; /* of resolv.conf */
};

struct dns_engine;

/* settings must live as long as the engine. NULL after having set error_r to a constant text. */
struct dns_engine *dns_engine_open(const struct dns_settings *settings, const char **error_r);

/* Any thread. A copy of the query is asked: size counts what is behind it, and is always the same. The engine's part is zero. */
void dns_engine_ask(struct dns_engine *engine, const struct dns_query *query, size_t size);

/* Ends the threads and calls done of all queries. */
void dns_engine_close(struct dns_engine *engine);

const struct dns_engine_counters *dns_engine_count(const struct dns_engine *engine);

#endif
