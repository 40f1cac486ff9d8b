/* SPDX-License-Identifier: BSD-2-Clause */
/* The results of pcre_table(5). */
#include <config.h>

#include "table/template.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "table/fault.h"
#include "table/regex.h"

#define GROUP_EXPECTED \
	"expected $1, ${1} or $(1) for a group of the expression, or $$ for a dollar sign"

/* A piece of text, or a reference when group is not 0. */
struct part {
	const char *text;
	size_t size;
	unsigned group;
};

struct template
{
	const char *text;
	const struct part *parts; /* NULL without a reference to a group */
	size_t n;
};

/* A reference to a group: its name, and where the text after it begins. */
struct reference {
	const char *name;
	size_t size;
	const char *end;
};

static bool is_name_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

/* Reads the name after '$'. Returns 0, or -1 when it is empty or a bracket is not closed. */
static int read_reference(const char *at, struct reference *r)
{
	const char *p = at;

	if (*p == '{' || *p == '(') {
		const char *close = strchr(p, *p == '{' ? '}' : ')');

		if (!close)
			return -1;
		r->name = p + 1;
		r->size = (size_t)(close - r->name);
		r->end = close + 1;
	} else {
		while (is_name_char(*p))
			p++;
		r->name = at;
		r->size = (size_t)(p - at);
		r->end = p;
	}
	return r->size ? 0 : -1;
}

/* The number of the group, or 0 when there is no such group. */
static unsigned group_of(const struct reference *reference, unsigned groups)
{
	unsigned group = 0;

	for (size_t i = 0; i < reference->size; i++) {
		char c = reference->name[i];

		if (c < '0' || c > '9' || group > groups)
			return 0;
		group = 10 * group + (unsigned)(c - '0');
	}
	return group <= groups ? group : 0;
}

/* Reads the next part, at at: text up to the next '$', "$$", or a reference. */
static const char *read_part(const char *text, const char *at, unsigned groups, struct part *r,
			     struct fault *fault_r)
{
	struct reference reference;

	*r = (struct part){ .text = at };
	if (*at != '$') {
		r->size = strcspn(at, "$");
		return at + r->size;
	}
	if (at[1] == '$') {
		r->size = 1;
		return at + 2;
	}
	if (read_reference(at + 1, &reference) == 0) {
		r->group = group_of(&reference, groups);
		if (r->group)
			return reference.end;
	}
	if (groups)
		fault_set(fault_r, (size_t)(at - text), "no group of the expression, which has %u",
			  groups);
	else
		fault_set(fault_r, (size_t)(at - text), "there is no group to refer to");
	fault_hint(fault_r, GROUP_EXPECTED);
	return NULL;
}

static const char *join_text(struct arena *arena, const struct part *parts, size_t n,
			     const char *text)
{
	char *copy;
	char *to;

	if (n == 1 && parts[0].text == text && !text[parts[0].size])
		return text;
	copy = arena_alloc(arena, strlen(text) + 1);
	to = copy;
	for (size_t i = 0; i < n; i++) {
		memcpy(to, parts[i].text, parts[i].size);
		to += parts[i].size;
	}
	*to = '\0';
	return copy;
}

const struct template *template_parse(struct arena *arena, const char *text, unsigned groups,
				      struct fault *fault_r)
{
	struct template *template = arena_zalloc(arena, sizeof(*template));
	struct part *parts = NULL;
	size_t room = 0;
	bool refers = false;

	template->text = text;
	for (const char *p = text; *p;) {
		parts = array_grow(parts, template->n, &room, sizeof(*parts));
		p = read_part(text, p, groups, &parts[template->n], fault_r);
		if (!p) {
			free(parts);
			return NULL;
		}
		refers |= parts[template->n++].group != 0;
	}
	if (refers) {
		struct part *kept = arena_alloc(arena, template->n * sizeof(*kept));

		memcpy(kept, parts, template->n * sizeof(*kept));
		template->parts = kept;
	} else {
		template->text = join_text(arena, parts, template->n, text);
	}
	free(parts);
	return template;
}

const char *template_text(const struct template *template)
{
	return template->text;
}

static void part_text(const struct part *part, const struct regex_match *match, const char *subject,
		      const char **text_r, size_t *size_r)
{
	if (part->group) {
		regex_group(match, subject, part->group, text_r, size_r);
		return;
	}
	*text_r = part->text;
	*size_r = part->size;
}

const char *template_expand(const struct template *template, struct arena *scratch,
			    const struct regex_match *match, const char *subject)
{
	const char *text;
	size_t size;
	size_t total = 1;
	char *result;
	char *to;

	if (!template->parts)
		return template->text;
	for (size_t i = 0; i < template->n; i++) {
		part_text(&template->parts[i], match, subject, &text, &size);
		total += size;
	}
	result = arena_alloc(scratch, total);
	to = result;
	for (size_t i = 0; i < template->n; i++) {
		part_text(&template->parts[i], match, subject, &text, &size);
		memcpy(to, text, size);
		to += size;
	}
	*to = '\0';
	return result;
}
