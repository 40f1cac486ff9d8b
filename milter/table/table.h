/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables: lists of keys from the configuration and from files in Postfix's formats
 * (cidr_table(5), pcre_table(5), and "texthash:" looked up as access(5) says).
 *
 * A table is a list of sources in the order of the configuration; the first that finds the key
 * wins. It is filled once, by one thread; finished, it is constant and shared by all threads.
 */
#ifndef MG_TABLE_H
#define MG_TABLE_H

#include <stddef.h>

#include <millgate/policy.h>

struct arena;
struct errors;

#define TABLE_FILE_MAX ((size_t)64 << 20) /* bytes of a file */

/*
 * A new table in the arena, which also frees what the table has outside of it. check, if not
 * NULL, is called for the right-hand side of each line of a file and returns NULL, or what was
 * expected instead. A right-hand side with $1 is checked as it stands in the file.
 */
struct mg_table *table_new(struct arena *arena, enum mg_key key,
			   const char *(*check)(const char *value));

/*
 * Adds the line's words from first on; none is an error. A relative file name is meant from the folder of the
 * configuration file. Returns 0, or -1 after having reported every error.
 */
int table_add_words(struct mg_table *table, struct errors *errors, const struct mg_line *line,
		    size_t first);

/*
 * Adds a text in memory as if it were a file: type is "cidr", "pcre" or "texthash"; name is for
 * the messages.
 */
int table_add_text(struct mg_table *table, struct errors *errors, const char *type,
		   const char *name, const char *text, size_t size);

/* No more will be added: makes it ready for look-ups. */
void table_finish(struct mg_table *table);

/*
 * Looks a key up, as any client sent it. Returns 1 when found, 0 when not, -1 when that could not
 * be decided (a regular expression that ran into its limit). value_r, if not NULL: the right-hand
 * side, "" for a plain entry; it lives as long as the table and scratch both do. The key NULL is
 * never found, and in the table NULL none is. No heap is used for a key in plain lower-case ASCII, scratch's aside.
 */
int table_find(const struct mg_table *table, struct arena *scratch, const char *key,
	       const char **value_r);

#endif
