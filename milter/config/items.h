/* SPDX-License-Identifier: BSD-2-Clause */
/* Items: directives of the configuration, checked and put into structs as tables of items say. */
#ifndef MG_ITEMS_H
#define MG_ITEMS_H

#include <stdbool.h>
#include <stddef.h>

#include <millgate/policy.h>

struct arena;
struct errors;

/* A table of items, and the struct that it fills. */
struct item_set {
	const struct mg_item *items; /* the last has no name; may be NULL */
	void *target;                /* holds the defaults until it is filled */
	const char *delimiters;      /* of its tables of mail addresses; NULL: none */
	/*
	 * The defaults again, for items whose check reports an error; NULL: those keep their
	 * value.
	 */
	const void *defaults;
	struct mg_lines
		*lines; /* by item: the lines that it was filled from; made by items_fill() */
};

/*
 * Puts the defaults of the items into target, which is zero. of: whose items they are, for the
 * messages: "OF, default of NAME". Returns 0, or -1 after having reported every error.
 */
int items_defaults(struct arena *arena, struct errors *errors, const char *of,
		   const struct mg_item *items, void *target);

/*
 * Fills the targets from the directives first.. of one block. An item that is not among them, or
 * whose value cannot be used, keeps what is in the target, so that no further errors follow from
 * one. owner: the directive whose block it is, NULL at the top level; errors about what is
 * missing are put there. A name that is in several sets belongs to the first. Only MG_LINES at
 * the top level may have blocks. Values live in the arena. Returns 0, or -1 after having reported
 * every error.
 */
int items_fill(struct arena *arena, struct errors *errors, const struct mg_line *owner,
	       const struct mg_line *first, struct item_set *sets, size_t nsets);

/*
 * Calls the items' checks for the lines that each was filled from. errors: where conf reports
 * them. An item whose check has reported an error has its default again, and no lines.
 */
void items_check(struct item_set *set, struct mg_conf *conf, const struct errors *errors);

/* Reports a second line of a key that can be given once, and where the first one is. */
void items_repeated(struct errors *errors, const struct mg_line *line, const struct mg_line *first);

/* Adds to the last error, which is about line, where the first one of its kind is. */
void items_hint_first(struct errors *errors, const struct mg_line *line,
		      const struct mg_line *first);

/* Whether every required item has a line that it was filled from. */
bool items_has_required(const struct item_set *set);

/* The lines of the item of this name, or NULL when no set has one. */
const struct mg_lines *items_lines(const struct item_set *sets, size_t nsets, const char *name);

/* The values of words. 0, or -1 when it is none or too large. */
int items_number(const char *word, long long *number_r); /* -17 */
int items_duration(const char *word, long long *ms_r);   /* 500ms 90s 5m 4h 35d, or 0 */
int items_size(const char *word, long long *bytes_r);    /* 10240 10K 1M 2G */
int items_bool(const char *word, bool *r);               /* yes no, on off, true false */

/*
 * The value of a word of an item that is a number. 0, or -1 when it is none, or out of its range.
 */
int items_value(const struct mg_item *item, const char *word, long long *value_r);

/* The numbers that an item takes: "from 1s to 5m", "no less than 64K"; NULL when it takes any. */
const char *items_range(struct arena *arena, const struct mg_item *item);

/*
 * What a word of the item must be: "yes or no", "a size such as 10240, 10K or 1M, from 1K to 3M".
 */
const char *items_expected(struct arena *arena, const struct mg_item *item);

/* The words of a choice, NULL last. */
const char *const *items_choices(struct arena *arena, const char *choices);

/* The size and the alignment of an item's member; 0 for an unknown type. */
size_t items_member_size(enum mg_type type);
size_t items_member_alignment(enum mg_type type);

#endif
