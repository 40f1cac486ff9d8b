/* SPDX-License-Identifier: BSD-2-Clause */
/* Items: the values of words, and what is said about words that have none. */
#include <config.h>

#include "config/items.h"

#include <limits.h>
#include <stdalign.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

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

/* ---- Messages ---- */

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

int items_value(const struct mg_item *item, const char *word, long long *value_r)
{
	const int status = item->type == MG_INT    ? items_number(word, value_r)
			   : item->type == MG_SIZE ? items_size(word, value_r)
						   : items_duration(word, value_r);

	if (status < 0 || (has_minimum(item) && *value_r < item->min) ||
	    (has_maximum(item) && *value_r > item->max))
		return -1;
	return 0;
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

const char *const *items_choices(struct arena *arena, const char *choices)
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
	const char *const *words = items_choices(arena, choices);
	const char *text = "";

	for (size_t i = 0; words[i]; i++) {
		const char *glue = words[i + 1] ? ", " : " or ";

		text = arena_printf(arena, "%s%s%s", text, i == 0 ? "" : glue, words[i]);
	}
	return text;
}

const char *items_expected(struct arena *arena, const struct mg_item *item)
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

/* ---- Members ---- */

static const struct {
	size_t size, alignment;
} members[] = {
#define MEMBER(type)                        \
	{                                   \
		sizeof(type), alignof(type) \
	}
	[MG_BOOL] = MEMBER(bool),
	[MG_INT] = MEMBER(long long),
	[MG_SIZE] = MEMBER(long long),
	[MG_DURATION] = MEMBER(long long),
	[MG_STRING] = MEMBER(const char *),
	[MG_STRINGS] = MEMBER(struct mg_strings),
	[MG_CHOICE] = MEMBER(int),
	[MG_TABLE] = MEMBER(const struct mg_table *),
	[MG_LINES] = MEMBER(struct mg_lines),
#undef MEMBER
};

static bool is_type(enum mg_type type)
{
	return type >= MG_BOOL && type <= MG_LINES;
}

size_t items_member_size(enum mg_type type)
{
	return is_type(type) ? members[type].size : 0;
}

size_t items_member_alignment(enum mg_type type)
{
	return is_type(type) ? members[type].alignment : 0;
}
