/* SPDX-License-Identifier: BSD-2-Clause */
/* Letters of ASCII, whatever the locale. */
#include <config.h>

#include "base/arena.h"
#include "base/ascii.h"

bool ascii_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

const char *ascii_fold(struct arena *arena, const char *text)
{
	const char *p = text;
	char *copy;
	char *to;

	while (*p && !ascii_is_upper(*p))
		p++;
	if (!*p)
		return text;
	copy = arena_strdup(arena, text);
	for (to = copy + (p - text); *to; to++)
		if (ascii_is_upper(*to))
			*to = (char)(*to - 'A' + 'a');
	return copy;
}
