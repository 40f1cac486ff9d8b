/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The addresses of hosts, the client's validated names (RFC 7208, sections 5.5 and 7.3), and
 * explanations (section 6.2).
 */
#include "spf_validated.h"

#include <string.h>
#include <strings.h>

#include "spf_check.h"

bool spf_is_late(const struct mg_dns_answer *answer)
{
	return answer->status == MG_DNS_LATE && answer->late != MG_DNS_NO_ANSWER;
}

bool spf_is_domain(const char *domain)
{
	return domain[0] != '[' && strchr(domain, '.') && spf_name_is_valid(domain);
}

bool spf_name_is_below(const char *name, const char *domain)
{
	const size_t size = strlen(name);
	const size_t domain_size = strlen(domain);

	return size >= domain_size && strcasecmp(name + size - domain_size, domain) == 0 &&
	       (size == domain_size || name[size - domain_size - 1] == '.');
}

/* ---- Addresses ---- */

enum mg_dns_type spf_address_type(const struct spf_query *query)
{
	return query->family == AF_INET ? MG_DNS_A : MG_DNS_AAAA;
}

bool spf_answer_has(const struct spf_query *query, const struct mg_dns_answer *answer,
		    unsigned bits)
{
	for (size_t i = 0; i < answer->n; i++) {
		const void *address = query->family == AF_INET
					      ? (const void *)&answer->records[i].u.a
					      : (const void *)&answer->records[i].u.aaaa;

		if (spf_network_has(address, bits, query->address))
			return true;
	}
	return false;
}

const char *spf_reverse_name(struct mg_call *call, const struct spf_query *query)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (query->family == AF_INET) {
		memcpy(&in4.sin_addr, query->address, 4);
		return mg_dns_reverse(call, (const struct sockaddr *)&in4, NULL);
	}
	memcpy(&in6.sin6_addr, query->address, 16);
	return mg_dns_reverse(call, (const struct sockaddr *)&in6, NULL);
}

/* ---- Hosts ---- */

/* How many records count: the first SPF_PTR_MAX names of the client; an MX never has more. */
static size_t names_considered(const struct mg_dns_answer *answer)
{
	return answer->n < SPF_PTR_MAX ? answer->n : SPF_PTR_MAX;
}

/* A name that is not below the domain cannot match, so its addresses are not asked for. */
static bool is_wanted(const struct mg_dns_record *record, const char *domain)
{
	return record->size > 0 && (!domain || spf_name_is_below(record->text, domain));
}

void spf_hosts_ask(const struct spf_hosts *hosts, const struct mg_dns_answer *answer,
		   const char *domain)
{
	const enum mg_dns_type type = spf_address_type(hosts->query);

	for (size_t i = 0; i < names_considered(answer); i++)
		if (is_wanted(&answer->records[i], domain))
			mg_dns_prefetch(hosts->call, answer->records[i].text, type);
}

/* ---- Validated names ---- */

static bool name_is_validated(struct spf_hosts *hosts, const char *name)
{
	const struct mg_dns_answer *answer =
		mg_dns(hosts->call, name, spf_address_type(hosts->query));

	hosts->late = hosts->late || spf_is_late(answer);
	return spf_answer_has(hosts->query, answer, hosts->query->family == AF_INET ? 32 : 128);
}

bool spf_validated_below(struct spf_hosts *hosts, const struct mg_dns_answer *ptr,
			 const char *domain)
{
	spf_hosts_ask(hosts, ptr, domain);
	for (size_t i = 0; i < names_considered(ptr); i++) {
		if (!is_wanted(&ptr->records[i], domain) ||
		    !name_is_validated(hosts, ptr->records[i].text))
			continue;
		hosts->late = false; /* the late answer of another name no longer matters */
		return true;
	}
	return false;
}

/* The rank of a name for the macro p: the domain itself, a name below it, any other. */
static unsigned name_rank(const char *name, const char *domain)
{
	return strcasecmp(name, domain) == 0 ? 0 : spf_name_is_below(name, domain) ? 1 : 2;
}

const char *spf_validated_name(struct spf_hosts *hosts, const char *domain)
{
	const struct mg_dns_answer *ptr =
		mg_dns(hosts->call, spf_reverse_name(hosts->call, hosts->query), MG_DNS_PTR);

	hosts->late = hosts->late || spf_is_late(ptr);
	spf_hosts_ask(hosts, ptr, NULL);
	for (unsigned rank = 0; rank <= 2; rank++)
		for (size_t i = 0; i < names_considered(ptr); i++)
			if (is_wanted(&ptr->records[i], NULL) &&
			    name_rank(ptr->records[i].text, domain) == rank &&
			    name_is_validated(hosts, ptr->records[i].text))
				return ptr->records[i].text;
	return "unknown";
}

/* ---- Explanations ---- */

static const char *expand_text(struct spf_hosts *hosts, const char *domain, const char *text,
			       size_t size)
{
	struct spf_macros macros = { .query = hosts->query, .domain = domain };
	char *expanded = mg_alloc(hosts->call, MG_EVENT, SPF_TEXT_MAX + 1);

	if (spf_macro_has(text, size, 'p'))
		macros.validated = spf_validated_name(hosts, domain);
	spf_macro_text(&macros, text, size, expanded);
	return expanded;
}

/* Any error here means the same as a domain without an explanation. */
const char *spf_explain(struct spf_hosts *hosts, const char *domain, const char *spec, size_t size,
			const char *otherwise)
{
	struct spf_macros macros = { .query = hosts->query, .domain = domain };
	const struct mg_dns_answer *answer;
	char name[SPF_NAME_MAX + 1];

	if (spec && spf_macro_has(spec, size, 'p'))
		macros.validated = spf_validated_name(hosts, domain);
	if (spec && spf_macro_name(&macros, spec, size, name)) {
		answer = mg_dns(hosts->call, name, MG_DNS_TXT);
		if (answer->n == 1 && answer->records[0].size > 0 &&
		    answer->records[0].size <= SPF_RECORD_MAX &&
		    spf_macro_is_explanation(answer->records[0].text, answer->records[0].size))
			return expand_text(hosts, domain, answer->records[0].text,
					   answer->records[0].size);
	}
	return expand_text(hosts, domain, otherwise, strlen(otherwise));
}
