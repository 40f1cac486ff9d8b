/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks the header section of a message: requirements of RFC 5322, and configured rules. */
#include <string.h>
#include <strings.h>

#include "../shared/ascii.h"
#include "../shared/mapped.h"
#include "headers_from.h"

#define NAMES_MAX 64 /* the bits of an integer in struct message */

struct rule;

struct headers {
	struct mg_strings required;
	struct mg_strings once;
	long long max_line;
	long long max_length;
	struct mg_lines match;
	struct rule *rules; /* as many as match has lines */
};

/* A line "match". */
struct rule {
	const char *field; /* "*": any */
	const struct mg_table *table;
};

enum {
	MISSING,
	DUPLICATE,
	OVERLONG,
	EIGHT_BIT,
	MATCHED,
	NO_FROM,
	MANY_FROM,
	SECOND_FROM,
	BAD_FROM
};

/* What was seen of a message. */
struct message {
	uint64_t required; /* bit i: required.v[i] */
	uint64_t once;
	unsigned found; /* bit i: the result i; each is reported once */
	bool from;
};

static const struct mg_result results[] = {
	[MISSING] = {
		.name = "missing",
		.action = "reject 550 5.6.0 \"The message has no {field} field\"",
		.needs = "required",
		.help = "A field of required is not there. Devices and scripts send mail without "
			"Date, so this refuses only where required asks for it.",
	},
	[DUPLICATE] = {
		.name = "duplicate",
		.action = "reject 550 5.6.0 \"The message has more than one {field} field\"",
		.needs = "once",
		.help = "A field of once is there twice. Mailing lists repeat Reply-To, and "
			"other programs To, so this refuses only where once asks for it.",
	},
	[OVERLONG] = {
		.name = "overlong",
		.action = "reject 550 5.6.0 \"The {field} field is too long: {detail}\"",
		.needs = "max-line max-length",
		.help = "A line of a field is longer than max-line, or a field longer than "
			"max-length. RFC 5322, section 2.1.1, asks receivers to take longer lines, "
			"which everyday mail has (References, List-Unsubscribe), so this refuses "
			"only where a limit is given.",
	},
	[EIGHT_BIT] = {
		.name = "8bit",
		.help = "A field has octets beyond ASCII, and the client did not say SMTPUTF8 "
			"at MAIL. No action by default: much wanted mail has them.",
	},
	[MATCHED] = {
		.name = "matched",
		.action = "reject 550 5.7.1 \"The {field} field is not accepted here\"",
		.needs = "match",
		.help = "The value of a field is among the entries of a line match: your own.",
	},
	[NO_FROM] = {
		.name = "no-from",
		.action = "reject 550 5.6.0 \"The message has no From field\"",
		.further_needs = "",
		.help = "There is no From field. This is the result, rather than missing, even if "
			"required has From. Nobody answers for such a message; the large "
			"receivers refuse it too.",
	},
	[MANY_FROM] = {
		.name = "many-from",
		.action = "reject 550 5.7.1 \"The From field has more than one address\"",
		.further_needs = "",
		.help = "A From field has several addresses. RFC 5322 allows it, hardly anybody "
			"does it, and no reader can tell whose domain answers for the message. "
			"The large receivers refuse it too.",
	},
	[SECOND_FROM] = {
		.name = "second-from",
		.action = "reject 550 5.6.0 \"The message has more than one From field\"",
		.further_needs = "",
		.help = "There is more than one From field. This is the result, rather than "
			"duplicate, even if once has From. Programs show one and check another; "
			"the large receivers refuse it too.",
	},
	[BAD_FROM] = {
		.name = "bad-from",
		.action = "reject 550 5.6.0 \"The From field is malformed\"",
		.further_needs = "",
		.help = "The From field is no list of mail addresses, or has none. As for "
			"no-from, nobody answers for it.",
	},
	{ .name = NULL },
};

static const char *const values[] = { "field", "text", NULL };

static const struct mg_item items[] = {
	MG_ITEM_STRINGS(struct headers, required, "required", .initial = "From Date",
			.syntax = "FIELD...", .help = "Fields that a message must have."),
	MG_ITEM_STRINGS(
		struct headers, once, "once",
		.initial = "From Sender Reply-To To Cc Bcc Message-ID In-Reply-To References "
			   "Subject Date",
		.syntax = "FIELD...",
		.help = "Fields that a message may have only once. The default are those to which "
			"RFC 5322 gives this limit."),
	MG_ITEM_INT(struct headers, max_line, "max-line", .initial = "998", .min = 0,
		    .max = 1000000, .syntax = "NUMBER",
		    .help = "How many octets a line of a field may have, with the name but without "
			    "CR LF. 0: no limit, as where only max-length is given."),
	MG_ITEM_SIZE(
		struct headers, max_length, "max-length", .initial = "100K", .syntax = "SIZE",
		.help = "How long a field may be: its name and its value, all lines together, "
			"without the colon and the last line's end. 0: no limit, as where only "
			"max-line is given."),
	MG_ITEM_LINES(
		struct headers, match, "match", .syntax = "FIELD|* ENTRY...",
		.help = "Compares the value of a field, or with * of any, with entries: /regular "
			"expressions/flags, tables, or whole values. A folded value is compared "
			"as one line, without the blanks before it. Encoded words are not "
			"decoded."),
	{ .name = NULL },
};

/* ---- The hooks -------------------------------------------------------------------- */

/*
 * The name that a field is known by. Blanks between it and the colon are obsolete syntax, and no
 * part of it (RFC 5322, 4.5).
 */
static const char *field_name(struct mg_call *call)
{
	const char *name = mg_header_name(call);
	size_t size = strlen(name);
	char *cut;

	while (size > 0 && (name[size - 1] == ' ' || name[size - 1] == '\t'))
		size--;
	if (!name[size])
		return name;
	cut = mg_alloc(call, MG_EVENT, size + 1);
	memcpy(cut, name, size);
	cut[size] = '\0';
	return cut;
}

/* Whether this result is the message's first of its kind: a thousand bad fields give one result. */
static bool is_first(struct mg_call *call, int result)
{
	struct message *message = mg_state(call, MG_MESSAGE);
	bool first = !(message->found & (1U << result));

	message->found |= 1U << result;
	return first;
}

/* Reports a result of this field, of which mg_detail() says more; each once a message. */
static void report(struct mg_call *call, int result, const char *field)
{
	mg_value(call, "field", field);
	mg_also(call, result);
}

/* The bit of a name in a list, or 0 when the list has not got it. */
static uint64_t name_bit(const struct mg_strings *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcasecmp(names->v[i], name) == 0)
			return UINT64_C(1) << i;
	return 0;
}

static void check_once(struct mg_call *call, const struct headers *headers, const char *name)
{
	struct message *message = mg_state(call, MG_MESSAGE);
	uint64_t bit = name_bit(&headers->once, name);
	bool again = (message->once & bit) != 0;

	message->once |= bit;
	if (!again || strcasecmp(name, "From") == 0 || !is_first(call, DUPLICATE))
		return;
	mg_detail(call, "a second %s", name);
	report(call, DUPLICATE, name);
}

/* The length of the longest line; the first begins with the name, a colon and a blank. */
static size_t longest_line(const char *name, const char *value)
{
	size_t longest = 0, length = strlen(name) + 1 + (value[0] != ' ' && value[0] != '\t');

	for (;;) {
		size_t part = strcspn(value, "\n");
		bool cr = part > 0 && value[part - 1] == '\r';

		length += part - cr;
		if (length > longest)
			longest = length;
		if (!value[part])
			return longest;
		value += part + 1;
		length = 0;
	}
}

static void check_length(struct mg_call *call, const struct headers *headers, const char *name,
			 const char *value)
{
	long long line = (long long)longest_line(name, value);
	long long length = (long long)(strlen(name) + strlen(value));
	bool is_long_line = headers->max_line > 0 && line > headers->max_line;
	bool is_long = headers->max_length > 0 && length > headers->max_length;

	if ((!is_long_line && !is_long) || !is_first(call, OVERLONG))
		return;
	mg_detail(call, "%s%lld octets", is_long_line ? "a line of " : "",
		  is_long_line ? line : length);
	report(call, OVERLONG, name);
}

static void check_8bit(struct mg_call *call, const char *name, const char *value)
{
	if ((is_ascii(name) && is_ascii(value)) || mg_sender_param(call, "SMTPUTF8") ||
	    !is_first(call, EIGHT_BIT))
		return;
	mg_detail(call, "8-bit octets in %s", name);
	report(call, EIGHT_BIT, name);
}

static void check_from(struct mg_call *call, const char *name, const char *value)
{
	struct message *message = mg_state(call, MG_MESSAGE);
	int mailboxes;

	if (strcasecmp(name, "From") != 0)
		return;
	mailboxes = headers_count_from(value);
	if (mailboxes > 1 && is_first(call, MANY_FROM)) {
		mg_detail(call, "%d addresses in From", mailboxes);
		report(call, MANY_FROM, name);
	}
	if (mailboxes < 1 && is_first(call, BAD_FROM)) {
		mg_detail(call, mailboxes < 0 ? "From is malformed" : "no address in From");
		report(call, BAD_FROM, name);
	}
	if (message->from && is_first(call, SECOND_FROM)) {
		mg_detail(call, "a second From");
		report(call, SECOND_FROM, name);
	}
	message->from = true;
}

/* The value on one line, without the blanks before it. */
static const char *unfold(struct mg_call *call, const char *value)
{
	char *line, *end;

	value += strspn(value, " \t\r\n");
	if (!strpbrk(value, "\r\n"))
		return value;
	line = end = mg_alloc(call, MG_EVENT, strlen(value) + 1);
	for (; *value; value++)
		if (*value != '\r' && *value != '\n')
			*end++ = *value;
	*end = '\0';
	return line;
}

/* Returns 1 and the right-hand side of the first rule that has the value, 0, or -1: unknown. */
static int find_match(struct mg_call *call, const struct headers *headers, const char *name,
		      const char *value, const char **text_r)
{
	const char *line = headers->match.n > 0 ? unfold(call, value) : value;
	bool undecided = false;

	for (size_t i = 0; i < headers->match.n; i++) {
		const struct rule *rule = &headers->rules[i];
		int status;

		if (strcmp(rule->field, "*") != 0 && strcasecmp(rule->field, name) != 0)
			continue;
		status = mg_table_find(call, rule->table, line, text_r);
		if (status > 0)
			return 1;
		undecided = undecided || status < 0; /* unless a later line decides */
	}
	return undecided ? -1 : 0;
}

static void check_match(struct mg_call *call, const struct headers *headers, const char *name,
			const char *value)
{
	const char *text = "";
	int status = find_match(call, headers, name, value, &text);

	if (status < 0) {
		mg_detail(call, "%s could not be compared", name);
		report(call, MG_ERROR, name);
	}
	if (status <= 0 || !is_first(call, MATCHED))
		return;
	mg_value(call, "text", text);
	mg_detail(call, "%s matched", name);
	report(call, MATCHED, name);
}

static int headers_header(struct mg_call *call, const void *self)
{
	const struct headers *headers = self;
	struct message *message = mg_state(call, MG_MESSAGE);
	const char *name = field_name(call);
	const char *value = mg_header_value(call);

	message->required |= name_bit(&headers->required, name);
	check_match(call, headers, name, value);
	check_once(call, headers, name);
	check_from(call, name, value);
	check_length(call, headers, mg_header_name(call), value);
	check_8bit(call, name, value);
	return MG_NONE;
}

/* What should have come. A From that did not come is no-from alone, also where it is required. */
static int headers_eoh(struct mg_call *call, const void *self)
{
	const struct headers *headers = self;
	struct message *message = mg_state(call, MG_MESSAGE);

	if (!message->from)
		report(call, NO_FROM, "From");
	for (size_t i = 0; i < headers->required.n; i++) {
		const char *name = headers->required.v[i];

		if (message->required & name_bit(&headers->required, name) ||
		    strcasecmp(name, "From") == 0)
			continue;
		mg_detail(call, "no %s", name);
		report(call, MISSING, name);
		break;
	}
	return MG_NONE;
}

/* ---- The configuration -------------------------------------------------------------- */

/* Reports a word that no field can have as its name (RFC 5322, 3.6.8). */
static int check_name(struct mg_conf *conf, const struct mg_line *line, size_t word)
{
	const char *name = mg_line_word(line, word);
	const char *at = name;

	while (*at > ' ' && *at < 0x7f && *at != ':')
		at++;
	if (at > name && !*at)
		return 0;
	mg_conf_error(conf, line, word,
		      "\"%s\" is no name of a field; expected one such as Subject, without blanks "
		      "and the colon",
		      name);
	return -1;
}

static int rule_read(struct mg_conf *conf, const struct mg_line *line, struct rule *rule)
{
	rule->field = mg_line_word(line, 1);
	if (rule->field && check_name(conf, line, 1) < 0)
		return -1;
	if (mg_line_words(line) < 3) {
		mg_conf_error(conf, line, mg_line_words(line),
			      "expected a field's name or *, and what its value "
			      "is compared with: match Subject /casino/");
		return -1;
	}
	rule->table = mg_conf_table(conf, line, 2, MG_KEY_TEXT, NULL);
	return rule->table ? 0 : -1;
}

static int check_names(struct mg_conf *conf, const char *item, const struct mg_strings *names)
{
	const struct mg_line *line;
	int status = 0;

	for (size_t i = 0; (line = mg_conf_item(conf, item, i)); i++)
		for (size_t word = 1; word < mg_line_words(line); word++)
			/* The host reports empty names. */
			if (*mg_line_word(line, word) && check_name(conf, line, word) < 0)
				status = -1;
	if (names->n <= NAMES_MAX)
		return status;
	mg_conf_error(conf, mg_conf_item(conf, item, 0), 0, "%s takes at most %d names", item,
		      NAMES_MAX);
	return -1;
}

/* Of two limits that share a result the one that is given is meant. */
static void limits_choose(struct mg_conf *conf, struct headers *headers)
{
	bool line = mg_conf_item(conf, "max-line", 0);
	bool length = mg_conf_item(conf, "max-length", 0);

	if (line && !length && headers->max_line > 0)
		headers->max_length = 0;
	else if (length && !line && headers->max_length > 0)
		headers->max_line = 0;
}

static int headers_open(struct mg_conf *conf, void *self)
{
	struct headers *headers = self;
	int status = check_names(conf, "required", &headers->required);

	if (check_names(conf, "once", &headers->once) < 0)
		status = -1;
	limits_choose(conf, headers);
	headers->rules = mg_conf_alloc(conf, headers->match.n * sizeof(*headers->rules));
	for (size_t i = 0; i < headers->match.n; i++)
		if (rule_read(conf, headers->match.v[i], &headers->rules[i]) < 0)
			status = -1;
	if (headers->match.n == 0 && mapped_in_vain(conf, "matched", "a line match") < 0)
		status = -1;
	if (headers->max_line == 0 && headers->max_length == 0 &&
	    mapped_in_vain(conf, "overlong", "a max-line or max-length of more than 0") < 0)
		status = -1;
	return status;
}

static const struct mg_policy headers_policy = {
	.abi = MG_ABI,
	.size = sizeof(headers_policy),
	.name = "headers",
	.help = "Judges the header section of a message.",
	MG_RESULTS(results),
	.values = values,
	MG_ITEMS(items),
	.conf_size = sizeof(struct headers),
	.message_size = sizeof(struct message),
	.open = headers_open,
	.on = { [MG_HEADER] = headers_header, [MG_EOH] = headers_eoh },
	.several = MG_BIT(MG_HEADER) | MG_BIT(MG_EOH),
};

MG_REGISTER(headers_policy)
