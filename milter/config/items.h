/* SPDX-License-Identifier: BSD-2-Clause */
/* Items: directives of the configuration, checked and put into structs as tables of items say. */
#ifndef MG_ITEMS_H
#define MG_ITEMS_H

#include <stdbool.h>
#include <stddef.h>

#include <millgate/policy.h>

struct arena;
struct errors;

/* A table of items and the struct that it fills. items may be NULL. */
struct item_set {
	const struct mg_item *items; /* the last has no name */
	void *target;
};

/*
 * Fills the targets from the directives first.. of one block, and with the default of each item
 * that is not among them. owner: the directive whose block it is, NULL at the top level; errors
 * about what is missing are put there. A name that is in several sets belongs to the first.
 * Only MG_LINES at the top level may have blocks.
 * Values live in the arena. Returns 0, or -1 after having reported every error.
 */
int items_fill(struct arena *arena, struct errors *errors, const struct mg_line *owner,
	       const struct mg_line *first, const struct item_set *sets, size_t nsets);

/* The values of words. 0, or -1 when it is none or too large. */
int items_number(const char *word, long long *number_r); /* -17 */
int items_duration(const char *word, long long *ms_r);   /* 500ms 90s 5m 4h 35d, or 0 */
int items_size(const char *word, long long *bytes_r);    /* 10240 10K 1M 2G */
int items_bool(const char *word, bool *r);               /* yes no, on off, true false */

/* The numbers that an item takes: "from 1s to 5m", "no less than 64K"; NULL when it takes any. */
const char *items_range(struct arena *arena, const struct mg_item *item);

#endif
