/* SPDX-License-Identifier: BSD-2-Clause */
/* The client's addresses and validated names (RFC 7208, section 5.5), for both engines. */
#ifndef MG_SPF_VALIDATED_H
#define MG_SPF_VALIDATED_H

#include <millgate/policy.h>

#include "spf_macro.h"

/* What is wrong when a name that could have decided was late. */
#define SPF_HOSTS_LATE "DNS: no answer about the client's names"

/*
 * The hosts of one evaluation, those of MX records and the client's names; and whether one that
 * could have decided was late.
 */
struct spf_hosts {
	struct mg_call *call;
	const struct spf_query *query;
	bool late;
};

/*
 * Begins to ask for the addresses of an MX's hosts, or of the client's names, all at once: those
 * that count, and are below domain unless that is NULL.
 */
void spf_hosts_ask(const struct spf_hosts *hosts, const struct mg_dns_answer *answer,
		   const char *domain);

/* The type of the addresses that are compared with the client's. */
enum mg_dns_type spf_address_type(const struct spf_query *query);

/*
 * Whether the client's address is in one of the networks of this length of the addresses of an
 * answer of that type.
 */
bool spf_answer_has(const struct spf_query *query, const struct mg_dns_answer *answer,
		    unsigned bits);

/* The name under which the client's PTR records stand. */
const char *spf_reverse_name(struct mg_call *call, const struct spf_query *query);

/*
 * Whether one of the client's names is below the domain and has the client's address. ptr: the
 * answer for its PTR records.
 */
bool spf_validated_below(struct spf_hosts *hosts, const struct mg_dns_answer *ptr,
			 const char *domain);

#endif
