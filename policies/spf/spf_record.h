/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SPF records: which TXT record is an SPF record, and its terms (RFC 7208, sections 4.5, 4.6.1 and
 * 12).
 */
#ifndef MG_SPF_RECORD_H
#define MG_SPF_RECORD_H

#include <millgate/policy.h>

#include "spf_macro.h"

#define SPF_LOOKUPS_MAX 10 /* section 4.6.4 */

/*
 * No sender needs a longer record. DNS answers by TCP can bring 64 KiB, but only from an attacker.
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
	SPF_UNKNOWN /* a modifier without a meaning here */
};

struct spf_term {
	enum spf_kind kind;
	char qualifier;   /* one of + - ~ ? */
	const char *text; /* the whole term, not terminated */
	size_t size;
	const char *spec; /* its domain-spec or macro-string; NULL when there is none */
	size_t spec_size;
	unsigned cidr4, cidr6; /* the prefix lengths */
	unsigned char address[16];
};

/* Finds the SPF record in an answer to TXT. With SPF_ONE its text is in the answer's memory. */
enum spf_selected { SPF_NO_RECORD, SPF_ONE, SPF_SEVERAL };
enum spf_selected spf_record_select(const struct mg_dns_answer *answer, const char **record_r,
				    size_t *size_r);

/*
 * Reads a record's terms one after another; at: where the next begins, 0 at first. Returns 1, 0 at
 * the end of the record, or -1 when no term begins here.
 */
int spf_record_next(const char *record, size_t size, size_t *at, struct spf_term *term_r);

/*
 * The part of a record that can matter to one client: the terms that ask DNS, up to one more than
 * may be evaluated, and as the last the first term that matches without DNS, if any.
 */
struct spf_digest {
	struct spf_term terms[SPF_LOOKUPS_MAX + 2];
	unsigned n;
	unsigned lookups;
	bool ends; /* the last term matches without DNS */
	/* The modifiers; their spec is NULL when the record has none. */
	struct spf_term redirect, explanation;
};

/*
 * Reads a whole record. Returns whether its syntax is valid, so that spf_record_next() never
 * returns -1. Else what_r is the error (a constant) and term_r the term.
 */
bool spf_record_digest(const char *record, size_t size, const struct spf_query *query,
		       struct spf_digest *digest_r, const char **what_r, struct spf_term *term_r);

/* Whether evaluating this term asks DNS, and so counts (section 4.6.4). */
bool spf_term_is_lookup(const struct spf_term *term);

/* Whether an address is in a network. */
bool spf_network_has(const unsigned char *network, unsigned bits, const unsigned char *address);

#endif
