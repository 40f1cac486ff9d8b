/* SPDX-License-Identifier: BSD-2-Clause */
/* The macros of SPF: their grammar and their expansion (RFC 7208, section 7). */
#define _GNU_SOURCE
#include "spf_macro.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LETTERS_OF_NAMES "slodiphv"
#define LETTERS_OF_TEXTS "slodiphvcrt"
#define DELIMITERS ".-+,/_="
#define PARTS_MAX 1000 /* a name has at most 127 labels, so no further part matters */

/*
 * How many bytes of values one expansion may read: a long sender and a record of thousands of
 * macros would keep the processor busy for very long.
 */
#define VALUES_MAX 16384

/* One step through a macro-string: literal characters, or one macro. */
struct piece {
	char letter;    /* lower case; 0 for a literal */
	bool escape;    /* the letter is upper case: the value is escaped for a URL */
	unsigned parts; /* how many parts are kept; 0: all */
	bool reverse;
	const char *delimiters;
	size_t ndelimiters;
	const char *literal;
	size_t literal_size;
	size_t size; /* of the whole piece in the text */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* ---- The grammar ---- */

/* Reads the macro at text, which is behind the brace. Returns false when it is malformed. */
static bool piece_read_braces(const char *text, size_t size, const char *letters,
			      struct piece *piece)
{
	size_t i = 1;
	unsigned parts = 0;

	if (size == 0 || !is_alpha(text[0]))
		return false;
	piece->letter = (char)(text[0] | 0x20);
	piece->escape = piece->letter != text[0];
	if (!is_one_of(piece->letter, letters))
		return false;
	for (; i < size && is_digit(text[i]); i++)
		parts = parts < PARTS_MAX ? parts * 10 + (unsigned)(text[i] - '0') : PARTS_MAX;
	if (i > 1 && parts == 0)
		return false;
	piece->parts = parts;
	if (i < size && (text[i] == 'r' || text[i] == 'R')) {
		piece->reverse = true;
		i++;
	}
	piece->delimiters = text + i;
	while (i < size && is_one_of(text[i], DELIMITERS))
		i++;
	piece->ndelimiters = (size_t)(text + i - piece->delimiters);
	piece->size = i + 3;
	return i < size && text[i] == '}';
}

static bool is_literal(char c, bool blanks)
{
	return c != '%' && c <= 0x7e && (c >= 0x21 || (c == ' ' && blanks));
}

static bool piece_read(const char *text, size_t size, const char *letters, bool blanks,
		       struct piece *piece_r)
{
	*piece_r = (struct piece){ .literal = text };
	while (piece_r->size < size && is_literal(text[piece_r->size], blanks))
		piece_r->size++;
	piece_r->literal_size = piece_r->size;
	if (piece_r->size > 0)
		return true;
	if (text[0] != '%')
		return false;
	piece_r->literal_size = 1;
	piece_r->size = 2;
	if (size < 2)
		return false;
	switch (text[1]) {
	case '%':
		return true;
	case '_':
		piece_r->literal = " ";
		return true;
	case '-':
		piece_r->literal = "%20";
		piece_r->literal_size = 3;
		return true;
	case '{':
		return piece_read_braces(text + 2, size - 2, letters, piece_r);
	default:
		return false;
	}
}

/* is_macro_r: whether the last piece is a macro or an escaped percent sign. */
static bool string_is_valid(const char *text, size_t size, const char *letters, bool blanks,
			    bool *is_macro_r)
{
	struct piece piece;

	*is_macro_r = false;
	for (size_t i = 0; i < size; i += piece.size) {
		if (!piece_read(text + i, size - i, letters, blanks, &piece))
			return false;
		*is_macro_r = text[i] == '%';
	}
	return true;
}

/* Whether it is a toplabel: letters, digits and inner hyphens, and not only digits. */
static bool toplabel_is_valid(const char *label, size_t size)
{
	bool is_number = true;

	if (size == 0 || label[0] == '-' || label[size - 1] == '-')
		return false;
	for (size_t i = 0; i < size; i++) {
		if (!is_alpha(label[i]) && !is_digit(label[i]) && label[i] != '-')
			return false;
		is_number = is_number && is_digit(label[i]);
	}
	return !is_number;
}

bool spf_macro_is_domain(const char *text, size_t size)
{
	bool is_macro;
	const char *dot;

	if (size == 0 || !string_is_valid(text, size, LETTERS_OF_NAMES, false, &is_macro))
		return false;
	if (is_macro)
		return true;
	if (text[size - 1] == '.')
		size--;
	dot = memrchr(text, '.', size);
	return dot && toplabel_is_valid(dot + 1, (size_t)(text + size - dot - 1));
}

bool spf_macro_is_string(const char *text, size_t size)
{
	bool is_macro;

	return string_is_valid(text, size, LETTERS_OF_TEXTS, false, &is_macro);
}

bool spf_macro_is_explanation(const char *text, size_t size)
{
	bool is_macro;

	return string_is_valid(text, size, LETTERS_OF_TEXTS, true, &is_macro);
}

bool spf_macro_has(const char *text, size_t size, char letter)
{
	struct piece piece;

	for (size_t i = 0; i < size; i += piece.size) {
		if (!piece_read(text + i, size - i, LETTERS_OF_TEXTS, true, &piece))
			return false;
		if (piece.letter == letter)
			return true;
	}
	return false;
}

/* ---- The output of an expansion ---- */

struct sink {
	char *text;
	size_t size, max;
	bool keeps_end; /* what is too long loses its beginning, else its end */
	bool lost;
};

static void sink_put(struct sink *sink, char c)
{
	const size_t half = sink->max / 2;

	if (sink->size == sink->max) {
		sink->lost = true;
		if (!sink->keeps_end)
			return;
		memmove(sink->text, sink->text + sink->size - half, half);
		sink->size = half;
	}
	sink->text[sink->size++] = c;
}

static void sink_escape(struct sink *sink, char c)
{
	static const char hex[] = "0123456789ABCDEF";

	if (is_alpha(c) || is_digit(c) || is_one_of(c, "-._~")) {
		sink_put(sink, c);
		return;
	}
	sink_put(sink, '%');
	sink_put(sink, hex[(unsigned char)c >> 4]);
	sink_put(sink, hex[(unsigned char)c & 15]);
}

/* ---- Values ---- */

/* The macro i: IPv6 as nibbles with dots between them. */
static void address_dotted(const struct spf_query *query, char *text, size_t max)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t size = 0;

	if (query->family == AF_INET) {
		inet_ntop(AF_INET, query->address, text, (socklen_t)max);
		return;
	}
	for (size_t i = 0; i < 16; i++) {
		text[size++] = hex[query->address[i] >> 4];
		text[size++] = '.';
		text[size++] = hex[query->address[i] & 15];
		text[size++] = '.';
	}
	text[size - 1] = '\0';
}

/* Returns a macro's value before its transformers. buffer: room for values that are made here. */
static const char *value_of(const struct spf_macros *macros, char letter, char *buffer, size_t max)
{
	const struct spf_query *query = macros->query;

	switch (letter) {
	case 's':
		return query->sender;
	case 'l':
		return query->local;
	case 'o':
		return query->domain;
	case 'd':
		return macros->domain;
	case 'i':
		address_dotted(query, buffer, max);
		return buffer;
	case 'p':
		return macros->validated ? macros->validated : "unknown";
	case 'h':
		return query->helo;
	case 'v':
		return query->family == AF_INET ? "in-addr" : "ip6";
	case 'c':
		inet_ntop(query->family, query->address, buffer, (socklen_t)max);
		return buffer;
	case 'r':
		return query->receiver;
	default:
		snprintf(buffer, max, "%lld", (long long)time(NULL));
		return buffer;
	}
}

/* ---- Transformers ---- */

static bool is_delimiter(const struct piece *piece, char c)
{
	return piece->ndelimiters ? memchr(piece->delimiters, c, piece->ndelimiters) != NULL
				  : c == '.';
}

static void put_part(const struct piece *piece, struct sink *sink, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (piece->escape)
			sink_escape(sink, text[i]);
		else
			sink_put(sink, text[i]);
	}
}

static size_t part_size(const struct piece *piece, const char *text)
{
	size_t size = 0;

	while (text[size] && !is_delimiter(piece, text[size]))
		size++;
	return size;
}

/*
 * Puts the parts from the last to the first. If not all are kept, the last to be put are: the first
 * parts of the value.
 */
static void put_reversed(const struct piece *piece, struct sink *sink, const char *value)
{
	size_t end = 0;

	for (unsigned n = 1;; n++) {
		end += part_size(piece, value + end);
		if (!value[end] || n == piece->parts)
			break;
		end++;
	}
	for (size_t begin = end;; begin = end) {
		while (begin > 0 && !is_delimiter(piece, value[begin - 1]))
			begin--;
		put_part(piece, sink, value + begin, end - begin);
		if (begin == 0)
			return;
		sink_put(sink, '.');
		end = begin - 1;
	}
}

static void put_value(const struct piece *piece, struct sink *sink, const char *value)
{
	unsigned n = 1;

	for (const char *c = value; *c; c++)
		n += is_delimiter(piece, *c);
	for (; piece->parts && n > piece->parts; n--)
		value += part_size(piece, value) + 1;
	for (;;) {
		const size_t size = part_size(piece, value);

		put_part(piece, sink, value, size);
		if (!value[size])
			return;
		sink_put(sink, '.');
		value += size + 1;
	}
}

/* Puts a macro's value. Returns how many bytes of values it has read. */
static size_t put_macro(const struct spf_macros *macros, const struct piece *piece,
			struct sink *sink)
{
	char buffer[80];
	const char *value = value_of(macros, piece->letter, buffer, sizeof(buffer));

	if (piece->reverse)
		put_reversed(piece, sink, value);
	else
		put_value(piece, sink, value);
	return strlen(value);
}

/* Expands a text. Returns false when values were too large; the beginning has been put then. */
static bool expand(const struct spf_macros *macros, const char *text, size_t size,
		   struct sink *sink)
{
	size_t values = 0;
	struct piece piece;

	for (size_t i = 0;
	     i < size && piece_read(text + i, size - i, LETTERS_OF_TEXTS, true, &piece);
	     i += piece.size) {
		if (values > VALUES_MAX)
			return false;
		if (piece.letter)
			values += put_macro(macros, &piece, sink);
		else
			for (size_t j = 0; j < piece.literal_size; j++)
				sink_put(sink, piece.literal[j]);
	}
	return true;
}

/* ---- Names and texts ---- */

bool spf_name_is_valid(const char *name)
{
	size_t label = 0;
	size_t i;

	for (i = 0; name[i]; i++) {
		if (name[i] == '.' && label == 0)
			return false;
		label = name[i] == '.' ? 0 : label + 1;
		if (label > 63 || (unsigned char)name[i] >= 0x80)
			return false;
	}
	return label > 0 && i <= SPF_NAME_MAX;
}

bool spf_macro_name(const struct spf_macros *macros, const char *spec, size_t size,
		    char name_r[SPF_NAME_MAX + 1])
{
	char text[1024];
	struct sink sink = { .text = text, .max = sizeof(text), .keeps_end = true };
	const char *begin = text;
	const char *end;

	if (!expand(macros, spec, size, &sink))
		return false;
	end = text + sink.size;
	if (end > begin && end[-1] == '.')
		end--;
	if (sink.lost || end - begin > SPF_NAME_MAX) {
		/* If what is left has no dot, it is a single label of more than 63 bytes. */
		begin = memchr(end - SPF_NAME_MAX - 1, '.', SPF_NAME_MAX + 1);
		if (!begin)
			return false;
		begin++;
	}
	memcpy(name_r, begin, (size_t)(end - begin));
	name_r[end - begin] = '\0';
	return spf_name_is_valid(name_r);
}

size_t spf_macro_text(const struct spf_macros *macros, const char *spec, size_t size,
		      char text_r[SPF_TEXT_MAX + 1])
{
	struct sink sink = { .text = text_r, .max = SPF_TEXT_MAX };

	expand(macros, spec, size, &sink);
	text_r[sink.size] = '\0';
	return sink.size;
}
