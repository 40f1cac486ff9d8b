/* SPDX-License-Identifier: BSD-2-Clause */
/* Plain entries of the configuration: networks, domains, addresses, texts, expressions. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/domain.h"
#include "base/mail.h"
#include "table/fault.h"
#include "table/hash.h"
#include "table/networks.h"
#include "table/source.h"

/* The entries have no right-hand sides, so their order does not matter. */
struct plain {
	struct table_source source;
	struct networks *networks; /* MG_KEY_ADDRESS */
	struct hash *hash;         /* all others */
	struct regex *regexes;
	size_t nregexes, room;
};

static int plain_find_regex(const struct plain *plain, struct table_key *key)
{
	int r = 0;

	for (size_t i = 0; i < plain->nregexes; i++) {
		const char *subject;
		int found = table_key_match(key, &plain->regexes[i], &subject);

		if (found > 0)
			return 1;
		if (found < 0)
			r = -1; /* unless a later one matches */
	}
	return r;
}

static int plain_find(const struct table_source *source, struct table_key *key,
		      const char **value_r)
{
	const struct plain *plain = (const struct plain *)source;

	*value_r = "";
	if (plain->networks
		    ? key->is_address && networks_find(plain->networks, &key->address, value_r)
		    : hash_find_key(plain->hash, key, value_r))
		return 1;
	return plain_find_regex(plain, key);
}

static bool plain_find_local(const struct table_source *source, const char *local, size_t index,
			     const char **value_r)
{
	const struct plain *plain = (const struct plain *)source;

	return hash_find_local(plain->hash, local, strlen(local), index, value_r);
}

static void plain_finish(struct table_source *source)
{
	struct plain *plain = (struct plain *)source;

	if (plain->networks)
		networks_finish(plain->networks);
	else if (source->find_local)
		hash_index_locals(plain->hash);
}

static void plain_free(void *arg)
{
	struct plain *plain = arg;

	free(plain->regexes);
}

struct table_source *table_plain_new(struct mg_table *table)
{
	struct plain *plain = arena_zalloc(table->arena, sizeof(*plain));

	plain->source.find = plain_find;
	plain->source.finish = plain_finish;
	if (table->kind == MG_KEY_MAIL)
		plain->source.find_local = plain_find_local;
	if (table->kind == MG_KEY_ADDRESS)
		plain->networks = networks_new(table->arena);
	else
		plain->hash = hash_new(table->arena);
	arena_at_end(table->arena, plain_free, plain);
	return &plain->source;
}

bool table_plain_is(const struct table_source *source)
{
	return source->find == plain_find;
}

/* ---- Entries --------------------------------------------------------------- */

static int add_regex(struct mg_table *table, struct plain *plain, const char *word,
		     struct fault *fault_r)
{
	struct regex regex;
	const char *end;

	if (regex_compile(table->arena, &table->regexes, word, false, &regex, &end, fault_r) != 0)
		return -1;
	if (*end) {
		fault_set(fault_r, 0, "there is text after the regular expression's flags");
		fault_hint(fault_r, "expected /expression/flags; a slash inside is written \\/");
		return -1;
	}
	plain->regexes =
		array_grow(plain->regexes, plain->nregexes, &plain->room, sizeof(*plain->regexes));
	plain->regexes[plain->nregexes++] = regex;
	return 0;
}

static int add_network(struct plain *plain, const char *word, struct fault *fault_r)
{
	struct network network;

	if (network_parse(word, &network, fault_r) != 0)
		return -1;
	networks_add(plain->networks, &network, "");
	return 0;
}

/*
 * Digits and dots are an address, perhaps a wrong one: the last label of a domain is never a number
 * (RFC 3696, section 2).
 */
static bool is_numbers(const char *word)
{
	return strspn(word, "0123456789.") == strlen(word);
}

/*
 * An address literal, as in HELO and after '@': "[192.0.2.1]", "[IPv6:2001:db8::1]" (RFC 5321,
 * section 4.1.3).
 */
static bool is_literal(struct arena *arena, const char *word)
{
	size_t size = strlen(word);
	struct address unused;
	const char *inner;

	if (size <= 2 || word[0] != '[' || word[size - 1] != ']' || strpbrk(word, "@ \t"))
		return false;
	inner = arena_strndup(arena, word + 1, size - 2);
	if (strncasecmp(inner, "IPv6:", 5) == 0)
		return address_parse(inner + 5, &unused);
	return !is_numbers(inner) || address_parse(inner, &unused);
}

static bool is_address(struct arena *arena, const char *word)
{
	struct address unused;

	return address_parse(word, &unused) || is_literal(arena, word);
}

static bool is_domain(struct arena *arena, const char *word)
{
	return !is_numbers(word) && domain_fold(arena, word);
}

static int check_host(struct arena *arena, enum mg_key kind, const char *word,
		      struct fault *fault_r)
{
	const bool address = is_address(arena, word);

	if (is_domain(arena, *word == '.' ? word + 1 : word) || (address && kind == MG_KEY_HOST))
		return 0;
	fault_set(fault_r, 0,
		  address ? "\"%s\" is an address, and no domain" : "\"%s\" is no domain", word);
	if (strncmp(word, "*.", 2) == 0 && domain_fold(arena, word + 2))
		fault_hint(fault_r, "did you mean \"%s\"? It stands for all subdomains", word + 1);
	else
		fault_hint(
			fault_r,
			"expected example.com (with its subdomains) or .example.com (only these)");
	return -1;
}

/* Without quotes a local part has none of these characters (RFC 5321, section 4.1.2). */
static bool is_local_part(const char *local, size_t size)
{
	if (size == 0 || (size > 1 && *local == '"' && local[size - 1] == '"'))
		return size > 0;
	for (size_t i = 0; i < size; i++)
		if (strchr(" \t\"@,;:<>()[]", local[i]))
			return false;
	return true;
}

static int check_mail(struct arena *arena, const char *word, struct fault *fault_r)
{
	size_t local = mail_local_size(word);
	bool at = word[local] == '@';
	struct address unused;

	if (strcmp(word, "<>") == 0)
		return 0;
	/*
	 * The only address without a domain (RFC 5321, section 4.1.1.3); other words are domains.
	 */
	if (strcasecmp(word, "postmaster") == 0) {
		fault_set(fault_r, 0, "\"%s\" without '@' would be a domain", word);
		fault_hint(fault_r, "did you mean \"%s@\"?", word);
		return -1;
	}
	if (address_parse(word, &unused)) {
		fault_set(fault_r, 0,
			  "\"%s\" is an address of a host, and no mail address or domain", word);
		fault_hint(fault_r,
			   "a mail address has it in brackets: [192.0.2.1], [IPv6:2001:db8::1]");
		return -1;
	}
	if (!at && check_host(arena, MG_KEY_HOST, word, fault_r) == 0)
		return 0;
	if (at && is_local_part(word, local) &&
	    (!word[local + 1] || is_address(arena, word + local + 1) ||
	     is_domain(arena, word + local + 1)))
		return 0;
	fault_set(fault_r, 0, "\"%s\" is no mail address or part of one", word);
	if (at && local == 0 && domain_fold(arena, word + 1))
		fault_hint(fault_r, "did you mean \"%s\"?", word + 1);
	else
		fault_hint(fault_r,
			   "expected user@example.com, example.com, .example.com, user@ or <>");
	return -1;
}

int table_plain_add(struct mg_table *table, struct table_source *source, const char *word,
		    struct fault *fault_r)
{
	struct plain *plain = (struct plain *)source;

	if (*word == '/')
		return add_regex(table, plain, word, fault_r);
	switch (table->kind) {
	case MG_KEY_ADDRESS:
		return add_network(plain, word, fault_r);
	case MG_KEY_HOST:
	case MG_KEY_NAME:
		if (check_host(table->arena, table->kind, word, fault_r) != 0)
			return -1;
		break;
	case MG_KEY_MAIL:
		if (check_mail(table->arena, word, fault_r) != 0)
			return -1;
		break;
	case MG_KEY_TEXT:
		break;
	}
	hash_add(plain->hash, table_fold(table->kind, table->arena, word), "", 0);
	return 0;
}
