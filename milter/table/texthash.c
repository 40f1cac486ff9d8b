/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of "key value" lines (postmap(1)), with the look-ups of access(5). */
#include <config.h>

#include <string.h>

#include "base/arena.h"
#include "base/errors.h"
#include "base/utf8.h"
#include "table/fault.h"
#include "table/file.h"
#include "table/hash.h"
#include "table/source.h"

#define ODD_SHOWN 10

struct texthash {
	struct table_source source;
	struct hash *hash;
};

static int texthash_find(const struct table_source *source, struct table_key *key,
			 const char **value_r)
{
	const struct texthash *texthash = (const struct texthash *)source;

	return hash_find_key(texthash->hash, key, value_r) ? 1 : 0;
}

static bool texthash_find_local(const struct table_source *source, const char *local, size_t index,
				const char **value_r)
{
	const struct texthash *texthash = (const struct texthash *)source;

	return hash_find_local(texthash->hash, local, strlen(local), index, value_r);
}

static bool texthash_has_value(const struct table_source *source, bool (*is)(const char *value))
{
	const struct texthash *texthash = (const struct texthash *)source;

	return hash_has_value(texthash->hash, is);
}

/* The end of the key: the first blank outside of quotes. NULL when a quote is not closed. */
static char *key_end(char *key)
{
	bool quoted = false;
	char *p;

	for (p = key; *p; p++) {
		if (*p == '\\') {
			if (!*++p)
				break;
		} else if (*p == '"') {
			quoted = !quoted;
		} else if (!quoted && strchr(" \t\n\v\f\r", *p)) {
			break;
		}
	}
	return quoted ? NULL : p;
}

/*
 * A key that no look-up could find is a mistake. Of those that only look-ups of another kind find,
 * a few are shown: a file that serves several kinds may have any number. Returns false for an
 * error.
 */
static bool check_key(struct mg_table *table, struct table_file *file, const char *key)
{
	enum entry_grade grade = ENTRY_GOOD;
	struct fault fault;

	if (table->kind != MG_KEY_TEXT)
		grade = entry_check_key(table->arena, table->kind, key, &fault);
	if (grade == ENTRY_WRONG)
		table_file_fault(file, key, &fault);
	if (grade == ENTRY_ODD && file->odd++ < ODD_SHOWN)
		table_file_warning(file, key, &fault);
	return grade != ENTRY_WRONG;
}

/* A line that says the same again does no harm. */
static void report_repeated(struct table_file *file, const char *key, const char *value,
			    const struct hash_entry *other)
{
	struct fault fault;

	if (strcmp(other->value, value) == 0) {
		fault_set(&fault, 0, "\"%s\" is already in line %u, with the same result", key,
			  other->line);
		table_file_warning(file, key, &fault);
	} else {
		fault_set(&fault, 0, "\"%s\" is already in line %u, with another result", key,
			  other->line);
		fault_hint(&fault, "found \"%.100s\" there; remove one of the lines", other->value);
		table_file_fault(file, key, &fault);
	}
}

static void read_entry(struct mg_table *table, struct table_file *file, struct hash *hash)
{
	char *key = file->line;
	char *end = key_end(key);
	char *value;
	const struct hash_entry *other;

	if (!end) {
		table_file_error(file, key, "a quoted key is not closed", "expected a second \"");
		return;
	}
	value = table_file_cut(end);
	if (!check_key(table, file, key) || !table_file_value(file, value, value))
		return;
	other = hash_add(hash, table_fold(table->kind, table->arena, key), value, file->here.line);
	if (other)
		report_repeated(file, key, value, other);
}

static void report_odd(const struct table_file *file)
{
	if (file->odd > ODD_SHOWN && file->errors->warnings)
		errors_in_file(file->errors->warnings, file->name, 0, 0, NULL,
			       "%zu more keys that are probably mistakes, like those above",
			       file->odd - ODD_SHOWN);
}

struct table_source *table_texthash_load(struct mg_table *table, struct table_file *file)
{
	struct texthash *texthash = arena_zalloc(table->arena, sizeof(*texthash));

	texthash->source.find = texthash_find;
	texthash->source.has_value = texthash_has_value;
	texthash->hash = hash_new(table->arena);
	while (table_file_next(file)) {
		const char *bad = utf8_malformed(file->line, strlen(file->line));

		if (bad)
			table_file_error(file, bad, "this is no UTF-8",
					 "expected a file in UTF-8 (iconv(1) converts others)");
		else
			read_entry(table, file, texthash->hash);
	}
	report_odd(file);
	if (table->kind == MG_KEY_MAIL) {
		hash_index_locals(texthash->hash);
		texthash->source.find_local = texthash_find_local;
	}
	return &texthash->source;
}
