/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts with {macros}: compiled with the configuration, rendered for a reply, header or log. */
#ifndef MG_TEXT_H
#define MG_TEXT_H

#include <millgate/policy.h>

#include "base/arena.h"
#include "base/errors.h"

#define TEXT_LINES_MAX 32 /* of a reply: libmilter's limit */

/* The macros that every text may have. */
enum text_macro {
	TEXT_CLIENT,
	TEXT_CLIENT_NAME,
	TEXT_CLIENT_PTR,
	TEXT_CLIENT_RESOLVE,
	TEXT_CLIENT_PORT,
	TEXT_DAEMON,
	TEXT_HELO,
	TEXT_SENDER,
	TEXT_RECIPIENT,
	TEXT_AUTH,
	TEXT_TLS,
	TEXT_QUEUE_ID,
	TEXT_ID,
	TEXT_POLICY,
	TEXT_RESULT,
	TEXT_DETAIL,
	TEXT_SCORE,
	TEXT_MACROS
};

/* Name and help of each, for the manual page. */
extern const struct text_macro_name {
	const char *name;
	const char *help;
} text_macro_names[TEXT_MACROS + 1];

/* Whether every text has a macro of this name. */
bool text_is_macro(const char *name);

struct text;

/* The values of a text's macros. Both functions return NULL for "none", rendered as "". */
struct text_source {
	const char *(*macro)(void *ctx, enum text_macro macro);
	const char *(*value)(void *ctx, size_t index); /* of the policy's values */
	void *ctx;
};

/*
 * Compiles the line's word. type: the policy whose values it may name besides the macros, or NULL.
 * Returns NULL after having reported the errors.
 */
const struct text *text_compile(struct arena *arena, struct errors *errors,
				const struct mg_line *line, size_t word,
				const struct mg_policy *type);

/* Whether a macro stands in the text. */
bool text_has(const struct text *text, enum text_macro macro);

/*
 * Renders into the arena. Control characters in values become "?"; but a fold (a line end before a
 * blank) is kept, as a line feed, when folds is true, and else a blank stands for it.
 */
const char *text_render(const struct text *text, const struct text_source *source,
			struct arena *arena, bool folds);

#endif
