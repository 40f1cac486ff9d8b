/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables: their sources are searched in order. */
#include <config.h>

#include "table/table.h"

#include "base/arena.h"
#include "base/extension.h"
#include "base/mail.h"
#include "table/source.h"

struct mg_table *table_new(struct arena *arena, enum mg_key key,
			   const char *(*check)(const char *value))
{
	struct mg_table *table = arena_zalloc(arena, sizeof(*table));

	table->arena = arena;
	table->kind = key;
	table->check = check;
	return table;
}

void table_set_delimiters(struct mg_table *table, const char *delimiters)
{
	table->delimiters = delimiters;
}

void table_finish(struct mg_table *table)
{
	for (struct table_source *source = table->first; source; source = source->next)
		if (source->finish)
			source->finish(source);
}

bool table_has_value(const struct mg_table *table, bool (*is)(const char *value))
{
	for (const struct table_source *source = table->first; source; source = source->next)
		if (source->has_value && source->has_value(source, is))
			return true;
	return false;
}

int table_find(const struct mg_table *table, struct arena *scratch, const char *key,
	       const char **value_r)
{
	return table_find_within(table, scratch, NULL, key, value_r);
}

int table_find_within(const struct mg_table *table, struct arena *scratch,
		      struct regex_effort *effort, const char *key, const char **value_r)
{
	struct table_key k;
	const char *value = "";
	int r = 0;

	if (!table || !key)
		return 0;
	table_key_init(&k, table->kind, &table->regexes, scratch, key);
	k.effort = effort;
	k.delimiters = table->delimiters;
	for (const struct table_source *source = table->first; source && r == 0;
	     source = source->next)
		r = source->find(source, &k, &value);
	if (r > 0 && value_r)
		*value_r = value;
	return r;
}

/* How many values a source has, where the index is past its last. */
static size_t source_locals(const struct table_source *source, const char *local)
{
	const char *unused;
	size_t n = 0;

	while (source->find_local(source, local, n, &unused))
		n++;
	return n;
}

/* index: of all sources' values; it is left with what is past their last. */
static bool find_local(const struct mg_table *table, const char *local, size_t *index,
		       const char **value_r)
{
	const char *value;

	for (const struct table_source *source = table->first; source; source = source->next) {
		if (!source->find_local)
			continue;
		if (source->find_local(source, local, *index, &value)) {
			if (value_r)
				*value_r = value;
			return true;
		}
		*index -= source_locals(source, local);
	}
	return false;
}

bool table_find_local(const struct mg_table *table, struct arena *scratch, const char *local,
		      size_t index, const char **value_r)
{
	const char *folded = mail_fold(scratch, local);
	const char *base;

	if (!table || find_local(table, folded, &index, value_r))
		return table;
	base = extension_cut(scratch, folded, table->delimiters);
	return base && find_local(table, base, &index, value_r);
}
