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
struct wait {
	struct dns_waiter waiter;
	struct dns_answer *answer; /* to be read when it is done */
	_Atomic(uint32_t) state;
	atomic_uint references;
};

static struct wait *wait_new(void (*done)(struct dns_waiter *waiter, struct dns_answer *answer))
{
	struct wait *wait = malloc(sizeof(*wait));

	if (!wait)
		abort();
	wait->waiter = (struct dns_waiter){ .done = done };
	wait->answer = NULL;
	atomic_init(&wait->state, IS_AWAKE);
	atomic_init(&wait->references, 2);
	return wait;
}

static void wait_free(struct wait *wait)
{
	dns_answer_unref(wait->answer);
	free(wait);
}

static void wait_leave(struct wait *wait)
{
	if (atomic_fetch_sub_explicit(&wait->references, 1, memory_order_acq_rel) == 1)
		wait_free(wait);
}

static void wait_done(struct dns_waiter *waiter, struct dns_answer *answer)
{
	struct wait *wait = (struct wait *)waiter; /* its first member */

	wait->answer = answer ? dns_answer_ref(answer) : NULL;
	if (atomic_exchange_explicit(&wait->state, IS_DONE, memory_order_acq_rel) == IS_ASLEEP)
		syscall(SYS_futex, &wait->state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	wait_leave(wait);
}

static struct timespec wait_until(int64_t wait_us)
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
static void wait_sleep(struct wait *wait, const struct timespec *until)
{
	uint32_t state = IS_AWAKE;
	long rc = 0;

	atomic_compare_exchange_strong_explicit(&wait->state, &state, IS_ASLEEP,
						memory_order_acq_rel, memory_order_acquire);
	while (atomic_load_explicit(&wait->state, memory_order_acquire) != IS_DONE &&
	       (rc == 0 || errno != ETIMEDOUT))
		rc = syscall(SYS_futex, &wait->state, FUTEX_WAIT_BITSET_PRIVATE, IS_ASLEEP, until,
			     NULL, FUTEX_BITSET_MATCH_ANY);
}

static struct dns_answer *wait_result(struct wait *wait, int64_t wait_us)
{
	struct dns_answer *answer = NULL;

	if (atomic_load_explicit(&wait->state, memory_order_acquire) != IS_DONE) {
		const struct timespec until = wait_until(wait_us);

		wait_sleep(wait, &until);
	}
	if (atomic_load_explicit(&wait->state, memory_order_acquire) == IS_DONE && wait->answer)
		answer = dns_answer_ref(wait->answer);
	wait_leave(wait);
	return answer;
}

struct dns_answer *dns_wait(struct dns *dns, const char *name, enum mg_dns_type type,
			    int64_t wait_us)
{
	struct wait *wait = wait_us > 0 ? wait_new(wait_done) : NULL;
	struct dns_answer *answer = dns->ask(dns, name, type, wait ? &wait->waiter : NULL);

	if (answer && wait)
		wait_free(wait); /* nobody else has seen it */
	else if (wait)
		answer = wait_result(wait, wait_us);
	return answer ? answer : dns_answer_late(MG_DNS_NO_TIME, 0, "no answer in time");
}
