/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Worker threads of an event loop: as many as there are processors wait for events together, and
 * whoever gets one serves it. A worker that is about to wait for something else says so, and
 * another takes its place; so what is ready is always served, however many wait.
 */
#ifndef MG_WORKERS_H
#define MG_WORKERS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/log.h"
#include "front/packet.h"

struct workers;

struct worker {
	struct bytes in, out; /* for who serves an event */
	struct workers *all;
	pthread_t thread;
	bool waits;   /* has given its place away */
	bool claimed; /* may wait */
	bool idle;    /* waits for somebody else's, in the list of those */
	pthread_cond_t place;
	struct worker *next;
};

/* Set up before workers_start(): serve, log, max, idle_ms; the rest by workers_init(). */
struct workers {
	int epoll; /* for the items: an event's data.ptr is one, never NULL */
	void (*serve)(struct worker *worker, void *item);
	struct log *log;
	atomic_uint waiting_max; /* how many items may wait at a time, each with a thread */
	/*
	 * Items that are held back, since so many wait; while there are any, retry is called again
	 * and again, by workers that have a place.
	 */
	atomic_uint held;
	void (*retry)(struct worker *worker);
	unsigned idle_ms; /* a thread without a place waits so long for one, then it ends */

	atomic_uint waiting;
	int wake; /* an eventfd in epoll, with data.ptr NULL */
	atomic_bool stopping;
	pthread_mutex_t lock; /* of all below */
	unsigned max;         /* threads; when so many wait, events wait too */
	unsigned places;      /* how many shall wait for events, or serve one without waiting */
	unsigned taken;       /* of them */
	unsigned threads;     /* that are there, whatever they do */
	bool told;            /* that no thread could be started */
	struct worker *idle;  /* newest first: those that nobody needs come to their end */
	struct worker *ended;
};

/* Returns 0, or -1 and errno. workers: zeroed. */
int workers_init(struct workers *workers);

/* Returns 0 or an errno. The threads have all signals blocked. */
int workers_start(struct workers *workers);

/* Changes how many threads there may be; those that there are stay. */
void workers_limit(struct workers *workers, unsigned max);

/*
 * By who serves an event that may wait: whether it may. Else its item is to be held back, or the
 * event to be served without waiting.
 */
bool worker_claim(struct worker *worker);

/* The event is over. */
void worker_unclaim(struct worker *worker);

/* By who serves an event: what comes may take long. */
void worker_waits(struct worker *worker);

/* Frees what threads that ended have left. */
void workers_reap(struct workers *workers);

/* Ends those that there are, and waits for them; when none serves an event any more. */
void workers_stop(struct workers *workers);

void workers_free(struct workers *workers);

#endif
