/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether DNS is dead. The log has its beginning and its end, not each mail between them. */
#include <config.h>

#include "base/log.h"
#include "dns/health.h"

void dns_health_lost(struct dns_health *health, int64_t now, const char *why)
{
	if (dns_health_is_dead(health) || atomic_exchange(&health->dead, true))
		return;
	health->since = now;
	health->unasked_before = health->unasked;
	atomic_fetch_add(&health->deaths, 1);
	log_say(health->log, MG_LOG_WARNING, "dns",
		"DNS is dead: %s; until one answers, policies that need it have the result timeout",
		why);
}

void dns_health_heard(struct dns_health *health, int64_t now)
{
	if (!dns_health_is_dead(health) || !atomic_exchange(&health->dead, false))
		return;
	log_say(health->log, MG_LOG_WARNING, "dns",
		"DNS answers again, after %lld seconds and %llu questions that were not asked",
		(long long)(now - health->since) / 1000000,
		(unsigned long long)(health->unasked - health->unasked_before));
}
