/* SPDX-License-Identifier: BSD-2-Clause */
/* The host: what all sessions share. */
#include <config.h>

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/counters.h"
#include "base/log_counters.h"
#include "config/registry.h"
#include "session/host.h"

/*
 * Session ids count up from the time of the start, in units so small that there are fewer sessions
 * than units: so a daemon started anew does not repeat the ids of the one before.
 */
static unsigned long long host_first_id(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return ((unsigned long long)now.tv_sec << 24) + ((unsigned long long)now.tv_nsec >> 6);
}

void host_init(struct host *host, struct log *log, void (*unused)(void *arg), void *arg)
{
	*host = (struct host){
		MAGIC(HOST_MAGIC).log = log, .now = clock_now, .services.known = services_known,
		.services.log = log,         .unused = unused, .unused_arg = arg
	};
	pthread_mutex_init(&host->lock, NULL);
	pool_init(&host->idle);
	atomic_init(&host->next_id, host_first_id());
}

static void host_unused(void *arg)
{
	struct host *host = arg;

	if (host->unused)
		host->unused(host->unused_arg);
}

int host_change(struct host *host, struct snapshot *snapshot, char error_r[SERVICES_ERROR_MAX])
{
	struct snapshot *before = host->present;

	CHECK_OBJ(host, HOST_MAGIC);
	if (services_join(&host->services, snapshot, before, error_r) < 0)
		return -1;
	snapshot->unused = host_unused;
	snapshot->unused_arg = host;
	snapshot->older = host->snapshots;
	host->snapshots = snapshot;
	host->generation++;
	pthread_mutex_lock(&host->lock);
	host->present = snapshot;
	pthread_mutex_unlock(&host->lock);
	snapshot_unref(&before);
	host_tidy(host);
	return 0;
}

struct snapshot *host_snapshot(struct host *host)
{
	struct snapshot *snapshot;

	CHECK_OBJ(host, HOST_MAGIC);
	pthread_mutex_lock(&host->lock);
	snapshot = snapshot_ref(host->present);
	pthread_mutex_unlock(&host->lock);
	return snapshot;
}

void host_tidy(struct host *host)
{
	struct snapshot **at = &host->snapshots;

	CHECK_OBJ(host, HOST_MAGIC);
	while (*at) {
		struct snapshot *snapshot = *at;

		if (atomic_load_explicit(&snapshot->references, memory_order_acquire) > 0) {
			at = &snapshot->older;
			continue;
		}
		*at = snapshot->older;
		services_leave(&host->services, snapshot);
		snapshot_free(snapshot);
	}
}

void host_destroy(struct host *host)
{
	CHECK_OBJ(host, HOST_MAGIC);
	pool_destroy(&host->idle);
	/* Work of services holds references to snapshots. */
	services_close(&host->services);
	snapshot_unref(&host->present);
	host_tidy(host);
	pthread_mutex_destroy(&host->lock);
	MAGIC_SET(host, 0);
}

static void show(struct counter_visitor *visitor, const char *name, const char *help,
		 const atomic_ullong *value)
{
	counter_show(visitor, name, help, atomic_load(value));
}

static void host_count_instance(const struct instance *instance, struct counter_visitor *visitor)
{
	const struct instance_counters *counters = instance->kept.counters;
	struct counter found = { .name = "found",
				 .help = "Times that the policy had this result.",
				 .label = "result" };

	visitor->group(visitor, "policy", instance->name);
	show(visitor, "asked", "Hooks of the policy that were due.", &counters->asked);
	show(visitor, "acted", "Refusals and discards that the policy caused.", &counters->acted);
	show(visitor, "would", "Actions that the policy would have caused outside of mode monitor.",
	     &counters->would);
	for (size_t i = 0; i < instance->kept.nown; i++) {
		const struct mg_counter *own = &instance->type->counters[i];
		char name[80];

		snprintf(name, sizeof(name), REGISTRY_OWN_COUNTER "%s", own->name);
		show(visitor, name, own->help, instance->kept.own[i]);
	}
	for (size_t i = 0; i < instance->nresults; i++) {
		found.of = instance->result_names[i];
		found.value = atomic_load(instance->kept.found[i]);
		visitor->counter(visitor, &found);
	}
}

static void host_count_own(const struct host_counters *counters, struct counter_visitor *visitor)
{
	visitor->group(visitor, "host", NULL);
	show(visitor, "sessions", "Sessions.", &counters->sessions);
	show(visitor, "refused", "Sessions beyond max-connections.", &counters->refused);
	show(visitor, "overload", "Commands answered 421: unfinished packets held packet-memory.",
	     &counters->overload);
	show(visitor, "messages", "Messages.", &counters->messages);
	show(visitor, "rejected", "Decisions to reject.", &counters->rejected);
	show(visitor, "tempfailed", "Decisions to tempfail.", &counters->tempfailed);
	show(visitor, "discarded", "Decisions to discard.", &counters->discarded);
	show(visitor, "quarantined", "Messages that were quarantined.", &counters->quarantined);
	show(visitor, "edited", "Messages that were changed.", &counters->edited);
	show(visitor, "would", "Actions that the score would have caused outside of mode monitor.",
	     &counters->would);
}

void host_count(struct host *host, struct counter_visitor *visitor)
{
	CHECK_OBJ(host, HOST_MAGIC);
	host_count_own(&host->counters, visitor);
	services_count(&host->services, visitor);
	for (size_t i = 0; i < host->present->ninstances; i++)
		host_count_instance(&host->present->instances[i], visitor);
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
