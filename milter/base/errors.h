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
 * Initially zero, except the arena. Every report is copied into the arena. Texts may quote from a
 * file: characters that a terminal would act on, and invisible ones, are replaced in the copy.
 */
struct errors {
	struct arena *arena;
	const char *file;        /* the file of errors without a position; conf_read() sets it */
	const char *kind;        /* "warning: ", printed before each text; NULL for errors */
	struct errors *warnings; /* of the same reading; NULL: they are not kept */
	size_t count;            /* all errors, with those beyond ERRORS_KEPT */
	size_t kept;             /* errors in the list */
	size_t files;            /* files that have errors */
	struct error *first;     /* in the order of the reports */
	struct error *last;
};

/* A limit: a file that is no configuration (a picture, say) has an error in each of its lines. */
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

/* Prints all errors, sorted by file (in the order of their first errors), line and column. */
void errors_print(const struct errors *errors, FILE *stream);

/*
 * An error as "FILE:LINE:COLUMN: text (hint)", in the order of the reports; NULL after the last.
 */
const char *errors_line(const struct errors *errors, size_t index);

/* The candidate (NULL last) that word was probably meant to be; NULL when none is similar. */
const char *errors_nearest(const char *word, const char *const *candidates);

#endif
