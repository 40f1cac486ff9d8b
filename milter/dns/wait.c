/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for a DNS answer, but not longer than there is time. */
#include <config.h>

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "dns/wait.h"

/* Shared by the thread that waits and by the service; the last of them frees it. */
struct wait {
	struct dns_waiter waiter; /* first */
	sem_t done;
	_Atomic(struct dns_answer *) answer; /* NULL: there is none, or not yet */
	atomic_uint references;
};

static void wait_free(struct wait *wait)
{
	dns_answer_unref(atomic_load_explicit(&wait->answer, memory_order_relaxed));
	sem_destroy(&wait->done);
	free(wait);
}

static void wait_leave(struct wait *wait)
{
	if (atomic_fetch_sub_explicit(&wait->references, 1, memory_order_acq_rel) == 1)
		wait_free(wait);
}

static void wait_done(struct dns_waiter *waiter, struct dns_answer *answer)
{
	struct wait *wait = (struct wait *)waiter;

	if (answer)
		atomic_store_explicit(&wait->answer, dns_answer_ref(answer), memory_order_release);
	sem_post(&wait->done);
	wait_leave(wait);
}

static struct wait *wait_new(void)
{
	struct wait *wait = malloc(sizeof(*wait));

	if (!wait || sem_init(&wait->done, 0, 0) < 0)
		memory_ended();
	wait->waiter = (struct dns_waiter){ .done = wait_done };
	atomic_init(&wait->answer, NULL);
	atomic_init(&wait->references, 2);
	return wait;
}

/* Returns when it is done, or the time is over by a clock that nobody sets. */
static void wait_sleep(struct wait *wait, int64_t wait_us)
{
	const struct timespec until = clock_after(wait_us);

	while (sem_clockwait(&wait->done, CLOCK_MONOTONIC, &until) < 0 && errno == EINTR)
		continue;
}

static struct dns_answer *wait_result(struct wait *wait, int64_t wait_us)
{
	struct dns_answer *answer;

	if (sem_trywait(&wait->done) < 0)
		wait_sleep(wait, wait_us);
	answer = atomic_load_explicit(&wait->answer, memory_order_acquire);
	if (answer)
		dns_answer_ref(answer);
	wait_leave(wait);
	return answer;
}

struct dns_answer *dns_wait(struct dns *dns, const char *name, enum mg_dns_type type,
			    int64_t wait_us)
{
	struct wait *wait = wait_us > 0 ? wait_new() : NULL;
	struct dns_answer *answer = dns->ask(dns, name, type, wait ? &wait->waiter : NULL);

	if (answer && wait)
		wait_free(wait); /* nobody else has seen it */
	else if (wait)
		answer = wait_result(wait, wait_us);
	return answer ? answer : dns_answer_late(MG_DNS_NO_TIME, 0, "no answer in time");
}
