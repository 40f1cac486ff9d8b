/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of a table's file, as all of Postfix's text tables have them (postmap(1)). */
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
	struct table_mark next; /* what is not yet read */
	struct table_mark here; /* the present line */
	char *line;             /* its text, without the blanks at its end; lives in the arena */
	struct table_block *blocks; /* open "if"s, the innermost first */
};

/* Reads a file into malloc()ed memory. Returns 0, or -1 and a text that says why. */
int table_file_read(const char *path, char **text_r, size_t *size_r, const char **error_r);

/*
 * Goes to the next logical line: comments and empty lines are left out, lines that begin with a
 * blank continue the one before. False at the end.
 */
bool table_file_next(struct table_file *file);

/* Reports a fault; its offset counts from at, which points into the line. */
void table_file_fault(struct table_file *file, const char *at, const struct fault *fault);

/* The same, without a struct. expected may be NULL. */
void table_file_error(struct table_file *file, const char *at, const char *what,
		      const char *expected);

/* Whether the line begins with the word, in any case; rest_r: what follows its blanks. */
bool table_file_keyword(const struct table_file *file, const char *word, char **rest_r);

/* Skips blanks, and "!"s among them: an odd number negates. */
char *table_file_negation(char *at, bool *negated_r);

/* Cuts the word at at off; returns what follows its blanks. */
char *table_file_cut(char *at);

/* Whether value will do as a right-hand side; at: where it stands. Reports it when not. */
bool table_file_value(struct table_file *file, const char *at, const char *value);

/*
 * "if" of rule number rule was read; "endif": false and a reported error when there is none open.
 */
void table_file_if(struct table_file *file, size_t rule);
bool table_file_endif(struct table_file *file, const char *rest, size_t *rule_r);

/* Reports each "if" that is still open. */
void table_file_end(struct table_file *file);

#endif
