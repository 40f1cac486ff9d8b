/* SPDX-License-Identifier: BSD-2-Clause */
/* A pool: objects to use again, with their memory. */
#include <config.h>

#include <stddef.h>

#include "session/pool.h"

#define POOL_IDLE_MAX 256 /* beyond a burst, memory goes back */

void pool_init(struct pool *pool)
{
	*pool = (struct pool){ .idle = NULL };
	pthread_mutex_init(&pool->lock, NULL);
}

struct pooled *pool_take(struct pool *pool)
{
	struct pooled *object;

	pthread_mutex_lock(&pool->lock);
	object = pool->idle;
	if (object) {
		pool->idle = object->next;
		pool->nidle--;
	}
	pthread_mutex_unlock(&pool->lock);
	return object;
}

void pool_give_back(struct pool *pool, struct pooled *object)
{
	pthread_mutex_lock(&pool->lock);
	if (pool->nidle < POOL_IDLE_MAX) {
		object->next = pool->idle;
		pool->idle = object;
		pool->nidle++;
		object = NULL;
	}
	pthread_mutex_unlock(&pool->lock);
	if (object)
		object->free(object);
}

void pool_destroy(struct pool *pool)
{
	while (pool->idle) {
		struct pooled *object = pool->idle;

		pool->idle = object->next;
		object->free(object);
	}
	pthread_mutex_destroy(&pool->lock);
}
