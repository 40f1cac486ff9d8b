/* SPDX-License-Identifier: BSD-2-Clause */
/* The keep: what belongs to a policy's instance and outlives a snapshot. */
#include <config.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/keep.h"

struct keep {
	pthread_mutex_t lock;
	struct keep_entry *entries;
};

/* A counter. Those whose name a later snapshot does not have stay: an earlier one still counts. */
struct keep_number {
	atomic_ullong value;
	struct keep_number *next;
	char name[];
};

/*
 * Shared memory. Snapshots of different versions of a module can have it of different sizes and
 * versions at the same time.
 */
struct keep_memory {
	struct keep_memory *next;
	unsigned references, version;
	size_t size;
	max_align_t bytes[];
};

static void *keep_alloc(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		memory_ended();
	return memory;
}

struct keep *keep_new(void)
{
	struct keep *keep = keep_alloc(sizeof(*keep));

	pthread_mutex_init(&keep->lock, NULL);
	return keep;
}

void keep_free(struct keep **keep)
{
	struct keep *old = *keep;

	*keep = NULL;
	if (!old)
		return;
	pthread_mutex_destroy(&old->lock);
	free(old);
}

static void keep_lock(struct keep *keep)
{
	if (keep)
		pthread_mutex_lock(&keep->lock);
}

static void keep_unlock(struct keep *keep)
{
	if (keep)
		pthread_mutex_unlock(&keep->lock);
}

/* ---- Entries ---- */

static struct keep_entry *keep_new_entry(struct keep *keep, const char *name)
{
	const size_t size = strlen(name) + 1;
	struct keep_entry *entry = keep_alloc(sizeof(*entry) + size);

	memcpy(entry->name, name, size);
	entry->keep = keep;
	if (keep) {
		entry->next = keep->entries;
		keep->entries = entry;
	}
	return entry;
}

struct keep_entry *keep_take(struct keep *keep, const char *name)
{
	struct keep_entry *entry;

	keep_lock(keep);
	entry = keep ? keep->entries : NULL;
	while (entry && strcmp(entry->name, name) != 0)
		entry = entry->next;
	if (!entry)
		entry = keep_new_entry(keep, name);
	entry->references++;
	keep_unlock(keep);
	return entry;
}

static void keep_unlink(struct keep *keep, const struct keep_entry *entry)
{
	struct keep_entry **at = &keep->entries;

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
}

static void keep_free_numbers(struct keep_number *number)
{
	while (number) {
		struct keep_number *next = number->next;

		free(number);
		number = next;
	}
}

void keep_release(struct keep_entry *entry)
{
	struct keep *keep = entry->keep;
	unsigned left;

	keep_lock(keep);
	left = --entry->references;
	if (left == 0 && keep)
		keep_unlink(keep, entry);
	keep_unlock(keep);
	if (left > 0)
		return;
	keep_free_numbers(entry->results);
	keep_free_numbers(entry->own);
	free(entry);
}

/* ---- Counters ---- */

static atomic_ullong *keep_number(struct keep_entry *entry, struct keep_number **list,
				  const char *name)
{
	const size_t size = strlen(name) + 1;
	struct keep_number *number;

	keep_lock(entry->keep);
	number = *list;
	while (number && strcmp(number->name, name) != 0)
		number = number->next;
	if (!number) {
		number = keep_alloc(sizeof(*number) + size);
		memcpy(number->name, name, size);
		number->next = *list;
		*list = number;
	}
	keep_unlock(entry->keep);
	return &number->value;
}

atomic_ullong *keep_result(struct keep_entry *entry, const char *result)
{
	return keep_number(entry, &entry->results, result);
}

atomic_ullong *keep_counter(struct keep_entry *entry, const char *counter)
{
	return keep_number(entry, &entry->own, counter);
}

/* ---- Shared memory ---- */

enum keep_sharing keep_share(struct keep_entry *entry, unsigned version, size_t size,
			     void **memory_r)
{
	enum keep_sharing sharing = KEEP_SHARED;
	struct keep_memory *memory;

	keep_lock(entry->keep);
	memory = entry->memories;
	while (memory && (memory->version != version || memory->size != size))
		memory = memory->next;
	if (!memory) {
		sharing = entry->memories ? KEEP_ANEW : KEEP_FIRST;
		memory = keep_alloc(sizeof(*memory) + size);
		memory->version = version;
		memory->size = size;
		memory->next = entry->memories;
		entry->memories = memory;
	}
	memory->references++;
	keep_unlock(entry->keep);
	*memory_r = memory->bytes;
	return sharing;
}

void keep_unshare(struct keep_entry *entry, void *bytes)
{
	struct keep_memory **at = &entry->memories;
	struct keep_memory *memory;

	keep_lock(entry->keep);
	while ((*at)->bytes != bytes)
		at = &(*at)->next;
	memory = *at;
	if (--memory->references > 0)
		memory = NULL;
	else
		*at = memory->next;
	keep_unlock(entry->keep);
	free(memory);
}
