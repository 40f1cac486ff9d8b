/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of the configuration, as a tree of directives that know their position. */
#ifndef MG_CONF_H
#define MG_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include <millgate/policy.h>

struct arena;
struct errors;

#define CONF_FILE_MAX ((size_t)16 << 20) /* bytes of a file */
#define CONF_LINE_MAX ((size_t)64 << 10) /* bytes of a line */
#define CONF_INCLUDE_DEPTH 16            /* of files within files */
#define CONF_INCLUDES_MAX 1000           /* of files in all */
#define CONF_BLOCK_DEPTH 16              /* of blocks within blocks */

/* A file; its text is kept for the messages about it. */
struct conf_file {
	const char *name; /* as it was opened */
	const char *text; /* NUL after the last byte; may hold others */
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

/*
 * Reads a file and what it includes. Returns the first directive, NULL when there is none; after
 * errors what could be understood, so that more errors can be found in it. Everything lives in
 * the arena.
 */
const struct mg_line *conf_read(struct arena *arena, struct errors *errors, const char *path);

/*
 * The same for a text in memory, which is copied and where "include" is an error. name is for
 * the messages.
 */
const struct mg_line *conf_parse(struct arena *arena, struct errors *errors, const char *name,
				 const char *text, size_t size);

#endif
