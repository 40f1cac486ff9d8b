/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts that must be ASCII unless a client said SMTPUTF8 (RFC 6531). */
#ifndef MG_SHARED_ASCII_H
#define MG_SHARED_ASCII_H

#include <stdbool.h>

static inline bool is_ascii(const char *text)
{
	while (*text && !(*text & 0x80))
		text++;
	return !*text;
}

#endif
