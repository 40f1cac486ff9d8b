/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DNS service as the rest of the daemon sees it: a struct of functions, so that a test passes
 * its own resolver. Whatever callers need besides (waiting, walks) is built on these functions
 * alone.
 *
 * The modules of this room, each above those it may include:
 *     wait, walk        what a hook does with the service
 *     dns               the service
 *     cache   engine    answers that are known; threads that ask for others
 *             query     the states of a query
 *             servers   c-ares, and the attempts that each server was sent
 *             resolvconf
 *     settings          what the service is opened with
 *     message           what is sent and read
 *     waiter  name
 *     answer
 */
#ifndef MG_DNS_H
#define MG_DNS_H

#include <stdint.h>

#include <millgate/policy.h>

#include "dns/waiter.h"

struct counter_visitor;
struct dns_settings;
struct log;

struct dns {
	/*
	 * Asks. Returns the answer when it is known at once, as a reference that the caller has to
	 * give back; the waiter is not used then. Else returns NULL, and the waiter's done will be
	 * called, perhaps before this returns. waiter may be NULL: the answer then only goes to
	 * the cache. Any thread.
	 */
	struct dns_answer *(*ask)(struct dns *dns, const char *name, enum mg_dns_type type,
				  struct dns_waiter *waiter);

	/* Shows what it counted, as a group "dns". May be NULL. */
	void (*count)(const struct dns *dns, struct counter_visitor *visitor);

	/* Closes the service, which nobody may use meanwhile. Calls done of all waiters. */
	void (*close)(struct dns *dns);
};

/*
 * The service on c-ares: threads and a cache. Copies the settings, with all that they point to.
 * Starts threads, in which all signals are blocked. The log outlives it, and may be NULL. Returns
 * NULL after having set error_r to a constant text.
 */
struct dns *dns_open(const struct dns_settings *settings, struct log *log, const char **error_r);

/* The pointer, which may point to NULL, is cleared. */
void dns_close(struct dns **dns);

#endif
