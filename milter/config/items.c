/* SPDX-License-Identifier: BSD-2-Clause */
/* Items: directives of the configuration, checked and put into structs as tables of items say. */
#include <config.h>

#include "config/items.h"

#include <string.h>

#include "base/arena.h"
#include "base/errors.h"
#include "config/conf.h"
#include "table/table.h"

struct filler {
	struct arena *arena;
	struct errors *errors;
	const struct mg_line *owner;
	const struct mg_line *first;
	struct item_set *sets;
	size_t nsets;
	const char *delimiters; /* of the present set */
	size_t word; /* of a line, where the values begin: a default has no name before them */
};

static bool is_single(enum mg_type type)
{
	return type != MG_STRINGS && type != MG_TABLE && type != MG_LINES;
}

static size_t count_items(const struct mg_item *items)
{
	size_t n = 0;

	while (items && items[n].name)
		n++;
	return n;
}

/* ---- Messages --------------------------------------------------------------------- */

/* What was found, as it stands in the file. */
static void report_found(struct filler *filler, const struct mg_item *item,
			 const struct mg_line *line, size_t word)
{
	const char *quote = line->words[word].quoted ? "\"" : "";

	errors_at(filler->errors, line, word, "found %s%s%s, expected %s", quote,
		  line->words[word].text, quote, items_expected(filler->arena, item));
}

static void report_unknown(struct filler *filler, const struct mg_line *line)
{
	size_t n = 0;
	const char **names;
	const char *nearest;

	for (size_t i = 0; i < filler->nsets; i++)
		n += count_items(filler->sets[i].items);
	names = arena_alloc(filler->arena, (n + 1) * sizeof(*names));
	n = 0;
	for (size_t i = 0; i < filler->nsets; i++) {
		for (const struct mg_item *item = filler->sets[i].items; item && item->name; item++)
			names[n++] = item->name;
	}
	names[n] = NULL;
	errors_at(filler->errors, line, 0, "unknown key \"%s\"", line->words[0].text);
	nearest = errors_nearest(line->words[0].text, names);
	if (nearest)
		errors_hint(filler->errors, "did you mean \"%s\"?", nearest);
}

static void report_missing(struct filler *filler, const struct mg_item *item)
{
	errors_at(filler->errors, filler->owner, 0, "\"%s\" is missing here", item->name);
	errors_hint(filler->errors, "expected: %s%s%s", item->name, item->syntax ? " " : "",
		    item->syntax ? item->syntax : "");
}

void items_repeated(struct errors *errors, const struct mg_line *line, const struct mg_line *first)
{
	errors_at(errors, line, 0, "\"%s\" can be given only once", line->words[0].text);
	items_hint_first(errors, line, first);
}

void items_hint_first(struct errors *errors, const struct mg_line *line,
		      const struct mg_line *first)
{
	if (first->file == line->file)
		errors_hint(errors, "it was given in line %u", first->words[0].line);
	else
		errors_hint(errors, "it was given in %s, line %u", first->file->name,
			    first->words[0].line);
}

/* ---- Members ---------------------------------------------------------------------- */

/*
 * Each takes the values of one line into the member, and reports what cannot be used: then the
 * member is as before.
 */

static void take_bool(struct filler *filler, const struct mg_item *item, const struct mg_line *line,
		      bool *member)
{
	if (items_bool(line->words[filler->word].text, member) < 0)
		report_found(filler, item, line, filler->word);
}

static void take_number(struct filler *filler, const struct mg_item *item,
			const struct mg_line *line, long long *member)
{
	long long value;

	if (items_value(item, line->words[filler->word].text, &value) < 0)
		report_found(filler, item, line, filler->word);
	else
		*member = value;
}

static void take_choice(struct filler *filler, const struct mg_item *item,
			const struct mg_line *line, int *member)
{
	const char *const *words = items_choices(filler->arena, item->choices);
	const char *word = line->words[filler->word].text, *nearest;

	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], word) == 0) {
			*member = i;
			return;
		}
	}
	report_found(filler, item, line, filler->word);
	nearest = errors_nearest(word, words);
	if (nearest)
		errors_hint(filler->errors, "did you mean \"%s\"?", nearest);
}

/* An empty string names nothing. */
static bool check_string(struct filler *filler, const struct mg_item *item,
			 const struct mg_line *line, size_t word)
{
	const char *text = line->words[word].text;

	if (text[strspn(text, " \t\n")])
		return true;
	report_found(filler, item, line, word);
	return false;
}

static void take_string(struct filler *filler, const struct mg_item *item,
			const struct mg_line *line, const char **member)
{
	if (check_string(filler, item, line, filler->word))
		*member = line->words[filler->word].text;
}

static void take_single(struct filler *filler, const struct mg_item *item,
			const struct mg_line *line, void *member)
{
	switch (item->type) {
	case MG_BOOL:
		take_bool(filler, item, line, member);
		break;
	case MG_INT:
	case MG_SIZE:
	case MG_DURATION:
		take_number(filler, item, line, member);
		break;
	case MG_STRING:
		take_string(filler, item, line, member);
		break;
	case MG_CHOICE:
		take_choice(filler, item, line, member);
		break;
	default: /* what several lines fill together */
		break;
	}
}

/* Of lines whose words are all good. */
static void put_strings(struct filler *filler, const struct mg_lines *lines,
			struct mg_strings *member)
{
	size_t n = 0;
	const char **strings;

	for (size_t i = 0; i < lines->n; i++)
		n += lines->v[i]->nwords - filler->word;
	strings = arena_alloc(filler->arena, n * sizeof(*strings));
	*member = (struct mg_strings){ 0, strings };
	for (size_t i = 0; i < lines->n; i++)
		for (size_t word = filler->word; word < lines->v[i]->nwords; word++)
			strings[member->n++] = lines->v[i]->words[word].text;
}

/* ---- Lines ------------------------------------------------------------------------ */

/* Whether the line has the words and the block that the item's type wants. */
static bool check_shape(struct filler *filler, const struct mg_item *item,
			const struct mg_line *line)
{
	/* What is in a block has none of its own: nobody would read it. */
	if (line->has_block && (item->type != MG_LINES || filler->owner)) {
		errors_at(filler->errors, line, 0, "\"%s\" takes no block", item->name);
		errors_hint(filler->errors, "a text with braces must be quoted");
	}
	if (item->type == MG_LINES)
		return true;
	if (line->nwords == filler->word) {
		errors_at(filler->errors, line, filler->word,
			  "found nothing after \"%s\", expected %s", item->name,
			  items_expected(filler->arena, item));
		return false;
	}
	if (is_single(item->type) && line->nwords > filler->word + 1) {
		errors_at(filler->errors, line, filler->word + 1,
			  "found %s, expected one word only after \"%s\"",
			  line->words[filler->word + 1].text, item->name);
		if (item->type == MG_STRING)
			errors_hint(filler->errors, "a text with blanks must be quoted");
	}
	return true;
}

/* Takes or checks the values of one line. Returns false when it cannot be used. */
static bool take_line(struct filler *filler, const struct mg_item *item, const struct mg_line *line,
		      struct mg_table *table, void *member)
{
	const size_t before = filler->errors->count;

	if (!check_shape(filler, item, line))
		return false;
	if (is_single(item->type))
		take_single(filler, item, line, member);
	else if (table)
		table_add_words(table, filler->errors, line, filler->word);
	for (size_t word = filler->word; item->type == MG_STRINGS && word < line->nwords; word++)
		check_string(filler, item, line, word);
	return filler->errors->count == before;
}

/*
 * Fills a member from the lines that can be used: these are returned. At most one for a single
 * value.
 */
static struct mg_lines take_lines(struct filler *filler, const struct mg_item *item,
				  const struct mg_lines *given, void *member)
{
	struct mg_table *table =
		item->type == MG_TABLE ? table_new(filler->arena, item->key, NULL) : NULL;
	const struct mg_line **v = arena_alloc(filler->arena, given->n * sizeof(*v));
	struct mg_lines good = { 0, v };

	for (size_t i = 0; i < given->n; i++) {
		if (i > 0 && is_single(item->type))
			items_repeated(filler->errors, given->v[i], given->v[0]);
		else if (take_line(filler, item, given->v[i], table, member))
			v[good.n++] = given->v[i];
	}
	if (table) {
		table_set_delimiters(table, filler->delimiters);
		table_finish(table);
	}
	if (good.n == 0)
		return good;
	if (table)
		*(const struct mg_table **)member = table;
	else if (item->type == MG_STRINGS)
		put_strings(filler, &good, member);
	else if (item->type == MG_LINES)
		*(struct mg_lines *)member = good;
	return good;
}

/* ---- Defaults --------------------------------------------------------------------- */

static void fill_default(struct filler *filler, const struct mg_item *item, const char *of,
			 void *member)
{
	const char *name = arena_printf(filler->arena, "%s, default of %s", of, item->name);
	const struct mg_line *line = conf_words(filler->arena, filler->errors, name, item->initial);
	const struct mg_lines given = { 1, &line };

	if (!line)
		errors_in_file(filler->errors, name, 0, 0, NULL, "found nothing, expected %s",
			       items_expected(filler->arena, item));
	else if (line->next)
		errors_at(filler->errors, line->next, 0, "found a second line, expected one");
	else
		take_lines(filler, item, &given, member);
}

int items_defaults(struct arena *arena, struct errors *errors, const char *of,
		   const struct mg_item *items, void *target)
{
	struct filler filler = { .arena = arena, .errors = errors };
	const size_t before = errors->count;

	for (const struct mg_item *item = items; item && item->name; item++)
		if (item->initial)
			fill_default(&filler, item, of, (char *)target + item->offset);
	return errors->count == before ? 0 : -1;
}

/* ---- Blocks ----------------------------------------------------------------------- */

static const struct mg_item *find_item(const struct filler *filler, const char *name)
{
	for (size_t i = 0; i < filler->nsets; i++) {
		for (const struct mg_item *item = filler->sets[i].items; item && item->name;
		     item++) {
			if (strcmp(item->name, name) == 0)
				return item;
		}
	}
	return NULL;
}

/* The directives of this name. */
static struct mg_lines find_lines(struct filler *filler, const char *name)
{
	const struct mg_line **lines;
	size_t n = 0;

	for (const struct mg_line *line = filler->first; line; line = line->next)
		n += strcmp(line->words[0].text, name) == 0;
	lines = arena_alloc(filler->arena, n * sizeof(*lines));
	n = 0;
	for (const struct mg_line *line = filler->first; line; line = line->next) {
		if (strcmp(line->words[0].text, name) == 0)
			lines[n++] = line;
	}
	return (struct mg_lines){ n, lines };
}

static void fill_set(struct filler *filler, struct item_set *set)
{
	filler->delimiters = set->delimiters;
	set->lines =
		arena_zalloc(filler->arena, (count_items(set->items) + 1) * sizeof(*set->lines));
	for (size_t i = 0; set->items && set->items[i].name; i++) {
		const struct mg_item *item = &set->items[i];
		const struct mg_lines given = find_lines(filler, item->name);

		if (find_item(filler, item->name) != item)
			continue;
		if (given.n > 0)
			set->lines[i] = take_lines(filler, item, &given,
						   (char *)set->target + item->offset);
		else if (item->required)
			report_missing(filler, item);
	}
}

int items_fill(struct arena *arena, struct errors *errors, const struct mg_line *owner,
	       const struct mg_line *first, struct item_set *sets, size_t nsets)
{
	struct filler filler = { arena, errors, owner, first, sets, nsets, NULL, 1 };
	const size_t before = errors->count;

	for (const struct mg_line *line = first; line; line = line->next) {
		if (!find_item(&filler, line->words[0].text))
			report_unknown(&filler, line);
	}
	for (size_t i = 0; i < nsets; i++)
		fill_set(&filler, &sets[i]);
	return errors->count == before ? 0 : -1;
}

/* ---- Checks ----------------------------------------------------------------------- */

/* Returns whether an error was reported. */
static bool check_item(const struct item_set *set, size_t index, struct mg_conf *conf,
		       const struct errors *errors)
{
	const struct mg_item *item = &set->items[index];
	const size_t before = errors->count;

	for (size_t i = 0; item->check && i < set->lines[index].n; i++)
		item->check(conf, set->lines[index].v[i], set->target);
	return errors->count != before;
}

void items_check(struct item_set *set, struct mg_conf *conf, const struct errors *errors)
{
	const size_t n = count_items(set->items);
	bool *wrong = arena_zalloc(errors->arena, n * sizeof(*wrong));

	for (size_t i = 0; i < n; i++)
		wrong[i] = check_item(set, i, conf, errors);
	/* Only now: a check may look at other items. */
	for (size_t i = 0; i < n; i++) {
		const struct mg_item *item = &set->items[i];

		if (!wrong[i])
			continue;
		set->lines[i].n = 0;
		if (set->defaults)
			memcpy((char *)set->target + item->offset,
			       (const char *)set->defaults + item->offset,
			       items_member_size(item->type));
	}
}

bool items_has_required(const struct item_set *set)
{
	for (size_t i = 0; set->items && set->items[i].name; i++)
		if (set->items[i].required && set->lines[i].n == 0)
			return false;
	return true;
}

const struct mg_lines *items_lines(const struct item_set *sets, size_t nsets, const char *name)
{
	for (size_t i = 0; i < nsets; i++)
		for (size_t j = 0; sets[i].items && sets[i].items[j].name; j++)
			if (strcmp(sets[i].items[j].name, name) == 0)
				return &sets[i].lines[j];
	return NULL;
}
