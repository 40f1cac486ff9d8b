/* SPDX-License-Identifier: BSD-2-Clause */
/* The client's addresses and validated names (RFC 7208, section 5.5), for both engines. */
#ifndef MG_SPF_VALIDATED_H
#define MG_SPF_VALIDATED_H

#include <millgate/policy.h>

#include "spf_macro.h"

/* Two MX of ten hosts each: enough for what domains publish, where the standard would allow a hundred. */
#define SPF_HOSTS_MAX 20

/* The hosts, of all MX and PTR records, whose addresses one evaluation asks for; and what kept it from deciding. */
struct spf_hosts {
	struct mg_call *call;
	const struct spf_query *query;
	bool too_many, late;
	unsigned n;
	const char *names[SPF_HOSTS_MAX];
};

/*
 * Begins to ask for the addresses of an MX's hosts, or of the client's names: those that count, and are below domain unless that is
 * NULL. Those that were asked for already cost nothing. Returns false, and asks for none, when they are too many.
 */
bool spf_hosts_ask(struct spf_hosts *hosts, const struct mg_dns_answer *answer, const char *domain);

/* Why nothing can be decided, when there were too many or one's addresses were late; else NULL. */
const char *spf_hosts_problem(const struct spf_hosts *hosts);

/* The type of the addresses that are compared with the client's. */
enum mg_dns_type spf_address_type(const struct spf_query *query);

/* Whether the client's address is in one of the networks of this length of the addresses of an answer of that type. */
bool spf_answer_has(const struct spf_query *query, const struct mg_dns_answer *answer,
		    unsigned bits);

/* The name under which the client's PTR records stand. */
const char *spf_reverse_name(struct mg_call *call, const struct spf_query *query);

/* Whether one of the client's names is below the domain and has the client's address. ptr: the answer for its PTR records. */
bool spf_validated_below(struct spf_hosts *hosts, const struct mg_dns_answer *ptr,
			 const char *domain);

#endif
