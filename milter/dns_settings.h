/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration's block dns {}, and the addresses of servers. */
#ifndef MG_DNS_SETTINGS_H
#define MG_DNS_SETTINGS_H

#include <netinet/in.h>

#include <millgate/policy.h>

#define DNS_SERVERS_MAX 8

struct dns_server {
	int family; /* AF_INET, AF_INET6 */
	union {
		struct in_addr in4;
		struct in6_addr in6;
	} addr;
	unsigned port;
};

struct dns_servers {
	size_t n;
	struct dns_server v[DNS_SERVERS_MAX];
};

struct dns_settings {
	/* As in the file. */
	struct mg_strings server_names;
	const char *resolv_conf;
	long long timeout; /* ms, of the first try; each try has twice that of the one before */
	long long tries;
	long long cache_size;                         /* bytes */
	long long ttl_min, ttl_max, negative_ttl_max; /* ms */
	long long threads;

	/* Derived. */
	struct dns_servers servers; /* none: those of resolv_conf, which is followed */
};

extern const struct mg_item dns_settings_items[];

struct errors;

/* Fills the settings from the blocks of the configuration, of which there may be one, and checks them. */
void dns_settings_read(struct dns_settings *settings, struct errors *errors,
		       struct errors *warnings, const struct mg_lines *blocks);

/*
 * Adds a server: "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353". -1: it is none, cannot be a host's,
 * is there already, or is one too many.
 */
int dns_servers_add(struct dns_servers *servers, const char *text);

#endif
