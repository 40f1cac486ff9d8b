/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Characters of UTF-8 (RFC 3629). Any text can be walked: a byte that belongs to no character
 * counts as one.
 */
#ifndef MG_UTF8_H
#define MG_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The code point of a byte that belongs to no character. */
#define UTF8_MALFORMED UINT32_MAX

/* Decodes the character at p, which is before end. Returns where the next one begins. */
const char *utf8_next(const char *p, const char *end, uint32_t *code_r);

/* The number of characters in size bytes. */
size_t utf8_count(const char *text, size_t size);

/* The first malformed byte of size bytes, or NULL. */
const char *utf8_malformed(const char *text, size_t size);

/*
 * Where to cut a text that continues after size bytes: there, or up to three bytes earlier, so that
 * no character is cut in two.
 */
size_t utf8_cut(const char *text, size_t size);

/* Whether all of a string is ASCII. */
bool utf8_is_ascii(const char *text);

/* Whether a code point is a control character: C0 (tab and line feed too), DEL or C1. */
bool utf8_is_control(uint32_t code);

/*
 * Whether a code point shows as itself: it is not malformed, does not end a line, is not invisible,
 * and does not change the direction or meaning of what stands around it.
 */
bool utf8_is_visible(uint32_t code);

#endif
