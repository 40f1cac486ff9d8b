/* SPDX-License-Identifier: BSD-2-Clause */
/* The client's addresses and validated names (RFC 7208, section 5.5), for both engines. */
#ifndef MG_SPF_VALIDATED_H
#define MG_SPF_VALIDATED_H

#include <millgate/policy.h>

#include "spf_macro.h"

/* The error when the answer about a name that could have decided was late. */
#define SPF_HOSTS_LATE "DNS: no answer about the client's names"

/*
 * The hosts of one evaluation, of MX records and among the client's names; late: the answer about
 * one that could have decided was late.
 */
struct spf_hosts {
	struct mg_call *call;
	const struct spf_query *query;
	bool late;
};

/*
 * Begins to ask for the addresses of an MX's hosts or of the client's names, all at once. Left out
 * are names beyond the limit, and names not below domain (NULL: any name will do).
 */
void spf_hosts_ask(const struct spf_hosts *hosts, const struct mg_dns_answer *answer,
		   const char *domain);

/* The type of the records that are compared with the client's address. */
enum mg_dns_type spf_address_type(const struct spf_query *query);

/*
 * Whether the client is in one of the networks that the answer's addresses of that type make with
 * this prefix length.
 */
bool spf_answer_has(const struct spf_query *query, const struct mg_dns_answer *answer,
		    unsigned bits);

/* The name that has the client's PTR records. */
const char *spf_reverse_name(struct mg_call *call, const struct spf_query *query);

/*
 * Whether a name of the client is below the domain and has the client's address. ptr: the answer
 * for the client's PTR records.
 */
bool spf_validated_below(struct spf_hosts *hosts, const struct mg_dns_answer *ptr,
			 const char *domain);

#endif
