/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration's text, as words and marks.
 *
 * Blanks (space, tab) part words. ';' ends a directive, '#' begins a comment where a word
 * could begin, '"' begins a quoted word there. Quoted words stay in their line and know
 * \" \\ \n \t.
 *
 * Braces: "{" opens a block and "}" closes it wherever they stand outside of quotes, with one
 * exception, so that texts and regular expressions without blanks need no quotes: braces with
 * something between them that has neither blanks nor ; " # { is a part of its word, as in
 * {client}, bad-{client}-name and /a{2,3}/. "{ client ::1 }" and "{client ::1}" are blocks.
 */
#include <config.h>

#include "config/lex.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/errors.h"
#include "base/utf8.h"

/* Unlike strchr() alone, does not take a NUL byte for one of the set. */
static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c);
}

/* The column of a place in the present line; cheap when the places come in order. */
static unsigned column_of(struct conf_lexer *lexer, const char *place)
{
	if (place < lexer->counted) {
		lexer->counted = lexer->line_start;
		lexer->column = 1;
	}
	for (uint32_t code; lexer->counted < place; lexer->column++)
		lexer->counted = utf8_next(lexer->counted, lexer->line_end, &code);
	return lexer->column;
}

static void __attribute__((format(printf, 3, 4)))
report(struct conf_lexer *lexer, const char *place, const char *fmt, ...)
{
	char text[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	errors_in_file(lexer->errors, lexer->file->name, lexer->line, column_of(lexer, place),
		       lexer->line_start, "%s", text);
}

/* Reports the first character of the line that has no place in a text. */
static void check_characters(struct conf_lexer *lexer)
{
	const char *p = lexer->line_start, *next;
	uint32_t code;

	for (; p < lexer->line_end; p = next) {
		next = utf8_next(p, lexer->line_end, &code);
		if (code == UTF8_MALFORMED || (code != '\t' && utf8_is_control(code)))
			break;
	}
	if (p == lexer->line_end)
		return;
	if (*p == '\0')
		report(lexer, p, "found a NUL byte, expected a text in UTF-8");
	else if ((unsigned char)*p < 0x80)
		report(lexer, p, "found control character 0x%02x, expected a text in UTF-8",
		       (unsigned char)*p);
	else
		report(lexer, p, "found byte 0x%02x, expected a text in UTF-8", (unsigned char)*p);
}

static void start_line(struct conf_lexer *lexer, const char *start)
{
	const char *end = lexer->file->text + lexer->file->size;
	const char *feed = start < end ? memchr(start, '\n', (size_t)(end - start)) : NULL;

	lexer->line++;
	lexer->line_start = start;
	lexer->line_end = feed ? feed : end;
	lexer->next_line = feed ? feed + 1 : NULL;
	lexer->next = start;
	lexer->counted = start;
	lexer->column = 1;
	if (lexer->line_end > start && lexer->line_end[-1] == '\r')
		lexer->line_end--;
	if ((size_t)(lexer->line_end - start) > CONF_LINE_MAX) {
		report(lexer, start, "this line has %zu bytes, expected no more than %zu",
		       (size_t)(lexer->line_end - start), CONF_LINE_MAX);
		lexer->next = lexer->line_end;
		return;
	}
	check_characters(lexer);
}

void conf_lex_start(struct conf_lexer *lexer)
{
	const char *text = lexer->file->text;
	bool has_mark = lexer->file->size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;

	lexer->line = 0;
	start_line(lexer, text + (has_mark ? 3 : 0)); /* a byte order mark, of some editors */
}

/* The size of braces that are text, not marks, at p; or 0. */
static size_t braced_text(const char *p, const char *end)
{
	const char *q = p + 1;

	while (q < end && !is_one_of(*q, " \t;\"#{}"))
		q++;
	return q < end && *q == '}' && q > p + 1 ? (size_t)(q + 1 - p) : 0;
}

static void end_word(struct conf_lexer *lexer, struct conf_word *word_r, const char *end)
{
	lexer->next = end;
	word_r->end = column_of(lexer, end);
}

/* A quote that something follows at once, or that stands in a word: probably not what was meant. */
static void check_after_quote(struct conf_lexer *lexer)
{
	if (lexer->next == lexer->line_end || is_one_of(*lexer->next, " \t;{}"))
		return;
	report(lexer, lexer->next, "expected a blank after the closing quote");
	errors_hint(lexer->errors,
		    "inside of quotes, a quote is written \\\" and a backslash \\\\");
}

/* Resolves the escapes of what is between two quotes. */
static const char *unescape(struct conf_lexer *lexer, const char *p, const char *end)
{
	char *text = arena_alloc(lexer->arena, (size_t)(end - p) + 1);
	char *out = text;

	for (; p < end; p++) {
		if (*p != '\\' || p + 1 == end) {
			*out++ = *p;
			continue;
		}
		p++;
		if (*p == 'n') {
			*out++ = '\n';
		} else if (*p == 't') {
			*out++ = '\t';
		} else if (*p == '"' || *p == '\\') {
			*out++ = *p;
		} else {
			uint32_t code;
			const int size = (int)(utf8_next(p, end, &code) - p);

			report(lexer, p - 1,
			       "unknown escape \\%.*s, expected \\\", \\\\, \\n or \\t", size, p);
			errors_hint(lexer->errors, "for a backslash itself, write \\\\%.*s", size,
				    p);
			*out++ = '\\';
			*out++ = *p;
		}
	}
	*out = '\0';
	return text;
}

/* No closing quote: the word is the rest of the line, but a "{" at its end may open a block. */
static void unterminated(struct conf_lexer *lexer, struct conf_word *word_r, const char *start)
{
	const char *end = lexer->line_end;

	report(lexer, start - 1, "this quoted word has no closing quote in its line");
	while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (end > start + 1 && end[-1] == '{' && (end[-2] == ' ' || end[-2] == '\t'))
		end--;
	word_r->text = arena_strndup(lexer->arena, start, (size_t)(end - start));
	end_word(lexer, word_r, end);
}

static enum conf_token lex_quoted(struct conf_lexer *lexer, struct conf_word *word_r)
{
	const char *start = lexer->next + 1;
	const char *p = start;

	word_r->quoted = true;
	while (p < lexer->line_end && *p != '"')
		p += *p == '\\' && p + 1 < lexer->line_end ? 2 : 1;
	if (p == lexer->line_end) {
		unterminated(lexer, word_r, start);
		return CONF_WORD;
	}
	word_r->text = unescape(lexer, start, p);
	end_word(lexer, word_r, p + 1);
	check_after_quote(lexer);
	return CONF_WORD;
}

/* What word processors and web pages make of quotes and blanks. */
static void check_typography(struct conf_lexer *lexer, const char *start, const char *end)
{
	const char *p;

	if (end - start >= 3 && memcmp(start, "\xe2\x80", 2) == 0 &&
	    is_one_of(start[2], "\x9c\x9d\x9e\x9f"))
		report(lexer, start, "found a typographic quote, expected \"");
	p = memmem(start, (size_t)(end - start), "\xc2\xa0", 2);
	if (p)
		report(lexer, p, "found a no-break space (U+00A0), expected a blank");
}

static enum conf_token lex_bare(struct conf_lexer *lexer, struct conf_word *word_r)
{
	const char *start = lexer->next, *end = lexer->line_end, *p = start;
	const char *quote = NULL;

	while (p < end && !is_one_of(*p, " \t;}")) {
		if (*p == '{') {
			size_t size = braced_text(p, end);

			if (size == 0)
				break;
			p += size;
			continue;
		}
		if (*p == '"') {
			/* Up to the other quote is meant to be one word: one error is enough. */
			const char *other = memchr(p + 1, '"', (size_t)(end - p) - 1);

			quote = quote ? quote : p;
			p = other ? other : p;
		}
		p++;
	}
	word_r->text = arena_strndup(lexer->arena, start, (size_t)(p - start));
	check_typography(lexer, start, p);
	if (quote) {
		report(lexer, quote, "found a quote in a word, expected it around the whole word");
		errors_hint(lexer->errors,
			    "inside of quotes, a quote is written \\\" and a backslash \\\\");
	}
	end_word(lexer, word_r, p);
	return CONF_WORD;
}

/* A backslash as the last word: there is no such thing, but what was meant is clear. */
static bool lex_continued(struct conf_lexer *lexer)
{
	if (*lexer->next != '\\' || lexer->next + 1 != lexer->line_end || !lexer->next_line)
		return false;
	report(lexer, lexer->next, "a directive cannot be continued in the next line");
	errors_hint(lexer->errors, "lists may be given in several directives of the same name");
	start_line(lexer, lexer->next_line);
	return true;
}

static enum conf_token lex_line_end(struct conf_lexer *lexer)
{
	if (!lexer->next_line) {
		lexer->next = lexer->line_end;
		return CONF_END;
	}
	start_line(lexer, lexer->next_line);
	return CONF_NEWLINE;
}

enum conf_token conf_lex_next(struct conf_lexer *lexer, struct conf_word *word_r)
{
	do {
		while (lexer->next < lexer->line_end &&
		       (*lexer->next == ' ' || *lexer->next == '\t'))
			lexer->next++;
	} while (lexer->next < lexer->line_end && lex_continued(lexer));

	*word_r = (struct conf_word){ "", lexer->line, column_of(lexer, lexer->next), 0, false };
	if (lexer->next == lexer->line_end || *lexer->next == '#')
		return lex_line_end(lexer);
	switch (*lexer->next) {
	case ';':
		lexer->next++;
		return CONF_SEMICOLON;
	case '}':
		lexer->next++;
		return CONF_CLOSE;
	case '"':
		return lex_quoted(lexer, word_r);
	case '{':
		if (braced_text(lexer->next, lexer->line_end) > 0)
			return lex_bare(lexer, word_r);
		lexer->next++;
		return CONF_OPEN;
	default:
		return lex_bare(lexer, word_r);
	}
}
