/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a policy's block says is done about a result: a look-up for what nobody wants to know can
 * be spared.
 */
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

/*
 * To be asked about a result that cannot be found as the block is: an action for it is in error,
 * unless it does nothing. expected: what would have it found. Returns 0, or -1 after having
 * reported it.
 */
static inline int mapped_in_vain(struct mg_conf *conf, const char *result, const char *expected)
{
	const struct mg_line *line = mapped_line(conf, result);
	const char *action = line ? mg_line_word(line, 2) : NULL;

	if (!action || strcmp(action, "neutral") == 0)
		return 0;
	mg_conf_error(conf, line, 1, "%s is never found here: expected %s", result, expected);
	return -1;
}

#endif
