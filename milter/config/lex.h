/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration's text, as words and marks, for conf.c. */
#ifndef MG_CONF_LEX_H
#define MG_CONF_LEX_H

#include <stddef.h>

#include "base/line.h"

struct arena;
struct errors;

#define CONF_LINE_MAX ((size_t)64 << 10) /* bytes of a line */

enum conf_token { CONF_WORD, CONF_NEWLINE, CONF_SEMICOLON, CONF_OPEN, CONF_CLOSE, CONF_END };

struct conf_lexer {
	struct arena *arena;
	struct errors *errors;
	const struct conf_file *file;
	const char *next; /* what comes next, in the present line */
	const char *line_start;
	const char *line_end;  /* without CR LF */
	const char *next_line; /* NULL: this is the last */
	const char *counted;   /* the character in this line whose column is known */
	unsigned column;       /* of counted */
	unsigned line;
};

/* Begins at the file's start. */
void conf_lex_start(struct conf_lexer *lexer);

/* The next token, where it begins and, of a word, its text. Reports errors and steps over them. */
enum conf_token conf_lex_next(struct conf_lexer *lexer, struct conf_word *word_r);

#endif
