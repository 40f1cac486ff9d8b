/* SPDX-License-Identifier: BSD-2-Clause */
/* Items: directives of the configuration, checked and put into structs as tables of items say. */
#include <config.h>

#include "config/items.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "config/conf.h"
#include "base/errors.h"
#include "table/table.h"

struct unit {
	const char *name;
	long long factor;
};

/* The last is the unit of a value that no other divides. */
static const struct unit size_units[] = {
	{ "G", 1LL << 30 },
	{ "M", 1LL << 20 },
	{ "K", 1LL << 10 },
	{ "", 1 },
};
static const struct unit duration_units[] = {
	{ "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 },
};
#define UNITS(units) units, sizeof(units) / sizeof((units)[0])

struct filler {
	struct arena *arena;
	struct errors *errors;
	const struct mg_line *owner;
	const struct mg_line *first;
	const struct item_set *sets;
	size_t nsets;
};

/* ---- Values -------------------------------------------------------------------- */

/* Digits, to what follows them. -1: there are none, or too many. */
static int parse_digits(const char *word, long long *number_r, const char **rest_r)
{
	long long number = 0;
	const char *p = word;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, *p - '0', &number))
			return -1;
	}
	*number_r = number;
	*rest_r = p;
	return p == word ? -1 : 0;
}

static int parse_unit(const char *word, const struct unit *units, size_t nunits, long long *value_r)
{
	const char *rest;
	long long number;

	if (parse_digits(word, &number, &rest) < 0)
		return -1;
	for (size_t i = 0; i < nunits; i++) {
		if (strcmp(rest, units[i].name) == 0)
			return __builtin_mul_overflow(number, units[i].factor, value_r) ? -1 : 0;
	}
	if (*rest != '\0' || number != 0)
		return -1;
	*value_r = 0; /* nothing is nothing in any unit */
	return 0;
}

int items_number(const char *word, long long *number_r)
{
	bool is_negative = word[0] == '-';
	const char *rest;

	if (parse_digits(word + is_negative, number_r, &rest) < 0 || *rest != '\0')
		return -1;
	if (is_negative)
		*number_r = -*number_r;
	return 0;
}

int items_duration(const char *word, long long *ms_r)
{
	return parse_unit(word, UNITS(duration_units), ms_r);
}

int items_size(const char *word, long long *bytes_r)
{
	return parse_unit(word, UNITS(size_units), bytes_r);
}

int items_bool(const char *word, bool *r)
{
	static const char *const names[] = { "no", "yes", "off", "on", "false", "true" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(word, names[i]) == 0) {
			*r = i % 2;
			return 0;
		}
	}
	return -1;
}

/* ---- Messages ------------------------------------------------------------------- */

static const char *with_unit(struct arena *arena, const struct unit *units, size_t nunits,
			     long long value)
{
	const struct unit *unit = units;

	while (unit < units + nunits - 1 && (value == 0 || value % unit->factor != 0))
		unit++;
	return arena_printf(arena, "%lld%s", value / unit->factor, value ? unit->name : "");
}

static const char *limit_text(struct arena *arena, const struct mg_item *item, long long value)
{
	if (item->type == MG_SIZE)
		return with_unit(arena, UNITS(size_units), value);
	if (item->type == MG_DURATION)
		return with_unit(arena, UNITS(duration_units), value);
	return arena_printf(arena, "%lld", value);
}

static bool has_minimum(const struct mg_item *item)
{
	return item->min != 0 || item->max != 0;
}

/* A table that gives only a minimum means no maximum. */
static bool has_maximum(const struct mg_item *item)
{
	return has_minimum(item) && item->max >= item->min && item->max != LLONG_MAX;
}

const char *items_range(struct arena *arena, const struct mg_item *item)
{
	if (has_maximum(item))
		return arena_printf(arena, "from %s to %s", limit_text(arena, item, item->min),
				    limit_text(arena, item, item->max));
	if (has_minimum(item))
		return arena_printf(arena, "no less than %s", limit_text(arena, item, item->min));
	return NULL;
}

/* "a duration such as ..., from 1s to 5m" */
static const char *expected_number(struct arena *arena, const struct mg_item *item)
{
	const char *what = item->type == MG_SIZE       ? "a size such as 10240, 10K or 1M"
			   : item->type == MG_DURATION ? "a duration such as 90s, 5m, 4h or 35d"
						       : "a whole number";
	const char *range = items_range(arena, item);

	return range ? arena_printf(arena, "%s%s %s", what, item->type == MG_INT ? "" : ",", range)
		     : what;
}

/* The words of a choice, NULL last. */
static const char *const *choice_words(struct arena *arena, const char *choices)
{
	const char **words = arena_alloc(arena, (strlen(choices) / 2 + 2) * sizeof(*words));
	size_t n = 0;

	for (const char *p = choices + strspn(choices, " "); *p; p += strspn(p, " ")) {
		size_t size = strcspn(p, " ");

		words[n++] = arena_strndup(arena, p, size);
		p += size;
	}
	words[n] = NULL;
	return words;
}

/* "a, b or c" */
static const char *expected_choice(struct arena *arena, const char *choices)
{
	const char *const *words = choice_words(arena, choices);
	const char *text = "";

	for (size_t i = 0; words[i]; i++) {
		const char *glue = words[i + 1] ? ", " : " or ";

		text = arena_printf(arena, "%s%s%s", text, i == 0 ? "" : glue, words[i]);
	}
	return text;
}

static const char *expected(struct arena *arena, const struct mg_item *item)
{
	switch (item->type) {
	case MG_BOOL:
		return "yes or no";
	case MG_INT:
	case MG_SIZE:
	case MG_DURATION:
		return expected_number(arena, item);
	case MG_CHOICE:
		return expected_choice(arena, item->choices);
	default:
		return item->syntax ? item->syntax : "a value";
	}
}

/* What was found, as it stands in the file. */
static void report_found(struct filler *filler, const struct mg_item *item,
			 const struct mg_line *line, size_t word)
{
	const char *quote = line->words[word].quoted ? "\"" : "";

	errors_at(filler->errors, line, word, "found %s%s%s, expected %s", quote,
		  line->words[word].text, quote, expected(filler->arena, item));
}

static void report_unknown(struct filler *filler, const struct mg_line *line)
{
	size_t n = 0;
	const char **names;
	const char *nearest;

	for (size_t i = 0; i < filler->nsets; i++) {
		for (const struct mg_item *item = filler->sets[i].items; item && item->name; item++)
			n++;
	}
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

static void report_repeated(struct filler *filler, const struct mg_line *line,
			    const struct mg_line *first)
{
	errors_at(filler->errors, line, 0, "\"%s\" can be given only once", line->words[0].text);
	if (first->file == line->file)
		errors_hint(filler->errors, "it was given in line %u", first->words[0].line);
	else
		errors_hint(filler->errors, "it was given in %s, line %u", first->file->name,
			    first->words[0].line);
}

/* ---- Members --------------------------------------------------------------------- */

static void fill_bool(struct filler *filler, const struct mg_item *item, const struct mg_line *line,
		      bool *member)
{
	if (items_bool(line->words[1].text, member) < 0)
		report_found(filler, item, line, 1);
}

static void fill_number(struct filler *filler, const struct mg_item *item,
			const struct mg_line *line, long long *member)
{
	const char *word = line->words[1].text;
	long long value;
	int status = item->type == MG_INT    ? items_number(word, &value)
		     : item->type == MG_SIZE ? items_size(word, &value)
					     : items_duration(word, &value);

	if (status < 0 || (has_minimum(item) && value < item->min) ||
	    (has_maximum(item) && value > item->max))
		report_found(filler, item, line, 1);
	else
		*member = value;
}

static void fill_choice(struct filler *filler, const struct mg_item *item,
			const struct mg_line *line, int *member)
{
	const char *const *words = choice_words(filler->arena, item->choices);
	const char *word = line->words[1].text, *nearest;

	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], word) == 0) {
			*member = i;
			return;
		}
	}
	report_found(filler, item, line, 1);
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

static void fill_string(struct filler *filler, const struct mg_item *item,
			const struct mg_line *line, const char **member)
{
	if (check_string(filler, item, line, 1))
		*member = line->words[1].text;
}

static void fill_strings(struct filler *filler, const struct mg_item *item,
			 const struct mg_lines *lines, struct mg_strings *member)
{
	size_t n = 0;
	const char **strings;

	for (size_t i = 0; i < lines->n; i++)
		n += lines->v[i]->nwords - 1;
	strings = arena_alloc(filler->arena, n * sizeof(*strings));
	*member = (struct mg_strings){ 0, strings };
	for (size_t i = 0; i < lines->n; i++) {
		for (size_t word = 1; word < lines->v[i]->nwords; word++) {
			if (check_string(filler, item, lines->v[i], word))
				strings[member->n++] = lines->v[i]->words[word].text;
		}
	}
}

static void fill_table(struct filler *filler, const struct mg_item *item,
		       const struct mg_lines *lines, const struct mg_table **member)
{
	struct mg_table *table = table_new(filler->arena, item->key, NULL);

	for (size_t i = 0; i < lines->n; i++) {
		if (lines->v[i]->nwords > 1)
			table_add_words(table, filler->errors, lines->v[i], 1);
	}
	table_finish(table);
	*member = table;
}

static bool is_single(enum mg_type type)
{
	return type != MG_STRINGS && type != MG_TABLE && type != MG_LINES;
}

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
	if (line->nwords == 1) {
		errors_at(filler->errors, line, 1, "found nothing after \"%s\", expected %s",
			  item->name, expected(filler->arena, item));
		return false;
	}
	if (is_single(item->type) && line->nwords > 2) {
		errors_at(filler->errors, line, 2, "found %s, expected one word only after \"%s\"",
			  line->words[2].text, item->name);
		if (item->type == MG_STRING)
			errors_hint(filler->errors, "a text with blanks must be quoted");
	}
	return true;
}

/* Of the lines of a key, those that can be used. At most one for an item that is a single value. */
static struct mg_lines check_lines(struct filler *filler, const struct mg_item *item,
				   struct mg_lines lines)
{
	const struct mg_line **good = arena_alloc(filler->arena, lines.n * sizeof(*good));
	size_t n = 0;

	for (size_t i = 0; i < lines.n; i++) {
		if (i > 0 && is_single(item->type))
			report_repeated(filler, lines.v[i], lines.v[0]);
		else if (check_shape(filler, item, lines.v[i]))
			good[n++] = lines.v[i];
	}
	return (struct mg_lines){ n, good };
}

static void fill_member(struct filler *filler, const struct mg_item *item,
			const struct mg_lines *lines, void *member)
{
	switch (item->type) {
	case MG_BOOL:
		fill_bool(filler, item, lines->v[0], member);
		break;
	case MG_INT:
	case MG_SIZE:
	case MG_DURATION:
		fill_number(filler, item, lines->v[0], member);
		break;
	case MG_STRING:
		fill_string(filler, item, lines->v[0], member);
		break;
	case MG_STRINGS:
		fill_strings(filler, item, lines, member);
		break;
	case MG_CHOICE:
		fill_choice(filler, item, lines->v[0], member);
		break;
	case MG_TABLE:
		fill_table(filler, item, lines, member);
		break;
	case MG_LINES:
		*(struct mg_lines *)member = *lines;
		break;
	}
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
static struct mg_lines lines_of(struct filler *filler, const char *name)
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

static void fill_default(struct filler *filler, const struct mg_item *item, void *member)
{
	const char *text = arena_printf(filler->arena, "%s %s", item->name, item->initial);
	const struct mg_line **line = arena_alloc(filler->arena, sizeof(*line));
	struct mg_lines lines = { 1, line };

	*line = conf_parse(filler->arena, filler->errors, "default value", text, strlen(text));
	lines = check_lines(filler, item, lines);
	if (lines.n > 0)
		fill_member(filler, item, &lines, member);
}

/* A value that cannot be used leaves the default, so that no further errors follow from one. */
static void fill_item(struct filler *filler, const struct mg_item *item, void *target)
{
	const struct mg_lines given = lines_of(filler, item->name);
	void *member = (char *)target + item->offset;
	struct mg_lines lines;

	if (item->initial && (given.n == 0 || is_single(item->type)))
		fill_default(filler, item, member);
	else if (given.n == 0 && item->required)
		report_missing(filler, item);
	if (given.n == 0)
		return;
	lines = check_lines(filler, item, given);
	if (lines.n > 0)
		fill_member(filler, item, &lines, member);
}

int items_fill(struct arena *arena, struct errors *errors, const struct mg_line *owner,
	       const struct mg_line *first, const struct item_set *sets, size_t nsets)
{
	struct filler filler = { arena, errors, owner, first, sets, nsets };
	size_t errors_before = errors->count;

	for (const struct mg_line *line = first; line; line = line->next) {
		if (!find_item(&filler, line->words[0].text))
			report_unknown(&filler, line);
	}
	for (size_t i = 0; i < nsets; i++) {
		for (const struct mg_item *item = sets[i].items; item && item->name; item++) {
			if (find_item(&filler, item->name) == item)
				fill_item(&filler, item, sets[i].target);
		}
	}
	return errors->count == errors_before ? 0 : -1;
}
