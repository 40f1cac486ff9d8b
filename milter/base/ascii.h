/* SPDX-License-Identifier: BSD-2-Clause */
/* Letters of ASCII, whatever the locale. */
#ifndef MG_ASCII_H
#define MG_ASCII_H

#include <stdbool.h>

struct arena;

bool ascii_is_upper(char c);

/* A text with its ASCII letters in lower case. Text without upper case is returned itself. */
const char *ascii_fold(struct arena *arena, const char *text);

#endif
