/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rewrites records for libspf2, which misreads some terms (RFC 7208, sections 4.6 and 5), and
 * forgets without an error what does not fit into 512 bytes once it is compiled. So it gets a
 * record's digest, which always fits, however long the record is.
 */
#include "rewrite.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../spf_check.h"

#define TERM_MAX 96

/* Each term of a digest, of which one may become two (put_address()), the redirect, the version. */
#define RECORD_MAX ((SPF_LOOKUPS_MAX + 5) * TERM_MAX)

/*
 * What the library makes of a term: 4 bytes for its kind, 4 for a prefix length, and an address or
 * 4 bytes and the name of a stand-in.
 */
#define COMPILED_TERM_MAX (4 + 4 + 4 + sizeof("1000" SPF_STANDIN_ZONE))
_Static_assert((SPF_LOOKUPS_MAX + 3) * COMPILED_TERM_MAX < 512, "libspf2 forgets terms");

struct output {
	char *text;
	size_t size;
};

static void output_term(struct output *output, char qualifier, const char *fmt, ...)
	MG_PRINTF(3, 4);

static void output_term(struct output *output, char qualifier, const char *fmt, ...)
{
	va_list args;

	output->text[output->size++] = ' ';
	if (qualifier && qualifier != '+')
		output->text[output->size++] = qualifier;
	va_start(args, fmt);
	output->size += (size_t)vsnprintf(output->text + output->size, TERM_MAX - 2, fmt, args);
	va_end(args);
}

/* ---- Stand-ins ---- */

struct spf_standin *spf_standin_new(struct spf_standins *standins, const struct spf_term *term,
				    const char *domain, unsigned depth)
{
	struct spf_standin *standin = mg_alloc(standins->call, MG_EVENT, sizeof(*standin));

	*standin = (struct spf_standin){
		.term = *term, .domain = domain, .depth = depth, .next = standins->last
	};
	standin->number = standins->last ? standins->last->number + 1 : 0;
	standins->last = standin;
	return standin;
}

struct spf_standin *spf_standin_find(const struct spf_standins *standins, const char *name,
				     int *host_r)
{
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	*host_r = -1;
	if (*end == '.' && end[1] >= '0' && end[1] <= '9') {
		*host_r = (int)number;
		number = strtoul(end + 1, &end, 10);
	}
	for (struct spf_standin *standin = standins->last; standin; standin = standin->next)
		if (standin->number == number && strcmp(end, SPF_STANDIN_ZONE) == 0)
			return standin;
	return NULL;
}

/* ---- Terms ---- */

/* libspf2 refuses /0: two networks, the halves of all addresses, mean the same. */
static void put_address(struct output *output, const struct spf_standins *standins,
			const struct spf_term *term)
{
	const int family = standins->query->family;
	const unsigned bits = family == AF_INET ? term->cidr4 : term->cidr6;
	const char *name = family == AF_INET ? "ip4" : "ip6";
	unsigned char address[16];
	char text[INET6_ADDRSTRLEN];

	if (bits == 0) {
		output_term(output, term->qualifier, "%s:%s/1", name,
			    family == AF_INET ? "0.0.0.0" : "::");
		output_term(output, term->qualifier, "%s:%s/1", name,
			    family == AF_INET ? "128.0.0.0" : "8000::");
		return;
	}
	memcpy(address, term->address, sizeof(address));
	address[0] ^= standins->flip;
	inet_ntop(family, address, text, sizeof(text));
	output_term(output, term->qualifier, "%s:%s/%u", name, text, bits);
}

/* Leaves only the client's family in the address lengths: no other addresses are looked up. */
static void put_hosts(struct output *output, const struct spf_standins *standins,
		      struct spf_standin *standin)
{
	const struct spf_term *term = &standin->term;
	const bool is_ip4 = standins->query->family == AF_INET;
	const unsigned bits = is_ip4 ? term->cidr4 : term->cidr6;

	standin->any_address = bits == 0;
	if (bits == 0)
		output_term(output, term->qualifier, "exists:%u%s", standin->number,
			    SPF_STANDIN_ZONE);
	else
		output_term(output, term->qualifier, "%s:%u%s%s/%u",
			    term->kind == SPF_A ? "a" : "mx", standin->number, SPF_STANDIN_ZONE,
			    is_ip4 ? "" : "/", bits);
}

/*
 * Replaces ptr by the question whether a validated name exists: the library would accept names that
 * were not validated.
 */
static void put_lookup(struct output *output, struct spf_standins *standins,
		       const struct spf_term *term, const char *domain, unsigned depth)
{
	struct spf_standin *standin = spf_standin_new(standins, term, domain, depth);

	switch (term->kind) {
	case SPF_A:
	case SPF_MX:
		put_hosts(output, standins, standin);
		break;
	case SPF_INCLUDE:
		output_term(output, term->qualifier, "include:%u%s", standin->number,
			    SPF_STANDIN_ZONE);
		break;
	case SPF_REDIRECT:
		output_term(output, 0, "redirect=%u%s", standin->number, SPF_STANDIN_ZONE);
		break;
	default:
		output_term(output, term->qualifier, "exists:%u%s", standin->number,
			    SPF_STANDIN_ZONE);
		break;
	}
}

static void put_term(struct output *output, struct spf_standins *standins,
		     const struct spf_term *term, const char *domain, unsigned depth)
{
	if (term->kind == SPF_ALL)
		output_term(output, term->qualifier, "all");
	else if (term->kind == SPF_IP4 || term->kind == SPF_IP6)
		put_address(output, standins, term);
	else
		put_lookup(output, standins, term, domain, depth);
}

const char *spf_rewrite(struct spf_standins *standins, const char *domain, unsigned depth,
			const struct spf_digest *digest)
{
	struct output output = { .text = mg_alloc(standins->call, MG_EVENT, RECORD_MAX) };

	output.size = (size_t)sprintf(output.text, "v=spf1");
	for (unsigned i = 0; i < digest->n; i++)
		put_term(&output, standins, &digest->terms[i], domain, depth);
	/*
	 * The library treats redirect as a mechanism at its place. It belongs behind all others,
	 * and not beside "all".
	 */
	if (digest->redirect.spec && !digest->ends && digest->lookups <= SPF_LOOKUPS_MAX)
		put_lookup(&output, standins, &digest->redirect, domain, depth);
	return output.text;
}
