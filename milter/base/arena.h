/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory by lifetime: an arena gives out pieces and takes all of them back at once. */
#ifndef MG_ARENA_H
#define MG_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;
struct arena_end;

/*
 * All zero is an empty arena. Not thread-safe: an arena belongs to one session or one
 * configuration. Out of memory ends the process (there is nothing sensible that a mail
 * filter could still do, and the MTA has milter_default_action).
 */
struct arena {
	struct arena_chunk *chunks; /* the newest first */
	char *next;
	size_t left;
	struct arena_end *ends; /* the last registered first */
};

/* Never NULL, aligned for any type; arena_alloc's is not zeroed. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_zalloc(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *string);
char *arena_strndup(struct arena *arena, const char *string, size_t size);
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Has done(arg) called when everything is taken back, the last registered first. */
void arena_at_end(struct arena *arena, void (*done)(void *arg), void *arg);

/* Takes everything back; keeps one chunk, so that an arena in steady state allocates nothing. */
void arena_reset(struct arena *arena);

/* Takes everything back and frees it all. */
void arena_free(struct arena *arena);

#endif
