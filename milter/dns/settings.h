/* SPDX-License-Identifier: BSD-2-Clause */
/* What the DNS service is opened with. */
#ifndef MG_DNS_SETTINGS_H
#define MG_DNS_SETTINGS_H

#include <netinet/in.h>
#include <stdbool.h>

#include <millgate/policy.h>

#define DNS_SERVERS_MAX 8
#define DNS_ZONE_MAX 16 /* of a link-local address: the name of an interface, or its number */

struct dns_server {
	int family; /* AF_INET, AF_INET6 */
	union {
		struct in_addr in4;
		struct in6_addr in6;
	} addr;
	unsigned port;
	char zone[DNS_ZONE_MAX]; /* "": none */
};

struct dns_servers {
	size_t n;
	struct dns_server v[DNS_SERVERS_MAX];
};

struct dns_settings {
	/* As in the file. */
	struct mg_strings server_names;
	const char *resolv_conf; /* may be NULL if there are servers */
	long long timeout; /* ms, of the first try; each try has twice that of the one before */
	long long tries;
	long long cache_size;                         /* bytes */
	long long ttl_min, ttl_max, negative_ttl_max; /* ms */
	long long threads;

	/* Derived. */
	struct dns_servers servers; /* none: those of resolv_conf, which is followed */
};

/*
 * Adds a server: "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353",
 * "fe80::53%eth0". Returns NULL, or what was expected (a constant).
 */
const char *dns_servers_add(struct dns_servers *servers, const char *text);

/* Whether a service opened with the one does all that the other asks for. */
bool dns_settings_same(const struct dns_settings *a, const struct dns_settings *b);

#endif
