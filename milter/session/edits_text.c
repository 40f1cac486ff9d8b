/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts of edits in the form in which they may be sent. */
#include <config.h>

#include <string.h>

#include "base/arena.h"
#include "base/field.h"
#include "base/utf8.h"
#include "session/edits_text.h"

#define BLANKS " \t"

static bool is_fold(const char *text)
{
	return text[0] == '\n' && text[1] && strchr(BLANKS, text[1]);
}

const char *edits_clean(struct arena *arena, const char *text, bool folds)
{
	const char *end = text + strlen(text), *next;
	char *clean = arena_strdup(arena, text), *to = clean;
	uint32_t code;

	for (; text < end; to += next - text, text = next) {
		next = utf8_next(text, end, &code);
		if (code == UTF8_MALFORMED)
			*to = '?';
		else if (code == '\r' || (code == '\n' && !(folds && is_fold(text))))
			*to = ' ';
	}
	return clean;
}

const char *edits_body(struct arena *arena, const char *data, size_t size, size_t *size_r)
{
	size_t feeds = 1;
	char *body, *to;

	for (size_t i = 0; i < size; i++) {
		feeds += data[i] == '\n';
		if (!data[i] || (data[i] == '\r' && (i + 1 == size || data[i + 1] != '\n')))
			return NULL;
	}
	to = body = arena_alloc(arena, size + 2 * feeds);
	for (size_t i = 0; i < size; i++) {
		if (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'))
			*to++ = '\r';
		*to++ = data[i];
	}
	if (size > 0 && data[size - 1] != '\n') {
		*to++ = '\r';
		*to++ = '\n';
	}
	*size_r = (size_t)(to - body);
	return body;
}

/* How much of the value fits behind the prefix; cut at a blank where possible. */
static size_t room_for(const char *value, size_t room)
{
	size_t size = strlen(value);

	if (size <= room)
		return size;
	size = room;
	while (size > room / 2 && !strchr(BLANKS "\n", value[size]))
		size--;
	return size;
}

static size_t prefix_size(const char *prefix)
{
	size_t size = strlen(prefix);

	while (size > 0 && strchr(BLANKS "\n", prefix[size - 1]))
		size--;
	return size;
}

bool edits_has_prefix(const char *prefix, const char *value)
{
	return strncmp(value + strspn(value, BLANKS "\n"), prefix, prefix_size(prefix)) == 0;
}

const char *edits_prefixed(struct arena *arena, const char *prefix, const char *value)
{
	char *prefixed;

	value += strspn(value, BLANKS "\n");
	prefixed = arena_printf(arena, "%.*s %.*s", (int)prefix_size(prefix), prefix,
				(int)room_for(value, FIELD_VALUE_MAX / 2), value);
	for (char *p = prefixed; *p; p++)
		if (((unsigned char)*p < ' ' || *p == 0x7f) && *p != '\t' && !is_fold(p))
			*p = ' ';
	return prefixed;
}
