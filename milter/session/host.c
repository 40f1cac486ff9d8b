/* SPDX-License-Identifier: BSD-2-Clause */
/* The host: what all sessions share. */
#include <config.h>

#include <time.h>

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
 * Session ids count up from the time of the start, in units of which there are more than there can be
 * sessions: those of a daemon that is started anew do not meet those of the one before.
 */
static unsigned long long host_first_id(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return ((unsigned long long)now.tv_sec << 24) + ((unsigned long long)now.tv_nsec >> 6);
}

void host_init(struct host *host, struct snapshot *snapshot, struct log *log)
{
	*host = (struct host){ .snapshot = snapshot, .log = log, .now = host_now };
	pthread_mutex_init(&host->lock, NULL);
	atomic_init(&host->next_id, host_first_id());
}

void host_destroy(struct host *host)
{
	pool_free(host);
	snapshot_unref(&host->snapshot);
	pthread_mutex_destroy(&host->lock);
}

static void host_log_instance(struct host *host, const struct instance *instance)
{
	const struct instance_counters *counters = instance->counters;
	struct log_record r;

	record_begin(&r, host->log, MG_LOG_INFO, "policy-counters");
	record_str(&r, "policy", instance->name);
	record_int(&r, "asked", (long long)atomic_load(&counters->asked));
	record_int(&r, "acted", (long long)atomic_load(&counters->acted));
	record_int(&r, "would", (long long)atomic_load(&counters->would));
	record_list_begin(&r, "results");
	for (size_t i = 0; i < instance->nresults; i++) {
		record_item_begin(&r);
		record_str(&r, "result", instance->result_names[i]);
		record_int(&r, "found", (long long)atomic_load(&counters->found[i]));
		record_item_end(&r);
	}
	record_list_end(&r);
	log_write(&r);
}

void host_log_counters(struct host *host)
{
	const struct host_counters *counters = &host->counters;
	struct log_record r;

	if (!log_wants(host->log, MG_LOG_INFO))
		return;
	record_begin(&r, host->log, MG_LOG_INFO, "counters");
	record_int(&r, "sessions", (long long)atomic_load(&counters->sessions));
	record_int(&r, "refused", (long long)atomic_load(&counters->refused));
	record_int(&r, "messages", (long long)atomic_load(&counters->messages));
	record_int(&r, "rejected", (long long)atomic_load(&counters->rejected));
	record_int(&r, "tempfailed", (long long)atomic_load(&counters->tempfailed));
	record_int(&r, "discarded", (long long)atomic_load(&counters->discarded));
	record_int(&r, "quarantined", (long long)atomic_load(&counters->quarantined));
	log_write(&r);
	if (host->dns && host->dns->log_counters)
		host->dns->log_counters(host->dns, host->log);
	for (size_t i = 0; i < host->snapshot->ninstances; i++)
		host_log_instance(host, &host->snapshot->instances[i]);
}
