/* SPDX-License-Identifier: BSD-2-Clause */
/* Directives of the configuration, with their places in the file, for messages. */
#ifndef MG_LINE_H
#define MG_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include <millgate/policy.h>

/* A file. Its text is kept, for messages to quote. */
struct conf_file {
	const char *name; /* as it was opened */
	const char *text; /* ends with a NUL, and may contain others */
	size_t size;
};

/*
 * A word: without its quotes and with its escapes resolved. Lines and columns count from 1,
 * columns in characters.
 */
struct conf_word {
	const char *text;
	unsigned line, column;
	unsigned end; /* the column after its last character */
	bool quoted;
};

/* One directive; all of its words are on one line. */
struct mg_line {
	const struct conf_file *file;
	size_t nwords;                 /* at least 1 */
	const struct conf_word *words; /* words[0] is the name */
	bool has_block;
	struct mg_line *block; /* the first directive inside; NULL when that is empty */
	struct mg_line *next;
	unsigned end_line; /* of the closing brace, or of the words */
};

#endif
