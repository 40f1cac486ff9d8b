/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash of strings, and access(5)'s order of look-ups in it. */
#include <config.h>

#include "table/hash.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/domain.h"
#include "base/extension.h"
#include "base/mail.h"
#include "base/memory.h"
#include "table/key.h"

#define HASH_ROOM_MIN 16

/* Open addressing. The room is a power of two, at most half of which is used. */
struct hash {
	struct hash_entry *entries;
	size_t n, room;
	unsigned *locals; /* by local part: the first entry's number, 0 for an empty place */
	size_t locals_room;
};

/* ---- The hash -------------------------------------------------------------- */

static void hash_free(void *arg)
{
	struct hash *hash = arg;

	free(hash->entries);
	free(hash->locals);
}

static struct hash_entry *make_room(size_t room)
{
	struct hash_entry *entries = calloc(room, sizeof(*entries));

	if (!entries)
		memory_ended();
	return entries;
}

struct hash *hash_new(struct arena *arena)
{
	struct hash *hash = arena_zalloc(arena, sizeof(*hash));

	hash->room = HASH_ROOM_MIN;
	hash->entries = make_room(hash->room);
	arena_at_end(arena, hash_free, hash);
	return hash;
}

/* FNV-1a. The administrator writes the keys, so nobody can attack the hash with collisions. */
static size_t hash_of(const char *key, size_t size)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < size; i++)
		h = (h ^ (unsigned char)key[i]) * 0x100000001b3;
	return (size_t)(h ^ h >> 32);
}

/* The place of the key, or the empty place for it. */
static struct hash_entry *place_of(struct hash_entry *entries, size_t room, const char *key,
				   size_t size)
{
	size_t i = hash_of(key, size) & (room - 1);

	while (entries[i].key &&
	       (entries[i].size != size || memcmp(entries[i].key, key, size) != 0))
		i = (i + 1) & (room - 1);
	return &entries[i];
}

static void double_room(struct hash *hash)
{
	size_t room = 2 * hash->room;
	struct hash_entry *entries = make_room(room);

	for (size_t i = 0; i < hash->room; i++)
		if (hash->entries[i].key)
			*place_of(entries, room, hash->entries[i].key, hash->entries[i].size) =
				hash->entries[i];
	free(hash->entries);
	hash->entries = entries;
	hash->room = room;
}

const struct hash_entry *hash_add(struct hash *hash, const char *key, const char *value,
				  unsigned line)
{
	size_t size = strlen(key);
	struct hash_entry *place = place_of(hash->entries, hash->room, key, size);

	if (place->key)
		return place;
	if (2 * (hash->n + 1) > hash->room) {
		double_room(hash);
		place = place_of(hash->entries, hash->room, key, size);
	}
	*place = (struct hash_entry){ .key = key, .size = size, .value = value, .line = line };
	hash->n++;
	return NULL;
}

bool hash_find(const struct hash *hash, const char *key, size_t size, const char **value_r)
{
	const struct hash_entry *place = place_of(hash->entries, hash->room, key, size);

	if (!place->key)
		return false;
	*value_r = place->value;
	return true;
}

/* ---- Local parts ----------------------------------------------------------- */

/* The size of the local part of an entry user@domain, else 0. */
static size_t entry_local(const struct hash_entry *entry)
{
	const size_t size = entry->key ? mail_local_size(entry->key) : 0;

	return size > 0 && size + 1 < entry->size ? size : 0;
}

/* The number of the first entry of this local part, or the empty place for it. */
static unsigned *local_place(const struct hash *hash, const char *text, size_t size)
{
	size_t i = hash_of(text, size) & (hash->locals_room - 1);

	for (; hash->locals[i]; i = (i + 1) & (hash->locals_room - 1)) {
		const struct hash_entry *entry = &hash->entries[hash->locals[i] - 1];

		if (entry_local(entry) == size && memcmp(entry->key, text, size) == 0)
			break;
	}
	return &hash->locals[i];
}

static void add_local(struct hash *hash, unsigned number)
{
	struct hash_entry *entry = &hash->entries[number - 1];
	unsigned *at = local_place(hash, entry->key, entry_local(entry));

	for (unsigned n = 0; *at; n++) {
		struct hash_entry *other = &hash->entries[*at - 1];

		if (n == HASH_LOCALS_MAX || strcmp(other->value, entry->value) == 0)
			return;
		at = &other->next_local;
	}
	*at = number;
}

void hash_index_locals(struct hash *hash)
{
	size_t n = 0;

	for (size_t i = 0; i < hash->room; i++)
		n += entry_local(&hash->entries[i]) > 0;
	for (hash->locals_room = HASH_ROOM_MIN; hash->locals_room < 2 * n;)
		hash->locals_room *= 2;
	hash->locals = calloc(hash->locals_room, sizeof(*hash->locals));
	if (!hash->locals)
		memory_ended();
	for (size_t i = 0; i < hash->room; i++)
		if (entry_local(&hash->entries[i]))
			add_local(hash, (unsigned)i + 1);
}

bool hash_find_local(const struct hash *hash, const char *local, size_t size, size_t index,
		     const char **value_r)
{
	unsigned at = hash->locals ? *local_place(hash, local, size) : 0;

	for (; at && index > 0; index--)
		at = hash->entries[at - 1].next_local;
	if (at)
		*value_r = hash->entries[at - 1].value;
	return at;
}

bool hash_has_value(const struct hash *hash, bool (*is)(const char *value))
{
	for (size_t i = 0; i < hash->room; i++)
		if (hash->entries[i].key && is(hash->entries[i].value))
			return true;
	return false;
}

/* ---- The order of access(5) -------------------------------------------------- */

/* The domain, then ".parent" and "parent" for each parent. Addresses have no parents. */
static bool find_domain(const struct hash *hash, const char *domain, const char **value_r)
{
	const char *end = domain + strlen(domain);
	struct address unused;

	if (hash_find(hash, domain, (size_t)(end - domain), value_r))
		return true;
	if (*domain == '[' || address_parse(domain, &unused))
		return false;
	for (const char *p = strchr(domain, '.'); p; p = strchr(p + 1, '.')) {
		/* No entry is longer; without this a megabyte of dots would take hours. */
		if (end - p > DOMAIN_MAX + 1)
			continue;
		if (hash_find(hash, p, (size_t)(end - p), value_r) ||
		    hash_find(hash, p + 1, (size_t)(end - p - 1), value_r))
			return true;
	}
	return false;
}

/* user@, of an address with or without a domain. */
static bool find_local(const struct hash *hash, struct table_key *key, const char *address,
		       const char **value_r)
{
	const size_t local = mail_local_size(address);

	if (!address[local])
		address = arena_printf(key->scratch, "%s@", address);
	return hash_find(hash, address, local + 1, value_r);
}

/*
 * user+extension@domain, user@domain, the domain and its parents, user+extension@, user@. Without a
 * domain only the last two.
 */
static bool find_mail(const struct hash *hash, struct table_key *key, const char **value_r)
{
	const char *address = table_key_folded(key);
	const size_t local = mail_local_size(address);
	const char *base;

	if (strcmp(address, "<>") == 0)
		return hash_find(hash, address, 2, value_r);
	base = extension_cut(key->scratch, address, key->delimiters);
	if (address[local] && (hash_find(hash, address, strlen(address), value_r) ||
			       (base && hash_find(hash, base, strlen(base), value_r)) ||
			       find_domain(hash, address + local + 1, value_r)))
		return true;
	return find_local(hash, key, address, value_r) ||
	       (base && find_local(hash, key, base, value_r));
}

/* The address, then its beginnings before each dot or colon, the longest first. */
static bool find_address(const struct hash *hash, struct table_key *key, const char **value_r)
{
	const char *address = table_key_folded(key);
	size_t size = strlen(address);
	char cut = strchr(address, ':') ? ':' : '.';

	if (hash_find(hash, address, size, value_r))
		return true;
	while (key->is_address && size > 0) {
		if (address[--size] == cut && hash_find(hash, address, size, value_r))
			return true;
	}
	return false;
}

bool hash_find_key(const struct hash *hash, struct table_key *key, const char **value_r)
{
	const char *text;

	switch (key->kind) {
	case MG_KEY_ADDRESS:
		return find_address(hash, key, value_r);
	case MG_KEY_HOST:
	case MG_KEY_NAME:
		return find_domain(hash, table_key_folded(key), value_r);
	case MG_KEY_MAIL:
		return find_mail(hash, key, value_r);
	default:
		text = table_key_folded(key);
		return hash_find(hash, text, strlen(text), value_r);
	}
}
