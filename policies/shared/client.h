/* SPDX-License-Identifier: BSD-2-Clause */
/* A client's address, as the records of the DNS have it. */
#ifndef MG_SHARED_CLIENT_H
#define MG_SHARED_CLIENT_H

#include <string.h>

#include <millgate/policy.h>

/* The type of record that has addresses of the client's kind. */
static inline enum mg_dns_type client_record_type(const struct sockaddr *addr)
{
	return addr->sa_family == AF_INET ? MG_DNS_A : MG_DNS_AAAA;
}

/* Whether one of the records, which are of that type, is the client's address. */
static inline bool client_is_among(const struct mg_dns_answer *answer, const struct sockaddr *addr)
{
	const struct sockaddr_in *in4 = (const void *)addr;
	const struct sockaddr_in6 *in6 = (const void *)addr;

	for (size_t i = 0; i < answer->n; i++) {
		const struct mg_dns_record *record = &answer->records[i];

		if (addr->sa_family == AF_INET ? memcmp(&record->u.a, &in4->sin_addr, 4) == 0
					       : memcmp(&record->u.aaaa, &in6->sin6_addr, 16) == 0)
			return true;
	}
	return false;
}

#endif
