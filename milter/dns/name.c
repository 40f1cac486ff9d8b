/* SPDX-License-Identifier: BSD-2-Clause */
/* Domain names in messages, and as text. */
#include <config.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "dns/name.h"

#define NAME_LABEL_MAX 63
#define NAME_POINTER 0xc0U

/* Without regard to the locale. */
static unsigned char name_fold(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

size_t dns_name_from_text(unsigned char wire_r[DNS_WIRE_MAX], const char *text)
{
	size_t label = 0, size = 1; /* where the label's length goes, and what follows it */

	if (text[0] == '.' && !text[1])
		text++;
	for (; *text; text++) {
		if (size == DNS_WIRE_MAX)
			return 0;
		if (*text == '.') {
			if (size - label == 1)
				return 0;
			wire_r[label] = (unsigned char)(size - label - 1);
			label = size++;
		} else {
			wire_r[size++] = name_fold((unsigned char)*text);
		}
		if (size - label - 1 > NAME_LABEL_MAX)
			return 0;
	}
	wire_r[label] = (unsigned char)(size - label - 1);
	/* The root, which a final dot has made. */
	if (size - label == 1)
		return size;
	if (size == DNS_WIRE_MAX)
		return 0;
	wire_r[size++] = 0;
	return size;
}

static bool name_is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '.' && c != '\\';
}

size_t dns_name_to_text(char text_r[DNS_TEXT_MAX], const unsigned char *wire)
{
	char *at = text_r;

	for (size_t left; (left = *wire++) > 0;) {
		if (at > text_r)
			*at++ = '.';
		for (; left > 0; left--, wire++) {
			if (name_is_plain(*wire))
				*at++ = (char)*wire;
			else
				at += sprintf(at, "\\%03u", *wire);
		}
	}
	*at = '\0';
	return (size_t)(at - text_r);
}

size_t dns_name_size(const unsigned char *wire)
{
	size_t size = 0;

	while (wire[size])
		size += wire[size] + 1U;
	return size + 1;
}

size_t dns_name_read(unsigned char wire_r[DNS_WIRE_MAX], const unsigned char *message, size_t size,
		     size_t *at)
{
	size_t from = *at, out = 0;
	size_t before = from; /* pointers lead to before this: so there is no loop */
	bool jumped = false;

	for (;;) {
		if (from >= size)
			return 0;

		const size_t label = message[from];

		if (label >= NAME_POINTER) {
			if (from + 1 >= size)
				return 0;
			if (!jumped)
				*at = from + 2;
			jumped = true;
			from = (label & ~NAME_POINTER) << 8 | message[from + 1];
			if (from >= before)
				return 0;
			before = from;
			continue;
		}
		if (label > NAME_LABEL_MAX || label >= size - from ||
		    out + label + 1 > DNS_WIRE_MAX)
			return 0;
		wire_r[out++] = (unsigned char)label;
		for (size_t i = 1; i <= label; i++)
			wire_r[out++] = name_fold(message[from + i]);
		from += label + 1;
		if (label == 0)
			break;
		if (out == DNS_WIRE_MAX)
			return 0;
	}
	if (!jumped)
		*at = from;
	return out;
}
