/* SPDX-License-Identifier: BSD-2-Clause */
/* policy.h's DNS functions: the service, as one run of one hook uses it. */
#include <config.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "dns/wait.h"
#include "session/call_services.h"

static const struct call_services *services_of(const struct mg_call *call)
{
	return *(const struct call_services *const *)(const void *)call; /* its first member */
}

static void call_release(void *answer)
{
	dns_answer_unref(answer);
}

static struct dns_answer *call_answer(struct mg_call *call, const char *name, enum mg_dns_type type)
{
	const struct call_services *services = services_of(call);
	struct dns *dns = services->dns(call);

	if (!name)
		return dns_answer_none(MG_DNS_NXDOMAIN, 0, "");
	if (!dns)
		return dns_answer_none(MG_DNS_FAILED, 0, "the policy declares no MG_SERVICE_DNS");
	return dns_wait(dns, name, type, services->wait_us(call));
}

const struct mg_dns_answer *mg_dns(struct mg_call *call, const char *name, enum mg_dns_type type)
{
	struct dns_answer *answer = call_answer(call, name, type);

	if (answer->public.late == MG_DNS_NO_SERVER && services_of(call)->dns_is_dead)
		services_of(call)->dns_is_dead(call);
	mg_at_end(call, MG_EVENT, call_release, answer);
	return &answer->public;
}

void mg_dns_prefetch(struct mg_call *call, const char *name, enum mg_dns_type type)
{
	struct dns *dns = services_of(call)->dns(call);

	if (dns && name)
		dns_answer_unref(dns->ask(dns, name, type, NULL));
}

void mg_dns_walk(struct mg_call *call, unsigned max, const void *data, size_t size,
		 const char *name, enum mg_dns_type type, mg_dns_then then)
{
	const struct call_services *services = services_of(call);
	struct dns *dns = services->dns(call);

	if (dns && name) {
		const struct dns_walker walker = services->walker(call);

		dns_walk(dns, &walker, max, data, size, name, type, then);
	}
}

/* The longest is 32 nibbles, each with its dot. */
static size_t call_reverse_digits(char *text, const struct sockaddr *addr)
{
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)(const void *)addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)addr;
	const unsigned char *bytes;
	size_t size = 0;

	if (addr->sa_family == AF_INET) {
		bytes = (const unsigned char *)&in4->sin_addr;
		return (size_t)sprintf(text, "%u.%u.%u.%u.", bytes[3], bytes[2], bytes[1],
				       bytes[0]);
	}
	bytes = in6->sin6_addr.s6_addr;
	/* The last byte comes first, and of each byte the low nibble. */
	for (size_t i = 16; i-- > 0;)
		size += (size_t)sprintf(text + size, "%x.%x.", bytes[i] & 15U, bytes[i] >> 4);
	return size;
}

const char *mg_dns_reverse(struct mg_call *call, const struct sockaddr *addr, const char *zone)
{
	char digits[72];
	size_t size, zone_size;
	char *name;

	if (!addr || (addr->sa_family != AF_INET && addr->sa_family != AF_INET6))
		return NULL;
	if (!zone)
		zone = addr->sa_family == AF_INET ? "in-addr.arpa" : "ip6.arpa";
	size = call_reverse_digits(digits, addr);
	zone_size = strlen(zone) + 1;
	name = mg_alloc(call, MG_EVENT, size + zone_size);
	memcpy(name, digits, size);
	memcpy(name + size, zone, zone_size);
	return name;
}
