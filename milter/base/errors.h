/* SPDX-License-Identifier: BSD-2-Clause */
/* The errors of a configuration: collected while everything is read, printed together. */
#ifndef MG_ERRORS_H
#define MG_ERRORS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

struct arena;
struct error;
struct mg_line;

/*
 * { .arena = ... } and otherwise zero is "no errors yet". Everything that is reported is copied
 * into the arena. Texts may quote what was found in a file: what a terminal would act on is
 * replaced when it is stored.
 */
struct errors {
	struct arena *arena;
	const char *file;    /* what errors without a position are about; set by conf_read() */
	const char *kind;    /* "warning: " stands before each text; NULL for errors */
	size_t count;        /* of all errors, those beyond ERRORS_KEPT included */
	size_t kept;         /* of those in the list */
	size_t files;        /* how many different files they are in */
	struct error *first; /* in the order in which they were found */
	struct error *last;
};

/* A file that is no configuration at all (a picture, say) has an error in each of its lines. */
#define ERRORS_KEPT 1000

/*
 * Reports an error at a word of a directive (0: its name). A word past the last one means the
 * place after it, where something is missing. line NULL: an error without a position.
 */
void errors_at(struct errors *errors, const struct mg_line *line, size_t word, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void errors_vat(struct errors *errors, const struct mg_line *line, size_t word, const char *fmt,
		va_list args) __attribute__((format(printf, 4, 0)));

/*
 * Reports an error in any file. Lines and columns count from 1, columns in characters; line 0: the
 * file as a whole; column 0: the line as a whole. text_of_line ends at NUL or line feed; NULL: it
 * is not shown.
 */
void errors_in_file(struct errors *errors, const char *file, unsigned line, unsigned column,
		    const char *text_of_line, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/* Adds a line of help to the error that was reported last: did you mean "x"? */
void errors_hint(struct errors *errors, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Prints all: by file, in the order in which these first had one, and there by line and column. */
void errors_print(const struct errors *errors, FILE *stream);

/* One of them as "FILE:LINE:COLUMN: text", in the order in which they were found; NULL after the last. */
const char *errors_line(const struct errors *errors, size_t index);

/* What word was probably meant to be, of the candidates (NULL last); NULL when none is near. */
const char *errors_nearest(const char *word, const char *const *candidates);

#endif
