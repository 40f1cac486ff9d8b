/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts with {macros}: "{{" and "}}" stand for a brace. */
#include <config.h>

#include <string.h>

#include "base/line.h"
#include "config/text.h"

const struct text_macro_name text_macro_names[TEXT_MACROS + 1] = {
	[TEXT_CLIENT] = { "client", "the client's address, or \"local\" or \"unknown\"" },
	[TEXT_CLIENT_NAME] = { "client_name", "its name as the MTA verified it" },
	[TEXT_CLIENT_PORT] = { "client_port", "its port" },
	[TEXT_DAEMON] = { "daemon", "the name of the MTA's daemon (milter_macro_daemon_name)" },
	[TEXT_HELO] = { "helo", "the argument of HELO or EHLO" },
	[TEXT_SENDER] = { "sender", "the sender, without angle brackets" },
	[TEXT_RECIPIENT] = { "recipient", "the recipient, at RCPT" },
	[TEXT_AUTH] = { "auth", "who logged in" },
	[TEXT_TLS] = { "tls", "the TLS version" },
	[TEXT_QUEUE_ID] = { "queue_id", "the MTA's queue id, once it has one" },
	[TEXT_ID] = { "id", "the session id, as in the log" },
	[TEXT_POLICY] = { "policy", "the policy: TYPE or TYPE/NAME" },
	[TEXT_RESULT] = { "result", "what it found" },
	[TEXT_DETAIL] = { "detail", "why, in the policy's words" },
	[TEXT_SCORE] = { "score", "the score so far" },
	[TEXT_MACROS] = { NULL, NULL },
};

struct text_part {
	enum { PART_LITERAL, PART_MACRO, PART_VALUE } kind;
	size_t index;        /* of the macro or value */
	const char *literal; /* with its size */
	size_t size;
};

struct text {
	size_t n;
	struct text_part parts[];
};

static int text_find_macro(const char *name, size_t size)
{
	for (int i = 0; text_macro_names[i].name; i++)
		if (strlen(text_macro_names[i].name) == size &&
		    memcmp(text_macro_names[i].name, name, size) == 0)
			return i;
	return -1;
}

bool text_is_macro(const char *name)
{
	return text_find_macro(name, strlen(name)) >= 0;
}

static int text_find_value(const struct mg_policy *type, const char *name, size_t size)
{
	for (int i = 0; type && type->values && type->values[i]; i++)
		if (strlen(type->values[i]) == size && memcmp(type->values[i], name, size) == 0)
			return i;
	return -1;
}

static const char *text_nearest(struct arena *arena, const struct mg_policy *type, const char *name)
{
	size_t nvalues = 0;

	while (type && type->values && type->values[nvalues])
		nvalues++;

	const char **names = arena_alloc(arena, (TEXT_MACROS + nvalues + 1) * sizeof(*names));
	size_t n = 0;

	for (; n < TEXT_MACROS; n++)
		names[n] = text_macro_names[n].name;
	for (size_t i = 0; i < nvalues; i++)
		names[n++] = type->values[i];
	names[n] = NULL;
	return errors_nearest(name, names);
}

struct text_reader {
	struct arena *arena;
	struct errors *errors;
	const struct mg_line *line;
	size_t word;
	const struct mg_policy *type;
};

static int text_read_macro(const struct text_reader *r, struct text_part *part, const char *name,
			   size_t size)
{
	int i = text_find_value(r->type, name, size);

	part->kind = PART_VALUE;
	if (i < 0) {
		part->kind = PART_MACRO;
		i = text_find_macro(name, size);
	}
	if (i < 0) {
		const char *copy = arena_strndup(r->arena, name, size);
		const char *near = text_nearest(r->arena, r->type, copy);

		errors_at(r->errors, r->line, r->word,
			  "unknown macro {%s}; a brace that is meant as such is written twice",
			  copy);
		if (near)
			errors_hint(r->errors, "did you mean {%s}?", near);
		return -1;
	}
	part->index = (size_t)i;
	return 0;
}

/* Reads one part at p; returns where the next begins, or NULL after an error. */
static const char *text_read_part(const struct text_reader *r, struct text_part *part,
				  const char *p)
{
	if (*p == '{' && p[1] != '{') {
		const char *end = strchr(p, '}');

		if (!end) {
			errors_at(
				r->errors, r->line, r->word,
				"a macro without its closing brace; a brace that is meant as such is written twice");
			return NULL;
		}
		return text_read_macro(r, part, p + 1, (size_t)(end - p - 1)) == 0 ? end + 1 : NULL;
	}
	part->kind = PART_LITERAL;
	part->literal = p;
	if (*p == '{' || *p == '}') {
		part->size = 1;
		return p + (p[1] == *p ? 2 : 1);
	}
	part->size = strcspn(p, "{}");
	return p + part->size;
}

const struct text *text_compile(struct arena *arena, struct errors *errors,
				const struct mg_line *line, size_t word,
				const struct mg_policy *type)
{
	const char *p = mg_line_word(line, word);
	struct text *text =
		arena_alloc(arena, sizeof(*text) + (strlen(p) + 1) * sizeof(text->parts[0]));
	const struct text_reader reader = { arena, errors, line, word, type };

	text->n = 0;
	while (*p) {
		p = text_read_part(&reader, &text->parts[text->n], p);
		if (!p)
			return NULL;
		text->n++;
	}
	return text;
}

bool text_has(const struct text *text, enum text_macro macro)
{
	for (size_t i = 0; text && i < text->n; i++)
		if (text->parts[i].kind == PART_MACRO && text->parts[i].index == (size_t)macro)
			return true;
	return false;
}

/* What comes from outside cannot end a line. */
static char text_byte(char c, int kind)
{
	return kind != PART_LITERAL && ((unsigned char)c < ' ' || c == 0x7f) ? '?' : c;
}

size_t text_render(const struct text *text, const struct text_source *source, char *buf,
		   size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < text->n; i++) {
		const struct text_part *part = &text->parts[i];
		const char *s = part->literal;
		size_t n = part->size;

		if (part->kind != PART_LITERAL) {
			s = part->kind == PART_MACRO
				    ? source->macro(source->ctx, (enum text_macro)part->index)
				    : source->value(source->ctx, part->index);
			n = s ? strlen(s) : 0;
		}
		if (n > size - 1 - used)
			n = size - 1 - used;
		for (size_t j = 0; j < n; j++)
			buf[used + j] = text_byte(s[j], part->kind);
		used += n;
	}
	buf[used] = '\0';
	return used;
}
