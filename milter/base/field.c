/* SPDX-License-Identifier: BSD-2-Clause */
/* Header fields (RFC 5322, section 2.2): their names, and values with their folds. */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/field.h"
#include "base/utf8.h"

#define FIELD_NAME_MAX 76
#define BLANKS " \t"

bool field_is_name(const char *name)
{
	for (const char *p = name; *p; p++)
		if (*p <= ' ' || *p >= 127 || *p == ':')
			return false;
	return *name && strlen(name) <= FIELD_NAME_MAX;
}

bool field_is_trace(const char *name)
{
	static const char *const names[] = { "Received", "Return-Path", "DKIM-Signature",
					     "Received-SPF", "Authentication-Results" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return strncasecmp(name, "ARC-", 4) == 0 || strncasecmp(name, "Resent-", 7) == 0;
}

bool field_is_single(const char *name)
{
	static const char *const names[] = { "Date",         "From",
					     "Sender",       "Reply-To",
					     "To",           "Cc",
					     "Bcc",          "Message-ID",
					     "In-Reply-To",  "References",
					     "Subject",      "MIME-Version",
					     "Content-Type", "Content-Transfer-Encoding" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

/* ---- Values ---- */

/* What is wrong with one line, or NULL. used: how many bytes of the line the field's name takes. */
static const char *field_check_line(const char *line, size_t size, size_t used)
{
	for (size_t i = 0; i < size; i++) {
		const unsigned char c = (unsigned char)line[i];

		if (c == '\r')
			return "a carriage return";
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return "a control character";
	}
	return used + size > FIELD_LINE_MAX ? "a line of more than 998 bytes" : NULL;
}

const char *field_check_value(const char *name, const char *value)
{
	size_t used = strlen(name) + 2;

	if (strlen(value) > FIELD_VALUE_MAX)
		return "more than 65,000 bytes";
	for (;;) {
		const size_t size = strcspn(value, "\n");
		const char *wrong = field_check_line(value, size, used);

		if (wrong)
			return wrong;
		/* The first line has the name. */
		if (used == 0 && strspn(value, BLANKS) >= size)
			return "a line of blanks";
		value += size;
		if (!*value++)
			return NULL;
		if (!*value || !strchr(BLANKS, *value))
			return "a line feed that begins no fold";
		used = 0;
	}
}

/* ---- Folds ---- */

struct folder {
	char *to;
	size_t used; /* of the line so far */
	size_t line;
};

static void folder_put(struct folder *folder, const char *text, size_t size)
{
	memcpy(folder->to, text, size);
	folder->to += size;
	folder->used += size;
}

static void folder_break(struct folder *folder)
{
	*folder->to++ = '\n';
	folder->used = 0;
}

/* Whether a text is only blanks. */
static bool is_blank(const char *text, size_t size)
{
	return strspn(text, BLANKS) >= size;
}

/* The last blank that a line may be broken before, else the first; 0 when there is none. */
static size_t folder_blank(const struct folder *folder, const char *text, size_t size)
{
	const size_t room = folder->line > folder->used ? folder->line - folder->used : 0;
	size_t best = 0;

	for (size_t i = strspn(text, BLANKS); i < size; i++) {
		if (!strchr(BLANKS, text[i]) || is_blank(text + i, size - i))
			continue;
		if (i > room && best)
			break;
		best = i;
		if (i > room)
			break;
	}
	return best;
}

/* Where a line without a blank must end; not within a character. */
static size_t folder_cut(const struct folder *folder, const char *text)
{
	return utf8_cut(text, FIELD_LINE_MAX - folder->used);
}

/* One line of the value, which may become several. */
static void folder_line(struct folder *folder, const char *text, size_t size)
{
	while (folder->used + size > folder->line) {
		size_t n = folder_blank(folder, text, size);
		const bool cut = (n ? n : size) + folder->used > FIELD_LINE_MAX;

		if (cut)
			n = folder_cut(folder, text);
		if (n == 0)
			break;
		folder_put(folder, text, n);
		/* A line of the blanks at this one's end would be one of blanks. */
		if (is_blank(text + n, size - n))
			return;
		folder_break(folder);
		if (cut)
			folder_put(folder, " ", 1);
		text += n;
		size -= n;
	}
	folder_put(folder, text, size);
}

const char *field_fold(struct arena *arena, const char *name, const char *value, size_t line)
{
	size_t size;
	char *folded;
	struct folder folder = { .used = strlen(name) + 2, .line = line };

	value += strspn(value, BLANKS);
	size = strlen(value);
	while (size > 0 && strchr(BLANKS "\n", value[size - 1]))
		size--;
	/* The worst growth: a break adds one byte to two, or two to hundreds where no blank is. */
	folder.to = folded = arena_alloc(arena, 2 * size + 4);
	for (size_t i = 0; i < size;) {
		const size_t n =
			strcspn(value + i, "\n") < size - i ? strcspn(value + i, "\n") : size - i;

		if (i == 0 || !is_blank(value + i, n)) {
			if (i > 0)
				folder_break(&folder);
			folder_line(&folder, value + i, n);
		}
		i += n + 1;
	}
	*folder.to = '\0';
	return folded;
}
