/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether an address can be public: not private, local or otherwise special (RFC 6890). */
#ifndef MG_SHARED_PUBLIC_H
#define MG_SHARED_PUBLIC_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static inline bool public_in4(struct in_addr in4)
{
	static const struct {
		in_addr_t net, mask;
	} not_public[] = {
		{ 0x00000000, 0xff000000 }, /* 0.0.0.0/8 this network */
		{ 0x0a000000, 0xff000000 }, /* 10.0.0.0/8 private (RFC 1918) */
		{ 0x64400000, 0xffc00000 }, /* 100.64.0.0/10 shared by carriers (RFC 6598) */
		{ 0x7f000000, 0xff000000 }, /* 127.0.0.0/8 loopback */
		{ 0xa9fe0000, 0xffff0000 }, /* 169.254.0.0/16 link-local */
		{ 0xac100000, 0xfff00000 }, /* 172.16.0.0/12 private */
		{ 0xc0a80000, 0xffff0000 }, /* 192.168.0.0/16 private */
		{ 0xe0000000, 0xe0000000 }, /* 224.0.0.0/3 multicast, reserved, broadcast */
	};
	const in_addr_t addr = ntohl(in4.s_addr);

	for (size_t i = 0; i < sizeof(not_public) / sizeof(not_public[0]); i++)
		if ((addr & not_public[i].mask) == not_public[i].net)
			return false;
	return true;
}

static inline bool public_in6(const struct in6_addr *in6)
{
	struct in_addr in4;

	if (IN6_IS_ADDR_V4MAPPED(in6)) {
		memcpy(&in4, in6->s6_addr + 12, sizeof(in4));
		return public_in4(in4);
	}
	/* Unspecified and loopback; private (RFC 4193); link-local; multicast. */
	return !IN6_IS_ADDR_UNSPECIFIED(in6) && !IN6_IS_ADDR_LOOPBACK(in6) &&
	       (in6->s6_addr[0] & 0xfe) != 0xfc && !IN6_IS_ADDR_LINKLOCAL(in6) &&
	       !IN6_IS_ADDR_SITELOCAL(in6) && !IN6_IS_ADDR_MULTICAST(in6);
}

/* False for NULL: a client without an address is no host of the Internet's. */
static inline bool public_addr(const struct sockaddr *addr)
{
	if (!addr || (addr->sa_family != AF_INET && addr->sa_family != AF_INET6))
		return false;
	if (addr->sa_family == AF_INET)
		return public_in4(((const struct sockaddr_in *)(const void *)addr)->sin_addr);
	return public_in6(&((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr);
}

#endif
