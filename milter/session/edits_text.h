/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts of edits in the form in which they may be sent. */
#ifndef MG_EDITS_TEXT_H
#define MG_EDITS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/*
 * A text of the configuration as a field's value or a reason: bytes that are no UTF-8 become "?",
 * and a line end a blank, unless it begins a fold and folds is true.
 */
const char *edits_clean(struct arena *arena, const char *text, bool folds);

/*
 * A body with CR LF at all its line ends, the last included. NULL when it has a NUL, or a CR that
 * ends no line (RFC 5321 section 2.3.8).
 */
const char *edits_body(struct arena *arena, const char *data, size_t size, size_t *size_r);

/* Whether a subject's value begins with the prefix. */
bool edits_has_prefix(const char *prefix, const char *value);

/*
 * The value with the prefix and one blank before it, without control characters; one that is
 * endless is cut.
 */
const char *edits_prefixed(struct arena *arena, const char *prefix, const char *value);

#endif
