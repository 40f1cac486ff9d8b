/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: any bytes as a configuration, with errors reported at all of its words. */
#include <config.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/conf.h"
#include "config/lex.h"
#include "base/errors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

/* Reads everything that a directive promises. */
static void visit(struct errors *errors, const struct mg_line *line, unsigned depth)
{
	static const char *const names[] = { "listen", "policy", "class", "score", NULL };

	for (; line; line = line->next) {
		require(depth <= CONF_BLOCK_DEPTH);
		require(line->nwords > 0 && mg_line_word(line, line->nwords) == NULL);
		require(line->has_block || !line->block);
		require(line->end_line >= line->words[line->nwords - 1].line);
		for (size_t i = 0; i < mg_line_words(line); i++) {
			const struct conf_word *word = &line->words[i];

			require(word->line > 0 && word->column > 0 && word->end > word->column);
			require(strlen(word->text) <= CONF_LINE_MAX);
			errors_at(errors, line, i, "word \"%s\"", word->text);
			if (errors_nearest(word->text, names))
				errors_hint(errors, "did you mean \"%s\"?",
					    errors_nearest(word->text, names));
		}
		errors_at(errors, line, line->nwords, "the end");
		visit(errors, line->block, depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct errors errors = { .arena = &arena };
	const struct mg_line *first = conf_parse(&arena, &errors, "fuzz", (const char *)data, size);
	char *text;
	size_t text_size;
	FILE *stream = open_memstream(&text, &text_size);

	require(stream != NULL);
	visit(&errors, first, 0);
	errors_print(&errors, stream);
	fclose(stream);
	require(text_size == 0 || errors.count > 0);
	for (size_t i = 0; i < text_size; i++)
		require((unsigned char)text[i] >= 0x20 || text[i] == '\n' || text[i] == '\t');
	free(text);
	arena_free(&arena);
	return 0;
}
