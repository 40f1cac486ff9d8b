/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts that grow, and their comparison with what a scenario expects. */
#ifndef SCENARIO_TEXT_H
#define SCENARIO_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* All zero is empty; data is freed by its owner. */
struct text {
	char *data; /* ends in NUL, as soon as something was added */
	size_t size;
};

void text_add(struct text *text, const char *bytes, size_t size);
void text_format(struct text *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Adds a string with its control characters made visible: \n, \t, \xNN. */
void text_add_visible(struct text *text, const char *string);

/*
 * Whether all of the string matches: * stands for anything, \* for itself; nothing else is
 * special.
 */
bool text_matches(const char *string, const char *pattern);

/* The same for any part of the string, and for its beginning. */
bool text_has(const char *string, const char *pattern);
bool text_begins(const char *string, const char *pattern);

#endif
