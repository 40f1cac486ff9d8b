/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keep: what belongs to a policy's instance and outlives a snapshot, by the instance's
 * name. A snapshot takes references when it is loaded and releases them at its end, on any
 * thread; what nobody refers to any more is freed. Everything here is copied or allocated:
 * nothing points into a snapshot.
 */
#ifndef MG_KEEP_H
#define MG_KEEP_H

#include <stdatomic.h>
#include <stddef.h>

struct keep; /* the registry: one of a process */

/* What an instance was asked and what came of it. */
struct instance_counters {
	atomic_ullong asked; /* how often one of its on hooks was due */
	atomic_ullong acted; /* refusals and discards that it caused */
	atomic_ullong would; /* in mode monitor: what it would have caused, of all actions */
	atomic_uint said;    /* bits of the facts that the log has asked to declare, see call.c */
};

/* What is kept of an instance. */
struct keep_entry {
	struct instance_counters counters;
	struct keep *keep; /* NULL: of one snapshot only */
	/* The rest under the registry's lock. */
	unsigned references;
	struct keep_number *results, *own;
	struct keep_memory *memories;
	struct keep_entry *next;
	char name[];
};

struct keep *keep_new(void);

/* Every entry must have been released. The pointer is cleared; it may point to NULL. */
void keep_free(struct keep **keep);

/*
 * The entry of this name, made if need be. keep NULL: an entry of its own, which nobody else
 * will find. Never NULL.
 */
struct keep_entry *keep_take(struct keep *keep, const char *name);
void keep_release(struct keep_entry *entry);

/*
 * How often a result was found, and a counter of the policy's own, by their names. They live as
 * long as the entry.
 */
atomic_ullong *keep_result(struct keep_entry *entry, const char *result);
atomic_ullong *keep_counter(struct keep_entry *entry, const char *counter);

enum keep_sharing {
	KEEP_FIRST, /* there was no such memory: it is zero */
	KEEP_SHARED,
	/* Others use memory of another size or version: this one is new, and zero. */
	KEEP_ANEW
};

/* A reference to the memory of this version and size, which must not be 0. */
enum keep_sharing keep_share(struct keep_entry *entry, unsigned version, size_t size,
			     void **memory_r);
void keep_unshare(struct keep_entry *entry, void *memory);

#endif
