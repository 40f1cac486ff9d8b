/* SPDX-License-Identifier: BSD-2-Clause */
/* The printed form of errors, as text. */
#ifndef TESTS_ERRORS_HELP_H
#define TESTS_ERRORS_HELP_H

#include <stdio.h>

#include "base/errors.h"

/* To be freed. */
static inline char *errors_text(const struct errors *errors)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	errors_print(errors, stream);
	fclose(stream);
	return text;
}

#endif
