/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One log line under construction, in a fixed buffer on the caller's stack, without allocation.
 *
 * The same calls make the text form or the JSON form, as the log is set.
 *
 *     struct log_record r;
 *
 *     if (!log_wants(log, MG_LOG_INFO))
 *             return;
 *     log_begin(&r, log, MG_LOG_INFO, "decision");
 *     log_text(&r, "reject: policy %s found %s at %s: ", policy, result, stage);
 *     log_quoted(&r, reply);
 *     log_str(&r, "id", id);
 *     log_list_begin(&r, "policies");
 *     log_item_begin(&r);
 *     log_str(&r, "policy", "dnsbl/zen");
 *     log_str(&r, "result", "listed");
 *     log_int(&r, "us", 1234);
 *     log_item_end(&r);
 *     log_list_end(&r);
 *     log_write(&r);
 *
 * Text: the human part, then NAME=VALUE fields. Without a human part the event's name stands in its
 * place.
 *     reject: policy dnsbl/zen found listed at rcpt: "550 5.7.1 no" id=4f2c
 *     policies=[dnsbl/zen listed 1234us]
 * (in one line). An item of a list has its values without their names, except for numbers: these
 * are NAME=VALUE, or followed by their name where that is a unit (us, ms).
 *
 * JSON (RFC 8259): one object; "time", "level", "event", "text" (the human part, when there is
 * one), then the fields in order.
 *     {"time":"2026-11-22T21:56:37.123Z","level":"info","event":"decision","text":"reject: ...",
 *      "id":"4f2c","policies":[{"policy":"dnsbl/zen","result":"listed","us":1234}]}
 *
 * Escapes. No value from outside can end a line or look like another field: what is not visible
 * (see utf8.h) is written as \xNN, \uNNNN or \UNNNNNNNN. In the text form a
 * backslash is \\, a quote \", and a value with blanks or any of "=,;[]\ is quoted; in the human
 * part a "=" is \x3d outside of log_quoted()'s strings. In JSON a byte that is not UTF-8 becomes
 * the four characters \xNN of the string.
 *
 * Length. A value, or a piece of the human part, is cut at LOG_VALUE_MAX bytes of output and then
 * ends with "...". The line is full at 8160 bytes: a field or an item that does not fit is left out
 * as a whole. In both cases the line ends with truncated=yes ("truncated":true). Who may have more
 * than fits keeps room free for what must stand behind it.
 */
#ifndef MG_LOG_RECORD_H
#define MG_LOG_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include <millgate/policy.h>

struct log;

#define LOG_LINE_MAX 8192
#define LOG_VALUE_MAX 1200 /* more than the longest reply line, 980 */

/* All members belong to log_record.c, but for log, which is log.c's. */
struct log_record {
	struct log *log;
	enum mg_level level;
	const char *event;
	enum { RECORD_BEGUN, RECORD_IN_TEXT, RECORD_IN_FIELDS, RECORD_ENDED } part;
	bool json, truncated;
	bool forced; /* written whatever its level */
	bool in_list, in_item;
	bool list_empty, item_empty; /* no separator before the next */
	bool item_lost;              /* a part of the present item did not fit */
	size_t item;                 /* where the present item began, to remove it */
	size_t value_max;            /* see log_bound_values() */
	size_t kept_free;            /* see log_keep_free() */
	size_t n;                    /* bytes of line in use */
	char line[LOG_LINE_MAX];
};

/* Begins a line in either form. For log.h, whose log_begin() knows which. */
void log_record_init(struct log_record *record, bool json, enum mg_level level, const char *event);

/* The line will be written even if the log leaves out lines of its level. */
void log_force(struct log_record *record);

/*
 * The human part, in pieces, before any field. log_text() is for words from the configuration or
 * the code; log_quoted() puts anything else in quotes.
 */
void log_text(struct log_record *record, const char *fmt, ...) MG_PRINTF(2, 3);
void log_quoted(struct log_record *record, const char *value);

/*
 * A field of the line or of a list's item. name: a constant of [a-z0-9_]. A field whose value is
 * NULL is left out.
 */
void log_str(struct log_record *record, const char *name, const char *value);
void log_int(struct log_record *record, const char *name, long long value);

/* A list of items, which are objects with fields, or of strings (log_element). No nesting. */
void log_list_begin(struct log_record *record, const char *name);
void log_item_begin(struct log_record *record);
/* False when the item is left out, for lack of room. */
bool log_item_end(struct log_record *record);
/* False when the element is left out. */
bool log_element(struct log_record *record, const char *value);
void log_list_end(struct log_record *record);

/* From here on values are cut at this number of bytes already; at most LOG_VALUE_MAX. */
void log_bound_values(struct log_record *record, size_t max);

/* From here on this number of bytes stays free, until this is called with a smaller one. */
void log_keep_free(struct log_record *record, size_t bytes);

/* The bytes that are left, without those kept free. */
size_t log_room(const struct log_record *record);

/* Completes the line and returns it, with a NUL instead of a line feed. */
const char *log_record_end(struct log_record *record, size_t *size_r);

#endif
