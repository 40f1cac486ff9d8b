/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether DNS is dead, however it died: silent servers, closed ports, no route, no server at all.
 * One state for all threads of the engine. While it lasts no question is sent but those that look
 * whether a server is back.
 */
#ifndef MG_DNS_HEALTH_H
#define MG_DNS_HEALTH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct log;

struct dns_health {
	struct log *log;
	atomic_bool dead;
	atomic_llong since; /* microseconds, as all times here */
	atomic_ullong deaths;
	atomic_ullong unasked; /* questions that were answered without asking, since the start */
	atomic_ullong unasked_before;
};

/* A question was given up, and no server has sent anything since it was asked. why: a constant. */
void dns_health_lost(struct dns_health *health, int64_t now, const char *why);

/* A server has sent a message. */
void dns_health_heard(struct dns_health *health, int64_t now);

static inline bool dns_health_is_dead(const struct dns_health *health)
{
	return atomic_load_explicit(&health->dead, memory_order_relaxed);
}

#endif
