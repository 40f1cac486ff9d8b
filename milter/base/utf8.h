/* SPDX-License-Identifier: BSD-2-Clause */
/* Characters of UTF-8 (RFC 3629). */
#ifndef MG_UTF8_H
#define MG_UTF8_H

#include <stddef.h>

/* The size of the character at p; 0: malformed UTF-8, or a control other than tab. */
size_t utf8_char(const char *p, const char *end);

#endif
