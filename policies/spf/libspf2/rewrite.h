/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records in the form that libspf2 gets. Every name in them is one of ours and stands for a term.
 * So the library expands no macro and sees no byte of the sender's, and the DNS layer below it
 * knows which term a question belongs to.
 */
#ifndef MG_SPF_REWRITE_H
#define MG_SPF_REWRITE_H

#include <millgate/policy.h>

#include "../spf_macro.h"
#include "../spf_record.h"

#define SPF_STANDIN_ZONE ".spf.invalid"

/* A term that asks DNS, for which a name of ours stands. */
struct spf_standin {
	struct spf_term term;
	const char *domain; /* the domain whose record has the term */
	unsigned depth;     /* of nested includes */
	bool any_address;   /* its prefix has length 0: any address that exists matches */
	bool counted;
	const struct mg_dns_answer *mx;
	struct spf_standin *next;
	unsigned number;
};

struct spf_standins {
	struct mg_call *call;
	const struct spf_query *query;
	unsigned char flip; /* inverts a bit in the first byte of every address: see libspf2.c */
	struct spf_standin *last;
};

/* Makes a stand-in for a term of the domain's record. */
struct spf_standin *spf_standin_new(struct spf_standins *standins, const struct spf_term *term,
				    const char *domain, unsigned depth);

/*
 * Finds the stand-in of a name: "4.spf.invalid" is number 4, "2.4.spf.invalid" its host 2 (host_r,
 * else -1). NULL for any other name.
 */
struct spf_standin *spf_standin_find(const struct spf_standins *standins, const char *name,
				     int *host_r);

/*
 * Makes a record from the digest of the domain's: the networks that do not contain the client are
 * left out. The result is in the event's memory.
 */
const char *spf_rewrite(struct spf_standins *standins, const char *domain, unsigned depth,
			const struct spf_digest *digest);

#endif
