/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts with {macros}: "{{" and "}}" stand for a brace. */
#include <config.h>

#include <string.h>

#include "base/line.h"
#include "config/text.h"

const struct text_macro_name text_macro_names[TEXT_MACROS + 1] = {
	[TEXT_CLIENT] = { "client", "the client's address, or \"local\" or \"unknown\"" },
	[TEXT_CLIENT_NAME] = { "client_name", "its name as the MTA verified it" },
	[TEXT_CLIENT_PTR] = { "client_ptr", "its name in the DNS, which nobody verified" },
	[TEXT_CLIENT_RESOLVE] = { "client_resolve", "ok, fail, forged or temp; see CLASSES" },
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
	[TEXT_RESULT] = { "result", "its result" },
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
	bool failed;
};

/* After an unknown macro the rest is read all the same, for its errors. */
static void text_read_macro(struct text_reader *r, struct text_part *part, const char *name,
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
		r->failed = true;
		return;
	}
	part->index = (size_t)i;
}

/* Reads one part at p; returns where the next begins, or NULL after an error. */
static const char *text_read_part(struct text_reader *r, struct text_part *part, const char *p)
{
	if (*p == '{' && p[1] != '{') {
		const char *end = strchr(p, '}');

		if (!end) {
			errors_at(r->errors, r->line, r->word,
				  "a macro without its closing brace; a brace that is meant as "
				  "such is written twice");
			return NULL;
		}
		text_read_macro(r, part, p + 1, (size_t)(end - p - 1));
		return end + 1;
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
	struct text_reader reader = { arena, errors, line, word, type, false };

	text->n = 0;
	while (*p) {
		p = text_read_part(&reader, &text->parts[text->n], p);
		if (!p)
			return NULL;
		text->n++;
	}
	return reader.failed ? NULL : text;
}

bool text_has(const struct text *text, enum text_macro macro)
{
	for (size_t i = 0; text && i < text->n; i++)
		if (text->parts[i].kind == PART_MACRO && text->parts[i].index == (size_t)macro)
			return true;
	return false;
}

/* The size of a line end that begins a fold (RFC 5322 section 2.2.3), or 0. */
static size_t text_fold_size(const char *p)
{
	const size_t size = p[0] == '\r' && p[1] == '\n' ? 2 : p[0] == '\n';

	return size && (p[size] == ' ' || p[size] == '\t') ? size : 0;
}

/* What comes from outside cannot end a line. */
static char *text_put_value(char *to, const char *value, bool folds)
{
	while (*value) {
		const size_t fold = text_fold_size(value);
		const bool control = (unsigned char)*value < ' ' || *value == 0x7f;

		value += fold;
		if (fold && folds)
			*to++ = '\n';
		if (fold)
			*to++ = folds ? *value : ' ';
		else if (control && !(folds && *value == '\t'))
			*to++ = '?';
		else
			*to++ = *value;
		value++;
	}
	return to;
}

static const char *text_value(const struct text_part *part, const struct text_source *source)
{
	const char *value = part->kind == PART_MACRO
				    ? source->macro(source->ctx, (enum text_macro)part->index)
				    : source->value(source->ctx, part->index);

	return value ? value : "";
}

const char *text_render(const struct text *text, const struct text_source *source,
			struct arena *arena, bool folds)
{
	size_t size = 1;
	char *rendered, *to;

	for (size_t i = 0; i < text->n; i++)
		size += text->parts[i].kind == PART_LITERAL
				? text->parts[i].size
				: strlen(text_value(&text->parts[i], source));
	to = rendered = arena_alloc(arena, size);
	for (size_t i = 0; i < text->n; i++) {
		const struct text_part *part = &text->parts[i];

		if (part->kind != PART_LITERAL) {
			to = text_put_value(to, text_value(part, source), folds);
			continue;
		}
		memcpy(to, part->literal, part->size);
		to += part->size;
	}
	*to = '\0';
	return rendered;
}
