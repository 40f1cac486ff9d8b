/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pool: objects to use again, with their memory. So a connection in steady state allocates
 * nothing. Any thread.
 */
#ifndef MG_POOL_H
#define MG_POOL_H

#include <pthread.h>

/* What an object of a pool begins with. */
struct pooled {
	struct pooled *next;
	void (*free)(struct pooled *object);
};

struct pool {
	pthread_mutex_t lock; /* held for a pointer's exchange */
	struct pooled *idle;
	unsigned nidle;
};

void pool_init(struct pool *pool);

/* An object as it was given back; NULL when none is idle. */
struct pooled *pool_take(struct pool *pool);

/* Takes an object, or frees it: beyond a burst, memory goes back. */
void pool_give_back(struct pool *pool, struct pooled *object);

/* Frees those that are idle. */
void pool_destroy(struct pool *pool);

#endif
