/* SPDX-License-Identifier: BSD-2-Clause */
/* Characters of UTF-8 (RFC 3629). */
#include <config.h>

#include <unistr.h>

#include "base/utf8.h"

size_t utf8_char(const char *p, const char *end)
{
	ucs4_t code;
	const int size = p < end ? u8_mbtoucr(&code, (const uint8_t *)p, (size_t)(end - p)) : 0;

	if (size <= 0 || (code < 0x20 && code != '\t') || (code >= 0x7f && code < 0xa0))
		return 0;
	return (size_t)size;
}
