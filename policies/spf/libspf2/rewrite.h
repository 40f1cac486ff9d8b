/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records as libspf2 gets to see them. Every name in them is one of ours, which stands for a
 * term: so the library expands no macro and sees no byte of the sender's, and whoever answers it
 * knows for which term it asks.
 */
#ifndef MG_SPF_REWRITE_H
#define MG_SPF_REWRITE_H

#include <millgate/policy.h>

#include "../spf_macro.h"
#include "../spf_record.h"

#define SPF_STANDIN_ZONE ".spf.invalid"

/* A term that asks DNS. */
struct spf_standin {
	struct spf_term term;
	const char *domain; /* whose record it is in */
	unsigned depth;     /* of includes */
	bool any_address;   /* a prefix of length 0: any address there is matches */
	bool counted;
	const struct mg_dns_answer *mx;
	struct spf_standin *next;
	unsigned number;
};

struct spf_standins {
	struct mg_call *call;
	const struct spf_query *query;
	unsigned char flip; /* of the first byte of every address: see libspf2.c */
	struct spf_standin *last;
};

/* A new stand-in for a term of the record of domain. */
struct spf_standin *spf_standin_new(struct spf_standins *standins, const struct spf_term *term,
				    const char *domain, unsigned depth);

/*
 * "4.spf.invalid", "2.4.spf.invalid": the stand-in 4, and host_r 2, else -1. NULL when the name
 * is none.
 */
struct spf_standin *spf_standin_find(const struct spf_standins *standins, const char *name,
				     int *host_r);

/* Rewrites a valid record, the domain's. In the call's memory. */
const char *spf_rewrite(struct spf_standins *standins, const char *domain, unsigned depth,
			const char *record, size_t size, const struct spf_digest *digest);

#endif
