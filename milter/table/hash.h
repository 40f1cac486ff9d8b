/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strings and what they stand for, and the order in which access(5) looks for the parts of a key.
 */
#ifndef MG_TABLE_HASH_H
#define MG_TABLE_HASH_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct table_key;

struct hash_entry {
	const char *key; /* folded; NULL for an empty place */
	size_t size;
	const char *value;
	unsigned line; /* of the file, 0 for none */
};

struct hash;

struct hash *hash_new(struct arena *arena);

/*
 * Adds an entry and returns NULL; or, when the key is there already, returns what is there. Copies
 * nothing.
 */
const struct hash_entry *hash_add(struct hash *hash, const char *key, const char *value,
				  unsigned line);

/* The value of exactly this key. */
bool hash_find(const struct hash *hash, const char *key, size_t size, const char **value_r);

/*
 * Looks for the key and for the parts of it that stand for it: a host's parent domains, an
 * address's networks, a mail address's domain and local part.
 */
bool hash_find_key(const struct hash *hash, struct table_key *key, const char **value_r);

#endif
