/* SPDX-License-Identifier: BSD-2-Clause */
/* The addresses of name servers. */
#include <config.h>

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dns/settings.h"

#define DNS_PORT 53

#define STRING_OF(x) #x
#define STRING(x) STRING_OF(x)
#define SERVER_SYNTAX "an IP address, with a port as 192.0.2.1:53 or [2001:db8::1]:53"
#define ADDRESS_MAX (INET6_ADDRSTRLEN + DNS_ZONE_MAX)

static int server_port(const char *text, unsigned *port_r)
{
	char *end;
	const unsigned long port = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || port < 1 || port > 65535)
		return -1;
	*port_r = (unsigned)port;
	return 0;
}

/* Splits an address from a port, if there is one. */
static int server_split(const char *text, char addr_r[ADDRESS_MAX], unsigned *port_r)
{
	const bool brackets = *text == '[';
	const char *begin = text + brackets;
	const char *colon = strchr(text, ':');
	size_t size = strlen(text);

	if (brackets) {
		const char *end = strchr(text, ']');

		if (!end || (end[1] && (end[1] != ':' || server_port(end + 2, port_r) < 0)))
			return -1;
		size = (size_t)(end - begin);
	} else if (colon && !strchr(colon + 1, ':')) {
		if (server_port(colon + 1, port_r) < 0)
			return -1;
		size = (size_t)(colon - begin);
	}
	if (size >= ADDRESS_MAX)
		return -1;
	memcpy(addr_r, begin, size);
	addr_r[size] = '\0';
	return 0;
}

/* This network, multicast, reserved and broadcast (RFC 6890): no host has these. */
static bool server_is_host4(struct in_addr in4)
{
	const in_addr_t addr = ntohl(in4.s_addr);

	return addr >> 24 != 0 && addr >> 24 < 224;
}

static bool server_is_host(const struct dns_server *server)
{
	const struct in6_addr *in6 = &server->addr.in6;
	struct in_addr in4;

	if (server->family == AF_INET)
		return server_is_host4(server->addr.in4);
	memcpy(&in4, in6->s6_addr + 12, sizeof(in4));
	if (IN6_IS_ADDR_V4MAPPED(in6))
		return server_is_host4(in4);
	return !IN6_IS_ADDR_UNSPECIFIED(in6) && !IN6_IS_ADDR_MULTICAST(in6);
}

static bool server_is_same(const struct dns_server *a, const struct dns_server *b)
{
	return a->family == b->family && a->port == b->port &&
	       memcmp(&a->addr, &b->addr,
		      a->family == AF_INET ? sizeof(a->addr.in4) : sizeof(a->addr.in6)) == 0 &&
	       strcmp(a->zone, b->zone) == 0;
}

/* Takes the zone off an address (RFC 4007 section 11). Returns NULL, or what was expected. */
static const char *server_take_zone(char *addr, struct dns_server *server)
{
	char *zone = strchr(addr, '%');

	if (!zone)
		return NULL;
	*zone++ = '\0';
	if (!*zone || strlen(zone) >= DNS_ZONE_MAX || strpbrk(zone, "%/:,;#"))
		return "the name of an interface after %, as fe80::1%eth0";
	strcpy(server->zone, zone);
	return NULL;
}

/* Only with its zone a link-local address is that of a host, and no other has one. */
static const char *server_check_zone(const struct dns_server *server)
{
	const bool local = server->family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&server->addr.in6);

	if (local && !*server->zone)
		return "the zone of a link-local address, as fe80::1%eth0";
	return !local && *server->zone ? "a zone (%) only with a link-local address" : NULL;
}

/* Returns NULL, or what was expected. */
static const char *server_read(const char *text, struct dns_server *server_r)
{
	char addr[ADDRESS_MAX];
	const char *expected;

	*server_r = (struct dns_server){ .port = DNS_PORT };
	if (server_split(text, addr, &server_r->port) < 0)
		return SERVER_SYNTAX;
	expected = server_take_zone(addr, server_r);
	if (expected)
		return expected;
	if (inet_pton(AF_INET, addr, &server_r->addr.in4) == 1)
		server_r->family = AF_INET;
	else if (inet_pton(AF_INET6, addr, &server_r->addr.in6) == 1)
		server_r->family = AF_INET6;
	else
		return SERVER_SYNTAX;
	return server_is_host(server_r) ? server_check_zone(server_r) : "the address of a host";
}

const char *dns_servers_add(struct dns_servers *servers, const char *text)
{
	struct dns_server server;
	const char *expected = server_read(text, &server);

	for (size_t i = 0; !expected && i < servers->n; i++)
		if (server_is_same(&servers->v[i], &server))
			expected = "each server once";
	if (!expected && servers->n == DNS_SERVERS_MAX)
		expected = "at most " STRING(DNS_SERVERS_MAX) " servers";
	if (!expected)
		servers->v[servers->n++] = server;
	return expected;
}

static bool servers_are_same(const struct dns_servers *a, const struct dns_servers *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!server_is_same(&a->v[i], &b->v[i]))
			return false;
	return true;
}

bool dns_settings_same(const struct dns_settings *a, const struct dns_settings *b)
{
	/* The file is read only where no servers are named. */
	const bool same_file = a->servers.n > 0 || strcmp(a->resolv_conf, b->resolv_conf) == 0;

	return servers_are_same(&a->servers, &b->servers) && same_file &&
	       a->timeout == b->timeout && a->tries == b->tries && a->cache_size == b->cache_size &&
	       a->ttl_min == b->ttl_min && a->ttl_max == b->ttl_max &&
	       a->negative_ttl_max == b->negative_ttl_max && a->threads == b->threads;
}
