/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads scenario files. A line is a statement: "quoted words" have escapes, "text"*N is repeated,
 * and the expectation stands after ->.
 */
#include "script.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARROW " -> "

static void *script_grow(void *array, size_t n, size_t size)
{
	array = realloc(array, (n + 1) * size);
	if (!array)
		abort();
	return array;
}

static char *script_copy(const char *text, size_t size)
{
	char *copy = strndup(text, size);

	if (!copy)
		abort();
	return copy;
}

/* ---- Words ------------------------------------------------------------------ */

static void word_add(struct word *word, const char *bytes, size_t size)
{
	word->text = script_grow(word->text, word->size + size, 1);
	memcpy(word->text + word->size, bytes, size);
	word->size += size;
	word->text[word->size] = '\0';
}

/* Reads the character after a backslash; *s is at it, and afterwards behind it. */
static char word_escape(const char **s)
{
	char hex[3] = { 0 };
	char c = *(*s)++;

	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'x':
		if (isxdigit((unsigned char)(*s)[0]) && isxdigit((unsigned char)(*s)[1])) {
			memcpy(hex, *s, 2);
			*s += 2;
			return (char)strtoul(hex, NULL, 16);
		}
		return c;
	default:
		return c;
	}
}

/*
 * Reads a quoted part, perhaps with *N behind it; *s is behind its first quote. False when it has
 * no end.
 */
static bool word_quoted(struct word *word, const char **s)
{
	struct word part = { NULL, 0 };
	unsigned long times = 1;
	bool ended = false;

	word_add(&part, "", 0);
	while (**s && !ended) {
		char c = *(*s)++;

		if (c == '"') {
			ended = true;
		} else {
			if (c == '\\' &&
			    **s == '*') /* the comparison reads these: there * means anything */
				word_add(&part, "\\", 1), c = *(*s)++;
			else if (c == '\\' && **s)
				c = word_escape(s);
			word_add(&part, &c, 1);
		}
	}
	if (ended && (*s)[0] == '*' && isdigit((unsigned char)(*s)[1])) {
		char *after;

		times = strtoul(*s + 1, &after, 10);
		*s = after;
	}
	while (times--)
		word_add(word, part.text, part.size);
	free(part.text);
	return ended;
}

/* Splits text into words; false when a quote is not closed. */
static bool words_split(const char *s, struct word **words_r, size_t *n_r)
{
	for (;;) {
		struct word *word;

		while (*s == ' ' || *s == '\t')
			s++;
		if (!*s)
			return true;
		*words_r = script_grow(*words_r, *n_r, sizeof(**words_r));
		word = &(*words_r)[(*n_r)++];
		*word = (struct word){ NULL, 0 };
		word_add(word, "", 0);
		while (*s && *s != ' ' && *s != '\t') {
			char c = *s++;

			if (c == '"') {
				if (!word_quoted(word, &s))
					return false;
			} else {
				word_add(word, &c, 1);
			}
		}
	}
}

static void words_free(struct word *words, size_t n)
{
	while (n)
		free(words[--n].text);
	free(words);
}

/* ---- Lines ---------------------------------------------------------------------- */

/* The arrow that is not inside quotes, or NULL. */
static const char *line_arrow(const char *text)
{
	bool quoted = false;
	const char *s;

	for (s = text; *s; s++) {
		if (*s == '\\' && s[1])
			s++;
		else if (*s == '"')
			quoted = !quoted;
		else if (!quoted && strncmp(s, ARROW, strlen(ARROW)) == 0)
			return s;
	}
	return NULL;
}

static bool line_fill(struct line *line, const char *text, bool verbatim)
{
	const char *arrow;

	if (verbatim) {
		line->raw = script_copy(text, strlen(text));
		return true;
	}
	text += strspn(text, " \t");
	arrow = line_arrow(text);
	line->raw = script_copy(text, arrow ? (size_t)(arrow - text) : strlen(text));
	if (arrow) {
		line->expect = script_copy(arrow + strlen(ARROW), strlen(arrow + strlen(ARROW)));
		if (!words_split(line->expect, &line->wants, &line->nwants) || !line->nwants)
			return false;
	}
	return words_split(line->raw, &line->words, &line->nwords);
}

bool line_is(const struct line *line, size_t word, const char *text)
{
	return word < line->nwords && strcmp(line->words[word].text, text) == 0;
}

const char *line_word(const struct line *line, size_t word)
{
	return word < line->nwords ? line->words[word].text : NULL;
}

const char *line_rest(const struct line *line, size_t words)
{
	const char *s = line->raw;

	while (words--) {
		s += strcspn(s, " \t");
		s += strspn(s, " \t");
	}
	return s;
}

/* ---- The file ---------------------------------------------------------------------- */

static bool line_begins_text(const struct line *line)
{
	return line_is(line, 0, "config") || line_is(line, 0, "file") ||
	       (line_is(line, 0, "answers") && line->nwords == 1);
}

static bool line_begins_block(const struct line *line)
{
	return line_begins_text(line) || line_is(line, 0, "connections") ||
	       line_is(line, 0, "repeat");
}

/* Finds each block's end, from the last line to the first, as they may nest. */
static bool script_match_ends(struct script *script, char *error, size_t room)
{
	size_t open[16], depth = 0, i;

	for (i = 0; i < script->nlines; i++) {
		struct line *line = &script->lines[i];

		if (line_begins_block(line)) {
			if (depth == sizeof(open) / sizeof(*open))
				break;
			open[depth++] = i;
		} else if (line_is(line, 0, "meanwhile")) {
			if (!depth || script->lines[open[depth - 1]].meanwhile)
				break;
			script->lines[open[depth - 1]].meanwhile = i;
		} else if (line_is(line, 0, "end") && line->nwords == 1) {
			if (!depth)
				break;
			line = &script->lines[open[--depth]];
			line->end = i;
			if (!line->meanwhile)
				line->meanwhile = i;
		}
	}
	if (i == script->nlines && !depth)
		return true;
	snprintf(error, room,
		 "%s:%u: a block without its end, or an end or meanwhile without its block",
		 script->path, script->lines[i < script->nlines ? i : open[depth - 1]].number);
	return false;
}

static bool script_add(struct script *script, unsigned number, const char *text, bool *in_text)
{
	const char *first = text + strspn(text, " \t");
	struct line *line;

	if (*in_text && strcmp(text, "end") == 0)
		*in_text = false;
	if (!*in_text && (!*first || *first == '#')) {
		if (!script->title && *first == '#')
			script->title =
				script_copy(first + 1 + strspn(first + 1, " "), strlen(first));
		return true;
	}
	script->lines = script_grow(script->lines, script->nlines, sizeof(*script->lines));
	line = &script->lines[script->nlines++];
	*line = (struct line){ .number = number };
	if (!line_fill(line, text, *in_text))
		return false;
	if (!*in_text)
		*in_text = line_begins_text(line);
	return true;
}

static bool script_fill(struct script *script, FILE *file, char *error, size_t room)
{
	char *text = NULL;
	size_t text_room = 0;
	ssize_t size;
	unsigned number = 0;
	bool in_text = false, good = true;

	while (good && (size = getline(&text, &text_room, file)) >= 0) {
		if (size && text[size - 1] == '\n')
			text[size - 1] = '\0';
		good = script_add(script, ++number, text, &in_text);
	}
	free(text);
	if (!good)
		snprintf(error, room, "%s:%u: a quote without its end, or nothing after ->",
			 script->path, number);
	else if (!script->title)
		snprintf(error, room, "%s: the first line must say in a # sentence what this shows",
			 script->path);
	return good && script->title && script_match_ends(script, error, room);
}

struct script *script_read(const char *path, char *error, size_t room)
{
	struct script *script = calloc(1, sizeof(*script));
	FILE *file = fopen(path, "re");
	bool good = false;

	if (!script)
		abort();
	script->path = script_copy(path, strlen(path));
	if (file) {
		good = script_fill(script, file, error, room);
		fclose(file);
	} else {
		snprintf(error, room, "%s: %s", path, strerror(errno));
	}
	if (!good)
		script_free(&script);
	return script;
}

void script_free(struct script **script_p)
{
	struct script *script = *script_p;
	size_t i;

	*script_p = NULL;
	if (!script)
		return;
	for (i = 0; i < script->nlines; i++) {
		words_free(script->lines[i].words, script->lines[i].nwords);
		words_free(script->lines[i].wants, script->lines[i].nwants);
		free(script->lines[i].raw);
		free(script->lines[i].expect);
	}
	free(script->lines);
	free(script->title);
	free(script->path);
	free(script);
}
