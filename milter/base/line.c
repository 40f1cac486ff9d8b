/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions of policy.h that return a directive's words. */
#include <config.h>

#include "base/line.h"

size_t mg_line_words(const struct mg_line *line)
{
	return line ? line->nwords : 0;
}

const char *mg_line_word(const struct mg_line *line, size_t index)
{
	return line && index < line->nwords ? line->words[index].text : NULL;
}
