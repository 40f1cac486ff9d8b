/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory by lifetime: an arena gives out pieces and takes all of them back at once. */
#include <config.h>

#include "base/arena.h"
#include "base/memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sanitizer.h"

#if SANITIZER_ADDRESS
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#endif

#define CHUNK_FIRST ((size_t)512)
/* Chunks double up to this size. */
#define CHUNK_LAST ((size_t)256 << 10)
/* The largest chunk that a reset keeps. */
#define CHUNK_KEPT ((size_t)64 << 10)
#define ALIGNMENT alignof(max_align_t)

struct arena_chunk {
	struct arena_chunk *older;
	size_t size; /* of data */
	alignas(max_align_t) char data[];
};

struct arena_end {
	struct arena_end *older;
	void (*done)(void *arg);
	void *arg;
};

static struct arena_chunk *chunk_new(size_t size)
{
	struct arena_chunk *chunk = malloc(sizeof(*chunk) + size);

	if (!chunk)
		memory_ended();
	chunk->size = size;
	ASAN_POISON_MEMORY_REGION(chunk->data, size);
	return chunk;
}

static void chunk_free(struct arena_chunk *chunk)
{
	ASAN_UNPOISON_MEMORY_REGION(chunk->data, chunk->size);
	free(chunk);
}

/* Allocates a piece that does not fit into the newest chunk. size is rounded up already. */
static char *alloc_in_new_chunk(struct arena *arena, size_t size)
{
	size_t chunk_size = CHUNK_FIRST - sizeof(struct arena_chunk);
	struct arena_chunk *chunk;

	if (arena->chunks && arena->chunks->size < CHUNK_LAST / 2)
		chunk_size = 2 * (arena->chunks->size + sizeof(*chunk)) - sizeof(*chunk);
	else if (arena->chunks)
		chunk_size = CHUNK_LAST - sizeof(*chunk);
	/*
	 * A large piece gets a chunk of its own, behind the newest, whose free rest stays in use.
	 */
	if (size > chunk_size && arena->chunks) {
		chunk = chunk_new(size);
		chunk->older = arena->chunks->older;
		arena->chunks->older = chunk;
		return chunk->data;
	}
	if (chunk_size < size)
		chunk_size = size + CHUNK_FIRST / 2; /* small pieces follow the large */
	chunk = chunk_new(chunk_size);
	chunk->older = arena->chunks;
	arena->chunks = chunk;
	arena->next = chunk->data + size;
	arena->left = chunk_size - size;
	return chunk->data;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t rounded = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	char *piece;

	if (size > PTRDIFF_MAX - CHUNK_LAST)
		memory_ended();
	if (rounded == 0)
		rounded = ALIGNMENT; /* an empty piece has its own address too */
	if (rounded <= arena->left) {
		piece = arena->next;
		arena->next += rounded;
		arena->left -= rounded;
	} else {
		piece = alloc_in_new_chunk(arena, rounded);
	}
	ASAN_UNPOISON_MEMORY_REGION(piece, size);
	return piece;
}

void *arena_zalloc(struct arena *arena, size_t size)
{
	void *piece = arena_alloc(arena, size);

	memset(piece, 0, size);
	return piece;
}

char *arena_strndup(struct arena *arena, const char *string, size_t size)
{
	size_t length = strnlen(string, size);
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, string, length);
	copy[length] = '\0';
	return copy;
}

char *arena_strdup(struct arena *arena, const char *string)
{
	return arena_strndup(arena, string, strlen(string));
}

char *arena_vprintf(struct arena *arena, const char *fmt, va_list args)
{
	/* Most texts fit here, and are formatted only once. */
	char small[256];
	va_list again;
	char *text;
	int length;

	va_copy(again, args);
	length = vsnprintf(small, sizeof(small), fmt, args);
	if (length < 0)
		length = 0, small[0] = '\0'; /* the text would be longer than INT_MAX */
	text = arena_alloc(arena, (size_t)length + 1);
	if ((size_t)length < sizeof(small))
		memcpy(text, small, (size_t)length + 1);
	else
		vsnprintf(text, (size_t)length + 1, fmt, again);
	va_end(again);
	return text;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = arena_vprintf(arena, fmt, args);
	va_end(args);
	return text;
}

void arena_at_end(struct arena *arena, void (*done)(void *arg), void *arg)
{
	struct arena_end *end = arena_alloc(arena, sizeof(*end));

	end->older = arena->ends;
	end->done = done;
	end->arg = arg;
	arena->ends = end;
}

/* Calls the registered functions. One may still allocate memory or register another. */
static void run_ends(struct arena *arena)
{
	while (arena->ends) {
		struct arena_end *end = arena->ends;

		arena->ends = end->older;
		end->done(end->arg);
	}
}

void arena_reset(struct arena *arena)
{
	struct arena_chunk *kept = NULL, *chunk, *older;

	run_ends(arena);
	for (chunk = arena->chunks; chunk; chunk = older) {
		older = chunk->older;
		if (chunk->size > CHUNK_KEPT || (kept && chunk->size <= kept->size)) {
			chunk_free(chunk);
			continue;
		}
		if (kept)
			chunk_free(kept);
		kept = chunk;
	}
	*arena = (struct arena){ .chunks = kept };
	if (!kept)
		return;
	kept->older = NULL;
	arena->next = kept->data;
	arena->left = kept->size;
	ASAN_POISON_MEMORY_REGION(kept->data, kept->size);
}

void arena_trim(struct arena *arena)
{
	const struct arena_chunk *chunk = arena->chunks;

	if (chunk && !chunk->older && arena->next == chunk->data && !arena->ends)
		arena_free(arena);
}

void arena_free(struct arena *arena)
{
	struct arena_chunk *chunk, *older;

	run_ends(arena);
	for (chunk = arena->chunks; chunk; chunk = older) {
		older = chunk->older;
		chunk_free(chunk);
	}
	*arena = (struct arena){ 0 };
}
