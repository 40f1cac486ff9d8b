/* SPDX-License-Identifier: BSD-2-Clause */
/* The host: what all sessions share. */
#include <config.h>

#include <time.h>

#include "base/counters.h"
#include "base/log_counters.h"
#include "config/registry.h"
#include "dns/dns.h"
#include "session/host.h"
#include "session/pool.h"

static int64_t host_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/*
 * Session ids count up from the time of the start, in units of which there are more than there can
 * be sessions: those of a daemon that is started anew do not meet those of the one before.
 */
static unsigned long long host_first_id(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return ((unsigned long long)now.tv_sec << 24) + ((unsigned long long)now.tv_nsec >> 6);
}

void host_init(struct host *host, struct snapshot *snapshot, struct log *log)
{
	*host = (struct host){ MAGIC(HOST_MAGIC).snapshot = snapshot, .log = log, .now = host_now };
	pthread_mutex_init(&host->lock, NULL);
	atomic_init(&host->next_id, host_first_id());
}

void host_destroy(struct host *host)
{
	CHECK_OBJ(host, HOST_MAGIC);
	pool_free(host);
	snapshot_unref(&host->snapshot);
	pthread_mutex_destroy(&host->lock);
	MAGIC_SET(host, 0);
}

static void show(struct counter_visitor *visitor, const char *name, const char *help,
		 const atomic_ullong *value)
{
	const struct counter counter = { .name = name, .help = help, .value = atomic_load(value) };

	visitor->counter(visitor, &counter);
}

static void host_count_instance(const struct instance *instance, struct counter_visitor *visitor)
{
	const struct instance_counters *counters = instance->counters;
	struct counter found = { .name = "found",
				 .help = "Times that the policy had this result.",
				 .label = "result" };

	visitor->group(visitor, "policy", instance->name);
	show(visitor, "asked", "Hooks of the policy that were due.", &counters->asked);
	show(visitor, "acted", "Refusals and discards that the policy caused.", &counters->acted);
	show(visitor, "would", "Actions that the policy would have caused outside of mode monitor.",
	     &counters->would);
	for (size_t i = 0; i < instance->nown_counters; i++) {
		const struct mg_counter *own = registry_counter(instance->type, i);

		show(visitor, own->name, own->help, instance->own[i]);
	}
	for (size_t i = 0; i < instance->nresults; i++) {
		found.of = instance->result_names[i];
		found.value = atomic_load(instance->found[i]);
		visitor->counter(visitor, &found);
	}
}

static void host_count_own(const struct host_counters *counters, struct counter_visitor *visitor)
{
	visitor->group(visitor, "host", NULL);
	show(visitor, "sessions", "Sessions.", &counters->sessions);
	show(visitor, "refused", "Sessions beyond max-connections.", &counters->refused);
	show(visitor, "messages", "Messages.", &counters->messages);
	show(visitor, "rejected", "Decisions to reject.", &counters->rejected);
	show(visitor, "tempfailed", "Decisions to tempfail.", &counters->tempfailed);
	show(visitor, "discarded", "Decisions to discard.", &counters->discarded);
	show(visitor, "quarantined", "Messages that were quarantined.", &counters->quarantined);
}

void host_count(struct host *host, struct counter_visitor *visitor)
{
	CHECK_OBJ(host, HOST_MAGIC);
	host_count_own(&host->counters, visitor);
	if (host->dns && host->dns->count)
		host->dns->count(host->dns, visitor);
	for (size_t i = 0; i < host->snapshot->ninstances; i++)
		host_count_instance(&host->snapshot->instances[i], visitor);
}

void host_log_counters(struct host *host)
{
	CHECK_OBJ(host, HOST_MAGIC);
	struct log_counters lines;

	if (!log_wants(host->log, MG_LOG_INFO))
		return;
	log_counters_begin(&lines, host->log);
	host_count(host, &lines.visitor);
	log_counters_end(&lines);
}
