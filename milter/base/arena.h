/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory by lifetime: an arena gives out pieces and takes all of them back at once. */
#ifndef MG_ARENA_H
#define MG_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;
struct arena_end;

/*
 * An arena that is all zero is empty. Not thread-safe: an arena belongs to one session or one
 * configuration. Lack of memory ends the process: a mail filter could do nothing useful without it,
 * and the MTA has its milter_default_action.
 */
struct arena {
	struct arena_chunk *chunks; /* the newest first */
	char *next;
	size_t left;
	struct arena_end *ends; /* the last registered first */
};

/* Never NULL; aligned for any type. arena_alloc() does not clear the memory. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_zalloc(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *string);
char *arena_strndup(struct arena *arena, const char *string, size_t size);
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Registers a call of done(arg) for when everything is taken back; the last one is called first. */
void arena_at_end(struct arena *arena, void (*done)(void *arg), void *arg);

/*
 * Takes everything back. Keeps one chunk of at most 64 KiB: an arena whose uses fit into that chunk
 * calls malloc() no more.
 */
void arena_reset(struct arena *arena);

/* Frees the kept chunk, if nothing is given out: for an arena that rests. */
void arena_trim(struct arena *arena);

/* Takes everything back and frees it all. */
void arena_free(struct arena *arena);

#endif
