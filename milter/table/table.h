/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables: lists of keys from the configuration and from files in Postfix's formats
 * (cidr_table(5), pcre_table(5), and "texthash:" looked up as access(5) says).
 *
 * A table is a list of sources in the order of the configuration. The first source that has the key
 * wins. One thread fills the table; after table_finish() it is constant, and all threads share it.
 */
#ifndef MG_TABLE_H
#define MG_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include <millgate/policy.h>

struct arena;
struct errors;

#define TABLE_FILE_MAX ((size_t)64 << 20) /* bytes of a file */

/*
 * A new table in the arena, which also frees its other memory. check, if not NULL, is called for
 * each right-hand side in a file. It returns NULL, or what was expected instead. A right-hand
 * side with $1 is checked as it stands in the file.
 */
struct mg_table *table_new(struct arena *arena, enum mg_key key,
			   const char *(*check)(const char *value));

/*
 * A mail address is also looked up without its extension, which begins with one of the delimiters.
 * NULL: addresses have none.
 */
void table_set_delimiters(struct mg_table *table, const char *delimiters);

/*
 * Adds the words of a line from first on; there must be one. A relative file name counts from the
 * folder of the configuration file. Returns 0, or -1 after reporting every error.
 */
int table_add_words(struct mg_table *table, struct errors *errors, const struct mg_line *line,
		    size_t first);

/* Adds a copy of a plain entry. Returns NULL, or what is wrong with it, in the table's arena. */
const char *table_add_entry(struct mg_table *table, const char *entry);

/*
 * Adds a text in memory as if it were a file. type: "cidr", "pcre" or "texthash". name: for
 * messages.
 */
int table_add_text(struct mg_table *table, struct errors *errors, const char *type,
		   const char *name, const char *text, size_t size);

/* Makes the table ready for look-ups. Nothing is added afterwards. */
void table_finish(struct mg_table *table);

/* Whether is returns true for a right-hand side of a "texthash:" or "pcre:" file. */
bool table_has_value(const struct mg_table *table, bool (*is)(const char *value));

/*
 * Looks up a key, exactly as a client sent it. Returns 1 when found, 0 when not, -1 when
 * undecided (a regular expression hit its limit). value_r, if not NULL: the right-hand side, ""
 * for a plain entry; valid as long as both the table and scratch. Without a key or a table (NULL)
 * nothing is found. For a key in lower-case ASCII the only memory taken is that of scratch.
 */
int table_find(const struct mg_table *table, struct arena *scratch, const char *key,
	       const char **value_r);

/* The same, with regular expressions that share an effort with other look-ups. */
struct regex_effort;
int table_find_within(const struct mg_table *table, struct arena *scratch,
		      struct regex_effort *effort, const char *key, const char **value_r);

/*
 * A mail address without a domain, of a user of the MTA's own, can be meant by the entries of that
 * user at any domain: one of their values, by index; false past the last. Equal values count once.
 */
bool table_find_local(const struct mg_table *table, struct arena *scratch, const char *local,
		      size_t index, const char **value_r);

#endif
