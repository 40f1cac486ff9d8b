/* SPDX-License-Identifier: BSD-2-Clause */
/* SPF records: which TXT record is one, and its terms (RFC 7208, sections 4.5, 4.6.1 and 12). */
#ifndef MG_SPF_RECORD_H
#define MG_SPF_RECORD_H

#include <millgate/policy.h>

#include "spf_macro.h"

#define SPF_LOOKUPS_MAX 10 /* section 4.6.4 */

/*
 * More than any sender needs: DNS answers by TCP could bring 64 KiB, which only somebody hostile
 * publishes.
 */
#define SPF_RECORD_MAX 16384

enum spf_kind {
	SPF_ALL,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
	SPF_REDIRECT,
	SPF_EXP,
	SPF_UNKNOWN /* a modifier that means nothing */
};

struct spf_term {
	enum spf_kind kind;
	char qualifier;   /* + - ~ ? */
	const char *text; /* the whole term, not terminated */
	size_t size;
	const char *spec; /* its domain-spec or macro-string; NULL when there is none */
	size_t spec_size;
	unsigned cidr4, cidr6; /* lengths of prefixes */
	unsigned char address[16];
};

/* The record of an answer to TXT: SPF_ONE, with its text, which the answer owns. */
enum spf_selected { SPF_NO_RECORD, SPF_ONE, SPF_SEVERAL };
enum spf_selected spf_record_select(const struct mg_dns_answer *answer, const char **record_r,
				    size_t *size_r);

/*
 * Reads a record's terms one after another; at is where to go on, 0 to begin. Returns 1, 0 when
 * there are no more, or -1 when what comes is no term.
 */
int spf_record_next(const char *record, size_t size, size_t *at, struct spf_term *term_r);

/*
 * Of a record what can matter to one client: the terms that ask DNS, up to one more than may be
 * evaluated, and at their end the first that matches without DNS, if there is one.
 */
struct spf_digest {
	struct spf_term terms[SPF_LOOKUPS_MAX + 2];
	unsigned n;
	unsigned lookups;
	bool ends; /* with a term that matches */
	/* Their spec is NULL when there are none. */
	struct spf_term redirect, explanation;
};

/*
 * Reads a whole record. Returns whether it keeps to the grammar, so that spf_record_next() will
 * never return -1. what_r: else what is wrong (a constant); term_r: where.
 */
bool spf_record_digest(const char *record, size_t size, const struct spf_query *query,
		       struct spf_digest *digest_r, const char **what_r, struct spf_term *term_r);

/* Whether evaluating this term asks DNS, and so counts (section 4.6.4). */
bool spf_term_is_lookup(const struct spf_term *term);

/* Whether an address is in a network. */
bool spf_network_has(const unsigned char *network, unsigned bits, const unsigned char *address);

#endif
