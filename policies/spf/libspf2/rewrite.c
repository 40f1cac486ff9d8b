/* SPDX-License-Identifier: BSD-2-Clause */
/* Rewrites records for libspf2, which misreads some terms (RFC 7208, sections 4.6 and 5). */
#include "rewrite.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../spf_check.h"

#define ADDRESSES_MAX 100 /* libspf2 takes 255 terms of a record, and a /0 becomes two */
#define TERM_MAX 96

struct output {
	char *text;
	size_t size, max;
};

static void output_term(struct output *output, char qualifier, const char *fmt, ...)
	MG_PRINTF(3, 4);

static void output_term(struct output *output, char qualifier, const char *fmt, ...)
{
	va_list args;

	if (output->size + TERM_MAX > output->max)
		return;
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

/*
 * Whether the library gets a network: only those of the client's family; if these are too many,
 * only those that contain the client.
 */
static bool is_shown(const struct spf_standins *standins, const struct spf_term *term,
		     unsigned addresses)
{
	const int family = term->kind == SPF_IP4 ? AF_INET : AF_INET6;
	const unsigned bits = term->kind == SPF_IP4 ? term->cidr4 : term->cidr6;

	return standins->query->family == family &&
	       (addresses < ADDRESSES_MAX ||
		spf_network_has(term->address, bits, standins->query->address));
}

/* ---- Records ---- */

/* Returns whether evaluation surely ends at this term. */
static bool put_term(struct output *output, struct spf_standins *standins,
		     const struct spf_term *term, const char *domain, unsigned depth,
		     unsigned *addresses)
{
	if (term->kind == SPF_ALL) {
		output_term(output, term->qualifier, "all");
		return true;
	}
	if (term->kind == SPF_IP4 || term->kind == SPF_IP6) {
		if (!is_shown(standins, term, *addresses))
			return false;
		put_address(output, standins, term);
		return ++*addresses > ADDRESSES_MAX;
	}
	if (spf_term_is_lookup(term) && term->kind != SPF_REDIRECT)
		put_lookup(output, standins, term, domain, depth);
	return false;
}

/* Enough for a record: a term with /0 becomes two. */
static size_t output_max(const char *record, size_t size)
{
	const size_t most = ADDRESSES_MAX * 2 + SPF_LOOKUPS_MAX * 2;
	size_t terms = 2;

	for (size_t i = 0; i < size && terms < most; i++)
		terms += record[i] == ' ' ? 2 : 0;
	return (terms + 2) * TERM_MAX;
}

const char *spf_rewrite(struct spf_standins *standins, const char *domain, unsigned depth,
			const char *record, size_t size, const struct spf_digest *digest)
{
	struct output output = { .max = output_max(record, size) };
	unsigned lookups = 0;
	unsigned addresses = 0;
	bool ends = false;
	struct spf_term term;

	output.text = mg_alloc(standins->call, MG_EVENT, output.max + 1);
	output.size = (size_t)sprintf(output.text, "v=spf1");
	for (size_t at = 0; spf_record_next(record, size, &at, &term) == 1;) {
		if (ends || lookups > SPF_LOOKUPS_MAX)
			break;
		ends = put_term(&output, standins, &term, domain, depth, &addresses);
		lookups += spf_term_is_lookup(&term) && term.kind != SPF_REDIRECT;
	}
	/*
	 * The library treats redirect as a mechanism at its place. It belongs behind all others,
	 * and not beside "all".
	 */
	if (digest->redirect.spec && !ends && lookups <= SPF_LOOKUPS_MAX)
		put_lookup(&output, standins, &digest->redirect, domain, depth);
	output.text[output.size] = '\0';
	return output.text;
}
