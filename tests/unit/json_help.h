/* SPDX-License-Identifier: BSD-2-Clause */
/* A log's lines in JSON. */
#ifndef TESTS_JSON_HELP_H
#define TESTS_JSON_HELP_H

#include <check.h>
#include <jansson.h>

static inline json_t *parse(const char *line)
{
	json_error_t error;
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &error);

	ck_assert_msg(object != NULL, "%s at %d in: %s", error.text, error.position, line);
	ck_assert(json_is_object(object));
	return object;
}

#endif
