/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers of the tests of tables: tables from words and texts, and errors as text. */
#ifndef MG_TABLE_HELP_H
#define MG_TABLE_HELP_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/conf.h"
#include "errors_help.h"
#include "run.h"
#include "table/table.h"

/* In tables of cases. */
#define A MG_KEY_ADDRESS
#define H MG_KEY_HOST
#define M MG_KEY_MAIL
#define N MG_KEY_NAME
#define T MG_KEY_TEXT

struct made {
	struct arena arena;
	struct arena scratch;
	struct errors errors, warnings;
	struct mg_table *table;
	int status;
};

static inline void made_begin(struct made *made, enum mg_key kind,
			      const char *(*check)(const char *))
{
	memset(made, 0, sizeof(*made));
	made->errors.arena = made->warnings.arena = &made->arena;
	made->errors.warnings = &made->warnings;
	made->table = table_new(&made->arena, kind, check);
}

/* words: the rest of a line of the configuration in the file name. */
static inline void made_add_words(struct made *made, const char *name, const char *words)
{
	char *text = arena_printf(&made->arena, "t %s\n", words);
	const struct mg_line *line =
		conf_parse(&made->arena, &made->errors, name, text, strlen(text));

	ck_assert_uint_eq(made->errors.count, 0);
	for (; line; line = line->next)
		if (table_add_words(made->table, &made->errors, line, 1) != 0)
			made->status = -1;
}

static inline void made_add_text(struct made *made, const char *type, const char *text)
{
	if (table_add_text(made->table, &made->errors, type, "FILE", text, strlen(text)) != 0)
		made->status = -1;
}

static inline const char *made_printed(struct made *made, const struct errors *errors)
{
	char *text = errors_text(errors);
	const char *copy = arena_strdup(&made->arena, text);

	free(text);
	return copy;
}

/* The printed errors; in the arena. */
static inline const char *made_errors(struct made *made)
{
	return made_printed(made, &made->errors);
}

static inline const char *made_warnings(struct made *made)
{
	return made_printed(made, &made->warnings);
}

/* The value that was found; NULL when none was, "?" when undecided. */
static inline const char *made_find(struct made *made, const char *key)
{
	const char *value = "(not set)";
	int r = table_find(made->table, &made->scratch, key, &value);

	return r > 0 ? value : r < 0 ? "?" : NULL;
}

static inline void made_end(struct made *made)
{
	arena_free(&made->scratch);
	arena_free(&made->arena);
}

#endif
