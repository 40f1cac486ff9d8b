/* SPDX-License-Identifier: BSD-2-Clause */
/* The errors of a configuration: collected while everything is read, printed together. */
#include <config.h>

#include "base/errors.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/line.h"
#include "base/utf8.h"

/* The characters of a line that are shown, and how many of them stand before the caret. */
#define EXCERPT_MAX ((size_t)160)
#define EXCERPT_BEFORE ((size_t)80)

/* Longer words get no "did you mean". */
#define NEAREST_MAX ((size_t)40)

struct hint {
	const char *text;
	struct hint *next;
};

struct error {
	const char *file; /* NULL: unknown */
	size_t file_order;
	size_t number; /* counts the errors as they are reported */
	unsigned line, column;
	const char *text;
	const char *excerpt; /* NULL: not shown */
	const char *caret;   /* the blanks before the caret; NULL: no caret */
	struct hint *hints, **hints_tail;
	struct error *next;
};

/* Copies text; '?' replaces what is not visible, so that nothing quoted can act on a terminal. */
static char *printable(struct arena *arena, const char *text, size_t size)
{
	const char *end = text + size, *next;
	char *copy = arena_alloc(arena, size + 1), *out = copy;
	uint32_t code;

	for (; text < end; text = next) {
		next = utf8_next(text, end, &code);
		if (code != '\t' && !utf8_is_visible(code)) {
			*out++ = '?';
			continue;
		}
		memcpy(out, text, (size_t)(next - text));
		out += next - text;
	}
	*out = '\0';
	return copy;
}

/* Skips a number of characters, up to the end at most. */
static const char *skip_characters(const char *p, const char *end, size_t count)
{
	uint32_t code;

	while (p < end && count-- > 0)
		p = utf8_next(p, end, &code);
	return p;
}

/* Copies the part of the line around the column, and makes the blanks that align the caret. */
static void take_excerpt(struct arena *arena, struct error *error, const char *line)
{
	const char *end = line + strcspn(line, "\n");
	size_t before = error->column ? error->column - 1 : 0, skipped = 0;
	const char *from, *to;
	char *out;

	if (end > line && end[-1] == '\r')
		end--;
	if (skip_characters(line, end, EXCERPT_MAX) < end && before > EXCERPT_BEFORE)
		skipped = before - EXCERPT_BEFORE;
	from = skip_characters(line, end, skipped);
	to = skip_characters(from, end, EXCERPT_MAX);
	error->excerpt =
		arena_printf(arena, "%s%s%s", skipped ? "..." : "",
			     printable(arena, from, (size_t)(to - from)), to < end ? "..." : "");
	if (error->column == 0)
		return;
	before = before - skipped + (skipped ? strlen("...") : 0);
	error->caret = out = arena_alloc(arena, before + 1);
	for (const char *p = error->excerpt; before > 0; before--) {
		*out++ = *p == '\t' ? '\t' : ' ';
		p = skip_characters(p, p + strlen(p), 1);
	}
	*out = '\0';
}

static size_t order_of_file(struct errors *errors, const char *file)
{
	if (!file)
		return 0;
	for (const struct error *error = errors->first; error; error = error->next) {
		if (error->file && strcmp(error->file, file) == 0)
			return error->file_order;
	}
	return ++errors->files;
}

static void __attribute__((format(printf, 6, 0)))
add(struct errors *errors, const char *file, unsigned line, unsigned column,
    const char *text_of_line, const char *fmt, va_list args)
{
	struct error *error;
	char *text;

	errors->count++;
	if (errors->kept == ERRORS_KEPT)
		return;
	errors->kept++;
	text = arena_vprintf(errors->arena, fmt, args);
	error = arena_zalloc(errors->arena, sizeof(*error));
	error->file = file ? arena_strdup(errors->arena, file) : NULL;
	error->number = errors->kept;
	error->file_order = order_of_file(errors, file);
	error->line = line;
	error->column = column;
	error->text = printable(errors->arena, text, strlen(text));
	error->hints_tail = &error->hints;
	if (text_of_line)
		take_excerpt(errors->arena, error, text_of_line);
	if (errors->last)
		errors->last->next = error;
	else
		errors->first = error;
	errors->last = error;
}

/* Where a line of a file begins, or NULL past the end. */
static const char *line_of_file(const struct conf_file *file, unsigned line)
{
	const char *p = file->text, *end = file->text + file->size;

	while (--line > 0) {
		const char *feed = memchr(p, '\n', (size_t)(end - p));

		if (!feed)
			return NULL;
		p = feed + 1;
	}
	/* A byte order mark takes no column. */
	return p == file->text && file->size >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? p + 3 : p;
}

void errors_vat(struct errors *errors, const struct mg_line *line, size_t word, const char *fmt,
		va_list args)
{
	const struct conf_word *at;

	if (!line || errors->kept == ERRORS_KEPT) {
		/* At the limit add() only counts. */
		add(errors, errors->file, 0, 0, NULL, fmt, args);
		return;
	}
	at = &line->words[word < line->nwords ? word : line->nwords - 1];
	add(errors, line->file->name, at->line, word < line->nwords ? at->column : at->end,
	    line_of_file(line->file, at->line), fmt, args);
}

void errors_at(struct errors *errors, const struct mg_line *line, size_t word, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	errors_vat(errors, line, word, fmt, args);
	va_end(args);
}

void errors_in_file(struct errors *errors, const char *file, unsigned line, unsigned column,
		    const char *text_of_line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(errors, file, line, column, text_of_line, fmt, args);
	va_end(args);
}

void errors_hint(struct errors *errors, const char *fmt, ...)
{
	struct hint *hint;
	va_list args;
	char *text;

	if (!errors->last || errors->count > errors->kept)
		return; /* the error of this hint was not kept */
	va_start(args, fmt);
	text = arena_vprintf(errors->arena, fmt, args);
	va_end(args);
	hint = arena_zalloc(errors->arena, sizeof(*hint));
	hint->text = printable(errors->arena, text, strlen(text));
	*errors->last->hints_tail = hint;
	errors->last->hints_tail = &hint->next;
}

static int compare_errors(const void *a, const void *b)
{
	const struct error *x = *(const struct error *const *)a;
	const struct error *y = *(const struct error *const *)b;

	if (x->file_order != y->file_order)
		return x->file_order < y->file_order ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

/* "FILE:LINE:COLUMN: ", without the parts that are unknown. */
static const char *place_of(struct arena *arena, const struct error *error)
{
	if (!error->file)
		return "";
	if (error->line == 0)
		return arena_printf(arena, "%s: ", error->file);
	if (error->column == 0)
		return arena_printf(arena, "%s:%u: ", error->file, error->line);
	return arena_printf(arena, "%s:%u:%u: ", error->file, error->line, error->column);
}

const char *errors_line(const struct errors *errors, size_t index)
{
	const struct error *error = errors->first;
	const char *line;

	while (error && index-- > 0)
		error = error->next;
	if (!error)
		return NULL;
	line = arena_printf(errors->arena, "%s%s", place_of(errors->arena, error), error->text);
	for (const struct hint *hint = error->hints; hint; hint = hint->next)
		line = arena_printf(errors->arena, "%s (%s)", line, hint->text);
	return line;
}

static void print_error(const struct errors *errors, const struct error *error, FILE *stream)
{
	fprintf(stream, "%s%s%s\n", place_of(errors->arena, error),
		errors->kind ? errors->kind : "", error->text);
	if (error->excerpt)
		fprintf(stream, "%s\n", error->excerpt);
	if (error->caret)
		fprintf(stream, "%s^\n", error->caret);
	for (const struct hint *hint = error->hints; hint; hint = hint->next)
		fprintf(stream, "    %s\n", hint->text);
}

void errors_print(const struct errors *errors, FILE *stream)
{
	const struct error **sorted;
	size_t n = 0;

	if (errors->kept == 0)
		return;
	sorted = arena_alloc(errors->arena, errors->kept * sizeof(struct error *));
	for (const struct error *error = errors->first; error; error = error->next)
		sorted[n++] = error;
	qsort(sorted, n, sizeof(struct error *), compare_errors);
	for (size_t i = 0; i < n; i++)
		print_error(errors, sorted[i], stream);
	if (errors->count > errors->kept)
		fprintf(stream, "and %zu errors more\n", errors->count - errors->kept);
}

/* Only ASCII letters have a case here; all names of the configuration are ASCII. */
static bool same(char a, char b)
{
	return strncasecmp(&a, &b, 1) == 0;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * The number of letters to change, insert, delete or swap with a neighbour (Damerau-Levenshtein).
 */
static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
	size_t rows[3][NEAREST_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2], *free_row;

	for (size_t j = 0; j <= b_size; j++)
		last[j] = before[j] = j;
	for (size_t i = 1; i <= a_size; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_size; j++) {
			row[j] = least(least(last[j], row[j - 1]) + 1,
				       last[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		free_row = before;
		before = last;
		last = row;
		row = free_row;
	}
	return last[b_size];
}

const char *errors_nearest(const char *word, const char *const *candidates)
{
	size_t size = strlen(word), nearest = NEAREST_MAX;
	const char *found = NULL;

	if (size == 0 || size > NEAREST_MAX)
		return NULL;
	for (; *candidates; candidates++) {
		size_t candidate_size = strlen(*candidates), d;

		if (candidate_size > NEAREST_MAX)
			continue;
		d = distance(word, size, *candidates, candidate_size);
		/* A third of the letters may be wrong; in a short word, one. */
		if (d < nearest && d < size && d <= (size < 6 ? 1 : size / 3)) {
			nearest = d;
			found = *candidates;
		}
	}
	return found;
}
