/* SPDX-License-Identifier: BSD-2-Clause */
/* A thread of the engine and the jobs that it has: between dns_engine.c and dns_job.c. */
#ifndef MG_DNS_JOB_H
#define MG_DNS_JOB_H

#include <pthread.h>

#include "dns_engine.h"
#include "dns_resolvconf.h"
#include "dns_servers.h"

struct engine_thread {
	struct dns_engine *engine;
	pthread_t thread;
	bool has_thread;
	int epoll, wake;

	pthread_mutex_t lock; /* of what follows */
	struct dns_job *queue, **queue_end;
	bool sleeps; /* or is about to: who asks has to wake it */
	bool closed;

	/* The thread's own. */
	struct server_set servers;
	struct dns_job *first, *last; /* that wait for a server's answer; the first due first */
	struct dns_job *finished, **finished_end; /* whose answers are to be delivered */
	int64_t finished_at;                      /* the first of them */
	bool yielded;                             /* and nothing came meanwhile */
	unsigned jobs;                            /* that are not freed */
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
void job_start(struct dns_job *job);

/* Takes over the reference; the answer is delivered later. */
void job_finish(struct dns_job *job, struct dns_answer *answer);

/* Frees it when its answer was delivered and c-ares knows nothing of it any more. */
void job_free_if_over(struct dns_job *job);

/* Turns to the next server for those that have waited for one long enough. */
void thread_due(struct engine_thread *thread);

#endif
