/* SPDX-License-Identifier: BSD-2-Clause */
/* Mail addresses in the form in which they compare (RFC 5321, section 4.1.2; RFC 6531). */
#include <config.h>

#include "base/domain.h"
#include "base/mail.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/utf8.h"

/* A character of a local part without quotes (RFC 5322 atext, RFC 6531 UTF8-non-ascii). */
static bool is_atext(char c)
{
	return (c & 0x80) || isalnum((unsigned char)c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool is_dot_string(const char *local, size_t size)
{
	bool atom = false; /* the last character belongs to an atom */

	for (size_t i = 0; i < size; i++) {
		if (local[i] == '.' ? !atom : !is_atext(local[i]))
			return false;
		atom = local[i] != '.';
	}
	return atom;
}

/* The size of the quoted string that text begins with; 0 when there is none. */
static size_t quoted_size(const char *text)
{
	const char *p;

	if (*text != '"')
		return 0;
	for (p = text + 1; *p && *p != '"'; p++)
		if (*p == '\\' && !*++p)
			return 0;
	return *p ? (size_t)(p + 1 - text) : 0;
}

size_t mail_local_size(const char *address)
{
	size_t quoted = quoted_size(address);
	const char *at;

	if (quoted && (!address[quoted] || address[quoted] == '@'))
		return quoted;
	at = strrchr(address, '@');
	return at ? (size_t)(at - address) : strlen(address);
}

/* Letters, digits, hyphens, underscores and bytes of UTF-8, with a dot between labels. */
static bool is_domain_form(const char *domain)
{
	bool label = false; /* the last character belongs to a label */

	for (; *domain; domain++) {
		if (*domain == '.' ? !label
				   : !(*domain & 0x80 || isalnum((unsigned char)*domain) ||
				       strchr("-_", *domain)))
			return false;
		label = *domain != '.';
	}
	return label;
}

static bool is_literal_form(const char *domain)
{
	const size_t size = strcspn(domain + 1, "[]\\ ()<>\"") + 1;

	return domain[0] == '[' && domain[size] == ']' && !domain[size + 1];
}

bool mail_is_mailbox(const char *address)
{
	const size_t size = mail_local_size(address);
	const char *domain = address + size + 1;

	if (size == 0 || address[size] != '@' ||
	    (quoted_size(address) != size && !is_dot_string(address, size)))
		return false;
	return *domain == '[' ? is_literal_form(domain) : is_domain_form(domain);
}

/* The text of a quoted string, without its quotes and backslashes. */
static char *unquote(struct arena *arena, const char *quoted, size_t size)
{
	char *text = arena_alloc(arena, size);
	char *to = text;

	for (size_t i = 1; i + 1 < size; i++) {
		if (quoted[i] == '\\')
			i++;
		*to++ = quoted[i];
	}
	*to = '\0';
	return text;
}

static const char *quote(struct arena *arena, const char *text)
{
	char *quoted = arena_alloc(arena, 2 * strlen(text) + 3);
	char *to = quoted;

	*to++ = '"';
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			*to++ = '\\';
		*to++ = *text;
	}
	*to++ = '"';
	*to = '\0';
	return quoted;
}

/* Lower case. Malformed UTF-8, which an MTA may let through, is folded as ASCII only. */
static const char *fold_case(struct arena *arena, const char *text)
{
	size_t size = strlen(text);
	uint8_t *lower;
	const char *folded;

	if (utf8_is_ascii(text) || utf8_malformed(text, size))
		return ascii_fold(arena, text);
	lower = u8_tolower((const uint8_t *)text, size, NULL, UNINORM_NFC, NULL, &size);
	if (!lower)
		return ascii_fold(arena, text);
	folded = arena_strndup(arena, (const char *)lower, size);
	free(lower);
	return folded;
}

/* RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3; the path has two brackets besides. */
#define MAIL_LOCAL_MAX 64
#define MAIL_MAX 254

const char *mail_check_mailbox(const char *address, bool utf8)
{
	for (const char *p = address; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return "a control character";
		if (!utf8 && *p & 0x80)
			return "a character beyond ASCII";
	}
	if (!mail_is_mailbox(address))
		return "no mailbox such as user@example.com";
	if (mail_local_size(address) > MAIL_LOCAL_MAX)
		return "a local part of more than 64 bytes";
	return strlen(address) > MAIL_MAX ? "more than 254 bytes" : NULL;
}

/* ---- Addresses that are no mailboxes ---- */

/* The size of a comment, which may contain others. */
static size_t comment_size(const char *text)
{
	unsigned depth = 0;
	size_t i = 0;

	do {
		if (text[i] == '\\' && text[i + 1])
			i++;
		else if (text[i] == '(')
			depth++;
		else if (text[i] == ')')
			depth--;
		i++;
	} while (depth > 0 && text[i]);
	return i;
}

/* Two words without a dot between them are ambiguous: they are no local part. */
static bool is_between_words(const char *begin, const char *end, const char *blank)
{
	return end > begin && is_atext(end[-1]) && is_atext(blank[strspn(blank, " \t")]);
}

/*
 * Copies all but comments, blanks and quotes. at_r: the last unquoted @, or NULL. Returns NULL when
 * the words of a local part are not to be joined and it has several.
 */
static char *strip(struct arena *arena, const char *address, bool joined, char **at_r)
{
	char *text = arena_alloc(arena, strlen(address) + 1);
	char *to = text;
	bool quoted = false;

	*at_r = NULL;
	while (*address) {
		const char c = *address;
		const bool escaped = c == '\\' && address[1];

		if (c == '(' && !quoted) {
			address += comment_size(address);
			continue;
		}
		if (c == '@' && !quoted)
			*at_r = to;
		/* A run of them at once: an address can be nothing else. */
		if (!quoted && (c == ' ' || c == '\t')) {
			if (!joined && !*at_r && is_between_words(text, to, address))
				return NULL;
			address += strspn(address, " \t");
			continue;
		}
		if (escaped)
			*to++ = *++address;
		else if (c == '"')
			quoted = !quoted;
		else if (quoted || !isspace((unsigned char)c))
			*to++ = c;
		address++;
	}
	*to = '\0';
	return text;
}

const char *mail_quote_local(struct arena *arena, const char *text)
{
	return is_dot_string(text, strlen(text)) ? text : quote(arena, text);
}

const char *mail_plain(struct arena *arena, const char *address)
{
	char *at, *text = strip(arena, address, false, &at);
	const char *plain;
	size_t size;

	if (!text || !at || at == text)
		return NULL;
	size = strlen(text);
	while (size > 0 && strchr(".,;", text[size - 1]))
		text[--size] = '\0';
	*at = '\0';
	plain = arena_printf(arena, "%s@%s", mail_quote_local(arena, text), at + 1);
	return mail_is_mailbox(plain) ? plain : NULL;
}

const char *mail_flat(struct arena *arena, const char *address)
{
	char *at;

	return strip(arena, address, true, &at);
}

/* ---- Paths ---- */

/* The size of a quoted string, a comment, an escaped character or another one. */
static size_t token_size(const char *text)
{
	const size_t quoted = quoted_size(text);

	if (quoted)
		return quoted;
	if (*text == '(')
		return comment_size(text);
	return *text == '\\' && text[1] ? 2 : 1;
}

/* What follows the source routes (RFC 5321, appendix C). */
static const char *skip_routes(const char *begin, const char *end)
{
	while (begin < end && *begin == '@') {
		const char *p = begin;

		while (p < end && *p != ':')
			p += *p == '[' ? strcspn(p, "]") : token_size(p);
		if (p >= end)
			break;
		begin = p + 1;
	}
	return begin;
}

bool mail_has_comma(const char *path)
{
	while (*path && *path != ',')
		path += token_size(path);
	return *path;
}

const char *mail_of_path(struct arena *arena, const char *path)
{
	const char *begin = NULL, *end = NULL;

	for (const char *p = path; *p; p += token_size(p)) {
		if (*p == '<') {
			begin = p + 1;
			end = NULL;
		} else if (*p == '>' && !end) {
			end = p;
		}
	}
	if (!begin)
		begin = path;
	if (!end || end < begin)
		end = begin + strlen(begin);
	begin = skip_routes(begin, end);
	return arena_strndup(arena, begin, (size_t)(end - begin));
}

/* ---- Folding ---- */

/*
 * Removes needless quotes: "joe"@example.com is joe@example.com. They stay before an invalid domain
 * that contains an @, since they mark the end of the local part.
 */
static const char *fold_quoted(struct arena *arena, const char *quoted, size_t size,
			       const char *domain)
{
	const char *text = fold_case(arena, unquote(arena, quoted, size));
	const bool needs_none =
		is_dot_string(text, strlen(text)) && !(domain && strchr(domain, '@'));

	return needs_none ? text : quote(arena, text);
}

static const char *fold_mail_domain(struct arena *arena, const char *domain)
{
	const char *folded = domain_fold(arena, domain);

	return folded ? folded : ascii_fold(arena, domain);
}

static bool is_folded_local(const char *address, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (address[i] & 0x80 || address[i] == '"' ||
		    (address[i] >= 'A' && address[i] <= 'Z'))
			return false;
	return true;
}

const char *mail_fold(struct arena *arena, const char *address)
{
	size_t size;
	const char *domain = NULL;
	const char *local;

	if (!address)
		return NULL;
	size = mail_local_size(address);
	if (address[size])
		domain = fold_mail_domain(arena, address + size + 1);
	if (is_folded_local(address, size) && (!domain || domain == address + size + 1))
		return address;
	if (quoted_size(address) == size && size)
		local = fold_quoted(arena, address, size, domain);
	else
		local = fold_case(arena, arena_strndup(arena, address, size));
	return domain ? arena_printf(arena, "%s@%s", local, domain) : local;
}
