/* SPDX-License-Identifier: BSD-2-Clause */
/* The client's validated names (RFC 7208, sections 5.5 and 7.3), and explanations (section 6.2). */
#include "spf_validated.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "spf_check.h"
#include "spf_record.h"

char *spf_printf(struct mg_call *call, const char *fmt, ...)
{
	va_list args, again;
	char *text;
	int size;

	va_start(args, fmt);
	va_copy(again, args);
	size = vsnprintf(NULL, 0, fmt, args);
	text = mg_alloc(call, MG_CALL, size < 0 ? 1 : (size_t)size + 1);
	text[0] = '\0';
	if (size >= 0)
		vsnprintf(text, (size_t)size + 1, fmt, again);
	va_end(again);
	va_end(args);
	return text;
}

/* Waiting for an answer ends within a millisecond of the deadline, on either side. */
bool spf_is_late(const struct mg_call *call)
{
	return mg_now(call) + 2 >= mg_deadline(call);
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

/* ---- Validated names ---- */

static bool name_is_validated(struct mg_call *call, const struct spf_query *query, const char *name)
{
	const struct mg_dns_answer *answer = mg_dns(call, name, spf_address_type(query));

	return spf_answer_has(query, answer, query->family == AF_INET ? 32 : 128);
}

/* Of the names of the client, the first SPF_PTR_MAX count. */
static size_t names_considered(const struct mg_dns_answer *ptr)
{
	return ptr->n < SPF_PTR_MAX ? ptr->n : SPF_PTR_MAX;
}

bool spf_validated_below(struct mg_call *call, const struct spf_query *query,
			 const struct mg_dns_answer *ptr, const char *domain)
{
	const size_t n = names_considered(ptr);

	/* A name that is not below the domain cannot match: it need not be asked for. */
	for (size_t i = 0; i < n; i++)
		if (spf_name_is_below(ptr->records[i].text, domain))
			mg_dns_prefetch(call, ptr->records[i].text, spf_address_type(query));
	for (size_t i = 0; i < n; i++)
		if (spf_name_is_below(ptr->records[i].text, domain) &&
		    name_is_validated(call, query, ptr->records[i].text))
			return true;
	return false;
}

/* How well a name serves as the macro p: the domain itself, one below it, any. */
static unsigned name_rank(const char *name, const char *domain)
{
	return strcasecmp(name, domain) == 0 ? 0 : spf_name_is_below(name, domain) ? 1 : 2;
}

const char *spf_validated_name(struct mg_call *call, const struct spf_query *query,
			       const char *domain)
{
	const struct mg_dns_answer *ptr = mg_dns(call, spf_reverse_name(call, query), MG_DNS_PTR);
	const size_t n = names_considered(ptr);

	for (size_t i = 0; i < n; i++)
		mg_dns_prefetch(call, ptr->records[i].text, spf_address_type(query));
	for (unsigned rank = 0; rank <= 2; rank++)
		for (size_t i = 0; i < n; i++)
			if (name_rank(ptr->records[i].text, domain) == rank &&
			    name_is_validated(call, query, ptr->records[i].text))
				return ptr->records[i].text;
	return "unknown";
}

/* ---- Explanations ---- */

static const char *expand_text(struct mg_call *call, const struct spf_query *query,
			       const char *domain, const char *text, size_t size)
{
	struct spf_macros macros = { .query = query, .domain = domain };
	char *expanded = mg_alloc(call, MG_CALL, SPF_TEXT_MAX + 1);

	if (spf_macro_has(text, size, 'p'))
		macros.validated = spf_validated_name(call, query, domain);
	spf_macro_text(&macros, text, size, expanded);
	return expanded;
}

/* Anything that goes wrong here is as if the domain had no explanation. */
const char *spf_explain(struct mg_call *call, const struct spf_query *query, const char *domain,
			const char *spec, size_t size, const char *otherwise)
{
	struct spf_macros macros = { .query = query, .domain = domain };
	const struct mg_dns_answer *answer;
	char name[SPF_NAME_MAX + 1];

	if (spec && spf_macro_has(spec, size, 'p'))
		macros.validated = spf_validated_name(call, query, domain);
	if (spec && spf_macro_name(&macros, spec, size, name)) {
		answer = mg_dns(call, name, MG_DNS_TXT);
		if (answer->n == 1 && answer->records[0].size > 0 &&
		    answer->records[0].size <= SPF_RECORD_MAX &&
		    spf_macro_is_explanation(answer->records[0].text, answer->records[0].size))
			return expand_text(call, query, domain, answer->records[0].text,
					   answer->records[0].size);
	}
	return expand_text(call, query, domain, otherwise, strlen(otherwise));
}
