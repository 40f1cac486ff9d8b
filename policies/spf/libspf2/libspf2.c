/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine libspf2, with guards against its faults: it gets records that were validated,
 * shortened and rewritten (rewrite.h), and its DNS layer is this one, which counts the limits of
 * RFC 7208, section 4.6.4. Errors are decided here: the library then gets an empty answer, and its
 * result is not used.
 */
#include "../spf_check.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

/* The library's headers need these definitions. */
#define HAVE_NS_TYPE 1
#define HAVE_NETDB_H 1
#include <sys/types.h>
#include <netinet/in.h>
#include <arpa/nameser.h>
#include <spf2/spf.h>
#include <spf2/spf_dns.h>
#include <spf2/spf_dns_rr.h>

#include "rewrite.h"
#include "../spf_validated.h"

/* Named in the table of spf_engines.c. */
spf_check spf_check_libspf2;

#define ANSWER_TTL 60
#define RECEIVER "receiver" SPF_STANDIN_ZONE
#define NO_LIMIT 1000 /* for the library's own limit, which it counts anew in each include */

struct libspf2 {
	struct spf_standins standins;
	struct spf_outcome *outcome;
	enum spf_result forced; /* an error that decides; SPF_NONE: none */
	unsigned lookups, voids;
	struct spf_hosts hosts;
	const char *explained; /* the domain whose record's explanation counts */
	struct spf_term explanation;
	SPF_dns_server_t layer;
};

static void force(struct libspf2 *libspf2, enum spf_result result, const char *problem)
{
	if (libspf2->forced != SPF_NONE)
		return;
	libspf2->forced = result;
	libspf2->outcome->problem = problem;
}

static void force_failed(struct libspf2 *libspf2, const char *name,
			 const struct mg_dns_answer *answer)
{
	if (libspf2->forced == SPF_NONE)
		libspf2->hosts.late = spf_is_late(answer);
	force(libspf2, SPF_TEMPERROR,
	      mg_printf(libspf2->standins.call, MG_EVENT, "DNS: %s: %s", name, answer->why));
}

/* Whether late answers about the client's names leave the match open: that is the result then. */
static bool is_undecided(struct libspf2 *libspf2)
{
	if (libspf2->hosts.late)
		force(libspf2, SPF_TEMPERROR, SPF_HOSTS_LATE);
	return libspf2->hosts.late;
}

/* Whether an answer has records. An empty one counts as void look-up, a failed one is an error. */
static bool is_found(struct libspf2 *libspf2, const char *name, const struct mg_dns_answer *answer)
{
	if (answer->status == MG_DNS_FAILED || answer->status == MG_DNS_LATE)
		force_failed(libspf2, name, answer);
	else if (answer->status != MG_DNS_FOUND && ++libspf2->voids > SPF_VOIDS_MAX)
		force(libspf2, SPF_PERMERROR, "more than 2 look-ups that found nothing");
	return answer->status == MG_DNS_FOUND && libspf2->forced == SPF_NONE;
}

/* ---- Answers in the library's form ---- */

static SPF_dns_rr_t *nothing(struct libspf2 *libspf2, const char *name, ns_type type)
{
	SPF_dns_rr_t *rr =
		SPF_dns_rr_new_init(&libspf2->layer, name, type, ANSWER_TTL, HOST_NOT_FOUND);

	/* The library ends the process when it gets NULL; without memory nothing better is left. */
	return rr;
}

static void rr_add(SPF_dns_rr_t *rr, const void *data, size_t size)
{
	/* The first bytes of an entry are its data, whichever member of the union. */
	if (SPF_dns_rr_buf_realloc(rr, rr->num_rr,
				   size < sizeof(struct in6_addr) ? sizeof(struct in6_addr)
								  : size) != SPF_E_SUCCESS)
		return;
	memcpy(rr->rr[rr->num_rr], data, size);
	rr->num_rr++;
	rr->herrno = NETDB_SUCCESS;
}

static SPF_dns_rr_t *rr_text(struct libspf2 *libspf2, const char *name, ns_type type,
			     const char *text)
{
	SPF_dns_rr_t *rr = nothing(libspf2, name, type);

	if (rr)
		rr_add(rr, text, strlen(text) + 1);
	return rr;
}

static SPF_dns_rr_t *rr_addresses(struct libspf2 *libspf2, const char *name, ns_type type,
				  const struct mg_dns_answer *answer)
{
	SPF_dns_rr_t *rr = nothing(libspf2, name, type);

	for (size_t i = 0; rr && i < answer->n; i++) {
		unsigned char bytes[16];
		const size_t size = type == ns_t_a ? 4 : 16;

		memcpy(bytes, &answer->records[i].u, size);
		bytes[0] ^= libspf2->standins.flip;
		rr_add(rr, bytes, size);
	}
	return rr;
}

/* The answer to "exists": any address means yes. */
static SPF_dns_rr_t *rr_yes(struct libspf2 *libspf2, const char *name, bool is_yes)
{
	const struct in_addr address = { .s_addr = htonl(INADDR_LOOPBACK + 1) };
	SPF_dns_rr_t *rr = nothing(libspf2, name, ns_t_a);

	if (rr && is_yes)
		rr_add(rr, &address, sizeof(address));
	return rr;
}

/* ---- Terms ---- */

static bool target_name(struct libspf2 *libspf2, const struct spf_standin *standin,
			char name_r[SPF_NAME_MAX + 1])
{
	const struct spf_query *query = libspf2->standins.query;
	const struct spf_term *term = &standin->term;
	struct spf_macros macros = { .query = query, .domain = standin->domain };

	if (!term->spec) {
		strcpy(name_r, standin->domain);
		return true;
	}
	if (spf_macro_has(term->spec, term->spec_size, 'p'))
		macros.validated = spf_validated_name(&libspf2->hosts, standin->domain);
	return spf_macro_name(&macros, term->spec, term->spec_size, name_r);
}

static bool ptr_matches(struct libspf2 *libspf2, const char *name)
{
	struct mg_call *call = libspf2->standins.call;
	const char *reverse = spf_reverse_name(call, libspf2->standins.query);
	const struct mg_dns_answer *answer = mg_dns(call, reverse, MG_DNS_PTR);

	if (spf_is_late(answer))
		force_failed(libspf2, reverse, answer);
	if (answer->status == MG_DNS_FAILED || answer->status == MG_DNS_LATE ||
	    !is_found(libspf2, reverse, answer))
		return false;
	if (spf_validated_below(&libspf2->hosts, answer, name))
		return true;
	is_undecided(libspf2);
	return false;
}

/* The order in which the library gets the hosts of an MX. */
enum rank { HAS_ADDRESS, IS_LATE, HAS_FAILED, HAS_NONE };

static enum rank rank_of(const struct mg_dns_answer *answer)
{
	if (answer->status == MG_DNS_FOUND)
		return HAS_ADDRESS;
	if (spf_is_late(answer))
		return IS_LATE;
	return answer->status == MG_DNS_FAILED || answer->status == MG_DNS_LATE ? HAS_FAILED
										: HAS_NONE;
}

/*
 * Sorts the hosts of an MX. Those whose look-up failed come last: they decide only if no other
 * matches.
 */
static SPF_dns_rr_t *answer_mx(struct libspf2 *libspf2, struct spf_standin *standin,
			       const char *asked, const char *name)
{
	const enum mg_dns_type type = spf_address_type(libspf2->standins.query);
	struct mg_call *call = libspf2->standins.call;
	SPF_dns_rr_t *rr = nothing(libspf2, asked, ns_t_mx);
	const struct mg_dns_answer *mx = mg_dns(call, name, MG_DNS_MX);
	enum rank ranks[SPF_MX_MAX];

	standin->mx = mx;
	if (!rr || !is_found(libspf2, name, mx))
		return rr;
	if (mx->n > SPF_MX_MAX) {
		force(libspf2, SPF_PERMERROR,
		      mg_printf(call, MG_EVENT, "%s has more than 10 MX records", name));
		return rr;
	}
	spf_hosts_ask(&libspf2->hosts, mx, NULL);
	for (size_t i = 0; i < mx->n; i++)
		ranks[i] = mx->records[i].size > 0
				   ? rank_of(mg_dns(call, mx->records[i].text, type))
				   : HAS_NONE;
	for (enum rank rank = HAS_ADDRESS; rank < HAS_NONE; rank++) {
		for (size_t i = 0; i < mx->n; i++) {
			const char *host = mg_printf(call, MG_EVENT, "%zu.%s", i, asked);

			if (ranks[i] == rank)
				rr_add(rr, host, strlen(host) + 1);
		}
	}
	return rr;
}

/* Whether a host of an MX has any address: for a prefix of length 0. */
static bool mx_has_address(struct libspf2 *libspf2, struct spf_standin *standin, const char *asked,
			   const char *name)
{
	SPF_dns_rr_t *rr = answer_mx(libspf2, standin, asked, name);
	const struct mg_dns_answer *answer;
	const char *host;
	bool found = false;

	if (rr && rr->num_rr > 0) {
		/* The hosts are sorted: if any has an address, the first has. */
		host = standin->mx->records[strtoul(rr->rr[0]->mx, NULL, 10)].text;
		answer = mg_dns(libspf2->standins.call, host,
				spf_address_type(libspf2->standins.query));
		found = answer->n > 0;
		if (!found)
			force_failed(libspf2, host, answer);
	}
	if (rr)
		SPF_dns_rr_free(rr);
	return found;
}

static SPF_dns_rr_t *answer_host(struct libspf2 *libspf2, const struct spf_standin *standin,
				 const char *asked, int host, ns_type type)
{
	const struct mg_dns_answer *answer;
	const char *name;

	if (!standin->mx || (size_t)host >= standin->mx->n)
		return nothing(libspf2, asked, type);
	name = standin->mx->records[host].text;
	answer = mg_dns(libspf2->standins.call, name, spf_address_type(libspf2->standins.query));
	if (answer->status == MG_DNS_FAILED || answer->status == MG_DNS_LATE)
		force_failed(libspf2, name, answer);
	return rr_addresses(libspf2, asked, type, answer);
}

static SPF_dns_rr_t *answer_a(struct libspf2 *libspf2, const struct spf_standin *standin,
			      const char *asked, const char *name, ns_type type)
{
	const enum mg_dns_type wanted = standin->term.kind == SPF_EXISTS
						? MG_DNS_A
						: spf_address_type(libspf2->standins.query);
	const struct mg_dns_answer *answer = mg_dns(libspf2->standins.call, name, wanted);
	const bool found = is_found(libspf2, name, answer);

	if (standin->term.kind == SPF_EXISTS || standin->any_address)
		return rr_yes(libspf2, asked, found);
	return found ? rr_addresses(libspf2, asked, type, answer) : nothing(libspf2, asked, type);
}

/* ---- Records ---- */

static void no_record(struct libspf2 *libspf2, const struct spf_standin *standin, const char *name)
{
	if (standin->number > 0)
		force(libspf2, SPF_PERMERROR,
		      mg_printf(libspf2->standins.call, MG_EVENT, "%s has no SPF record", name));
}

static SPF_dns_rr_t *answer_record(struct libspf2 *libspf2, const struct spf_standin *standin,
				   const char *asked, const char *name, const char *record,
				   size_t size)
{
	struct mg_call *call = libspf2->standins.call;
	const unsigned depth = standin->depth + (standin->term.kind == SPF_INCLUDE);
	const char *domain = mg_printf(call, MG_EVENT, "%s", name);
	struct spf_digest digest;
	struct spf_term wrong;
	const char *what, *text;

	if (!spf_record_digest(record, size, libspf2->standins.query, &digest, &what, &wrong)) {
		force(libspf2, SPF_PERMERROR, spf_record_problem(call, name, what, &wrong));
		return nothing(libspf2, asked, ns_t_txt);
	}
	text = spf_rewrite(&libspf2->standins, domain, depth, &digest);
	if (depth == 0) {
		libspf2->explained = domain;
		libspf2->explanation = digest.explanation;
	}
	return rr_text(libspf2, asked, ns_t_txt, text);
}

static SPF_dns_rr_t *answer_txt(struct libspf2 *libspf2, const struct spf_standin *standin,
				const char *asked, const char *name)
{
	const struct mg_dns_answer *answer = mg_dns(libspf2->standins.call, name, MG_DNS_TXT);
	const char *record;
	size_t size;

	if (answer->status == MG_DNS_FAILED || answer->status == MG_DNS_LATE) {
		force_failed(libspf2, name, answer);
		return nothing(libspf2, asked, ns_t_txt);
	}
	switch (spf_record_select(answer, &record, &size)) {
	case SPF_ONE:
		return answer_record(libspf2, standin, asked, name, record, size);
	case SPF_SEVERAL:
		force(libspf2, SPF_PERMERROR,
		      mg_printf(libspf2->standins.call, MG_EVENT, "%s has several SPF records",
				name));
		break;
	default:
		no_record(libspf2, standin, name);
		break;
	}
	return nothing(libspf2, asked, ns_t_txt);
}

/* ---- The layer ---- */

static SPF_dns_rr_t *answer_term(struct libspf2 *libspf2, struct spf_standin *standin,
				 const char *asked, ns_type type)
{
	const enum spf_kind kind = standin->term.kind;
	const bool is_record = kind == SPF_INCLUDE || kind == SPF_REDIRECT;
	char name[SPF_NAME_MAX + 1];
	const bool is_name = target_name(libspf2, standin, name);

	if (is_name && is_undecided(libspf2))
		return nothing(libspf2, asked, type);
	if (is_record && !(is_name && spf_is_domain(name)))
		force(libspf2, SPF_PERMERROR, "an include of, or a redirect to, an invalid name");
	if (!is_name || libspf2->forced != SPF_NONE)
		return nothing(libspf2, asked, type);
	if (type == ns_t_txt)
		return answer_txt(libspf2, standin, asked, name);
	if (type == ns_t_mx)
		return answer_mx(libspf2, standin, asked, name);
	if (kind == SPF_PTR)
		return rr_yes(libspf2, asked, ptr_matches(libspf2, name));
	if (kind == SPF_MX)
		return rr_yes(libspf2, asked, mx_has_address(libspf2, standin, asked, name));
	return answer_a(libspf2, standin, asked, name, type);
}

/* Whether this type belongs to the term: the library asks for the obsolete type SPF as well. */
static bool is_question_of(const struct spf_standin *standin, ns_type type)
{
	switch (standin->term.kind) {
	case SPF_INCLUDE:
	case SPF_REDIRECT:
		return type == ns_t_txt;
	case SPF_MX:
		return type == (standin->any_address ? ns_t_a : ns_t_mx);
	default:
		return type == ns_t_a || type == ns_t_aaaa;
	}
}

static SPF_dns_rr_t *layer_lookup(SPF_dns_server_t *layer, const char *name, ns_type type,
				  int should_cache)
{
	struct libspf2 *libspf2 = layer->hook;
	struct spf_standin *standin;
	int host;

	(void)should_cache;
	standin = spf_standin_find(&libspf2->standins, name, &host);
	if (!standin || libspf2->forced != SPF_NONE)
		return nothing(libspf2, name, type);
	if (host >= 0)
		return answer_host(libspf2, standin, name, host, type);
	if (!is_question_of(standin, type))
		return nothing(libspf2, name, type);
	if (!standin->counted && standin->number > 0 && ++libspf2->lookups > SPF_LOOKUPS_MAX) {
		force(libspf2, SPF_PERMERROR, "more than 10 terms that ask DNS");
		return nothing(libspf2, name, type);
	}
	standin->counted = true;
	return answer_term(libspf2, standin, name, type);
}

/* ---- The evaluation ---- */

static enum spf_result map_error(SPF_errcode_t error)
{
	if (error == SPF_E_NOT_SPF)
		return SPF_NONE;
	return error == SPF_E_DNS_ERROR || error == SPF_E_NO_MEMORY ? SPF_TEMPERROR : SPF_PERMERROR;
}

static enum spf_result map_result(SPF_response_t *response, SPF_errcode_t error)
{
	if (!response)
		return map_error(error);
	switch (SPF_response_result(response)) {
	case SPF_RESULT_NEUTRAL:
		return SPF_NEUTRAL;
	case SPF_RESULT_PASS:
		return SPF_PASS;
	case SPF_RESULT_FAIL:
		return SPF_FAIL;
	case SPF_RESULT_SOFTFAIL:
		return SPF_SOFTFAIL;
	case SPF_RESULT_NONE:
		return SPF_NONE;
	case SPF_RESULT_TEMPERROR:
		return SPF_TEMPERROR;
	case SPF_RESULT_PERMERROR:
		return SPF_PERMERROR;
	default:
		return map_error(error);
	}
}

static void set_client(SPF_request_t *request, const struct libspf2 *libspf2)
{
	const struct spf_query *query = libspf2->standins.query;
	unsigned char bytes[16];
	struct in_addr in4;
	struct in6_addr in6;

	memcpy(bytes, query->address, sizeof(bytes));
	bytes[0] ^= libspf2->standins.flip;
	memcpy(&in4, bytes, sizeof(in4));
	memcpy(&in6, bytes, sizeof(in6));
	if (query->family == AF_INET)
		SPF_request_set_ipv4(request, in4);
	else
		SPF_request_set_ipv6(request, in6);
}

static enum spf_result evaluate(struct libspf2 *libspf2)
{
	SPF_server_t *server = SPF_server_new_dns(&libspf2->layer, 0);
	SPF_request_t *request = server ? SPF_request_new(server) : NULL;
	SPF_response_t *response = NULL;
	enum spf_result result = SPF_TEMPERROR;

	if (request) {
		SPF_errcode_t error;

		SPF_server_set_rec_dom(server, RECEIVER);
		SPF_server_set_max_dns_mech(server, NO_LIMIT);
		SPF_server_set_max_dns_ptr(server, NO_LIMIT);
		SPF_server_set_max_dns_mx(server, NO_LIMIT);
		set_client(request, libspf2);
		SPF_request_set_helo_dom(request, "helo" SPF_STANDIN_ZONE);
		SPF_request_set_env_from(request, "postmaster@0" SPF_STANDIN_ZONE);
		error = SPF_request_query_mailfrom(request, &response);
		result = map_result(response, response ? SPF_response_errcode(response) : error);
		SPF_response_free(response);
		SPF_request_free(request);
	}
	if (server)
		SPF_server_free(server);
	return result;
}

/*
 * The library lets every client on the loopback interface pass. For such a client all addresses are
 * handed to it with their first bit inverted.
 */
static unsigned char flip_for(const struct spf_query *query)
{
	static const unsigned char loopback6[16] = { [15] = 1 };
	const bool is_loopback = query->family == AF_INET
					 ? query->address[0] == 127
					 : memcmp(query->address, loopback6, 16) == 0;

	return is_loopback ? 0x80 : 0;
}

void spf_check_libspf2(struct mg_call *call, const struct spf_query *query, const char *explanation,
		       struct spf_outcome *outcome_r)
{
	struct libspf2 libspf2 = {
		.standins = { .call = call, .query = query, .flip = flip_for(query) },
		.hosts = { .call = call, .query = query },
		.outcome = outcome_r
	};
	const struct spf_term first = { .kind = SPF_REDIRECT };

	*outcome_r = (struct spf_outcome){ .mechanism = "", .explanation = "", .problem = "" };
	if (!spf_is_domain(query->domain)) {
		outcome_r->result = SPF_NONE;
		return;
	}
	libspf2.layer.lookup = layer_lookup;
	libspf2.layer.name = "millgate";
	libspf2.layer.hook = &libspf2;
	spf_standin_new(&libspf2.standins, &first, query->domain, 0);
	outcome_r->result = evaluate(&libspf2);
	if (libspf2.forced != SPF_NONE)
		outcome_r->result = libspf2.forced;
	if (outcome_r->result == SPF_TEMPERROR && libspf2.hosts.late)
		outcome_r->result = SPF_LATE;
	if (outcome_r->result == SPF_FAIL)
		outcome_r->explanation = spf_explain(
			&libspf2.hosts,
			libspf2.explanation.spec ? libspf2.explained : query->domain,
			libspf2.explanation.spec, libspf2.explanation.spec_size, explanation);
}
