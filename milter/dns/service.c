/* SPDX-License-Identifier: BSD-2-Clause */
/* DNS as a service of the host. */
#include <config.h>

#include <string.h>

#include "dns/dns.h"
#include "dns/service.h"
#include "dns/settings.h"

static void *service_open(const void *settings, struct log *log, const char **error_r)
{
	return dns_open(settings, log, error_r);
}

static void service_close(void *self)
{
	struct dns *dns = self;

	dns_close(&dns);
}

static void service_count(const void *self, struct counter_visitor *visitor)
{
	const struct dns *dns = self;

	if (dns->count)
		dns->count(dns, visitor);
}

static bool service_same(const void *settings, const void *other)
{
	return dns_settings_same(settings, other);
}

const struct service dns_service = { "dns", service_open, service_same, service_close,
				     service_count };
