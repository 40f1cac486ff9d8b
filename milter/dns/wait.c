/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for a DNS answer, but not longer than there is time: a late answer finds that nobody waits. */
#include <config.h>

#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "dns/dns.h"

enum { IS_AWAKE, IS_ASLEEP, IS_DONE };

/*
 * Shared by who waits and by the service; the last of them frees it. There is one for every look-up, and most are answered
 * before anybody has to sleep: so it is a word for futex(2) and nothing that takes time to make.
 */
struct waiter {
	struct dns_asker asker;
	struct dns_answer *answer; /* to be read when it is done */
	_Atomic(uint32_t) state;
	atomic_uint references;
};

static struct waiter *waiter_new(void (*done)(struct dns_asker *asker, struct dns_answer *answer))
{
	struct waiter *waiter = malloc(sizeof(*waiter));

	if (!waiter)
		abort();
	waiter->asker = (struct dns_asker){ .done = done };
	waiter->answer = NULL;
	atomic_init(&waiter->state, IS_AWAKE);
	atomic_init(&waiter->references, 2);
	return waiter;
}

static void waiter_free(struct waiter *waiter)
{
	dns_answer_unref(waiter->answer);
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

	waiter->answer = answer ? dns_answer_ref(answer) : NULL;
	if (atomic_exchange_explicit(&waiter->state, IS_DONE, memory_order_acq_rel) == IS_ASLEEP)
		syscall(SYS_futex, &waiter->state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
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

/* Returns when it is done, or at that moment of the clock that nobody sets. */
static void waiter_sleep(struct waiter *waiter, const struct timespec *until)
{
	uint32_t state = IS_AWAKE;
	long rc = 0;

	atomic_compare_exchange_strong_explicit(&waiter->state, &state, IS_ASLEEP,
						memory_order_acq_rel, memory_order_acquire);
	while (atomic_load_explicit(&waiter->state, memory_order_acquire) != IS_DONE &&
	       (rc == 0 || errno != ETIMEDOUT))
		rc = syscall(SYS_futex, &waiter->state, FUTEX_WAIT_BITSET_PRIVATE, IS_ASLEEP, until,
			     NULL, FUTEX_BITSET_MATCH_ANY);
}

static struct dns_answer *waiter_wait(struct waiter *waiter, int64_t wait_us)
{
	struct dns_answer *answer = NULL;

	if (atomic_load_explicit(&waiter->state, memory_order_acquire) != IS_DONE) {
		const struct timespec until = waiter_until(wait_us);

		waiter_sleep(waiter, &until);
	}
	if (atomic_load_explicit(&waiter->state, memory_order_acquire) == IS_DONE && waiter->answer)
		answer = dns_answer_ref(waiter->answer);
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
	return answer ? answer : dns_answer_late(MG_DNS_NO_TIME, 0, "no answer in time");
}
