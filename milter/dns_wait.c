/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for a DNS answer, but not longer than there is time: a late answer finds that nobody waits. */
#include <config.h>

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "dns.h"

/* Shared by who waits and by the service; the last of them frees it. */
struct waiter {
	struct dns_asker asker;
	pthread_mutex_t lock;
	pthread_cond_t answered;
	struct dns_answer *answer;
	bool done;
	atomic_uint references;
};

static struct waiter *waiter_new(void (*done)(struct dns_asker *asker, struct dns_answer *answer))
{
	struct waiter *waiter = calloc(1, sizeof(*waiter));
	pthread_condattr_t attr;

	if (!waiter)
		abort();
	waiter->asker.done = done;
	atomic_init(&waiter->references, 2);
	pthread_mutex_init(&waiter->lock, NULL);
	/* The clock that nobody sets. */
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&waiter->answered, &attr);
	pthread_condattr_destroy(&attr);
	return waiter;
}

static void waiter_free(struct waiter *waiter)
{
	dns_answer_unref(waiter->answer);
	pthread_cond_destroy(&waiter->answered);
	pthread_mutex_destroy(&waiter->lock);
	free(waiter);
}

static void waiter_leave(struct waiter *waiter)
{
	if (atomic_fetch_sub_explicit(&waiter->references, 1, memory_order_acq_rel) == 1)
		waiter_free(waiter);
}

static void waiter_done(struct dns_asker *asker, struct dns_answer *answer)
{
	struct waiter *waiter = (struct waiter *)asker; /* its first member */

	pthread_mutex_lock(&waiter->lock);
	waiter->done = true;
	waiter->answer = answer ? dns_answer_ref(answer) : NULL;
	pthread_mutex_unlock(&waiter->lock);
	/* Without the lock: who wakes up wants it. */
	pthread_cond_signal(&waiter->answered);
	waiter_leave(waiter);
}

static struct timespec waiter_until(int64_t wait_us)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += wait_us / 1000000;
	until.tv_nsec += wait_us % 1000000 * 1000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return until;
}

static struct dns_answer *waiter_wait(struct waiter *waiter, int64_t wait_us)
{
	const struct timespec until = waiter_until(wait_us);
	struct dns_answer *answer;
	int rc = 0;

	pthread_mutex_lock(&waiter->lock);
	while (!waiter->done && rc == 0)
		rc = pthread_cond_timedwait(&waiter->answered, &waiter->lock, &until);
	answer = waiter->answer;
	waiter->answer = NULL;
	pthread_mutex_unlock(&waiter->lock);
	waiter_leave(waiter);
	return answer;
}

struct dns_answer *dns_wait(struct dns *dns, const char *name, enum mg_dns_type type,
			    int64_t wait_us)
{
	struct waiter *waiter = wait_us > 0 ? waiter_new(waiter_done) : NULL;
	struct dns_answer *answer = dns->ask(dns, name, type, waiter ? &waiter->asker : NULL);

	if (answer && waiter)
		waiter_free(waiter); /* nobody else has seen it */
	else if (waiter)
		answer = waiter_wait(waiter, wait_us);
	return answer ? answer : dns_answer_none(MG_DNS_LATE, 0, "no answer in time");
}
