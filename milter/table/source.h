/* SPDX-License-Identifier: BSD-2-Clause */
/* The sources of a table: plain entries of the configuration, and files in Postfix's formats. */
#ifndef MG_TABLE_SOURCE_H
#define MG_TABLE_SOURCE_H

#include <stdbool.h>

#include <millgate/policy.h>

#include "table/entry.h"
#include "table/key.h"
#include "table/regex.h"

struct arena;
struct fault;
struct table_file;

/*
 * One source of a table, the first member of the struct of its kind. find: 1, 0 or -1, as
 * table_find().
 */
struct table_source {
	int (*find)(const struct table_source *source, struct table_key *key, const char **value_r);
	void (*finish)(struct table_source *source); /* may be NULL */
	/* hash_find_local(), of a source that has entries user@domain; may be NULL. */
	bool (*find_local)(const struct table_source *source, const char *local, size_t index,
			   const char **value_r);
	/* Whether any right-hand side is one for which is() returns true; may be NULL. */
	bool (*has_value)(const struct table_source *source, bool (*is)(const char *value));
	struct table_source *next;
};

struct mg_table {
	struct arena *arena;
	enum mg_key kind;
	const char *delimiters; /* of address extensions; NULL: there are none */
	const char *(*check)(const char *value);
	struct regexes regexes;
	struct table_source *first;
	struct table_source *last;
};

/* A source of plain entries, of plain.c. */
struct table_source *table_plain_new(struct mg_table *table);
bool table_plain_is(const struct table_source *source);

/* Adds an entry to such a source, unless it is wrong. fault_r: why it is not good. */
enum entry_grade table_plain_add(struct mg_table *table, struct table_source *source,
				 const char *word, struct fault *fault_r);

/* Sources that are files, of cidr.c, pcre.c and texthash.c; they report their errors themselves. */
struct table_source *table_cidr_load(struct mg_table *table, struct table_file *file);
struct table_source *table_pcre_load(struct mg_table *table, struct table_file *file);
struct table_source *table_texthash_load(struct mg_table *table, struct table_file *file);

#endif
