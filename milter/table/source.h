/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of a table share: the table, its sources, a key on its way through them, and
 * faults.
 */
#ifndef MG_TABLE_SOURCE_H
#define MG_TABLE_SOURCE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "table/table.h"
#include "table/address.h"
#include "table/regex.h"

struct table_file;

/* What is wrong with an entry: where in it, and a second line that helps. */
struct fault {
	size_t offset;
	char text[512];
	char hint[256];
};

/* fault_set() begins a new fault, without a hint. */
void fault_set(struct fault *fault, size_t offset, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void fault_hint(struct fault *fault, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A key that is looked up; what a source needs besides its text is made when the first one asks. */
struct table_key {
	const struct mg_table *table;
	struct arena *scratch;
	const char *text;   /* as it came; by table_key_text() */
	const char *folded; /* by table_key_folded() */
	bool is_address;    /* MG_KEY_ADDRESS: and address says which */
	struct address address;
	char numbers[INET6_ADDRSTRLEN];
	struct regex_match match;
};

/* The key as it came, but an address in its canonical form, and "<>" for the null sender. */
const char *table_key_text(struct table_key *key);

/* The form in which strings compare, see table_fold(). */
const char *table_key_folded(struct table_key *key);

/*
 * Matches the key as it came and, unless that matches, as it is folded: an MTA delivers "joe"@example.com to joe.
 * Forms that only differ in ASCII case are one, for expressions that mind case. Texts have no other form. Returns
 * what regex_find() does; subject_r: the form that matched.
 */
int table_key_match(struct table_key *key, const struct regex *regex, const char **subject_r);

/*
 * One source of a table, the first member of the struct of its kind. find: 1, 0 or -1, as
 * table_find().
 */
struct table_source {
	int (*find)(const struct table_source *source, struct table_key *key, const char **value_r);
	void (*finish)(struct table_source *source); /* may be NULL */
	struct table_source *next;
};

struct mg_table {
	struct arena *arena;
	enum mg_key kind;
	const char *(*check)(const char *value);
	struct regexes regexes;
	struct table_source *first;
	struct table_source *last;
};

/* A key or an entry of the kind of table in the form in which they compare; anything is taken. */
const char *table_fold(enum mg_key kind, struct arena *arena, const char *text);

/* Room for one more in an array of malloc(); never NULL. */
void *table_grow(void *array, size_t n, size_t *room, size_t size);

/*
 * Plain entries. The source, to which table_plain_add() adds an entry: 0, or -1 and what is wrong.
 */
struct table_source *table_plain_new(struct mg_table *table);
bool table_plain_is(const struct table_source *source);
int table_plain_add(struct mg_table *table, struct table_source *source, const char *word,
		    struct fault *fault_r);

/* Files: they report their errors. */
struct table_source *table_cidr_load(struct mg_table *table, struct table_file *file);
struct table_source *table_pcre_load(struct mg_table *table, struct table_file *file);
struct table_source *table_texthash_load(struct mg_table *table, struct table_file *file);

#endif
