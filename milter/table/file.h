/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of a table's file, by the rules of all text tables of Postfix (postmap(1)). */
#ifndef MG_TABLE_FILE_H
#define MG_TABLE_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct errors;
struct fault;

/* Where a logical line begins. */
struct table_mark {
	size_t at;
	unsigned line;
};

struct table_block;

struct table_file {
	struct arena *arena;
	struct errors *errors;
	const char *(*check)(const char *value); /* of right-hand sides; may be NULL */
	const char *name;
	const char *text;
	size_t size;
	struct table_mark next;     /* where reading goes on */
	struct table_mark here;     /* the present line */
	char *line;                 /* its text in the arena, without the blanks at its end */
	struct table_block *blocks; /* open "if"s, the innermost first */
	size_t odd;                 /* keys that are probably mistakes */
};

/* Reads a file into memory of malloc(). Returns 0, or -1 with the reason in error_r. */
int table_file_read(const char *path, char **text_r, size_t *size_r, const char **error_r);

/*
 * Reads the next logical line. Comments and empty lines are skipped; a line that begins with a
 * blank continues the one before it. Returns false at the end.
 */
bool table_file_next(struct table_file *file);

/*
 * Reports a fault as an error, or as a warning. at: the place in the line from which the offset of
 * the fault counts.
 */
void table_file_fault(struct table_file *file, const char *at, const struct fault *fault);
void table_file_warning(struct table_file *file, const char *at, const struct fault *fault);

/* The same from texts. expected may be NULL. */
void table_file_error(struct table_file *file, const char *at, const char *what,
		      const char *expected);

/* Whether the line begins with the word, in any case. rest_r: the rest, after blanks. */
bool table_file_keyword(const struct table_file *file, const char *word, char **rest_r);

/* Skips blanks and "!". An odd number of "!" negates. */
char *table_file_negation(char *at, bool *negated_r);

/* Ends the word at at with a NUL. Returns the rest, after blanks. */
char *table_file_cut(char *at);

/* Checks a right-hand side, which stands at at. Returns false after reporting an error. */
bool table_file_value(struct table_file *file, const char *at, const char *value);

/*
 * An "if" was read: rule is the number of its rule. An "endif" was read: rule_r is the number of
 * its "if"; returns false after reporting that none is open.
 */
void table_file_if(struct table_file *file, size_t rule);
bool table_file_endif(struct table_file *file, const char *rest, size_t *rule_r);

/* Reports each "if" that is still open. */
void table_file_end(struct table_file *file);

#endif
