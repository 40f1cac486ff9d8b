/* SPDX-License-Identifier: BSD-2-Clause */
/* IP addresses and networks as text and in binary (RFC 4291, RFC 4632, RFC 5952). */
#include <config.h>

#include "table/address.h"

#include <arpa/inet.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "table/fault.h"

#define NETWORK_EXPECTED "expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32"
#define NETWORK_TEXT_MAX (INET6_ADDRSTRLEN + 8)

static void from_v4(const struct in_addr *from, struct address *r)
{
	r->high = (uint64_t)ntohl(from->s_addr) << 32;
	r->low = 0;
	r->bits = 32;
}

static void from_v6(const struct in6_addr *from, struct address *r)
{
	uint64_t words[2];

	memcpy(words, from, sizeof(words));
	r->high = be64toh(words[0]);
	r->low = be64toh(words[1]);
	r->bits = 128;
	if (r->high == 0 && r->low >> 32 == 0xffff) {
		r->high = r->low << 32;
		r->low = 0;
		r->bits = 32;
	}
}

bool address_parse(const char *text, struct address *r)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, text, &v4) == 1) {
		from_v4(&v4, r);
		return true;
	}
	if (inet_pton(AF_INET6, text, &v6) == 1) {
		from_v6(&v6, r);
		return true;
	}
	return false;
}

bool address_is_nobodys(const struct address *address)
{
	return address->high == 0 && address->low == 0;
}

const char *address_print(const struct address *address, char text_r[INET6_ADDRSTRLEN])
{
	uint32_t v4 = htonl((uint32_t)(address->high >> 32));
	uint64_t v6[2] = { htobe64(address->high), htobe64(address->low) };

	if (address->bits == 32)
		return inet_ntop(AF_INET, &v4, text_r, INET6_ADDRSTRLEN);
	return inet_ntop(AF_INET6, v6, text_r, INET6_ADDRSTRLEN);
}

void network_mask(struct network *network)
{
	struct address *address = &network->address;
	unsigned prefix = network->prefix;

	if (prefix <= 64)
		address->low = 0;
	else if (prefix < 128)
		address->low &= ~(UINT64_MAX >> (prefix - 64));
	if (prefix == 0)
		address->high = 0;
	else if (prefix < 64)
		address->high &= ~(UINT64_MAX >> prefix);
}

static bool is_same(const struct address *a, const struct address *b)
{
	return a->bits == b->bits && a->high == b->high && a->low == b->low;
}

bool network_has(const struct network *network, const struct address *address)
{
	struct network masked = { .address = *address, .prefix = network->prefix };

	network_mask(&masked);
	return is_same(&masked.address, &network->address);
}

/* Copies without the brackets of "[address]", "[address]/prefix" or "[address/prefix]". */
static int copy_without_brackets(const char *text, char *copy)
{
	const char *close = NULL;

	if (*text == '[') {
		close = strchr(++text, ']');
		if (!close || (close[1] && close[1] != '/'))
			return -1;
	}
	if (strlen(text) >= NETWORK_TEXT_MAX)
		return -1;
	strcpy(copy, text);
	if (close)
		memmove(copy + (close - text), close + 1, strlen(close));
	return 0;
}

/* The number after the slash, or -1 for anything else. */
static int parse_prefix(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits && digits <= 3 && !text[digits] ? atoi(text) : -1;
}

static int check_host_bits(const struct network *network, const char *text, struct fault *fault_r)
{
	struct network masked = *network;
	char right[INET6_ADDRSTRLEN];

	network_mask(&masked);
	if (is_same(&masked.address, &network->address))
		return 0;
	fault_set(fault_r, 0, "\"%s\" has bits set after its prefix", text);
	fault_hint(fault_r, "did you mean \"%s/%u\"?", address_print(&masked.address, right),
		   network->prefix);
	return -1;
}

int network_parse(const char *text, struct network *r, struct fault *fault_r)
{
	char copy[NETWORK_TEXT_MAX];
	char *slash;
	unsigned bits; /* of the form as written: 128 for an IPv4-mapped address */
	int prefix;

	fault_set(fault_r, 0, "\"%s\" is no IP address or network", text);
	fault_hint(fault_r, NETWORK_EXPECTED);
	if (copy_without_brackets(text, copy) != 0)
		return -1;
	slash = strchr(copy, '/');
	if (slash)
		*slash++ = '\0';
	if (!address_parse(copy, &r->address))
		return -1;
	bits = strchr(copy, ':') ? 128 : 32;
	prefix = slash ? parse_prefix(slash) : (int)bits;
	if (prefix < 0 || (unsigned)prefix > bits) {
		fault_set(fault_r, 0, "the prefix of \"%s\" is wrong", text);
		fault_hint(fault_r, "expected a number from 0 to %u", bits);
		return -1;
	}
	if (bits != r->address.bits && prefix < 96) {
		fault_set(fault_r, 0, "\"%s\" is less than all of IPv6's IPv4-mapped addresses",
			  text);
		fault_hint(fault_r, "expected an IPv4 network, or a prefix of 96 to 128");
		return -1;
	}
	r->prefix = (unsigned)prefix - (bits - r->address.bits);
	return check_host_bits(r, text, fault_r);
}
