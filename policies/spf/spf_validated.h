/* SPDX-License-Identifier: BSD-2-Clause */
/* The client's addresses and validated names (RFC 7208, section 5.5), for both engines. */
#ifndef MG_SPF_VALIDATED_H
#define MG_SPF_VALIDATED_H

#include <millgate/policy.h>

#include "spf_macro.h"

/* The type of the addresses that are compared with the client's. */
enum mg_dns_type spf_address_type(const struct spf_query *query);

/* Whether the client's address is in one of the networks of this length of the addresses of an answer of that type. */
bool spf_answer_has(const struct spf_query *query, const struct mg_dns_answer *answer,
		    unsigned bits);

/* The name under which the client's PTR records stand. */
const char *spf_reverse_name(struct mg_call *call, const struct spf_query *query);

/* Whether one of the client's names is below the domain and has the client's address. ptr: the answer for its PTR records. */
bool spf_validated_below(struct mg_call *call, const struct spf_query *query,
			 const struct mg_dns_answer *ptr, const char *domain);

#endif
