/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts that grow, and patterns in which only * is special. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_add(struct text *text, const char *bytes, size_t size)
{
	/* Grows at least to the next power of two, so that long logs stay fast. */
	text->data = realloc(text->data, (text->size + size + 1) * 2);
	if (!text->data)
		abort();
	memcpy(text->data + text->size, bytes, size);
	text->size += size;
	text->data[text->size] = '\0';
}

void text_format(struct text *text, const char *fmt, ...)
{
	char *part = NULL;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vasprintf(&part, fmt, args);
	va_end(args);
	if (n < 0)
		abort();
	text_add(text, part, (size_t)n);
	free(part);
}

void text_add_visible(struct text *text, const char *string)
{
	text_add(text, "", 0);
	for (; *string; string++) {
		if (*string == '\n')
			text_add(text, "\\n", 2);
		else if (*string == '\t')
			text_add(text, "\\t", 2);
		else if ((unsigned char)*string < ' ' || *string == '\x7f')
			text_format(text, "\\x%02x", (unsigned char)*string);
		else
			text_add(text, string, 1);
	}
}

/* Only the last * needs to be remembered; so patterns with many of them stay fast, too. */
bool text_matches(const char *string, const char *pattern)
{
	const char *star = NULL, *retry = NULL;

	for (;;) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = string;
			continue;
		}
		if (!*string && !*pattern)
			return true;
		if (*string &&
		    *string == (pattern[0] == '\\' && pattern[1] == '*' ? '*' : *pattern)) {
			pattern += pattern[0] == '\\' && pattern[1] == '*' ? 2 : 1;
			string++;
			continue;
		}
		if (!star || !*retry)
			return false;
		pattern = star;
		string = ++retry;
	}
}

/* before: "*" when the match may begin anywhere. */
static bool text_matches_part(const char *string, const char *before, const char *pattern)
{
	struct text part = { NULL, 0 };
	bool found;

	text_format(&part, "%s%s*", before, pattern);
	found = text_matches(string, part.data);
	free(part.data);
	return found;
}

bool text_has(const char *string, const char *pattern)
{
	return text_matches_part(string, "*", pattern);
}

bool text_begins(const char *string, const char *pattern)
{
	return text_matches_part(string, "", pattern);
}
