/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks the DNS questions of an evaluation ahead of it: from each record as it arrives, the
 * questions of all its terms at once (bounds: RFC 7208, section 4.6.4). Nothing is decided here: a
 * question left out only costs time.
 */
#include "spf_check.h"

#include <string.h>

/* A query in one piece of memory, so that a walk can copy it. */
struct packed {
	struct spf_query query;           /* its strings point to the places below */
	size_t local, domain, helo, name; /* places in text, which begins with the sender */
	char text[];
};

static size_t packed_add(char *text, size_t *size, const char *string)
{
	const size_t at = *size;

	*size += strlen(string) + 1;
	if (text)
		strcpy(text + at, string);
	return at;
}

static size_t packed_fill(struct packed *packed, const struct spf_query *query, const char *reverse)
{
	char *text = packed ? packed->text : NULL;
	struct packed places;
	size_t size = 0;

	packed_add(text, &size, query->sender);
	places.local = packed_add(text, &size, query->local);
	places.domain = packed_add(text, &size, query->domain);
	places.helo = packed_add(text, &size, query->helo);
	places.name = packed_add(text, &size, reverse);
	if (packed) {
		packed->query = *query;
		packed->local = places.local;
		packed->domain = places.domain;
		packed->helo = places.helo;
		packed->name = places.name;
	}
	return sizeof(*packed) + size;
}

static struct spf_query packed_query(const struct packed *packed)
{
	struct spf_query query = packed->query;

	query.sender = packed->text;
	query.local = packed->text + packed->local;
	query.domain = packed->text + packed->domain;
	query.helo = packed->text + packed->helo;
	query.receiver = "unknown";
	return query;
}

/* ---- Answers ---- */

static void ahead_mx(struct mg_dns_walk *walk, const char *name, const struct mg_dns_answer *answer,
		     const void *data, const void *self)
{
	const struct packed *packed = data;

	(void)name;
	(void)self;
	for (size_t i = 0; answer->n <= SPF_MX_MAX && i < answer->n; i++)
		if (answer->records[i].size > 0)
			mg_dns_walk_last(walk, answer->records[i].text,
					 spf_address_type(&packed->query));
}

/*
 * Asks for the addresses of the client's names. Evaluation needs only names that can match: of
 * several there may be none.
 */
static void ahead_ptr(struct mg_dns_walk *walk, const char *name,
		      const struct mg_dns_answer *answer, const void *data, const void *self)
{
	const struct packed *packed = data;

	(void)name;
	(void)self;
	if (answer->n == 1)
		mg_dns_walk_last(walk, answer->records[0].text, spf_address_type(&packed->query));
}

static void ahead_record(struct mg_dns_walk *walk, const char *name,
			 const struct mg_dns_answer *answer, const void *data, const void *self);

static void ahead_ask(struct mg_dns_walk *walk, const char *name, enum spf_kind kind,
		      const struct packed *packed)
{
	switch (kind) {
	case SPF_A:
		mg_dns_walk_ask(walk, name, spf_address_type(&packed->query), NULL);
		break;
	case SPF_MX:
		mg_dns_walk_ask(walk, name, MG_DNS_MX, ahead_mx);
		break;
	case SPF_EXISTS:
		mg_dns_walk_ask(walk, name, MG_DNS_A, NULL);
		break;
	default:
		if (spf_is_domain(name))
			mg_dns_walk_ask(walk, name, MG_DNS_TXT, ahead_record);
		break;
	}
}

static void ahead_term(struct mg_dns_walk *walk, const char *domain, const struct spf_term *term,
		       const struct packed *packed)
{
	const struct spf_query query = packed_query(packed);
	const struct spf_macros macros = { .query = &query, .domain = domain };
	char name[SPF_NAME_MAX + 1];

	if (term->kind == SPF_PTR ||
	    (term->spec && spf_macro_has(term->spec, term->spec_size, 'p')))
		mg_dns_walk_ask(walk, packed->text + packed->name, MG_DNS_PTR, ahead_ptr);
	else if (!term->spec)
		ahead_ask(walk, domain, term->kind, packed);
	else if (spf_macro_name(&macros, term->spec, term->spec_size, name))
		ahead_ask(walk, name, term->kind, packed);
}

static void ahead_record(struct mg_dns_walk *walk, const char *name,
			 const struct mg_dns_answer *answer, const void *data, const void *self)
{
	const struct packed *packed = data;
	struct spf_digest digest;
	const char *text, *what;
	struct spf_term term;
	size_t size;

	(void)self;
	if (spf_record_select(answer, &text, &size) != SPF_ONE ||
	    !spf_record_digest(text, size, &packed->query, &digest, &what, &term))
		return;
	for (unsigned i = 0; i < digest.lookups && i < SPF_LOOKUPS_MAX; i++)
		ahead_term(walk, name, &digest.terms[i], packed);
	if (digest.redirect.spec && !digest.ends && digest.lookups < SPF_LOOKUPS_MAX)
		ahead_term(walk, name, &digest.redirect, packed);
}

void spf_ask_ahead(struct mg_call *call, const struct spf_query *query)
{
	const char *reverse = spf_reverse_name(call, query);
	const size_t size = packed_fill(NULL, query, reverse);
	struct packed *packed;

	if (!spf_is_domain(query->domain))
		return;
	packed = mg_alloc(call, MG_EVENT, size);
	packed_fill(packed, query, reverse);
	mg_dns_walk(call, SPF_AHEAD_MAX, packed, size, query->domain, MG_DNS_TXT, ahead_record);
}
