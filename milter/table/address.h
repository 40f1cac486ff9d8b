/* SPDX-License-Identifier: BSD-2-Clause */
/* IP addresses and networks as text and in binary (RFC 4291, RFC 4632, RFC 5952). */
#ifndef MG_TABLE_ADDRESS_H
#define MG_TABLE_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct fault;

/* An IPv4 address is in the upper half of high, so that prefixes count alike for both families. */
struct address {
	uint64_t high, low;
	unsigned bits; /* 32 or 128 */
};

struct network {
	struct address address;
	unsigned prefix; /* its length in bits */
};

/*
 * Parses an address in numbers, without brackets. An IPv4-mapped IPv6 address gives the IPv4
 * address.
 */
bool address_parse(const char *text, struct address *r);
/* The unspecified address, 0.0.0.0 or ::, however it is written. */
bool address_is_nobodys(const struct address *address);
const char *address_print(const struct address *address, char text_r[INET6_ADDRSTRLEN]);

/*
 * Parses "192.0.2.1", "192.0.2.0/24", "2001:db8::/32" or "[2001:db8::1]". Returns 0, or -1 with a
 * fault.
 */
int network_parse(const char *text, struct network *r, struct fault *fault_r);

/* Clears the bits of the address after the prefix. */
void network_mask(struct network *network);
bool network_has(const struct network *network, const struct address *address);

#endif
