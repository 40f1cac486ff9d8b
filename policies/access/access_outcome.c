/* SPDX-License-Identifier: BSD-2-Clause */
/* The right-hand sides of tables, Postfix's access(5). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "access_outcome.h"

#define EXPECTED                                                                             \
	"OK, DUNNO, REJECT, DEFER, DEFER_IF_PERMIT, DISCARD, HOLD, a number, or a code 4NN " \
	"or 5NN and a text"

static const struct word {
	const char *word;
	int result;
	char class; /* of the reply's codes; 0: no reply */
} words[] = {
	{ "OK", OK, 0 },
	{ "RELAY", OK, 0 },
	{ "DUNNO", MG_NONE, 0 },
	{ "REJECT", REJECT, '5' },
	{ "DEFER", DEFER, '4' },
	/* The word means what every tempfail does: a later policy may still reject. */
	{ "DEFER_IF_PERMIT", DEFER, '4' },
	{ "DISCARD", DISCARD, 0 },
	{ "HOLD", HOLD, 0 },
};

#define NWORDS (sizeof(words) / sizeof(words[0]))

static size_t span_digits(const char *s)
{
	return strspn(s, "0123456789");
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* The length of an enhanced status code (RFC 3463) at the beginning of a text; 0 for none. */
static size_t span_status(const char *text)
{
	size_t size = 0;

	if (span_digits(text) != 1)
		return 0;
	for (int part = 0; part < 3; part++) {
		size_t digits = span_digits(text + size);

		/* Without needless zeros (RFC 3463 section 2). */
		if (digits < 1 || digits > 3 || (digits > 1 && text[size] == '0'))
			return 0;
		size += digits;
		if (part < 2 && text[size++] != '.')
			return 0;
	}
	return text[size] && !isblank((unsigned char)text[size]) ? 0 : size;
}

/* Reads the text behind the word or code of a reply. Returns NULL, or what was expected. */
static const char *read_reply_text(const char *text, char class, struct outcome *outcome)
{
	size_t size = class ? span_status(text) : 0;

	outcome->text = text;
	if (size == 0)
		return NULL;
	if (text[0] != class)
		return class == '5' ? "an enhanced status code 5.x.x with a code 5NN or REJECT"
				    : "an enhanced status code 4.x.x with a code 4NN or DEFER";
	snprintf(outcome->status, sizeof(outcome->status), "%.*s", (int)size, text);
	outcome->text = skip_blanks(text + size);
	return NULL;
}

static const char *read_code(const char *value, struct outcome *outcome)
{
	const char *text = skip_blanks(value + 3);

	if (value[0] != '4' && value[0] != '5')
		return EXPECTED;
	if (value[1] > '5')
		return "a code 4NN or 5NN whose second digit is 0 to 5";
	outcome->result = value[0] == '4' ? DEFER : REJECT;
	outcome->code = (value[0] - '0') * 100 + (value[1] - '0') * 10 + (value[2] - '0');
	return read_reply_text(text, value[0], outcome);
}

const char *access_read_outcome(const char *value, struct outcome *outcome)
{
	size_t digits = span_digits(value);
	size_t size = strcspn(value, " \t");

	*outcome = (struct outcome){ .result = OK, .text = "" };
	if (digits == size && digits == 3 && value[3])
		return read_code(value, outcome);
	if (digits > 0 && !value[digits]) {
		/* access(5) takes any number as OK; nobody who writes 550 means that. */
		if (digits == 3 && (value[0] == '4' || value[0] == '5'))
			return "a text after the code (a mere number would mean OK)";
		return NULL;
	}
	if (size == strlen("DEFER_IF_REJECT") && strncasecmp(value, "DEFER_IF_REJECT", size) == 0)
		return "DEFER or DEFER_IF_PERMIT: DEFER_IF_REJECT is not supported";
	for (size_t i = 0; i < NWORDS; i++) {
		if (size != strlen(words[i].word) || strncasecmp(value, words[i].word, size) != 0)
			continue;
		outcome->result = words[i].result;
		return read_reply_text(skip_blanks(value + size), words[i].class, outcome);
	}
	return EXPECTED;
}

const char *access_check_outcome(const char *value)
{
	struct outcome outcome;

	return access_read_outcome(value, &outcome);
}
