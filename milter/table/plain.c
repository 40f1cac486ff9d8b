/* SPDX-License-Identifier: BSD-2-Clause */
/* Plain entries of the configuration: networks, domains, addresses, texts, expressions. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
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

static enum entry_grade add_regex(struct mg_table *table, struct plain *plain, const char *word,
				  struct fault *fault_r)
{
	struct regex regex;
	const char *end;

	if (regex_compile(table->arena, &table->regexes, word, false, &regex, &end, fault_r) != 0)
		return ENTRY_WRONG;
	if (*end) {
		fault_set(fault_r, 0, "there is text after the regular expression's flags");
		fault_hint(fault_r, "expected /expression/flags; a slash inside is written \\/");
		return ENTRY_WRONG;
	}
	if (strncmp(word, "//", 2) == 0) {
		fault_set(fault_r, 0, "an empty expression matches everything");
		fault_hint(fault_r, "/^/ says that everything is meant");
		return ENTRY_WRONG;
	}
	plain->regexes =
		array_grow(plain->regexes, plain->nregexes, &plain->room, sizeof(*plain->regexes));
	plain->regexes[plain->nregexes++] = regex;
	return regex_is_doubtful(&table->regexes, &regex, table->kind == MG_KEY_MAIL, table->arena,
				 fault_r)
		       ? ENTRY_ODD
		       : ENTRY_GOOD;
}

/* Returns 0, or -1 and what is wrong. */
static int add_entry(struct mg_table *table, struct plain *plain, const char *word,
		     struct fault *fault_r)
{
	struct network network;

	if (table->kind != MG_KEY_ADDRESS) {
		hash_add(plain->hash, table_fold(table->kind, table->arena, word), "", 0);
		return 0;
	}
	if (network_parse(word, &network, fault_r) != 0)
		return -1;
	networks_add(plain->networks, &network, "");
	return 0;
}

enum entry_grade table_plain_add(struct mg_table *table, struct table_source *source,
				 const char *word, struct fault *fault_r)
{
	struct plain *plain = (struct plain *)source;
	enum entry_grade grade = ENTRY_GOOD;

	if (*word == '/')
		return add_regex(table, plain, word, fault_r);
	if (table->kind != MG_KEY_TEXT)
		grade = entry_check(table->arena, table->kind, word, fault_r);
	if (grade != ENTRY_WRONG && add_entry(table, plain, word, fault_r) != 0)
		grade = ENTRY_WRONG;
	return grade;
}
