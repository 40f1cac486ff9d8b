/* SPDX-License-Identifier: BSD-2-Clause */
/* Characters of UTF-8 (RFC 3629). */
#include <config.h>

#include <string.h>
#include <unistr.h>

#include "base/utf8.h"

#define CHARACTER_MAX 4 /* bytes */

const char *utf8_next(const char *p, const char *end, uint32_t *code_r)
{
	ucs4_t code = (unsigned char)*p;
	int size = 1;

	if (code >= 0x80)
		size = u8_mbtoucr(&code, (const uint8_t *)p, (size_t)(end - p));
	if (size <= 0) {
		*code_r = UTF8_MALFORMED;
		return p + 1;
	}
	*code_r = code;
	return p + size;
}

size_t utf8_count(const char *text, size_t size)
{
	const char *end = text + size;
	uint32_t code;
	size_t n = 0;

	for (; text < end; text = utf8_next(text, end, &code))
		n++;
	return n;
}

const char *utf8_malformed(const char *text, size_t size)
{
	return (const char *)u8_check((const uint8_t *)text, size);
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t utf8_cut(const char *text, size_t size)
{
	size_t cut = size;

	while (cut > 0 && size - cut < CHARACTER_MAX - 1 && is_continuation(text[cut]))
		cut--;
	return is_continuation(text[cut]) ? size : cut;
}

bool utf8_is_ascii(const char *text)
{
	while (*text && !(*text & 0x80))
		text++;
	return *text == '\0';
}

bool utf8_is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

bool utf8_is_visible(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} invisible[] = {
		{ 0x0000, 0x001f },   { 0x007f, 0x009f },
		{ 0x00ad, 0x00ad },   { 0x061c, 0x061c },
		{ 0x180e, 0x180e },   { 0x200b, 0x200f },
		{ 0x2028, 0x202e },   { 0x2060, 0x206f },
		{ 0xfdd0, 0xfdef },   { 0xfeff, 0xfeff },
		{ 0xfff9, 0xfffb },   { 0xfffe, 0xffff },
		{ 0xe0000, 0xe007f }, { UTF8_MALFORMED, UTF8_MALFORMED },
	};

	if (code >= 0x20 && code < 0x7f)
		return true;
	for (size_t i = 0; i < sizeof(invisible) / sizeof(invisible[0]); i++)
		if (code >= invisible[i].first && code <= invisible[i].last)
			return false;
	return true;
}
