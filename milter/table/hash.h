/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash of strings with values, and the order of access(5) for the parts of a key. */
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
	unsigned next_local;
};

struct hash;

struct hash *hash_new(struct arena *arena);

/*
 * Adds an entry and returns NULL. If the key exists already, returns its entry. Nothing is copied.
 */
const struct hash_entry *hash_add(struct hash *hash, const char *key, const char *value,
				  unsigned line);

/* The value of exactly this key. */
bool hash_find(const struct hash *hash, const char *key, size_t size, const char **value_r);

/* Makes hash_find_local() possible. Nothing is added afterwards. */
void hash_index_locals(struct hash *hash);

/*
 * One of the values of the entries user@domain whose local part this is; false past the last. Of
 * equal values there is one, and HASH_LOCALS_MAX at most.
 */
#define HASH_LOCALS_MAX 16
bool hash_find_local(const struct hash *hash, const char *local, size_t size, size_t index,
		     const char **value_r);

/* Whether is returns true for the value of an entry. */
bool hash_has_value(const struct hash *hash, bool (*is)(const char *value));

/*
 * Searches the key, then its parts: the parent domains of a host, the networks of an address, the
 * domain and the local part of a mail address.
 */
bool hash_find_key(const struct hash *hash, struct table_key *key, const char **value_r);

#endif
