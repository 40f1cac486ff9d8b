/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a policy's block has an action for a result: an unused result needs no look-up. */
#ifndef MG_SHARED_MAPPED_H
#define MG_SHARED_MAPPED_H

#include <string.h>

#include <millgate/policy.h>

/* The first "on" line of a result; NULL when there is none. For open(). */
static inline const struct mg_line *mapped_line(struct mg_conf *conf, const char *result)
{
	const struct mg_line *line;

	for (size_t i = 0; (line = mg_conf_item(conf, "on", i)); i++)
		if (mg_line_word(line, 1) && strcmp(mg_line_word(line, 1), result) == 0)
			return line;
	return NULL;
}

/* The same, but only a line that does something: neutral is fine for any result. */
static inline const struct mg_line *mapped_action(struct mg_conf *conf, const char *result)
{
	const struct mg_line *line = mapped_line(conf, result);
	const char *action = line ? mg_line_word(line, 2) : NULL;

	return action && strcmp(action, "neutral") != 0 ? line : NULL;
}

/*
 * For a result that this block can never produce: an action other than neutral for it is an
 * error. expected: the lines that would produce it. Returns 0, or -1 after reporting the error.
 */
static inline int mapped_in_vain(struct mg_conf *conf, const char *result, const char *expected)
{
	const struct mg_line *line = mapped_action(conf, result);

	if (!line)
		return 0;
	mg_conf_error(conf, line, 1, "the result %s cannot occur here: expected %s", result,
		      expected);
	return -1;
}

#endif
