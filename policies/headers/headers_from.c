/* SPDX-License-Identifier: BSD-2-Clause */
/* The From field: a list of mailboxes (RFC 5322, 3.4; RFC 6854). */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "headers_from.h"

/*
 * Words of a phrase, a local part or a domain: atoms, with dots wherever they stand, and 8-bit
 * octets (RFC 6532). Whether a dot is well placed does not matter for how many addresses there are.
 */
static bool is_atom(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f && !strchr("()<>[]:;@\\,\"", c);
}

/*
 * Skips to a closing character; at is behind the opening one. Returns the place behind it, or NULL.
 */
static const char *skip_to(const char *at, char close)
{
	for (; *at; at++) {
		if (*at == close)
			return at + 1;
		if (*at == '\\' && !*++at)
			return NULL;
	}
	return NULL;
}

/* Skips a comment; at is behind its '('. Comments nest. */
static const char *skip_comment(const char *at)
{
	for (unsigned depth = 1; *at; at++) {
		if (*at == '(')
			depth++;
		else if (*at == ')' && --depth == 0)
			return at + 1;
		else if (*at == '\\' && !*++at)
			return NULL;
	}
	return NULL;
}

/* Skips blanks, folds and comments. NULL for a comment that does not end. */
static const char *skip_blanks(const char *at)
{
	while (at) {
		at += strspn(at, " \t\r\n");
		if (*at != '(')
			break;
		at = skip_comment(at + 1);
	}
	return at;
}

/* Counts words and separators. Returns the rest, or NULL for an unterminated quoted string. */
static const char *skip_words(const char *at, unsigned *words_r)
{
	for (*words_r = 0; (at = skip_blanks(at)); (*words_r)++) {
		if (*at == '"')
			at = skip_to(at + 1, '"');
		else if (is_atom(*at))
			while (is_atom(*at))
				at++;
		else
			break;
	}
	return at;
}

/* Skips a domain; at is behind the '@'. Returns what follows it, or NULL when there is none. */
static const char *skip_domain(const char *at)
{
	unsigned words;

	at = skip_blanks(at);
	if (at && *at == '[')
		return skip_blanks(skip_to(at + 1, ']'));
	if (!at || *at == '"')
		return NULL;
	at = skip_words(at, &words);
	return words == 1 ? at : NULL;
}

/* Skips "local-part@domain". Returns what follows it, or NULL. */
static const char *skip_address(const char *at)
{
	unsigned words;

	at = skip_words(at, &words);
	return at && words == 1 && *at == '@' ? skip_domain(at + 1) : NULL;
}

/*
 * Skips an address and its '>', perhaps with the obsolete route; at is behind the '<'. NULL for
 * none.
 */
static const char *skip_angle(const char *at)
{
	for (at = skip_blanks(at); at && (*at == '@' || *at == ','); at = skip_blanks(at))
		at = *at == '@' ? skip_domain(at + 1) : at + 1;
	at = at ? skip_address(at + (*at == ':')) : NULL;
	return at && *at == '>' ? skip_blanks(at + 1) : NULL;
}

/*
 * One element of a list: a mailbox, or nothing at all (obsolete). Returns what follows, or NULL
 * for anything else. An @ in a display name is taken, though it should be in quotes: the address
 * is the one in brackets, and "a@example.org <a@example.org>" is everyday mail.
 */
static const char *skip_mailbox(const char *at, unsigned *count)
{
	const char *end = at;
	unsigned words;

	while ((end = skip_words(end, &words)) && *end == '@')
		end++;
	if (end && end == skip_blanks(at) && *end != '<')
		return end;
	end = end && *end == '<' ? skip_angle(end + 1) : skip_address(at);
	*count += end != NULL;
	return end;
}

/* The mailboxes of a list that keeps to the grammar, obsolete forms included; -1 for another. */
static int count_list(const char *at)
{
	unsigned count = 0, words;
	bool in_group = false;

	for (;;) {
		const char *name = skip_words(at, &words);

		if (!in_group && name && *name == ':' && words > 0) {
			in_group = true;
			at = name + 1;
			continue;
		}
		at = skip_mailbox(at, &count);
		if (at && *at == ';' && in_group) {
			in_group = false;
			at = skip_blanks(at + 1);
		}
		if (!at || (*at && *at != ','))
			return -1;
		if (!*at)
			return in_group ? -1 : (int)count;
		at++;
	}
}

/* A display name that hides no second mailbox, whatever else it holds. */
static bool is_harmless(const char *name, const char *end)
{
	for (; name < end; name++)
		if (strchr("<>@", *name) || *name == 0x7f ||
		    ((unsigned char)*name < ' ' && !strchr("\t\r\n", *name)))
			return false;
	return true;
}

/*
 * Whether an address in brackets ends the field, and nothing before it could be another: a display
 * name whose commas, colons, brackets or quotes are not quoted is everyday mail ("Acme, Inc.
 * <a@example.org>").
 */
static bool is_one_mailbox(const char *value)
{
	const char *angle = strrchr(value, '<');
	const char *end = angle ? skip_angle(angle + 1) : NULL;

	return end && !*end && is_harmless(value, angle);
}

int headers_count_from(const char *value)
{
	int mailboxes = count_list(value);

	return mailboxes < 0 && is_one_mailbox(value) ? 1 : mailboxes;
}
