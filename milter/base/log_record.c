/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds one log line, as text or as JSON (RFC 8259), from the same calls.
 *
 * The JSON is written by hand: a library would build a tree on the heap for each line, and could
 * not leave out a field that does not fit. The task is small: one function escapes strings, a
 * field is written whole or not at all, and room is reserved for what closes the object.
 */
#include <config.h>

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log_level.h"
#include "base/log_record.h"
#include "base/utf8.h"

/* Room reserved for the end: a quote, "}", "]", the mark of a truncated line, "}" and a NUL. */
#define TAIL 32
#define MARK "..."

/* The place of a string determines which characters are escaped. */
enum place { IN_WORDS, IN_QUOTES, IN_JSON };

void log_bound_values(struct log_record *r, size_t max)
{
	r->value_max = max < LOG_VALUE_MAX ? max : LOG_VALUE_MAX;
}

void log_keep_free(struct log_record *r, size_t bytes)
{
	r->kept_free = bytes;
}

size_t log_room(const struct log_record *r)
{
	const size_t used = r->n + r->kept_free;

	return used < LOG_LINE_MAX - TAIL ? LOG_LINE_MAX - TAIL - used : 0;
}

static bool put(struct log_record *r, const char *bytes, size_t n)
{
	if (n > log_room(r))
		return false;
	memcpy(r->line + r->n, bytes, n);
	r->n += n;
	return true;
}

static bool put_string(struct log_record *r, const char *string)
{
	return put(r, string, strlen(string));
}

/* Writes into the room that TAIL reserves. */
static void put_tail(struct log_record *r, const char *string)
{
	size_t n = strlen(string);

	assert(n < LOG_LINE_MAX - r->n);
	memcpy(r->line + r->n, string, n);
	r->n += n;
}

/* Writes the number of a character that is not visible. Returns the length in out. */
static size_t escape_unseen(char out[16], uint32_t c, enum place place)
{
	int n;

	if (place == IN_JSON && c > 0xffff)
		n = snprintf(out, 16, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
			     (unsigned)(0xdc00 + (c & 0x3ff)));
	else if (c > 0xffff)
		n = snprintf(out, 16, "\\U%08x", (unsigned)c);
	else if (place == IN_JSON || c > 0x7f)
		n = snprintf(out, 16, "\\u%04x", (unsigned)c);
	else
		n = snprintf(out, 16, "\\x%02x", (unsigned)c);
	return (size_t)n;
}

/* Writes the character at *s, escaped if the place needs it. Returns the length in out. */
static size_t escape(char out[16], const char **s, const char *end, enum place place)
{
	const char *from = *s;
	uint32_t c;

	*s = utf8_next(from, end, &c);
	if (c == UTF8_MALFORMED)
		return (size_t)snprintf(out, 16, place == IN_JSON ? "\\\\x%02x" : "\\x%02x",
					(unsigned char)*from);
	if (!utf8_is_visible(c))
		return escape_unseen(out, c, place);
	if (c == '\\' || c == '"') {
		out[0] = '\\';
		out[1] = (char)c;
		return 2;
	}
	if (c == '=' && place == IN_WORDS) {
		memcpy(out, "\\x3d", 4);
		return 4;
	}
	memcpy(out, from, (size_t)(*s - from));
	return (size_t)(*s - from);
}

/* A string, escaped, cut at the bound of values. False when it did not fit into the line. */
static bool put_escaped(struct log_record *r, const char *string, enum place place)
{
	const char *s = string, *end = string + strlen(string);
	size_t left = r->value_max, n;
	const char *run;
	char out[16];

	while (s < end) {
		/* Most characters of most strings stand for themselves. */
		for (run = s; *s > ' ' && *s < 0x7f && *s != '\\' && *s != '"' && *s != '='; s++)
			;
		n = (size_t)(s - run);
		if (n == 0) {
			n = escape(out, &s, end, place);
			run = out;
		}
		if (n > left) {
			r->truncated = true;
			/* A run can be cut anywhere, an escape or a character cannot. */
			return (run == out || put(r, run, left)) && put_string(r, MARK);
		}
		if (!put(r, run, n))
			return false;
		left -= n;
	}
	return true;
}

static bool is_plain_ascii(char c)
{
	switch (c) {
	case '"':
	case '=':
	case ',':
	case ';':
	case '[':
	case ']':
	case '\\':
		return false;
	default:
		return c > ' ' && c < 0x7f;
	}
}

/* Whether a value of the text form needs no quotes. */
static bool is_plain(const char *value)
{
	const char *end = value + strlen(value);
	uint32_t c;

	if (value == end)
		return false;
	while (value < end) {
		if (is_plain_ascii(*value)) {
			value++;
			continue;
		}
		value = utf8_next(value, end, &c);
		if (c < 0x80 || !utf8_is_visible(c))
			return false;
	}
	return true;
}

static bool put_value(struct log_record *r, const char *value)
{
	if (!r->json && is_plain(value))
		return put_escaped(r, value, IN_QUOTES);
	return put(r, "\"", 1) && put_escaped(r, value, r->json ? IN_JSON : IN_QUOTES) &&
	       put(r, "\"", 1);
}

/* Removes a part that did not fit completely. */
static void settle(struct log_record *r, size_t mark, bool fits)
{
	if (fits)
		return;
	r->n = mark;
	r->truncated = true;
	r->item_lost = true;
}

static bool put_head(struct log_record *r)
{
	struct timespec now;
	struct tm tm;
	char head[160];
	int n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = snprintf(
		head, sizeof(head),
		"{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ\",\"level\":\"%s\",\"event\":",
		tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		now.tv_nsec / 1000000, log_level_name(r->level));
	return put(r, head, (size_t)n) && put_value(r, r->event);
}

void log_record_init(struct log_record *r, bool json, enum mg_level level, const char *event)
{
	/* Except the line: clearing 8 KiB costs more than filling it. */
	memset(r, 0, offsetof(struct log_record, line));
	r->level = level;
	r->event = event;
	r->json = json;
	r->part = RECORD_BEGUN;
	r->value_max = LOG_VALUE_MAX;
	if (r->json)
		put_head(r);
}

void log_force(struct log_record *r)
{
	r->forced = true;
}

/* Begins or continues the human part. Returns false when there is no room. */
static bool begin_words(struct log_record *r)
{
	assert(r->part == RECORD_BEGUN || r->part == RECORD_IN_TEXT);
	if (r->part == RECORD_BEGUN && r->json && !put_string(r, ",\"text\":\""))
		return false;
	r->part = RECORD_IN_TEXT;
	return true;
}

void log_text(struct log_record *r, const char *fmt, ...)
{
	char words[LOG_VALUE_MAX + 8]; /* longer, so that put_escaped() sees the cut */
	size_t mark;
	va_list args;
	int n;

	if (!begin_words(r))
		return;
	va_start(args, fmt);
	n = vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	if (n < 0)
		return;
	mark = r->n;
	settle(r, mark, put_escaped(r, words, r->json ? IN_JSON : IN_WORDS));
}

void log_quoted(struct log_record *r, const char *value)
{
	const char *quote = r->json ? "\\\"" : "\"";
	size_t mark;

	if (!begin_words(r))
		return;
	mark = r->n;
	settle(r, mark,
	       put_string(r, quote) && put_escaped(r, value, r->json ? IN_JSON : IN_QUOTES) &&
		       put_string(r, quote));
}

/* Ends the human part. Without one, the event's name stands in its place. */
static void end_words(struct log_record *r)
{
	if (r->json && r->part == RECORD_IN_TEXT)
		put_tail(r, "\"");
	if (!r->json && r->part == RECORD_BEGUN)
		put_string(r, r->event);
	r->part = RECORD_IN_FIELDS;
}

/* Writes the separator and the name of a field. */
static bool put_name(struct log_record *r, const char *name)
{
	bool comma = !r->in_item || !r->item_empty;

	assert(r->part != RECORD_ENDED && (!r->in_list || r->in_item));
	if (r->part != RECORD_IN_FIELDS)
		end_words(r);
	r->item_empty = false;
	if (r->json)
		return (!comma || put(r, ",", 1)) && put(r, "\"", 1) && put_string(r, name) &&
		       put(r, "\":", 2);
	if (comma && !put(r, " ", 1))
		return false;
	return r->in_item || (put_string(r, name) && put(r, "=", 1));
}

void log_str(struct log_record *r, const char *name, const char *value)
{
	size_t mark;

	if (value == NULL)
		return;
	if (r->part != RECORD_IN_FIELDS)
		end_words(r);
	mark = r->n;
	settle(r, mark, put_name(r, name) && put_value(r, value));
}

static bool is_unit(const char *name)
{
	return strcmp(name, "us") == 0 || strcmp(name, "ms") == 0;
}

/* A number, as printed. In an item of the text form it keeps its name or unit. */
static void put_number(struct log_record *r, const char *name, const char *number)
{
	bool bare = r->in_item && !r->json;
	bool unit = bare && is_unit(name);
	size_t mark;

	if (r->part != RECORD_IN_FIELDS)
		end_words(r);
	mark = r->n;
	settle(r, mark,
	       put_name(r, name) && (!bare || unit || (put_string(r, name) && put(r, "=", 1))) &&
		       put_string(r, number) && (!unit || put_string(r, name)));
}

void log_int(struct log_record *r, const char *name, long long value)
{
	unsigned long long rest =
		value < 0 ? 0ULL - (unsigned long long)value : (unsigned long long)value;
	char number[24];
	char *p = number + sizeof(number) - 1;

	/* Faster than snprintf(): each line of a message has one for each policy. */
	*p = '\0';
	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		*--p = '-';
	put_number(r, name, p);
}

void log_list_begin(struct log_record *r, const char *name)
{
	size_t mark;

	assert(!r->in_list);
	if (r->part != RECORD_IN_FIELDS)
		end_words(r);
	mark = r->n;
	r->item_lost = false;
	settle(r, mark, put_name(r, name) && put(r, "[", 1));
	/* Without room for the beginning, the whole list is left out. */
	r->in_list = !r->item_lost;
	r->list_empty = true;
}

void log_item_begin(struct log_record *r)
{
	r->item = r->n;
	r->in_item = true;
	r->item_empty = true;
	r->item_lost = !r->in_list;
	if (!r->in_list)
		return;
	if (!r->list_empty && !put_string(r, r->json ? "," : ", "))
		r->item_lost = true;
	if (r->json && !put(r, "{", 1))
		r->item_lost = true;
}

bool log_item_end(struct log_record *r)
{
	bool fits = !r->item_lost && (!r->json || put(r, "}", 1));

	r->in_item = false;
	if (fits && (r->json || !r->item_empty))
		r->list_empty = false;
	else
		r->n = r->item;
	r->truncated |= !fits;
	return fits;
}

bool log_element(struct log_record *r, const char *value)
{
	size_t mark = r->n;
	bool fits;

	if (value == NULL || !r->in_list)
		return false;
	fits = (r->list_empty || put_string(r, r->json ? "," : ", ")) && put_value(r, value);
	settle(r, mark, fits);
	if (fits)
		r->list_empty = false;
	return fits;
}

void log_list_end(struct log_record *r)
{
	if (r->in_list)
		put_tail(r, "]");
	r->in_list = false;
}

const char *log_record_end(struct log_record *r, size_t *size_r)
{
	if (r->part != RECORD_ENDED) {
		if (r->part != RECORD_IN_FIELDS)
			end_words(r);
		if (r->truncated)
			put_tail(r, r->json ? ",\"truncated\":true" : " truncated=yes");
		if (r->json)
			put_tail(r, "}");
		r->part = RECORD_ENDED;
		r->line[r->n] = '\0';
	}
	*size_r = r->n;
	return r->line;
}
