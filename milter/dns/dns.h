/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DNS service as the rest of the daemon sees it: a struct of functions, so that a test passes its own resolver.
 * What callers need on top of asking (waiting, prefetching, walks) is built on these functions alone.
 */
#ifndef MG_DNS_H
#define MG_DNS_H

#include <stdint.h>

#include <millgate/policy.h>

#include "dns/answer.h"

struct counter_visitor;
struct dns_settings;

/* Somebody who waits for an answer. */
struct dns_waiter {
	/*
	 * Called once, on a thread of the service, which holds no lock meanwhile; must not block. answer is the service's, who wants
	 * to keep it takes a reference; NULL: the service is closed. The waiter is not touched after the call.
	 */
	void (*done)(struct dns_waiter *waiter, struct dns_answer *answer);
	struct dns_waiter *next; /* the service's */
};

struct dns {
	/*
	 * Asks. Returns the answer when it is known at once, as a reference that the caller has to give back; waiter is
	 * not used then. Else returns NULL, and waiter's done will be called, perhaps before this returns. waiter may be NULL:
	 * the answer is looked up for those who ask later. Any thread.
	 */
	struct dns_answer *(*ask)(struct dns *dns, const char *name, enum mg_dns_type type,
				  struct dns_waiter *waiter);

	/* Shows what it counted, as a group "dns". May be NULL. */
	void (*count)(const struct dns *dns, struct counter_visitor *visitor);

	/* Ends it: nobody asks any more. Calls done of all who wait. */
	void (*close)(struct dns *dns);
};

/*
 * The service on c-ares: threads and a cache. Starts threads, in which all signals are blocked. Returns NULL after having set
 * error_r to a constant text.
 */
struct dns *dns_open(const struct dns_settings *settings, const char **error_r);

/* The pointer, which may point to NULL, is cleared. */
void dns_close(struct dns **dns);

/*
 * Asks and waits for at most wait_us microseconds. Returns a reference that the caller gives back; never NULL: without an
 * answer in time one with MG_DNS_LATE.
 */
struct dns_answer *dns_wait(struct dns *dns, const char *name, enum mg_dns_type type,
			    int64_t wait_us);

/* For whom a walk is done; what is kept as long as there is a question of it. */
struct dns_walker {
	const void *self;
	void *kept;
	void (*release)(void *kept); /* on any thread; may be NULL */
};

/* As mg_dns_walk(). Takes over what walker keeps. */
void dns_walk(struct dns *dns, const struct dns_walker *walker, unsigned max, const void *data,
	      size_t size, const char *name, enum mg_dns_type type, mg_dns_then then);

#endif
