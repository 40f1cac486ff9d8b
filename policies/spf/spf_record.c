/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SPF records: which TXT record is an SPF record, and its terms (RFC 7208, sections 4.5, 4.6.1 and
 * 12).
 */
#define _GNU_SOURCE
#include "spf_record.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define VERSION "v=spf1"
#define VERSION_SIZE (sizeof(VERSION) - 1)

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

enum spf_selected spf_record_select(const struct mg_dns_answer *answer, const char **record_r,
				    size_t *size_r)
{
	enum spf_selected selected = SPF_NO_RECORD;

	for (size_t i = 0; i < answer->n; i++) {
		const struct mg_dns_record *txt = &answer->records[i];

		if (txt->size < VERSION_SIZE ||
		    strncasecmp(txt->text, VERSION, VERSION_SIZE) != 0 ||
		    (txt->size > VERSION_SIZE && txt->text[VERSION_SIZE] != ' '))
			continue;
		if (selected == SPF_ONE)
			return SPF_SEVERAL;
		selected = SPF_ONE;
		*record_r = txt->text;
		*size_r = txt->size;
	}
	return selected;
}

/* ---- Pieces of a term ---- */

/* Reads "0", or digits that do not begin with 0, up to max. Returns how many; 0 for none. */
static size_t number_read(const char *text, size_t size, unsigned max, unsigned *number_r)
{
	unsigned number = 0;
	size_t i = 0;

	while (i < size && i < 3 && is_digit(text[i]))
		number = number * 10 + (unsigned)(text[i++] - '0');
	if (i == 0 || number > max || (i > 1 && text[0] == '0'))
		return 0;
	*number_r = number;
	return i;
}

/* Reads "/N", which must be the whole text; an empty text leaves the number unchanged. */
static bool cidr_read(const char *text, size_t size, unsigned max, unsigned *bits_r)
{
	return size == 0 || (text[0] == '/' &&
			     number_read(text + 1, size - 1, max, bits_r) == size - 1 && size > 1);
}

/* Reads a dual-cidr-length: "/N", "//N", "/N//N", or nothing. */
static bool cidr_read_dual(const char *text, size_t size, struct spf_term *term)
{
	const char *dual = memmem(text, size, "//", 2);
	const size_t first = dual ? (size_t)(dual - text) : size;

	if (!cidr_read(text, first, 32, &term->cidr4))
		return false;
	return !dual ||
	       (size - first > 2 && cidr_read(dual + 1, size - first - 1, 128, &term->cidr6));
}

/* Finds where the prefix lengths of "domain-spec dual-cidr-length" begin. */
static size_t cidr_begin(const char *text, size_t size)
{
	size_t begin = size;
	size_t at = size;

	while (at > 0 && (is_digit(text[at - 1]) || text[at - 1] == '/')) {
		at--;
		if (text[at] == '/')
			begin = at;
	}
	return begin;
}

static bool spec_read(const char *text, size_t size, struct spf_term *term)
{
	term->spec = text;
	term->spec_size = size;
	return spf_macro_is_domain(text, size);
}

/* ---- The mechanisms; rest: what follows the name ---- */

static bool domain_read(const char *rest, size_t size, struct spf_term *term)
{
	return size > 1 && rest[0] == ':' && spec_read(rest + 1, size - 1, term);
}

static bool ptr_read(const char *rest, size_t size, struct spf_term *term)
{
	return size == 0 || domain_read(rest, size, term);
}

/* Reads [ ":" domain-spec ] [ dual-cidr-length ]. */
static bool host_read(const char *rest, size_t size, struct spf_term *term)
{
	size_t begin = 0;

	if (size > 0 && rest[0] == ':') {
		begin = cidr_begin(rest, size);
		if (!domain_read(rest, begin, term))
			return false;
	}
	return cidr_read_dual(rest + begin, size - begin, term);
}

static bool address_read(const char *rest, size_t size, struct spf_term *term, int family)
{
	const char *slash = size ? memchr(rest, '/', size) : NULL;
	const size_t end = slash ? (size_t)(slash - rest) : size;
	unsigned *bits = family == AF_INET ? &term->cidr4 : &term->cidr6;
	char text[INET6_ADDRSTRLEN];

	if (size < 2 || rest[0] != ':' || end - 1 >= sizeof(text))
		return false;
	memcpy(text, rest + 1, end - 1);
	text[end - 1] = '\0';
	if (memchr(text, '\0', end - 1) || inet_pton(family, text, term->address) != 1)
		return false;
	return cidr_read(rest + end, size - end, family == AF_INET ? 32 : 128, bits);
}

static bool ip4_read(const char *rest, size_t size, struct spf_term *term)
{
	return address_read(rest, size, term, AF_INET);
}

static bool ip6_read(const char *rest, size_t size, struct spf_term *term)
{
	return address_read(rest, size, term, AF_INET6);
}

static bool all_read(const char *rest, size_t size, struct spf_term *term)
{
	(void)rest;
	(void)term;
	return size == 0;
}

static const struct {
	const char *name;
	enum spf_kind kind;
	bool (*read)(const char *rest, size_t size, struct spf_term *term);
} mechanisms[] = {
	{ "all", SPF_ALL, all_read }, { "include", SPF_INCLUDE, domain_read },
	{ "a", SPF_A, host_read },    { "mx", SPF_MX, host_read },
	{ "ptr", SPF_PTR, ptr_read }, { "ip4", SPF_IP4, ip4_read },
	{ "ip6", SPF_IP6, ip6_read }, { "exists", SPF_EXISTS, domain_read },
};

static bool is_word(const char *text, size_t size, const char *word)
{
	/* The first letter alone already distinguishes most words. */
	return size > 0 && (text[0] | 0x20) == word[0] && strlen(word) == size &&
	       strncasecmp(text, word, size) == 0;
}

static bool mechanism_read(struct spf_term *term)
{
	const bool is_qualified = strchr("+-~?", term->text[0]) != NULL && term->text[0];
	const char *name = term->text + is_qualified;
	const size_t size = term->size - is_qualified;
	size_t end = 0;

	if (is_qualified)
		term->qualifier = term->text[0];
	while (end < size && name[end] != ':' && name[end] != '/')
		end++;
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++) {
		if (!is_word(name, end, mechanisms[i].name))
			continue;
		term->kind = mechanisms[i].kind;
		return mechanisms[i].read(name + end, size - end, term);
	}
	return false;
}

/* ---- The modifiers ---- */

/* The size of "name" in 'name "="', or 0 when the term is no modifier. */
static size_t modifier_name(const char *text, size_t size)
{
	size_t i = 0;

	if (size == 0 || !is_alpha(text[0]))
		return 0;
	while (i < size &&
	       (is_alpha(text[i]) || is_digit(text[i]) || (text[i] && strchr("-_.", text[i]))))
		i++;
	return i < size && text[i] == '=' ? i : 0;
}

static bool modifier_read(struct spf_term *term, size_t name)
{
	const char *value = term->text + name + 1;
	const size_t size = term->size - name - 1;

	term->kind = is_word(term->text, name, "redirect") ? SPF_REDIRECT
		     : is_word(term->text, name, "exp")    ? SPF_EXP
							   : SPF_UNKNOWN;
	if (term->kind != SPF_UNKNOWN)
		return spec_read(value, size, term);
	term->spec = value;
	term->spec_size = size;
	return spf_macro_is_string(value, size);
}

/* ---- Records ---- */

int spf_record_next(const char *record, size_t size, size_t *at, struct spf_term *term_r)
{
	size_t i = *at ? *at : VERSION_SIZE;
	size_t name;

	while (i < size && record[i] == ' ')
		i++;
	*term_r = (struct spf_term){
		.qualifier = '+', .text = record + i, .cidr4 = 32, .cidr6 = 128
	};
	while (i + term_r->size < size && record[i + term_r->size] != ' ')
		term_r->size++;
	*at = i + term_r->size;
	if (term_r->size == 0)
		return 0;
	name = modifier_name(term_r->text, term_r->size);
	return (name ? modifier_read(term_r, name) : mechanism_read(term_r)) ? 1 : -1;
}

bool spf_term_is_lookup(const struct spf_term *term)
{
	return term->kind == SPF_INCLUDE || term->kind == SPF_A || term->kind == SPF_MX ||
	       term->kind == SPF_PTR || term->kind == SPF_EXISTS || term->kind == SPF_REDIRECT;
}

/* Whether a mechanism matches that needs no DNS: all, ip4, ip6. */
static bool term_matches(const struct spf_term *term, const struct spf_query *query)
{
	if (term->kind == SPF_ALL)
		return true;
	if (term->kind == SPF_IP4)
		return query->family == AF_INET &&
		       spf_network_has(term->address, term->cidr4, query->address);
	return term->kind == SPF_IP6 && query->family == AF_INET6 &&
	       spf_network_has(term->address, term->cidr6, query->address);
}

static void digest_mechanism(struct spf_digest *digest, const struct spf_term *term,
			     const struct spf_query *query)
{
	const bool is_lookup = spf_term_is_lookup(term);

	if (digest->ends || digest->lookups > SPF_LOOKUPS_MAX)
		return;
	digest->lookups += is_lookup;
	digest->ends = !is_lookup && term_matches(term, query);
	if (is_lookup || digest->ends)
		digest->terms[digest->n++] = *term;
}

/* Keeps a modifier that has a meaning; a second one of its name is an error (section 6). */
static bool digest_modifier(struct spf_term *modifier, const struct spf_term *term)
{
	if (modifier->spec)
		return false;
	*modifier = *term;
	return true;
}

static bool digest_term(struct spf_digest *digest, const struct spf_term *term,
			const struct spf_query *query)
{
	if (term->kind == SPF_REDIRECT)
		return digest_modifier(&digest->redirect, term);
	if (term->kind == SPF_EXP)
		return digest_modifier(&digest->explanation, term);
	digest_mechanism(digest, term, query);
	return true;
}

bool spf_record_digest(const char *record, size_t size, const struct spf_query *query,
		       struct spf_digest *digest_r, const char **what_r, struct spf_term *term_r)
{
	size_t at = 0;
	int r;

	digest_r->n = digest_r->lookups = 0;
	digest_r->ends = false;
	digest_r->redirect.spec = digest_r->explanation.spec = NULL;
	*term_r = (struct spf_term){ .text = record };
	*what_r = "longer than 16384 bytes";
	if (size > SPF_RECORD_MAX)
		return false;
	*what_r = "a modifier that stands there twice";
	while ((r = spf_record_next(record, size, &at, term_r)) == 1)
		if (!digest_term(digest_r, term_r, query))
			return false;
	*what_r = "not a valid term";
	return r == 0;
}

bool spf_network_has(const unsigned char *network, unsigned bits, const unsigned char *address)
{
	const size_t bytes = bits / 8;
	const unsigned rest = bits % 8;

	return memcmp(network, address, bytes) == 0 &&
	       (rest == 0 || (network[bytes] ^ address[bytes]) >> (8 - rest) == 0);
}
