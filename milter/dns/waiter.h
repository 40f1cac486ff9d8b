/* SPDX-License-Identifier: BSD-2-Clause */
/* Those who wait for an answer, as a list. */
#ifndef MG_DNS_WAITER_H
#define MG_DNS_WAITER_H

#include "dns/answer.h"

struct dns_waiter {
	/*
	 * Called once, on a thread of the service, which holds no lock meanwhile; must not block.
	 * The answer is the service's, and whoever wants to keep it takes a reference; NULL: the
	 * service is closed. The waiter is not touched after the call.
	 */
	void (*done)(struct dns_waiter *waiter, struct dns_answer *answer);
	struct dns_waiter *next; /* the service's */
};

static inline void dns_waiters_call(struct dns_waiter *first, struct dns_answer *answer)
{
	for (struct dns_waiter *waiter = first, *next; waiter; waiter = next) {
		next = waiter->next;
		waiter->done(waiter, answer);
	}
}

#endif
