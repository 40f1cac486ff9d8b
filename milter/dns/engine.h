/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine: threads that ask name servers, by c-ares, and read what they answer. It keeps no
 * answers: the cache stands before it.
 */
#ifndef MG_DNS_ENGINE_H
#define MG_DNS_ENGINE_H

#include "dns/health.h"
#include "dns/query.h"
#include "dns/settings.h"

struct dns_engine_counters {
	struct server_counters servers;
	atomic_ullong reloads; /* of resolv.conf */
	struct dns_health health;
};

struct dns_engine;
struct log;

/*
 * settings and log (which may be NULL) must live as long as the engine. NULL after having set
 * error_r to a constant text.
 */
struct dns_engine *dns_engine_open(const struct dns_settings *settings, struct log *log,
				   const char **error_r);

/* Whether DNS is dead, so that a question need not be asked; counts one that is not. Any thread. */
bool dns_engine_is_dead(struct dns_engine *engine);

/*
 * Begins a copy of the query, which lives until inform has returned. size counts what is behind the
 * query too, and is always the same. Any thread.
 */
void dns_engine_ask(struct dns_engine *engine, const struct dns_query *query, size_t size);

/* Ends the threads, and calls done and inform of all queries. */
void dns_engine_close(struct dns_engine *engine);

const struct dns_engine_counters *dns_engine_count(const struct dns_engine *engine);

#endif
