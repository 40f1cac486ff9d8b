/* SPDX-License-Identifier: BSD-2-Clause */
/* The DNS service: the cache, and behind it the engine. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "dns/dns.h"
#include "dns/cache.h"
#include "dns/engine.h"
#include "base/clock.h"
#include "base/counters.h"
#include "base/memory.h"

#define LATENCY_BUCKETS 32 /* each for twice the microseconds of the one before */

struct counters {
	atomic_ullong status[MG_DNS_LATE + 1];
	atomic_ullong servfail, overload;
	atomic_ullong latency[LATENCY_BUCKETS];
	atomic_ullong latency_us;
};

struct service {
	struct dns dns; /* first */
	struct dns_settings settings;
	char *resolv_conf; /* settings points to it */
	struct dns_cache *cache;
	struct dns_engine *engine;
	struct counters counters;
};

/* The engine's query, and what the service needs to settle it. */
struct service_query {
	struct dns_query query; /* first */
	struct service *service;
	struct dns_key key;
	int64_t began;
	struct dns_waiter *waiters; /* to be called */
};

static void count(atomic_ullong *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static void service_count(struct counters *counters, const struct dns_answer *answer, int64_t us)
{
	unsigned bucket = 0;

	count(&counters->status[answer->public.status]);
	if (answer->public.status == MG_DNS_FAILED && strcmp(answer->public.why, "SERVFAIL") == 0)
		count(&counters->servfail);
	atomic_fetch_add_explicit(&counters->latency_us, (unsigned long long)us,
				  memory_order_relaxed);
	while (bucket < LATENCY_BUCKETS - 1 && us >> bucket > 1)
		bucket++;
	count(&counters->latency[bucket]);
}

static void service_answered(struct dns_query *engine_query, struct dns_answer *answer)
{
	struct service_query *query = (struct service_query *)engine_query;
	struct service *service = query->service;
	const int64_t now = clock_now();

	if (answer)
		service_count(&service->counters, answer, now - query->began);
	query->waiters = dns_cache_fill(service->cache, &query->key, now, answer);
}

static void service_inform(struct dns_query *query, struct dns_answer *answer)
{
	dns_waiters_call(((struct service_query *)query)->waiters, answer);
}

static void service_send(struct service *service, const struct dns_key *key)
{
	struct service_query query;

	query.query = (struct dns_query){ .done = service_answered, .inform = service_inform };
	memcpy(query.query.chain.name, key->name, key->size);
	query.query.chain.type = (enum mg_dns_type)key->type;
	query.query.chain.ttl = UINT32_MAX;
	query.query.chain.links = 0;
	query.service = service;
	query.key = *key;
	query.began = clock_now();
	query.waiters = NULL;
	dns_engine_ask(service->engine, &query.query, sizeof(query));
}

/* DNS is dead: the question is over before it is asked, and the next like it is asked anew. */
static void service_refuse(struct service *service, const struct dns_key *key)
{
	struct dns_answer *answer = dns_answer_late(MG_DNS_NO_SERVER, 0, "DNS is dead");

	dns_waiters_call(dns_cache_fill(service->cache, key, clock_now(), answer), answer);
	dns_answer_unref(answer);
}

static bool service_knows(enum mg_dns_type type)
{
	return type == MG_DNS_A || type == MG_DNS_AAAA || type == MG_DNS_MX || type == MG_DNS_TXT ||
	       type == MG_DNS_PTR;
}

static struct dns_answer *service_ask(struct dns *dns, const char *name, enum mg_dns_type type,
				      struct dns_waiter *waiter)
{
	struct service *service = (struct service *)dns;
	struct dns_answer *answer = NULL;
	struct dns_key key;

	key.type = type;
	key.size = (unsigned)dns_name_from_text(key.name, name);
	if (!key.size)
		return dns_answer_none(MG_DNS_NXDOMAIN, 0, NULL);
	if (!service_knows(type))
		return dns_answer_none(MG_DNS_FAILED, 0, "a type that cannot be asked for");
	dns_cache_hash(service->cache, &key);
	/* The coarse clock, of some milliseconds, is cheaper and good enough for seconds. */
	switch (dns_cache_find(service->cache, &key, clock_read(CLOCK_MONOTONIC_COARSE), waiter,
			       &answer)) {
	case DNS_HIT:
	case DNS_JOINED:
		return answer;
	case DNS_ASK:
		if (dns_engine_is_dead(service->engine))
			service_refuse(service, &key);
		else
			service_send(service, &key);
		return NULL;
	case DNS_FULL:
		break;
	}
	count(&service->counters.overload);
	return dns_answer_none(MG_DNS_FAILED, 0, "too many questions are in flight");
}

/* The upper end of the bucket that the share of all latencies lies in. */
static long long service_latency(const struct counters *counters, unsigned percent)
{
	unsigned long long all = 0, so_far = 0;

	for (size_t i = 0; i < LATENCY_BUCKETS; i++)
		all += atomic_load(&counters->latency[i]);
	for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
		so_far += atomic_load(&counters->latency[i]);
		if (all && so_far * 100 >= all * percent)
			return 2LL << i;
	}
	return 0;
}

static void service_show_answers(const struct counters *counters, struct counter_visitor *visitor)
{
	const unsigned long long servfail = atomic_load(&counters->servfail);

	counter_show(visitor, "found", "Answers with records.",
		     atomic_load(&counters->status[MG_DNS_FOUND]));
	counter_show(visitor, "nodata", "Answers that a name has no records of the type.",
		     atomic_load(&counters->status[MG_DNS_NODATA]));
	counter_show(visitor, "nxdomain", "Answers that there is no such name.",
		     atomic_load(&counters->status[MG_DNS_NXDOMAIN]));
	counter_show(visitor, "servfail", "Questions that failed with SERVFAIL.", servfail);
	counter_show(visitor, "failed", "Questions that failed otherwise.",
		     atomic_load(&counters->status[MG_DNS_FAILED]) - servfail);
	counter_show(visitor, "late", "Questions that no server answered in time.",
		     atomic_load(&counters->status[MG_DNS_LATE]));
	counter_show(visitor, "overload", "Questions that were not asked: too many were in flight.",
		     atomic_load(&counters->overload));
}

static void service_show(const struct dns *dns, struct counter_visitor *visitor)
{
	const struct service *service = (const struct service *)dns;
	const struct counters *counters = &service->counters;
	const struct dns_engine_counters *engine = dns_engine_count(service->engine);
	struct dns_cache_counters cache;

	dns_cache_count(service->cache, &cache);
	visitor->group(visitor, "dns", NULL);
	counter_show(visitor, "hits", "Questions that the cache answered.", cache.hits);
	counter_show(visitor, "joined", "Questions that somebody else had already asked.",
		     cache.joined);
	counter_show(visitor, "questions", "Questions that servers were asked.", cache.missed);
	counter_show(visitor, "sent", "Questions to servers, repetitions included.",
		     atomic_load(&engine->servers.sent));
	service_show_answers(counters, visitor);
	counter_show(visitor, "dead_servers", "How often a server was found not to answer.",
		     atomic_load(&engine->servers.dead));
	counter_show(visitor, "deaths", "How often DNS was found dead.",
		     atomic_load(&engine->health.deaths));
	counter_show(visitor, "unasked", "Questions that were not asked: DNS was dead.",
		     atomic_load(&engine->health.unasked));
	counter_show(visitor, "reloads", "Changes of resolv.conf.", atomic_load(&engine->reloads));
	counter_show_gauge(visitor, "p50_us",
			   "Half of all answers took at most so many microseconds.",
			   (unsigned long long)service_latency(counters, 50));
	counter_show_gauge(visitor, "p99_us",
			   "99 of 100 answers took at most so many microseconds.",
			   (unsigned long long)service_latency(counters, 99));
	counter_show_gauge(visitor, "answers", "Answers in the cache.", cache.answers);
	counter_show_gauge(visitor, "bytes", "Bytes in the cache.", cache.bytes);
	counter_show(visitor, "evicted", "Answers that the cache had no room for any more.",
		     cache.evicted);
}

static void service_free(struct service *service)
{
	free(service->resolv_conf);
	free(service);
}

static void service_close(struct dns *dns)
{
	struct service *service = (struct service *)dns;

	dns_engine_close(service->engine);
	dns_cache_free(service->cache);
	service_free(service);
}

/*
 * Those who opened the service may free their settings. The names of the servers were read before.
 */
static void service_keep_settings(struct service *service, const struct dns_settings *settings)
{
	service->resolv_conf = settings->resolv_conf ? strdup(settings->resolv_conf) : NULL;
	if (settings->resolv_conf && !service->resolv_conf)
		memory_ended();
	service->settings = *settings;
	service->settings.server_names = (struct mg_strings){ .n = 0 };
	service->settings.resolv_conf = service->resolv_conf;
}

struct dns *dns_open(const struct dns_settings *settings, struct log *log, const char **error_r)
{
	struct service *service = calloc(1, sizeof(*service));

	if (!service)
		memory_ended();
	service->dns =
		(struct dns){ .ask = service_ask, .count = service_show, .close = service_close };
	service_keep_settings(service, settings);
	service->engine = dns_engine_open(&service->settings, log, error_r);
	if (!service->engine) {
		service_free(service);
		return NULL;
	}
	service->cache = dns_cache_new((size_t)settings->cache_size);
	return &service->dns;
}

void dns_close(struct dns **dns)
{
	struct dns *old = *dns;

	*dns = NULL;
	if (old)
		old->close(old);
}
