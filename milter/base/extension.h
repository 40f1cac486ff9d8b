/* SPDX-License-Identifier: BSD-2-Clause */
/* Address extensions: "user+extension@example.com" is mail for user@example.com. */
#ifndef MG_BASE_EXTENSION_H
#define MG_BASE_EXTENSION_H

struct arena;

/*
 * A folded address (mail_fold()), with or without a domain, without its extension, folded. It
 * begins at the first of the delimiters, which are characters of Postfix's recipient_delimiter.
 * NULL when the address has none, or is one of those that Postfix does not split. delimiters NULL:
 * there are none.
 */
const char *extension_cut(struct arena *arena, const char *address, const char *delimiters);

#endif
