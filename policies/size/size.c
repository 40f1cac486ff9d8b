/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Limits what a message may have: its size (RFC 1870), recipients and lines (RFC 5321, 4.5.3.1),
 * and the number and size of its header fields.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../shared/mapped.h"

/* The limits; 0: none. */
struct size {
	long long max_message;
	long long max_recipients;
	long long max_header;
	long long max_headers;
	long long max_header_count;
	long long max_body_line;
};

/* What is counted of a message. */
struct count {
	long long message;
	long long headers;
	long long header_count;
	long long line; /* of the body: so far, across chunks */
	bool cr;        /* the line's last octet is a CR */
	unsigned over;  /* bit i: the result i was reported; each is reported once */
};

enum { MESSAGE, ANNOUNCED, RECIPIENTS, HEADER, HEADERS, HEADER_COUNT, BODY_LINE };

static const struct mg_result results[] = {
	[MESSAGE] = {
		.name = "message",
		.needs = "max-message",
		.action = "reject 552 5.3.4 \"The message is larger than {limit} bytes\"",
		.help = "The message is larger than max-message, as counted.",
	},
	[ANNOUNCED] = {
		.name = "announced",
		.needs = "max-message",
		.action = "reject 552 5.3.4 \"The message is larger than {limit} bytes\"",
		.help = "The client announces with SIZE at MAIL that the message is larger than "
			"max-message.",
	},
	[RECIPIENTS] = {
		.name = "recipients",
		.needs = "max-recipients",
		.action = "tempfail 452 4.5.3 \"No more than {limit} recipients at a time\"",
		.help = "This recipient is one more than max-recipients. The default action "
			"defers this recipient alone; the message goes on to those before it, "
			"and the client tries the rest again.",
	},
	[HEADER] = {
		.name = "header",
		.needs = "max-header",
		.action = "reject 552 5.3.4 \"A header field is larger than {limit} bytes\"",
		.help = "A header field is larger than max-header.",
	},
	[HEADERS] = {
		.name = "headers",
		.needs = "max-headers",
		.action = "reject 552 5.3.4 \"The header is larger than {limit} bytes\"",
		.help = "The header fields together are larger than max-headers.",
	},
	[HEADER_COUNT] = {
		.name = "header-count",
		.needs = "max-header-count",
		.action = "reject 552 5.3.4 \"The message has more than {limit} header fields\"",
		.help = "There are more header fields than max-header-count.",
	},
	[BODY_LINE] = {
		.name = "body-line",
		.needs = "max-body-line",
		.action = "reject 554 5.6.0 \"A line is longer than {limit} octets\"",
		.help = "A line of the body is longer than max-body-line.",
	},
	{ .name = NULL },
};

static const char *const values[] = { "limit", "count", NULL };

#define SIZE_ITEM(member, item, value, text)                                          \
	MG_ITEM_SIZE(struct size, member, item, .initial = (value), .syntax = "SIZE", \
		     .help = (text))
#define COUNT_ITEM(member, item, value, text)                                      \
	MG_ITEM_INT(struct size, member, item, .initial = (value), .max = 1000000, \
		    .syntax = "NUMBER", .help = (text))

static const struct mg_item items[] = {
	SIZE_ITEM(max_message, "max-message", "50M",
		  "The size of a message, header and body, with its line ends as CR LF. 0: no "
		  "limit, as for all others."),
	COUNT_ITEM(max_recipients, "max-recipients", "1000",
		   "The number of recipients of a message. The standard asks for room for 100 at "
		   "least."),
	SIZE_ITEM(max_header, "max-header", "100K",
		  "The size of a header field, all its lines with their CR LF together."),
	SIZE_ITEM(max_headers, "max-headers", "500K",
		  "The size of all header fields together, counted likewise."),
	COUNT_ITEM(max_header_count, "max-header-count", "1000", "The number of header fields."),
	COUNT_ITEM(
		max_body_line, "max-body-line", "0",
		"The length in octets of a line of the body, without its CR LF. The standard "
		"allows 998; mail with longer ones is common, so there is no limit unless one is "
		"given."),
	{ .name = NULL },
};

/* Reports that a limit was exceeded, and by what. */
static int over(struct mg_call *call, int result, long long count, long long limit)
{
	mg_value_int(call, "limit", limit);
	mg_value_int(call, "count", count);
	mg_detail(call, "%s: %lld is more than %lld", results[result].name, count, limit);
	return result;
}

static bool is_over(long long count, long long limit)
{
	return limit > 0 && count > limit;
}

/* Reports a result of the message if its limit was passed, and it was not reported before. */
static void check(struct mg_call *call, int result, long long value, long long limit)
{
	struct count *count = mg_state(call, MG_MESSAGE);

	if (!is_over(value, limit) || count->over & (1U << result))
		return;
	count->over |= 1U << result;
	mg_also(call, over(call, result, value, limit));
}

/*
 * The size that the client announces counts only against the message: it can be too small. It is
 * a result of its own: an exempt recipient gets the message all the same, up to its real size.
 */
static int size_mail(struct mg_call *call, const void *self)
{
	const struct size *size = self;
	const char *announced = mg_sender_param(call, "SIZE");
	char *end;
	long long bytes;

	if (!announced || !isdigit((unsigned char)announced[0]))
		return MG_NONE;
	bytes = strtoll(announced, &end, 10); /* one that is too large becomes the largest */
	return !*end && is_over(bytes, size->max_message)
		       ? over(call, ANNOUNCED, bytes, size->max_message)
		       : MG_NONE;
}

static int size_rcpt(struct mg_call *call, const void *self)
{
	const struct size *size = self;
	unsigned recipients = mg_recipients(call);

	return is_over(recipients, size->max_recipients)
		       ? over(call, RECIPIENTS, recipients, size->max_recipients)
		       : MG_NONE;
}

/*
 * The size of a field on the wire: "Name: value" CR LF, with a CR LF at each fold, which comes from
 * the MTA as LF.
 */
static long long field_size(const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + sizeof(":\r\n") - 1;

	if (value[0] != ' ' && value[0] != '\t')
		size++;
	for (const char *at = strchr(value, '\n'); at; at = strchr(at + 1, '\n'))
		if (at == value || at[-1] != '\r')
			size++;
	return (long long)size;
}

static int size_header(struct mg_call *call, const void *self)
{
	const struct size *size = self;
	struct count *count = mg_state(call, MG_MESSAGE);
	long long field = field_size(mg_header_name(call), mg_header_value(call));

	count->message += field;
	count->headers += field;
	count->header_count++;
	check(call, HEADER, field, size->max_header);
	check(call, HEADERS, count->headers, size->max_headers);
	check(call, HEADER_COUNT, count->header_count, size->max_header_count);
	check(call, MESSAGE, count->message, size->max_message);
	return MG_NONE;
}

static int size_eoh(struct mg_call *call, const void *self)
{
	const struct size *size = self;
	struct count *count = mg_state(call, MG_MESSAGE);

	count->message += 2; /* the empty line */
	check(call, MESSAGE, count->message, size->max_message);
	return MG_NONE;
}

/*
 * Returns the length of the first line that is longer than limit, or 0. A line may begin in one
 * chunk and end in another; a CR belongs to it until the LF after it is seen.
 */
static long long long_line(struct count *count, const unsigned char *body, size_t size,
			   long long limit)
{
	while (size > 0) {
		const unsigned char *lf = memchr(body, '\n', size);
		size_t part = lf ? (size_t)(lf - body) : size;
		bool cr = part > 0 ? body[part - 1] == '\r' : count->cr;
		long long length = count->line + (long long)part;

		if (length - cr > limit)
			return length - cr;
		count->line = lf ? 0 : length;
		count->cr = !lf && cr;
		part += lf != NULL;
		body += part;
		size -= part;
	}
	return 0;
}

/* Whether a limit is on and not yet exceeded. */
static bool is_open(const struct count *count, int result, long long limit)
{
	return limit > 0 && !(count->over & (1U << result));
}

static int size_body(struct mg_call *call, const void *self)
{
	const struct size *size = self;
	struct count *count = mg_state(call, MG_MESSAGE);
	size_t bytes;
	const unsigned char *body = mg_body(call, &bytes);

	count->message += (long long)bytes;
	if (is_open(count, BODY_LINE, size->max_body_line))
		check(call, BODY_LINE, long_line(count, body, bytes, size->max_body_line),
		      size->max_body_line);
	check(call, MESSAGE, count->message, size->max_message);
	if (!is_open(count, BODY_LINE, size->max_body_line) &&
	    !is_open(count, MESSAGE, size->max_message))
		mg_enough_body(call);
	return MG_NONE;
}

/* Reports an action for a result whose limit is off: it would never be done. */
static int limits_check(struct mg_conf *conf, const struct size *size)
{
	const struct {
		int result;
		long long limit;
		const char *expected;
	} limits[] = {
		{ MESSAGE, size->max_message, "max-message of more than 0" },
		{ ANNOUNCED, size->max_message, "max-message of more than 0" },
		{ RECIPIENTS, size->max_recipients, "max-recipients of more than 0" },
		{ HEADER, size->max_header, "max-header of more than 0" },
		{ HEADERS, size->max_headers, "max-headers of more than 0" },
		{ HEADER_COUNT, size->max_header_count, "max-header-count of more than 0" },
		{ BODY_LINE, size->max_body_line, "max-body-line of more than 0" },
	};
	int status = 0;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (limits[i].limit == 0 &&
		    mapped_in_vain(conf, results[limits[i].result].name, limits[i].expected) < 0)
			status = -1;
	return status;
}

/* Takes part only in the stages that a limit needs, in none if all limits are off. */
static int size_open(struct mg_conf *conf, void *self)
{
	const struct size *size = self;
	unsigned stages = 0;

	if (size->max_message > 0)
		stages |= MG_BIT(MG_MAIL) | MG_BIT(MG_HEADER) | MG_BIT(MG_EOH) | MG_BIT(MG_BODY);
	if (size->max_recipients > 0)
		stages |= MG_BIT(MG_RCPT);
	if (size->max_header > 0 || size->max_headers > 0 || size->max_header_count > 0)
		stages |= MG_BIT(MG_HEADER);
	if (size->max_body_line > 0)
		stages |= MG_BIT(MG_BODY);
	if (!stages) {
		mg_conf_error(conf, NULL, 0, "nothing to limit: every limit is 0");
		return -1;
	}
	mg_conf_stages(conf, stages);
	return limits_check(conf, size);
}

static const struct mg_policy size_policy = {
	.abi = MG_ABI,
	.size = sizeof(size_policy),
	.name = "size",
	.help = "Limits the size of messages, their recipients, header fields and lines.",
	MG_RESULTS(results),
	.values = values,
	MG_ITEMS(items),
	.conf_size = sizeof(struct size),
	.message_size = sizeof(struct count),
	.open = size_open,
	.on = {
		[MG_MAIL] = size_mail,
		[MG_RCPT] = size_rcpt,
		[MG_HEADER] = size_header,
		[MG_EOH] = size_eoh,
		[MG_BODY] = size_body,
	},
	.several = MG_BIT(MG_HEADER) | MG_BIT(MG_EOH) | MG_BIT(MG_BODY),
};

MG_REGISTER(size_policy)
