/* SPDX-License-Identifier: BSD-2-Clause */
/* A thread of the engine and the queries that it has: between dns_engine.c and dns_query.c. */
#ifndef MG_DNS_QUERY_H
#define MG_DNS_QUERY_H

#include <pthread.h>

#include "dns/engine.h"
#include "dns/resolvconf.h"
#include "dns/servers.h"

/*
 * Queries whose memory is used again: what one thread allocates and another frees is what malloc() is slowest at. A sanitizer is to see
 * who holds a query for too long.
 */
#ifdef __SANITIZE_ADDRESS__
#define QUERIES_SPARE_MAX 0
#else
#define QUERIES_SPARE_MAX 500
#endif

struct query_list {
	struct dns_query *first, *last;
	unsigned n;
};

struct engine_thread {
	struct dns_engine *engine;
	pthread_t thread;
	bool has_thread;
	int epoll, wake;

	pthread_mutex_t lock; /* of what follows */
	struct dns_query *queue, **queue_end;
	bool sleeps; /* or is about to: who asks has to wake it */
	bool closed;
	struct query_list spare; /* for who asks next */
	atomic_uint load;        /* queries in flight */

	/* The thread's own. */
	struct server_set servers;
	struct dns_query *first, *last; /* that wait for a server's answer; the first due first */
	struct dns_query *finished, **finished_end; /* whose answers are to be delivered */
	int64_t finished_at;                        /* the first of them */
	unsigned queries;                           /* that are not over */
	struct query_list over;                     /* to become spare */
	bool closing, moving; /* the channels are closed, for good or for others */
	struct dns_resolvconf resolvconf;
	int64_t checked_at, ticked_at, now;
	unsigned char random[256];
	size_t random_left;
};

struct dns_engine {
	const struct dns_settings *settings;
	struct dns_limits limits;
	struct dns_engine_counters counters;
	size_t nthreads;
	struct engine_thread threads[];
};

/* Begins a question, the first or one along the chain. */
void query_start(struct dns_query *query);

/* Takes over the reference; the answer is delivered later. */
void query_finish(struct dns_query *query, struct dns_answer *answer);

/* Frees it when its answer was delivered and c-ares knows nothing of it any more. */
void query_free_if_over(struct dns_query *query);

/* Asks the servers that have been silent for long whether they are there, so that a question that nobody answers is known from a dead DNS. */
void thread_hail(struct engine_thread *thread);

/* Turns to the next server for those that have waited for one long enough. */
void thread_due(struct engine_thread *thread);

#endif
