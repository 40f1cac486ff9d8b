/* SPDX-License-Identifier: BSD-2-Clause */
/* A key on its way through the sources of a table, and the form in which keys compare. */
#ifndef MG_TABLE_KEY_H
#define MG_TABLE_KEY_H

#include <stdbool.h>

#include <millgate/policy.h>

#include "table/address.h"
#include "table/regex.h"

struct arena;

/* A key that is looked up. Other forms of it are made when the first source needs them. */
struct table_key {
	enum mg_key kind;
	struct arena *scratch;
	const char *text;       /* as it came; by table_key_text() */
	const char *folded;     /* by table_key_folded() */
	const char *delimiters; /* of address extensions, or NULL */
	bool is_address;        /* MG_KEY_ADDRESS, and the text is one: address */
	struct address address;
	char numbers[INET6_ADDRSTRLEN];
	const struct regexes *regexes; /* of the table */
	struct regex_match match;
	struct regex_effort *effort; /* or NULL */
};

/* text: as any client sent it; not copied. */
void table_key_init(struct table_key *key, enum mg_key kind, const struct regexes *regexes,
		    struct arena *scratch, const char *text);

/* The key as it came, but an address in its canonical form, and "<>" for the null sender. */
const char *table_key_text(struct table_key *key);

/* The form in which strings compare, see table_fold(). */
const char *table_key_folded(struct table_key *key);

/*
 * Matches the key as it came and, unless that matches, its folded form: an MTA delivers
 * "joe"@example.com to joe. Forms that differ only in ASCII case count as one, for expressions that
 * mind case. Texts have no other form. Returns what regex_find() does; subject_r: the form that
 * matched.
 */
int table_key_match(struct table_key *key, const struct regex *regex, const char **subject_r);

/* A key or an entry in the form in which those of its kind compare; takes any text. */
const char *table_fold(enum mg_key kind, struct arena *arena, const char *text);

#endif
