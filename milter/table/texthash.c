/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of "key value" lines (postmap(1)), with the look-ups of access(5). */
#include <config.h>

#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "table/fault.h"
#include "table/file.h"
#include "table/hash.h"
#include "table/source.h"

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

/* A key that no look-up could find is a mistake. */
static bool check_key(enum mg_key kind, const char *key, struct fault *fault_r)
{
	struct network network;
	struct fault unused;
	size_t size = strlen(key);

	if (strchr(key, '/') && kind != MG_KEY_TEXT && network_parse(key, &network, &unused) == 0) {
		fault_set(fault_r, 0, "\"%s\" is never found in a \"texthash:\" file", key);
		fault_hint(fault_r,
			   "networks belong into a \"cidr:\" file, or are written as 192.0.2");
		return false;
	}
	if (kind != MG_KEY_ADDRESS && kind != MG_KEY_TEXT && size > 1 && key[size - 1] == ':') {
		fault_set(fault_r, size - 1, "the key \"%s\" ends with a colon", key);
		fault_hint(fault_r, "expected \"key result\"; is this an aliases file?");
		return false;
	}
	return true;
}

static void read_entry(struct mg_table *table, struct table_file *file, struct hash *hash)
{
	char *key = file->line;
	char *end = key_end(key);
	char *value;
	const struct hash_entry *other;
	struct fault fault;

	if (!end) {
		table_file_error(file, key, "a quoted key is not closed", "expected a second \"");
		return;
	}
	value = table_file_cut(end);
	if (!check_key(table->kind, key, &fault)) {
		table_file_fault(file, key, &fault);
		return;
	}
	if (!table_file_value(file, value, value))
		return;
	other = hash_add(hash, table_fold(table->kind, table->arena, key), value, file->here.line);
	if (!other)
		return;
	fault_set(&fault, 0, "\"%s\" is already in line %u", key, other->line);
	table_file_fault(file, key, &fault);
}

struct table_source *table_texthash_load(struct mg_table *table, struct table_file *file)
{
	struct texthash *texthash = arena_zalloc(table->arena, sizeof(*texthash));

	texthash->source.find = texthash_find;
	texthash->hash = hash_new(table->arena);
	while (table_file_next(file)) {
		const char *bad = utf8_malformed(file->line, strlen(file->line));

		if (bad)
			table_file_error(file, bad, "this is no UTF-8",
					 "expected a file in UTF-8 (iconv(1) converts others)");
		else
			read_entry(table, file, texthash->hash);
	}
	if (table->kind == MG_KEY_MAIL) {
		hash_index_locals(texthash->hash);
		texthash->source.find_local = texthash_find_local;
	}
	return &texthash->source;
}
