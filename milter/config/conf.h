/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of the configuration, as a tree of directives that know their position. */
#ifndef MG_CONF_H
#define MG_CONF_H

#include <stddef.h>

#include "base/line.h"

struct arena;
struct errors;

#define CONF_FILE_MAX ((size_t)16 << 20) /* bytes of a file */
#define CONF_INCLUDE_DEPTH 16            /* of files within files */
#define CONF_INCLUDES_MAX 1000           /* of files in all */
#define CONF_BLOCK_DEPTH 16              /* of blocks within blocks */

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

/*
 * The words of a text that stands for what follows a name in the file: each line, or part between
 * semicolons, is a directive whose word 0 is the first of them. A block is an error.
 */
const struct mg_line *conf_words(struct arena *arena, struct errors *errors, const char *name,
				 const char *text);

#endif
