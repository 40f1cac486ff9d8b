/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong with an entry of a table, until its place in a file is known. */
#ifndef MG_TABLE_FAULT_H
#define MG_TABLE_FAULT_H

#include <stddef.h>

struct fault {
	size_t offset; /* in the entry's text */
	char text[512];
	char hint[256]; /* a second line that helps, or "" */
};

/* Begins a new fault, without a hint. */
void fault_set(struct fault *fault, size_t offset, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void fault_hint(struct fault *fault, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
