/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables: their keys, and asking their sources in order. */
#include <config.h>

#include "table/table.h"

#include <stdlib.h>
#include <strings.h>

#include "base/arena.h"
#include "base/domain.h"
#include "table/source.h"

#define ARRAY_MIN 8

void *table_grow(void *array, size_t n, size_t *room, size_t size)
{
	size_t wanted = *room ? 2 * *room : ARRAY_MIN;

	if (n < *room)
		return array;
	array = reallocarray(array, wanted, size);
	if (!array)
		abort();
	*room = wanted;
	return array;
}

/* ---- Keys ------------------------------------------------------------------- */

static const char *fold_host(struct arena *arena, const char *text)
{
	const char *folded;

	if (*text != '.') {
		folded = domain_fold(arena, text);
		return folded ? folded : ascii_fold(arena, text);
	}
	folded = domain_fold(arena, text + 1);
	if (!folded)
		return ascii_fold(arena, text);
	return folded == text + 1 ? text : arena_printf(arena, ".%s", folded);
}

static const char *fold_address(struct arena *arena, const char *text)
{
	struct address address;
	char numbers[INET6_ADDRSTRLEN];

	if (address_parse(text, &address))
		return arena_strdup(arena, address_print(&address, numbers));
	return ascii_fold(arena, text);
}

const char *table_fold(enum mg_key kind, struct arena *arena, const char *text)
{
	switch (kind) {
	case MG_KEY_ADDRESS:
		return fold_address(arena, text);
	case MG_KEY_HOST:
	case MG_KEY_NAME:
		return fold_host(arena, text);
	case MG_KEY_MAIL:
		return text[mail_local_size(text)] ? mail_fold(arena, text)
						   : fold_host(arena, text);
	default:
		return ascii_fold(arena, text);
	}
}

const char *table_key_text(struct table_key *key)
{
	if (!key->text)
		key->text = address_print(&key->address, key->numbers);
	return key->text;
}

/* Unlike an entry, a mail address without '@' is a local part and no domain. */
const char *table_key_folded(struct table_key *key)
{
	if (key->folded)
		return key->folded;
	if (key->is_address)
		key->folded = table_key_text(key);
	else if (key->table->kind == MG_KEY_MAIL)
		key->folded = mail_fold(key->scratch, key->text);
	else
		key->folded = table_fold(key->table->kind, key->scratch, key->text);
	return key->folded;
}

static int match_form(struct table_key *key, const struct regex *regex, const char *form)
{
	return regex_find(&key->table->regexes, regex, key->scratch, &key->match, form);
}

/* Whether the folded form is one that an expression may tell from the key. */
static bool has_other_form(struct table_key *key)
{
	const enum mg_key kind = key->table->kind;

	if (kind != MG_KEY_HOST && kind != MG_KEY_NAME && kind != MG_KEY_MAIL)
		return false;
	return strcasecmp(table_key_text(key), table_key_folded(key)) != 0;
}

int table_key_match(struct table_key *key, const struct regex *regex, const char **subject_r)
{
	int found;
	int r;

	*subject_r = table_key_text(key);
	r = match_form(key, regex, *subject_r);
	if (r == 1 || !has_other_form(key))
		return r;
	*subject_r = table_key_folded(key);
	found = match_form(key, regex, *subject_r);
	return found == 0 ? r : found;
}

/* ---- Making ----------------------------------------------------------------- */

struct mg_table *table_new(struct arena *arena, enum mg_key key,
			   const char *(*check)(const char *value))
{
	struct mg_table *table = arena_zalloc(arena, sizeof(*table));

	table->arena = arena;
	table->kind = key;
	table->check = check;
	return table;
}

void table_finish(struct mg_table *table)
{
	for (struct table_source *source = table->first; source; source = source->next)
		if (source->finish)
			source->finish(source);
}

/* ---- Asking ----------------------------------------------------------------- */

int table_find(const struct mg_table *table, struct arena *scratch, const char *key,
	       const char **value_r)
{
	struct table_key k = { .table = table, .scratch = scratch, .text = key };
	const char *value = "";
	int r = 0;

	if (!table || !key)
		return 0;
	if (table->kind == MG_KEY_ADDRESS && address_parse(key, &k.address)) {
		k.is_address = true;
		k.text = NULL;
	} else if (table->kind == MG_KEY_MAIL && !*key) {
		k.text = "<>";
	}
	for (const struct table_source *source = table->first; source && r == 0;
	     source = source->next)
		r = source->find(source, &k, &value);
	if (r > 0 && value_r)
		*value_r = value;
	return r;
}
