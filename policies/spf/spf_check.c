/* SPDX-License-Identifier: BSD-2-Clause */
/* check_host() of RFC 7208, section 4: our own engine. */
#include "spf_check.h"

#include <string.h>

/* One evaluation. */
struct check {
	struct mg_call *call;
	const struct spf_query *query;
	struct spf_outcome *outcome;
	unsigned lookups, voids;
	struct spf_hosts hosts;
	const char *explained; /* the domain whose record's explanation counts; NULL for none */
	struct spf_term explanation;
};

/* The result of a mechanism. */
enum match { NO_MATCH, MATCH, TEMPORARY, PERMANENT };

/* A record under evaluation. */
struct record {
	const char *domain;
	unsigned depth; /* of nested includes */
	struct spf_digest digest;
};

static enum spf_result check_domain(struct check *check, const char *domain, unsigned depth);

/* ---- Questions ---- */

/* Counts a look-up. Returns PERMANENT when it is one too many. */
static enum match lookup_count(struct check *check)
{
	if (++check->lookups <= SPF_LOOKUPS_MAX)
		return MATCH;
	check->outcome->problem = "more than 10 terms that ask DNS";
	return PERMANENT;
}

static enum match lookup_failed(struct check *check, const char *name,
				const struct mg_dns_answer *answer)
{
	check->outcome->problem =
		mg_printf(check->call, MG_EVENT, "DNS: %s: %s", name, answer->why);
	check->hosts.late = check->hosts.late || spf_is_late(answer);
	return TEMPORARY;
}

/* When no host has matched: NO_MATCH, or TEMPORARY if the answer about one was late. */
static enum match hosts_status(struct check *check)
{
	if (!check->hosts.late)
		return NO_MATCH;
	check->outcome->problem = SPF_HOSTS_LATE;
	return TEMPORARY;
}

/* The result of a term from the answer to its question; MATCH: the answer has records. */
static enum match lookup_status(struct check *check, const char *name,
				const struct mg_dns_answer *answer)
{
	if (answer->status == MG_DNS_FOUND)
		return MATCH;
	if (answer->status != MG_DNS_NODATA && answer->status != MG_DNS_NXDOMAIN)
		return lookup_failed(check, name, answer);
	if (++check->voids <= SPF_VOIDS_MAX)
		return NO_MATCH;
	check->outcome->problem = "more than 2 look-ups that found nothing";
	return PERMANENT;
}

/* ---- Mechanisms ---- */

/* Makes the name that a term asks for. Returns false when DNS cannot carry it. */
static bool target_name(struct check *check, const struct record *record,
			const struct spf_term *term, char name_r[SPF_NAME_MAX + 1])
{
	struct spf_macros macros = { .query = check->query, .domain = record->domain };

	if (!term->spec) {
		strcpy(name_r, record->domain);
		return true;
	}
	if (spf_macro_has(term->spec, term->spec_size, 'p'))
		macros.validated = spf_validated_name(&check->hosts, record->domain);
	return spf_macro_name(&macros, term->spec, term->spec_size, name_r);
}

static unsigned term_bits(const struct check *check, const struct spf_term *term)
{
	return check->query->family == AF_INET ? term->cidr4 : term->cidr6;
}

static enum match match_a(struct check *check, const struct spf_term *term, const char *name)
{
	const struct mg_dns_answer *answer =
		mg_dns(check->call, name, spf_address_type(check->query));
	const enum match status = lookup_status(check, name, answer);

	if (status != MATCH)
		return status;
	return spf_answer_has(check->query, answer, term_bits(check, term)) ? MATCH : NO_MATCH;
}

static enum match match_exists(struct check *check, const char *name)
{
	return lookup_status(check, name, mg_dns(check->call, name, MG_DNS_A));
}

/* One matching host is enough. Their order is arbitrary, so failures before it do not matter. */
static enum match match_hosts(struct check *check, const struct spf_term *term,
			      const struct mg_dns_answer *mx)
{
	const enum mg_dns_type type = spf_address_type(check->query);
	enum match match = NO_MATCH;

	spf_hosts_ask(&check->hosts, mx, NULL);
	for (size_t i = 0; i < mx->n; i++) {
		const char *host = mx->records[i].text;
		const struct mg_dns_answer *answer;

		if (mx->records[i].size == 0) /* a null MX */
			continue;
		answer = mg_dns(check->call, host, type);
		if (spf_answer_has(check->query, answer, term_bits(check, term))) {
			check->hosts.late = false; /* a late answer before it no longer matters */
			return MATCH;
		}
		if (answer->status == MG_DNS_FAILED || answer->status == MG_DNS_LATE)
			match = lookup_failed(check, host, answer);
	}
	return match;
}

static enum match match_mx(struct check *check, const struct spf_term *term, const char *name)
{
	const struct mg_dns_answer *answer = mg_dns(check->call, name, MG_DNS_MX);
	const enum match status = lookup_status(check, name, answer);

	if (status != MATCH)
		return status;
	if (answer->n <= SPF_MX_MAX)
		return match_hosts(check, term, answer);
	check->outcome->problem =
		mg_printf(check->call, MG_EVENT, "%s has more than 10 MX records", name);
	return PERMANENT;
}

/*
 * These look-ups concern the client, not the sender. A failure only means that nothing matches
 * (section 5.5).
 */
static enum match match_ptr(struct check *check, const char *name)
{
	const char *reverse = spf_reverse_name(check->call, check->query);
	const struct mg_dns_answer *answer = mg_dns(check->call, reverse, MG_DNS_PTR);

	if (spf_is_late(answer))
		return lookup_failed(check, reverse, answer);
	if (answer->status == MG_DNS_FAILED || answer->status == MG_DNS_LATE)
		return NO_MATCH;
	if (answer->status != MG_DNS_FOUND)
		return lookup_status(check, reverse, answer);
	return spf_validated_below(&check->hosts, answer, name) ? MATCH : hosts_status(check);
}

static enum match match_include(struct check *check, const struct record *record, const char *name)
{
	switch (check_domain(check, name, record->depth + 1)) {
	case SPF_PASS:
		return MATCH;
	case SPF_TEMPERROR:
	case SPF_LATE:
		return TEMPORARY;
	case SPF_NONE:
		check->outcome->problem =
			mg_printf(check->call, MG_EVENT, "%s has no SPF record", name);
		return PERMANENT;
	case SPF_PERMERROR:
		return PERMANENT;
	default:
		return NO_MATCH;
	}
}

/*
 * A term whose name DNS cannot carry does not match; an include of such a name has no record, which
 * is an error.
 */
static enum match match_no_name(struct check *check, const struct spf_term *term)
{
	if (term->kind != SPF_INCLUDE)
		return NO_MATCH;
	check->outcome->problem = "an include of an invalid domain name";
	return PERMANENT;
}

static enum match match_lookup(struct check *check, const struct record *record,
			       const struct spf_term *term)
{
	char name[SPF_NAME_MAX + 1];
	const enum match counted = lookup_count(check);

	if (counted != MATCH)
		return counted;
	if (!target_name(check, record, term, name))
		return match_no_name(check, term);
	if (check->hosts.late)
		return hosts_status(check);
	switch (term->kind) {
	case SPF_A:
		return match_a(check, term, name);
	case SPF_MX:
		return match_mx(check, term, name);
	case SPF_PTR:
		return match_ptr(check, name);
	case SPF_EXISTS:
		return match_exists(check, name);
	default:
		return match_include(check, record, name);
	}
}

/* ---- Records ---- */

static enum spf_result check_redirect(struct check *check, const struct record *record,
				      const struct spf_term *term)
{
	char name[SPF_NAME_MAX + 1];
	enum spf_result result = SPF_NONE;

	if (lookup_count(check) != MATCH)
		return SPF_PERMERROR;
	if (target_name(check, record, term, name) && !check->hosts.late)
		result = check_domain(check, name, record->depth);
	if (result != SPF_NONE)
		return result;
	if (hosts_status(check) == TEMPORARY)
		return SPF_TEMPERROR;
	check->outcome->problem = "a redirect to a domain without an SPF record";
	return SPF_PERMERROR;
}

static enum spf_result qualified_result(char qualifier)
{
	return qualifier == '+'   ? SPF_PASS
	       : qualifier == '-' ? SPF_FAIL
	       : qualifier == '~' ? SPF_SOFTFAIL
				  : SPF_NEUTRAL;
}

/*
 * The sender's own record shows which term matched; and the explanation is its own (section 6.2).
 */
static void note_match(struct check *check, const struct record *record,
		       const struct spf_term *term)
{
	const struct spf_term *explanation = &record->digest.explanation;

	if (record->depth > 0)
		return;
	check->outcome->mechanism =
		term ? mg_printf(check->call, MG_EVENT, "%.*s", (int)term->size, term->text)
		     : "default";
	if (!explanation->spec)
		return;
	check->explained = mg_printf(check->call, MG_EVENT, "%s", record->domain);
	check->explanation = *explanation;
}

static enum spf_result check_terms(struct check *check, const struct record *record)
{
	const struct spf_digest *digest = &record->digest;

	for (unsigned i = 0; i < digest->n; i++) {
		const struct spf_term *term = &digest->terms[i];

		switch (spf_term_is_lookup(term) ? match_lookup(check, record, term) : MATCH) {
		case NO_MATCH:
			continue;
		case MATCH:
			note_match(check, record, term);
			return qualified_result(term->qualifier);
		case TEMPORARY:
			return SPF_TEMPERROR;
		case PERMANENT:
			return SPF_PERMERROR;
		}
	}
	if (digest->redirect.spec)
		return check_redirect(check, record, &digest->redirect);
	note_match(check, record, NULL);
	return SPF_NEUTRAL;
}

const char *spf_record_problem(struct mg_call *call, const char *domain, const char *what,
			       const struct spf_term *where)
{
	return mg_printf(call, MG_EVENT, "the record of %s: %s%s%.*s", domain, what,
			 where->size ? ": " : "", where->size > 100 ? 100 : (int)where->size,
			 where->text);
}

static enum spf_result check_record(struct check *check, struct record *record, const char *text,
				    size_t size)
{
	const char *what;
	struct spf_term term;

	if (spf_record_digest(text, size, check->query, &record->digest, &what, &term))
		return check_terms(check, record);
	check->outcome->problem = spf_record_problem(check->call, record->domain, what, &term);
	return SPF_PERMERROR;
}

static enum spf_result check_domain(struct check *check, const char *domain, unsigned depth)
{
	const struct mg_dns_answer *answer;
	struct record record;
	const char *text;
	size_t size;

	if (!spf_is_domain(domain))
		return SPF_NONE;
	answer = mg_dns(check->call, domain, MG_DNS_TXT);
	if (answer->status == MG_DNS_FAILED || answer->status == MG_DNS_LATE) {
		lookup_failed(check, domain, answer);
		return SPF_TEMPERROR;
	}
	record.domain = domain;
	record.depth = depth;
	switch (spf_record_select(answer, &text, &size)) {
	case SPF_ONE:
		return check_record(check, &record, text, size);
	case SPF_SEVERAL:
		check->outcome->problem =
			mg_printf(check->call, MG_EVENT, "%s has several SPF records", domain);
		return SPF_PERMERROR;
	default:
		return SPF_NONE;
	}
}

void spf_check_host(struct mg_call *call, const struct spf_query *query, const char *explanation,
		    struct spf_outcome *outcome_r)
{
	struct check check = { .call = call,
			       .query = query,
			       .outcome = outcome_r,
			       .hosts = { .call = call, .query = query } };

	*outcome_r = (struct spf_outcome){ .mechanism = "", .explanation = "", .problem = "" };
	outcome_r->result = check_domain(&check, query->domain, 0);
	if (outcome_r->result == SPF_TEMPERROR && check.hosts.late)
		outcome_r->result = SPF_LATE;
	if (outcome_r->result < SPF_TEMPERROR)
		outcome_r->problem = "";
	if (outcome_r->result == SPF_FAIL)
		outcome_r->explanation =
			spf_explain(&check.hosts, check.explained ? check.explained : query->domain,
				    check.explained ? check.explanation.spec : NULL,
				    check.explanation.spec_size, explanation);
}
